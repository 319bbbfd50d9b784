"""The forms of closing a grant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.payments.forms import BankField, offer_accounts
from trustfund import clock
from trustfund.fields import MoneyFormField
from trustfund.ledger.models import Subaccount


class RefundForm(forms.Form):
    """What the bank's statement says about money that the NGO sent back."""

    amount = MoneyFormField(label=_("Amount in USD"))
    received_on = forms.DateField(label=_("Value date"), widget=forms.DateInput(attrs={"type": "date"}), initial=clock.today)
    bank = BankField(label=_("Into our account"), queryset=Subaccount.objects.none())
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_accounts(self.fields["bank"])


class AsOfForm(forms.Form):
    """Until which day."""

    as_of = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
