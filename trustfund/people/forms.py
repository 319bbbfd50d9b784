"""Forms about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from trustfund.people import zones
from trustfund.people.models import User
from trustfund.people.roles import Role


class PersonalFields(forms.Form):
    """What everybody says about themselves."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, help_text=_("In which we write to you."))
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zones.choices, initial="Europe/Vienna", help_text=_("Deadlines are shown in it.")
    )


class SignUpFields(PersonalFields):
    """allauth mixes this into its sign-up form (ACCOUNT_SIGNUP_FORM_CLASS)."""

    field_order = ["name", "email", "password1", "language", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = translation.get_language()

    def signup(self, request: Any, user: User) -> None:
        """Everything was stored by the adapter."""


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """My own details."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones.choices, help_text=_("Deadlines are shown in it."))

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]


class AcceptForm(PersonalFields):
    """Whoever was invited and has no account yet."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters; a few unrelated words are best."),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, User(email=self.email, name=self.data.get("name", "")))
        return password


class InviteForm(forms.Form):
    """Somebody who works for the Fund, sits on its Board or audits it."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose a role")), *Role.choices])
    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES, initial="en")


class RoleForm(forms.Form):
    """A role, from a day until a day; a deputy has both."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose a role")), *Role.choices])
    since = forms.DateField(label=_("From"), widget=forms.DateInput)
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput, help_text=_("The last day, for a deputy. Empty: for good.")
    )

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class EndRoleForm(forms.Form):
    """The last day of a role."""

    on = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput, help_text=_("Empty: at once."))
