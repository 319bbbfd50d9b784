"""Forms about bank details."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from trustfund import clock, countries
from trustfund.money import CURRENCIES

AS_TYPED = {"autocomplete": "off", "spellcheck": "false"}


def _currencies() -> list[tuple[str, str]]:
    return [("", str(_("Choose a currency"))), *((code, code) for code in sorted(CURRENCIES))]


class ProposeForm(forms.Form):
    """A bank account, as the bank writes it."""

    holder = forms.CharField(
        label=_("Account holder"), max_length=250, help_text=_("As the bank has it. It should be the organisation's own name.")
    )
    holder_note = forms.CharField(
        label=_("If the holder is not the organisation, why"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    bank_name = forms.CharField(label=_("Name of the bank"), max_length=200)
    country = forms.ChoiceField(label=_("Country of the bank"), choices=countries.choices)
    currency = forms.ChoiceField(label=_("Currency of the account"), choices=_currencies)
    account_number = forms.CharField(
        label=_("IBAN or account number"),
        max_length=60,
        widget=forms.TextInput(attrs=AS_TYPED),
        help_text=_("It is kept encrypted, and shown with its last four characters only."),
    )
    swift = forms.CharField(label=_("SWIFT code (BIC)"), max_length=20, widget=forms.TextInput(attrs=AS_TYPED))


class CallForm(forms.Form):
    """The call-back: never to a number that came with the proposal."""

    person = forms.CharField(label=_("Whom you spoke to"), max_length=200)
    number = forms.CharField(
        label=_("Number you called"),
        max_length=60,
        help_text=_("One that the Fund knew before the account was proposed, not one from the proposal."),
    )
    on = forms.DateField(label=_("Day of the call"), widget=forms.DateInput, initial=clock.today)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=600, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("The organisation reads it.")
    )
