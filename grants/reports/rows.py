"""One row of the list of transactions as it is typed or read from a file: its columns, and how it is cleaned. Touches no rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from trustfund.fields import MoneyFormField, MoneyWidget
from trustfund.money import CURRENCIES, Money

MOST_ROWS = 400
"""Of one report: what a page can send, what finance can judge row by row."""

HEADS = {
    "budget_line": "budget line",
    "date": "date",
    "description": "description",
    "document_number": "receipt number",
    "local_amount": "local amount",
    "local_currency": "local currency",
    "amount": "amount USD",
}
"""The workbook's headings, the same in every language, so that what was filled in one language is read in another."""

LABELS = {
    "budget_line": _("budget line"),
    "date": _("date"),
    "description": _("what it was for"),
    "document_number": _("receipt number"),
    "local_amount": _("local amount"),
    "local_currency": _("local currency"),
    "amount": _("amount USD"),
}


class RowForm(forms.Form):
    """One transaction. Cleans to budget_line, date, description, document_number, amount (Money USD), local (Money or None)."""

    budget_line = forms.TypedChoiceField(
        label=LABELS["budget_line"], error_messages={"invalid_choice": _("This is not the number of a budget line of the grant.")}
    )
    date = forms.DateField(
        label=LABELS["date"],
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(),
        error_messages={"invalid": _("Write the date as year, month and day, for example 2026-03-05.")},
    )
    description = forms.CharField(label=LABELS["description"], max_length=200)
    document_number = forms.CharField(label=LABELS["document_number"], max_length=60)
    local_amount = forms.CharField(label=LABELS["local_amount"], required=False, max_length=40, widget=MoneyWidget())
    local_currency = forms.CharField(label=LABELS["local_currency"], required=False, max_length=3)
    amount = MoneyFormField(label=LABELS["amount"])

    def __init__(self, *args: Any, lines: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(line.pk): line for line in lines}
        field = self.fields["budget_line"]
        assert isinstance(field, forms.TypedChoiceField)  # as declared above
        field.choices = [("", "–"), *((pk, f"{line.number} {line.category_name}") for pk, line in known.items())]
        field.coerce = known.__getitem__
        for name in ("description", "document_number"):
            self.fields[name].widget.attrs.pop("maxlength", None)  # a paste is never cut: what is too long is said

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        typed, currency = data.pop("local_amount", ""), data.pop("local_currency", "").strip().upper()
        data["local"] = _local(typed, currency) if typed or currency else None
        return data


def _local(typed: str, currency: str) -> Money:
    if currency not in CURRENCIES:
        raise ValidationError({"local_currency": _("Write the currency as its three letters, for example KHR.")})
    try:
        found = MoneyFormField(currency=currency).clean(typed)
    except ValidationError as error:
        raise ValidationError({"local_amount": error.messages}) from error
    if not found:
        raise ValidationError({"local_amount": _("Write the amount in this currency too, above zero.")})
    return found
