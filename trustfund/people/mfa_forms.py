"""allauth's form of a new passkey, in our words. (Apart from `forms`, which allauth itself imports.)"""

from __future__ import annotations

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey signs in alone, unless its owner wants it only beside the password (an old security key can't do more)."""

    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without a password"),
        help_text=_("It asks for your finger, face or PIN each time. Old security keys can't: leave it empty for those."),
        required=False,
        initial=True,
    )
