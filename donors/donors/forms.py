"""Forms about donors and their contacts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from donors.donors.models import Donor
from trustfund import countries
from trustfund.people.models import User


class DonorForm(forms.Form):
    """A new donor; its kind is fixed afterwards, since it decides the revenue account."""

    name = forms.CharField(label=_("Name"), max_length=250)
    kind = forms.ChoiceField(label=_("Kind"), choices=Donor.Kind.choices, widget=forms.RadioSelect)
    country = forms.ChoiceField(label=_("Country"), choices=countries.choices)
    anonymous_in_public = forms.BooleanField(
        label=_("Wants no name in public"),
        required=False,
        help_text=_("Public pages and open data then say “Anonymous donor”. The Fund's staff and auditors still read the name."),
    )


class ChangeForm(DonorForm):
    """What may change of a donor."""

    def __init__(self, *args: Any, donor: Donor, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"name": donor.name, "country": donor.country, "anonymous_in_public": donor.anonymous_in_public})
        super().__init__(*args, **kwargs)
        del self.fields["kind"]


class ContactForm(forms.Form):
    """A person who shall act for a donor."""

    name = forms.CharField(label=_("Name of the person"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    language = forms.ChoiceField(label=_("Language of letters"), choices=User._meta.get_field("language").choices or [], initial="en")
