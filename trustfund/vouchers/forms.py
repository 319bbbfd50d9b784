"""The forms of a voucher: its head, a row of its grid, a reversal, why it is returned, a document."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.fields import MoneyFormField, MoneyWidget
from trustfund.files.forms import DocumentField
from trustfund.ledger import chart
from trustfund.ledger.models import GENERAL, FundWindow, Subaccount
from trustfund.money import CURRENCIES, Money
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.rules import OWN_ACTS, Content, Row

TYPES = {
    chart.ASSET: _("Assets"),
    chart.LIABILITY: _("Liabilities"),
    chart.NET: _("Net assets"),
    chart.REVENUE: _("Revenue"),
    chart.EXPENSE: _("Expenses"),
}
SUBACCOUNTS, CURRENCY_CODES = "subaccounts", "currencies"
"""The ids of the lists that the page offers while somebody types."""


def _day(**more: Any) -> forms.DateField:
    return forms.DateField(label=_("Date"), initial=clock.today, widget=forms.DateInput(), **more)


class VoucherForm(forms.Form):
    """The head of a voucher."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(Voucher.Kind.ENTRY, _("Entry")), (Voucher.Kind.ADJUSTMENT, _("Year-end adjustment, period 13"))],
    )
    date = _day(help_text=_("The day of the entry; the exchange rates are those of this day."))
    window = forms.ModelChoiceField(FundWindow.objects.all(), label=_("Fund window"), initial=GENERAL, empty_label=None)
    narrative = forms.CharField(
        label=_("Narrative"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What happened and why. No names of persons: it is read by everybody who reads the books."),
    )


class AmountField(forms.CharField):
    """A debit or a credit as it is typed; the row says in which currency it is."""

    widget = MoneyWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=40, **kwargs)


class AccountField(forms.ChoiceField):
    """An account of the chart, those first that a voucher may post to; the others are there to say why not."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=_accounts, **kwargs)


def _accounts() -> list[Any]:
    own = [(code, definition) for code, definition in chart.BY_CODE.items() if code not in OWN_ACTS]
    groups = [(TYPES[kind], [_choice(each) for each in found]) for kind, found in groupby(own, lambda each: each[1].type)]
    others = [(code, chart.BY_CODE[code]) for code in sorted(OWN_ACTS)]
    return [("", _("Choose an account")), *groups, (_("Only posted by their own acts"), [_choice(each) for each in others])]


def _choice(account: tuple[str, chart.Definition]) -> tuple[str, str]:
    code, definition = account
    return code, f"{code} {definition.label}"


class LineForm(forms.Form):
    """One line: an account, what it is about, an amount on one side."""

    account = AccountField(label=_("Account"))
    subaccount = forms.CharField(
        label=_("Subaccount"), required=False, max_length=60, widget=forms.TextInput(attrs={"list": SUBACCOUNTS, "autocomplete": "off"})
    )
    debit = AmountField(label=_("Debit"))
    credit = AmountField(label=_("Credit"))
    currency = forms.CharField(
        label=_("Currency"), max_length=3, initial="USD", widget=forms.TextInput(attrs={"list": CURRENCY_CODES, "autocomplete": "off"})
    )
    memo = forms.CharField(label=_("Memo"), required=False, max_length=120)

    def clean_subaccount(self) -> Subaccount | None:
        code = self.cleaned_data["subaccount"].strip()
        found = Subaccount.objects.filter(code__iexact=code).first() if code else None
        if code and found is None:
            raise ValidationError(_t("There is no subaccount %(code)s."), params={"code": code})
        return found

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"].strip().upper()
        if code not in CURRENCIES:
            raise ValidationError(_t("“%(code)s” is no currency code, such as USD or EUR."), params={"code": code})
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        sides = [side for side in ("debit", "credit") if data.get(side)]
        if len(sides) != 1:
            self.add_error("debit", _t("Enter an amount as a debit or as a credit, and only one of them."))
        elif "currency" in data:
            data["side"], data["amount"] = sides[0], self._amount(sides[0], data)
        return data

    def _amount(self, side: str, data: dict[str, Any]) -> Money | None:
        try:
            return MoneyFormField(currency=data["currency"]).clean(data[side])
        except ValidationError as error:
            self.add_error(side, error)
            return None


def content(head: dict[str, Any], lines: list[dict[str, Any]]) -> Content:
    """What was typed, once both forms are valid."""
    rows = [Row(line["account"], line["side"], line["amount"], line["subaccount"], line["memo"]) for line in lines]
    return Content(head["kind"], head["date"], head["window"].pk, rows)


def typed(row: Row) -> dict[str, Any]:
    """A stored line as the grid shows it."""
    shown = {"account": row.account, "subaccount": row.of.code if row.of else "", "currency": row.amount.currency, "memo": row.memo}
    return {**shown, row.side: MoneyWidget().format_value(row.amount)}


class NarrativeForm(forms.Form):
    """What a prepared voucher is about, in words."""

    narrative = forms.CharField(
        label=_("Narrative"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What happened and why. No names of persons: it is read by everybody who reads the books."),
    )


class ReversalForm(forms.Form):
    """When an entry is reversed, and why."""

    date = _day(help_text=_("The day of the reversing entry, in an open period."))
    narrative = forms.CharField(label=_("Why it is reversed"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ApprovalForm(forms.Form):
    """Which version of the voucher the checker has read: that one is approved, and no other."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ReturnForm(forms.Form):
    """Why a voucher is not approved."""

    reason = forms.CharField(label=_("What is to be put right"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class AttachmentForm(forms.Form):
    """One document."""

    upload = DocumentField(label=_("Document"))
