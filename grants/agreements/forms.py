"""The forms of a grant's acts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.agreements.models import Grant, Publication
from trustfund.fields import MoneyFormField


class AwardForm(forms.Form):
    """How much is awarded and from when."""

    amount = MoneyFormField(label=_("Amount in USD"), help_text=_("At most what the Board recommended. The budget is scaled to it."))
    starts_on = forms.DateField(label=_("The project starts on"), widget=forms.DateInput(attrs={"type": "date"}))
    at_once_reason = forms.CharField(
        label=_("Why it is paid at once"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Leave it empty: grants are paid in the tranches of their call. An exception is on record, and auditors read it."),
    )


class OfferForm(forms.Form):
    valid_until = forms.DateField(
        label=_("The offer is valid until"),
        help_text=_("After this day it lapses and the money is free again."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class SignatureForm(forms.Form):
    """One's name, typed."""

    typed_name = forms.CharField(
        label=_("Your name"), max_length=200, help_text=_("Type it as it stands in your account. This is your signature.")
    )


class NgoSignatureForm(SignatureForm):
    """The NGO also chooses how much is published."""

    publication = forms.ChoiceField(
        label=_("What may be published about this grant"),
        choices=Publication.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "Donors and the public read what you choose, everywhere: on pages, in statements and in exports. Choose less if naming you "
            "or your country could endanger the persons you help or your staff. You can make it less at any time, never more."
        ),
    )
    field_order = ["publication", "typed_name"]


class PublicationForm(forms.Form):
    """Only choices that publish less than now."""

    publication = forms.ChoiceField(label=_("What may be published from now on"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, grant: Grant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["publication"]
        field.choices = Publication.choices[Publication.values.index(grant.publication) + 1 :]
