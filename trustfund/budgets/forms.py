"""The forms of a budget: for which window and year, a row of its grid, a document, a workbook, why it is returned."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.budgets import lines
from trustfund.budgets.actions import Row
from trustfund.budgets.models import FIRST_YEAR, LAST_YEAR
from trustfund.fields import MoneyFormField
from trustfund.files.forms import DocumentField
from trustfund.files.kinds import Kind
from trustfund.ledger.models import GENERAL, FundWindow


class NewForm(forms.Form):
    """Of which window and year a version is begun."""

    window = forms.ModelChoiceField(FundWindow.objects.all(), label=_("Fund window"), initial=GENERAL, empty_label=None)
    year = forms.IntegerField(label=_("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR, initial=lambda: clock.today().year)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why an approved budget is revised; it is shown with Statement V."),
    )


class ReasonForm(forms.Form):
    """Why it is revised."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class LineForm(forms.Form):
    """One line of the grid."""

    line = forms.ChoiceField(label=_("Budget line"), choices=[("", "–"), *lines.CHOICES])
    amount = MoneyFormField(label=_("Amount (USD)"), currency="USD", allow_negative=True)
    remark = forms.CharField(label=_("Remark"), required=False, max_length=120)


def rows(cleaned: list[dict[str, Any]]) -> list[Row]:
    """What was typed, once it is valid."""
    return [Row(each["line"], each["amount"], each["remark"]) for each in cleaned]


def typed(row: Row) -> dict[str, Any]:
    """A stored line as the grid shows it."""
    return {"line": row.line, "amount": row.amount, "remark": row.remark}


class DocumentForm(forms.Form):
    """The decision that a budget rests on."""

    upload = DocumentField(label=_("Document"))


class WorkbookForm(forms.Form):
    """A workbook that was downloaded and filled in."""

    upload = DocumentField(label=_("Workbook"), kinds=frozenset({Kind.XLSX}))


class ApprovalForm(forms.Form):
    """Which version was read: that one is approved, and no other."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ReturnForm(forms.Form):
    """Why it is not approved."""

    remark = forms.CharField(label=_("What is to be put right"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
