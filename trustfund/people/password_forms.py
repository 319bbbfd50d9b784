"""allauth's form of a forgotten password, with a limit of our own. (Apart from `forms`, which allauth itself imports.)"""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from allauth.core import context, ratelimit
from allauth.core.internal.ratelimit import get_ip


class ResetForm(ResetPasswordForm):  # type: ignore[misc]
    """Whoever asks in somebody's name again and again uses up their own share, not the owner's."""

    def clean_email(self) -> str:
        email: str = super().clean_email()
        share = f"{email.lower()}:{get_ip(context.request)}"
        if not ratelimit.consume(context.request, action="reset_password_share", key=share):
            raise get_adapter().validation_error("rate_limited")
        return email
