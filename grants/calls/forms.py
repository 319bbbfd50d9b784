"""Forms about calls. Dates and times are those of Vienna, whatever zone the writer lives in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from grants.calls import completeness
from grants.calls.models import BudgetCategory, Call, Criterion, EligibilityQuestion, Policy, Question, RequiredDocument
from trustfund.fields import PercentField
from trustfund.ledger.models import FundWindow
from trustfund.ui.formatting import VIENNA


class ViennaWidget(forms.SplitDateTimeWidget):
    """A day and a time, shown as they are in Vienna."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, date_format="%Y-%m-%d", time_format="%H:%M", date_attrs={"type": "date"}, time_attrs={"type": "time"})

    def decompress(self, value: Any) -> Any:
        if value is None:
            return [None, None]
        local = value.astimezone(VIENNA)
        return [local.date(), local.time().replace(microsecond=0)]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for inner, label in zip(context["widget"]["subwidgets"], (_("Day"), _("Time in Vienna")), strict=True):
            inner["attrs"]["aria-label"] = label
        return context


class ViennaField(forms.MultiValueField):
    """A moment: written as day and time in Vienna, cleaned to an aware datetime in UTC."""

    widget = ViennaWidget
    default_error_messages = {"incomplete": _("Give both the day and the time.")}

    def __init__(self, **kwargs: Any) -> None:
        fields = (forms.DateField(), forms.TimeField())
        kwargs.setdefault("help_text", _("Day and time in Vienna."))
        super().__init__(fields=fields, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[Any]) -> datetime | None:
        if not data_list or not isinstance(data_list[0], date) or not isinstance(data_list[1], time):
            return None
        return datetime.combine(data_list[0], data_list[1], VIENNA).astimezone(UTC)


class PercentagesField(forms.CharField):
    """Whole percentages in a row: "50, 40, 10", cleaned to [50, 40, 10]."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(each) for each in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = str(value or "").replace(",", " ").replace(";", " ").replace("%", " ").split()
        if not all(word.isdecimal() and len(word) <= 3 for word in words):
            raise forms.ValidationError(_("Write whole percentages, for example 50, 40, 10."))
        return [int(word) for word in words]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.prepare_value(initial) != data


class LinesField(forms.CharField):
    """Several short texts, one on each line; cleaned to a list."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


class SectionForm(forms.ModelForm):
    """Columns of a draft: it is saved with any of them empty; the page says which are needed to publish."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            for name in set(self.fields) & set(completeness.NEEDED):
                self.fields[name].required = True


class NewCallForm(forms.ModelForm):
    class Meta:
        model = Call
        fields = ["title", "reference"]


class AboutForm(SectionForm):
    languages = forms.MultipleChoiceField(
        label=_("Languages of applications"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = Call
        fields = ["title", "reference", "guidance", "languages"]
        widgets = {"guidance": forms.Textarea(attrs={"rows": 14})}


class DatesForm(SectionForm):
    opens_at = ViennaField(label=_("Opens"), required=False)
    closes_at = ViennaField(label=_("Closes"), required=False)
    clarifications_until = ViennaField(label=_("Questions are answered until"), required=False)

    class Meta:
        model = Call
        fields = ["opens_at", "closes_at", "clarifications_until"]


class MoneyForm(SectionForm):
    tranche_pattern = PercentagesField(
        label=_("Tranches in percent"),
        required=False,
        help_text=_("In the order in which they are paid; they add up to 100. For example 50, 40, 10. Needed before publishing."),
    )

    accounted_share = PercentField(
        label=_("Percent of earlier advances to be accounted for before the next one"),
        most=Decimal(100),
        places=2,
        help_text=_("For example 80."),
    )
    policy = forms.ChoiceField(
        label=_("How its grants are given"),
        choices=Policy.choices,
        required=False,
        help_text=_(
            "As an advance, money paid stays the Fund’s asset until a report on it is accepted. Outright, each tranche is an expense of "
            "the Fund as soon as its conditions are met; reports then only inform, and what is unspent at the end is paid back."
        ),
    )
    window = forms.ModelChoiceField(
        FundWindow.objects.all(),
        label=_("Fund window"),
        required=False,
        empty_label=None,
        help_text=_("Whose money its grants are. Funds are certified from what was given or moved to this window."),
    )
    psc_rate = PercentField(
        label=_("Programme support cost, percent"), places=2, required=False, help_text=_("For example 13; 0 where there is none.")
    )

    class Meta:
        model = Call
        fields = [
            "total_available", "ceiling", "floor", "min_months", "max_months", "policy", "window", "tranche_pattern", "accounted_share",
            "psc_rate", "overhead_cap_percent",
        ]  # fmt: skip

    def clean_policy(self) -> str:
        """As it was where nothing was said."""
        return self.cleaned_data["policy"] or str(self.instance.policy)

    def clean_window(self) -> FundWindow:
        """As it was where nothing was said."""
        return self.cleaned_data["window"] or self.instance.window


class RulesForm(SectionForm):
    class Meta:
        model = Call
        fields = ["blind", "reviewers_per_application", "reserve_list", "interim_every_months", "report_due_days"]


SECTIONS: dict[str, tuple[Any, type[forms.ModelForm]]] = {
    "about": (_("About the call"), AboutForm),
    "dates": (_("Dates"), DatesForm),
    "money": (_("Money and duration"), MoneyForm),
    "rules": (_("Selection and reports"), RulesForm),
}


class QuestionForm(forms.ModelForm):
    choices = LinesField(label=_("Choices, one on each line"), required=False)
    required = forms.BooleanField(label=_("Must be answered"), required=False, initial=True)

    class Meta:
        model = Question
        fields = ["section", "text", "help", "kind", "choices", "word_limit", "required", "identifying"]
        widgets = {"help": forms.Textarea(attrs={"rows": 2}), "text": forms.Textarea(attrs={"rows": 2})}

    def has_changed(self) -> bool:
        return any(name in self.changed_data for name in ("section", "text", "help", "choices", "word_limit"))


class EligibilityQuestionForm(forms.ModelForm):
    passing_answer = forms.TypedChoiceField(
        label=_("The answer that passes"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = EligibilityQuestion
        fields = ["text", "passing_answer", "advice"]
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        passing = self.initial.get("passing_answer", True)
        self.initial["passing_answer"] = "yes" if passing in (True, "yes") else "no"

    def has_changed(self) -> bool:
        return any(name in self.changed_data for name in ("text", "advice"))


class BudgetCategoryForm(forms.ModelForm):
    class Meta:
        model = BudgetCategory
        fields = ["code", "name", "cap_percent", "overhead"]


class CriterionForm(forms.ModelForm):
    anchor_1 = forms.CharField(label=_("Mark 1 means"), max_length=300)
    anchor_2 = forms.CharField(label=_("Mark 2 means"), max_length=300)
    anchor_3 = forms.CharField(label=_("Mark 3 means"), max_length=300)
    anchor_4 = forms.CharField(label=_("Mark 4 means"), max_length=300)
    anchor_5 = forms.CharField(label=_("Mark 5 means"), max_length=300)

    class Meta:
        model = Criterion
        fields = ["name", "description", "weight"]
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for mark, text in (self.initial.pop("anchors", None) or {}).items():
            self.initial[f"anchor_{mark}"] = text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["anchors"] = {str(mark): cleaned.pop(f"anchor_{mark}", "") for mark in range(1, 6)}
        return cleaned


class RequiredDocumentForm(forms.ModelForm):
    required = forms.BooleanField(label=_("Must be there"), required=False, initial=True)

    class Meta:
        model = RequiredDocument
        fields = ["kind", "name", "required"]
        help_texts = {"kind": _("A short word without spaces, for example registration.")}

    def has_changed(self) -> bool:
        return any(name in self.changed_data for name in ("kind", "name"))


PARTS: dict[str, tuple[Any, type[forms.ModelForm]]] = {
    "questions": (_("Questions of the form"), QuestionForm),
    "eligibility_questions": (_("Eligibility questions"), EligibilityQuestionForm),
    "budget_categories": (_("Budget categories"), BudgetCategoryForm),
    "criteria": (_("Criteria"), CriterionForm),
    "required_documents": (_("Documents"), RequiredDocumentForm),
}


class ExtensionForm(forms.Form):
    closes_at = ViennaField(label=_("New closing date"))
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), help_text=_("It is shown to every applicant."))
