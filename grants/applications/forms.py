"""The forms of an application. A draft may be saved with anything missing; what is missing is said by its status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants import typology
from grants.applications import budget
from grants.applications.content import Content
from grants.applications.models import Application, BudgetLine, ExpectedBeneficiaries, OtherFunding, WorkPlanItem
from grants.calls.models import BudgetCategory, EligibilityQuestion, FormSection, Question, RequiredDocument
from trustfund import countries
from trustfund.fields import MoneyFormField
from trustfund.files.forms import DocumentField
from trustfund.ui.formatting import money_text

YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
MET = [("yes", gettext_lazy("Met")), ("no", gettext_lazy("Not met"))]
Axis = ExpectedBeneficiaries.Axis


def expect(form: forms.BaseForm, names: Iterable[str]) -> None:
    """Show on the page that these are needed in the end (no "optional" beside them), though a draft is saved without."""
    form.use_required_attribute = False
    for name in names:
        form.fields[name].expected = True  # type: ignore[attr-defined]
        form.fields[name].required = not form.is_bound


def yes_or_no(label: str, choices: Sequence[tuple[str, Any]] = YES_NO, **kwargs: Any) -> forms.TypedChoiceField:
    """Two radio buttons, cleaned to True or False."""
    messages = {"required": _("Choose one of the two.")}
    return forms.TypedChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        coerce=lambda word: word == "yes",
        empty_value=None,
        error_messages=messages,
        **kwargs,
    )


class EligibilityForm(forms.Form):
    """The call's eligibility questions, before anything is typed."""

    def __init__(self, questions: Sequence[EligibilityQuestion], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[f"question_{question.number}"] = yes_or_no(question.text)

    def answers(self) -> dict[str, bool]:
        """By the number of the question, as text."""
        return {str(question.number): self.cleaned_data[f"question_{question.number}"] for question in self.questions}


class AboutForm(forms.ModelForm):
    country_of_work = forms.ChoiceField(label=gettext_lazy("Country of the project"), choices=countries.choices, required=False)

    class Meta:
        model = Application
        fields = ["title", "summary", "country_of_work", "starts_on", "months"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 6}), "starts_on": forms.DateInput}
        help_texts = {"summary": gettext_lazy("In a few sentences. Never write about one single victim.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        expect(self, self.fields)


class AnswersForm(forms.Form):
    """The questions of one section: `answer-<id>` with a hidden `version-<id>` that says on which version it was written."""

    def __init__(self, section: FormSection, content: Content, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = section.questions
        for question in section.questions:
            answer = content.answers.get(question.pk)
            self.fields[f"answer-{question.pk}"] = _answer_field(question, answer.text if answer else "")
            version = answer.version if answer else 0
            hidden = forms.IntegerField(initial=version, min_value=0, required=False, widget=forms.HiddenInput)
            self.fields[f"version-{question.pk}"] = hidden
        expect(self, [f"answer-{question.pk}" for question in section.questions if question.required])

    def texts(self) -> dict[Question, tuple[str, int]]:
        """What was sent: question to (text, version). A question that was not sent at all is left alone."""
        sent = [question for question in self.questions if f"answer-{question.pk}" in self.data]
        return {q: (self.cleaned_data[f"answer-{q.pk}"], self.cleaned_data[f"version-{q.pk}"] or 0) for q in sent}


def _answer_field(question: Question, text: str) -> forms.Field:
    shared: dict[str, Any] = {"label": question.text, "help_text": question.help, "required": False, "initial": text}
    if question.kind == Question.Kind.CHOICE:
        choices = [(choice, choice) for choice in question.choices]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **shared)
    if question.kind == Question.Kind.YES_NO:
        return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **shared)
    attrs: dict[str, Any] = {"rows": 10, **({"data-word-limit": question.word_limit} if question.word_limit else {})}
    return forms.CharField(widget=forms.Textarea(attrs=attrs), strip=False, **shared)


class BaseForm(forms.Form):
    """The version that a section was written on."""

    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def clean_base(self) -> int:
        return self.cleaned_data["base"] or 0


class LineForm(forms.Form):
    category: Any = forms.TypedChoiceField(label=gettext_lazy("Category"), empty_value=None)
    description = forms.CharField(label=gettext_lazy("Description"), max_length=300)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=40)
    quantity = forms.DecimalField(label=gettext_lazy("Quantity"), max_digits=12, decimal_places=3, localize=True)
    unit_cost = MoneyFormField(label=gettext_lazy("Cost of one, USD"))
    requested = MoneyFormField(label=gettext_lazy("From the Fund, USD"))

    def __init__(self, *args: Any, categories: Sequence[BudgetCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_pk = {str(category.pk): category for category in categories}
        field: Any = self.fields["category"]
        field.choices = [("", "–"), *((pk, str(category)) for pk, category in by_pk.items())]
        field.coerce = by_pk.get

    def clean_quantity(self) -> Any:
        quantity = self.cleaned_data["quantity"]
        if quantity <= 0:
            raise forms.ValidationError(_("The quantity must be above zero."))
        return quantity

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if {"quantity", "unit_cost", "requested"} <= cleaned.keys():
            amount = budget.amount(cleaned["quantity"], cleaned["unit_cost"])
            if budget.is_too_large(amount):
                self.add_error("quantity", _("The amount of this line is too large."))
            elif cleaned["requested"] > amount:
                message = _("This is more than the line costs: %(amount)s.")
                self.add_error("requested", message % {"amount": money_text(amount)})
        return cleaned


def line_initial(line: BudgetLine) -> dict[str, Any]:
    values = {name: getattr(line, name) for name in ("description", "unit", "unit_cost", "requested")}
    return {**values, "category": line.category_id, "quantity": line.quantity.normalize()}


class PlanForm(forms.ModelForm):
    class Meta:
        model = WorkPlanItem
        fields = ["activity", "result", "from_month", "to_month"]

    def __init__(self, *args: Any, months: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.months = months

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("from_month"), cleaned.get("to_month")
        if first and last and last < first:
            self.add_error("to_month", _("It ends before it begins."))
        if last and last > self.months:
            self.add_error("to_month", _("The project has %(months)d months.") % {"months": self.months})
        return cleaned


class FundingForm(forms.ModelForm):
    class Meta:
        model = OtherFunding
        fields = ["funder", "purpose", "amount", "received", "same_costs"]
        labels = {"amount": gettext_lazy("Amount, USD")}


class FundingHeadForm(BaseForm):
    partners = forms.CharField(
        label=gettext_lazy("Partners in the project"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=gettext_lazy("Organisations that work on it with you, and what each does."),
    )
    no_other_funding = forms.BooleanField(label=gettext_lazy("There is no other funding for this project"), required=False)


class CountsForm(BaseForm):
    """The typology as a grid: one number for each sex and age band, and for each category of the other axes."""

    AXES = ((Axis.EXPLOITATION, typology.Exploitation), (Axis.MOVEMENT, typology.Movement), (Axis.SERVICE, typology.Service))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for sex in typology.Sex:
            for band in typology.AgeBand:
                self._add(f"{Axis.SEX_AGE}-{sex}-{band}", f"{sex.label}, {band.label}")
        for axis, categories in self.AXES:
            for category in categories:
                self._add(f"{axis}-{category}", str(category.label))

    def _add(self, name: str, label: str) -> None:
        widget = forms.NumberInput(attrs={"min": 0, "inputmode": "numeric", "aria-label": label})
        self.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=1_000_000, required=False, widget=widget)

    def grid(self) -> list[tuple[str, list[Any]]]:
        """Rows of the table: an age band with its fields by sex."""
        return [(str(band.label), [self[f"{Axis.SEX_AGE}-{sex}-{band}"] for sex in typology.Sex]) for band in typology.AgeBand]

    def heads(self) -> list[str]:
        return [str(sex.label) for sex in typology.Sex]

    def axes(self) -> list[tuple[str, list[Any]]]:
        return [(str(axis.label), [self[f"{axis}-{category}"] for category in categories]) for axis, categories in self.AXES]

    def rows(self) -> list[dict[str, Any]]:
        """One row for each category of the typology, zeros included."""
        value = self.cleaned_data
        rows: list[dict[str, Any]] = []
        for sex in typology.Sex:
            named = [(band, value[f"{Axis.SEX_AGE}-{sex}-{band}"] or 0) for band in typology.AgeBand]
            rows += [{"axis": Axis.SEX_AGE, "sex": sex, "age_band": band, "persons": persons} for band, persons in named]
        for axis, categories in self.AXES:
            rows += [{"axis": axis, "category": each, "persons": value[f"{axis}-{each}"] or 0} for each in categories]
        return rows


def counts_initial(rows: Sequence[ExpectedBeneficiaries]) -> dict[str, int]:
    return {"-".join(filter(None, [row.axis, row.sex, row.age_band, row.category])): row.persons for row in rows}


class DocumentForm(forms.Form):
    required = forms.ModelChoiceField(label=gettext_lazy("Which document"), queryset=RequiredDocument.objects.none(), empty_label=None)
    file = DocumentField(label=gettext_lazy("File"))

    def __init__(self, *args: Any, required: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["required"].queryset = required  # type: ignore[attr-defined]


class DeclarationForm(forms.Form):
    true = forms.BooleanField(label=gettext_lazy("What we wrote is true and complete."))
    safe = forms.BooleanField(label=gettext_lazy("It holds no name, address, picture or other data of a victim."))
    voluntary = forms.BooleanField(label=gettext_lazy("We never make help depend on cooperation with the police or the courts."))
    once = forms.BooleanField(label=gettext_lazy("No cost of this budget is paid for by anybody else."))


class MergeForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("The answer that stays"), widget=forms.Textarea(attrs={"rows": 14}), strip=False, required=False
    )
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class AskForm(forms.Form):
    question = forms.CharField(
        label=gettext_lazy("What must the applicant explain?"), widget=forms.Textarea(attrs={"rows": 5}), max_length=4000
    )
    due_on = forms.DateField(label=gettext_lazy("Answer by"), widget=forms.DateInput)


class ReplyForm(forms.Form):
    answer = forms.CharField(label=gettext_lazy("Your answer"), widget=forms.Textarea(attrs={"rows": 8}), max_length=8000)


class ScreeningForm(forms.Form):
    """Each eligibility question, with what the applicant answered before beginning: met or not, and the reason when not."""

    def __init__(self, questions: Sequence[EligibilityQuestion], answers: Mapping[str, bool], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[f"met_{question.pk}"] = yes_or_no(question.text, help_text=self._hint(question, answers), choices=MET)
            self.fields[f"reason_{question.pk}"] = forms.CharField(
                label=_("Reason, if it is not met"),
                widget=forms.Textarea(attrs={"rows": 2}),
                required=False,
                max_length=2000,
                help_text=_("The applicant reads it."),
            )

    @staticmethod
    def _hint(question: EligibilityQuestion, answers: Mapping[str, bool]) -> str:
        answered = _("The applicant answered yes.") if answers.get(str(question.number)) else _("The applicant answered no.")
        return f"{answered} {_('The call asks for yes.') if question.passing_answer else _('The call asks for no.')}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for question in self.questions:
            if cleaned.get(f"met_{question.pk}") is False and not cleaned.get(f"reason_{question.pk}", "").strip():
                self.add_error(f"reason_{question.pk}", _("Say why it is not met."))
        return cleaned

    def findings(self) -> dict[int, tuple[bool, str]]:
        data = self.cleaned_data
        return {q.pk: (data[f"met_{q.pk}"], data[f"reason_{q.pk}"]) for q in self.questions}
