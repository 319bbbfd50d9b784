"""The forms of closing a grant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from donors.contributions.models import Contribution
from grants.closing.models import Refund
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

    def clean(self) -> dict[str, Any]:
        """One line of the bank's statement is one receipt: it is not entered on two grants, nor as a gift and as a refund."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("bank") and data.get("bank_reference"):
            data["bank_reference"] = " ".join(data["bank_reference"].split())
            line = {"bank": data["bank"], "bank_reference__iexact": data["bank_reference"]}
            if Refund.objects.filter(**line).exists() or Contribution.objects.filter(**line).exclude(state="withdrawn").exists():
                message = _("This reference was entered already. If one transfer pays back several grants, add /2, /3 to the reference.")
                self.add_error("bank_reference", message)
        return data


class AsOfForm(forms.Form):
    """Until which day."""

    as_of = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
