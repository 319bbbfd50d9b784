"""What the NGO writes, what finance judges, and the upload of a filled-in list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from grants.reports.actions import NARRATIVE
from grants.reports.models import Expenditure, Report
from trustfund.fields import MoneyFormField
from trustfund.money import CURRENCIES, Money, TooPrecise


class NarrativeForm(forms.ModelForm):
    """The report's words; `version` is what was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Report
        fields = NARRATIVE
        widgets = {
            "activities": forms.Textarea(attrs={"rows": 10, "data-word-limit": 1500}),
            "results": forms.Textarea(attrs={"rows": 10, "data-word-limit": 1500}),
            "difficulties": forms.Textarea(attrs={"rows": 6, "data-word-limit": 800}),
            "updated_plan": forms.Textarea(attrs={"rows": 6, "data-word-limit": 800}),
        }
        help_texts = {
            "activities": _(
                "Write about the work, never about a person who could be recognised: no names, dates of birth, addresses or places of shelters."
            ),
            "results": _("What is different now. Numbers of people belong into the tables of outcomes."),
            "updated_plan": _("Leave this empty when the plan stays as it was."),
        }

    def _post_clean(self) -> None:
        """Nothing is put on the report here: the action does that, after it has looked at the version."""


class ExpenditureForm(forms.ModelForm):
    """One row of the list of transactions."""

    local_amount = forms.DecimalField(required=False, min_value=0, max_digits=18, decimal_places=3, label=_("amount in local currency"))
    local_currency = forms.CharField(required=False, max_length=3, label=_("currency"))
    amount = MoneyFormField(label=_("amount in USD"))

    class Meta:
        model = Expenditure
        fields = ["budget_line", "date", "description", "document_number", "local_amount", "local_currency", "amount"]
        widgets = {"date": forms.DateInput()}

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["budget_line"].queryset = report.grant.budget_lines.all()
        if self.instance.local:
            self.initial["local_amount"] = self.instance.local.amount

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        amount, currency = data.get("local_amount"), (data.get("local_currency") or "").upper().strip()
        data["local"] = _local(amount, currency) if amount or currency else None
        return data

    def _post_clean(self) -> None:
        """The action makes the rows."""


def _local(amount: Any, currency: str) -> Money:
    if currency not in CURRENCIES:
        raise ValidationError({"local_currency": _("Write the currency as its three letters, for example KHR.")})
    if not amount:
        raise ValidationError({"local_amount": _("Write the amount in this currency too.")})
    try:
        return Money(amount, currency)
    except TooPrecise as error:
        raise ValidationError({"local_amount": _("This amount has more decimal places than its currency has.")}) from error


class _ExpenditureFormSet(forms.BaseModelFormSet):
    def rows(self) -> list[dict[str, Any]]:
        """The rows that were filled in and not struck out, as the action takes them."""
        filled = [form.cleaned_data for form in self.forms if form.cleaned_data.get("budget_line")]
        return [data for data in filled if not data.get("DELETE")]


ExpenditureFormSet = forms.modelformset_factory(
    Expenditure, form=ExpenditureForm, formset=_ExpenditureFormSet, extra=5, can_delete=True, max_num=500, validate_max=True
)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("The filled-in list (XLSX or CSV)"), help_text=_("It replaces the whole list. Nothing is saved when a row is wrong.")
    )


class SendBackForm(forms.Form):
    reason = forms.CharField(label=_("What has to be corrected"), widget=forms.Textarea(attrs={"rows": 5}), max_length=4000)


class AcceptForm(forms.Form):
    """Finance: a reason beside each row that is disallowed; an empty one accepts the row."""

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(report.expenditures.select_related("budget_line"))
        for row in self.rows:
            label = _("Row %(number)s: disallow, because") % {"number": row.number}
            self.fields[f"row-{row.pk}"] = forms.CharField(required=False, max_length=300, label=label)

    def pairs(self) -> list[tuple[Expenditure, forms.BoundField]]:
        """Each row with its field, for the template."""
        return [(row, self[f"row-{row.pk}"]) for row in self.rows]

    def disallowed(self) -> dict[int, str]:
        """{primary key: reason} of what is disallowed."""
        return {row.pk: reason for row in self.rows if (reason := self.cleaned_data[f"row-{row.pk}"].strip())}
