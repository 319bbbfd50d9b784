"""The forms of a payment's acts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.fields import MoneyFormField
from trustfund.ledger.models import Subaccount
from trustfund.money import zero


def our_accounts() -> QuerySet[Subaccount]:
    """The fund's bank accounts in USD."""
    return Subaccount.objects.filter(kind=Subaccount.Kind.BANK, currency__in=["", "USD"]).order_by("code")


class BankField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return obj.name


def offer_accounts(field: Any) -> None:
    """The choices of a field for one of the fund's accounts; the first one unless another is chosen."""
    field.queryset = our_accounts()
    field.initial = field.queryset.first()


class CertifyForm(forms.Form):
    """From which account of the fund."""

    paid_from = BankField(label=_("Paid from"), queryset=Subaccount.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_accounts(self.fields["paid_from"])


class SettleForm(forms.Form):
    """What the bank's statement says."""

    on = forms.DateField(label=_("Value date"), widget=forms.DateInput(attrs={"type": "date"}), initial=clock.today)
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60, help_text=_("As it stands on the bank’s statement."))


class ReturnForm(SettleForm):
    """What came back."""

    charges = MoneyFormField(label=_("Charges kept by the bank, in USD"), initial=zero)


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
