"""Forms of an organisation: profile, people, documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ngos.organisations.models import Membership, Organisation, OrganisationDocument
from trustfund import countries
from trustfund.files.forms import DocumentField


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """The profile; the country is chosen by its name in the reader's language."""

    country = forms.ChoiceField(label=_("Country of registration"), choices=countries.choices)
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")

    class Meta:
        model = Organisation
        fields = [
            "name",
            "local_name",
            "acronym",
            "country",
            "city",
            "registration_number",
            "founded_on",
            "partner_number",
            "address",
            "phone",
            "website",
            "description",
            "public_name_ok",
        ]
        widgets = {
            "founded_on": forms.DateInput,
            "address": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 6, "data-word-limit": 250}),
        }

    def _post_clean(self) -> None:
        """The action builds and checks the organisation: the form's own copy would be touched before it is asked."""


class RegisterForm(ProfileForm):
    """What is asked first: enough to begin with, the rest can wait."""

    class Meta(ProfileForm.Meta):
        fields = ["name", "local_name", "acronym", "country", "city", "registration_number", "founded_on", "website"]


class MemberForm(forms.Form):
    """A right, and whether the person signs."""

    right = forms.ChoiceField(label=_("Right"), choices=Membership.Right.choices, widget=forms.RadioSelect, initial=Membership.Right.EDITOR)
    signatory = forms.BooleanField(
        label=_("May sign for the organisation"), required=False, help_text=_("Signs agreements, reports and bank details.")
    )


class InviteForm(MemberForm):
    """Who is asked to join."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=200)
    field_order = ["name", "email", "right", "signatory"]


class DocumentForm(forms.Form):
    """A document to keep; it may replace an older one of the organisation."""

    kind = forms.ChoiceField(label=_("Kind of document"), choices=OrganisationDocument.Kind.choices)
    title = forms.CharField(label=_("Title"), max_length=200, required=False, help_text=_("For example the year of the accounts."))
    upload = DocumentField(label=_("File"))
    issued_on = forms.DateField(label=_("Issued on"), required=False, widget=forms.DateInput)
    expires_on = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput, help_text=_("Leave empty if it does not expire.")
    )
    replaces = forms.ModelChoiceField(
        label=_("Replaces"), queryset=OrganisationDocument.objects.none(), required=False, empty_label=_("Nothing: it is one more")
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["replaces"].queryset = organisation.documents.current()  # type: ignore[attr-defined]
