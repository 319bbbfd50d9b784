"""Where allauth meets our house: its letters go through the outbox, its secrets are encrypted, its acts are on record."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import filter_users_by_email
from allauth.core import context as allauth_context
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import get_random_string
from django.utils.translation import gettext

from trustfund import encryption
from trustfund.audit import recording
from trustfund.mail import outbox
from trustfund.people import second_factor, sessions

PURPOSE = "second factor"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in pages."""

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Who signs up for themselves acts for an NGO (or nobody yet); everybody else is invited."""
        for name in ("name", "language", "time_zone"):
            setattr(user, name, form.cleaned_data[name])
        user = super().save_user(request, user, form, commit=commit)
        recording.record("account.sign_up", of=user, by=user)
        return user

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Every sign-in is on record; failed ones are only counted, or strangers could write to the chain."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        recording.record("account.sign_in", of=user, by=user)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failed attempts are counted by address and place: nobody can keep a stranger out by failing in their name, before a deadline.

        Of IPv6 the place is the network (/64): everybody has as many addresses in theirs as they like.
        """
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{get_ip(request)}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Into the outbox, in the reader's language, in the transaction of what happened."""
        user = context.get("user") or next(iter(filter_users_by_email(email)), None)
        language = user.language if user is not None else translation.get_language() or settings.LANGUAGE_CODE
        with translation.override(language):
            fund = {"fund": settings.FUND_NAME, "site_url": settings.SITE_URL, "current_site": {"name": settings.FUND_NAME}}
            message = self.render_mail(template_prefix, email, {"request": self.request, "email": email, **fund, **context})
        outbox.put(
            template=template_prefix,
            key=f"{template_prefix}:{get_random_string(24)}",
            recipient=user,
            address=email,
            language=language,
            subject=message.subject,
            body=str(message.body),
        )

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Every change of a password, an address or a second factor comes by here: it goes on record, and its owner is told."""
        recording.record("account." + template_prefix.rsplit("/", 1)[-1], of=user, by=user)
        super().send_notification_mail(template_prefix, user, context, email)

    def get_reset_password_from_key_url(self, key: str) -> str:
        return _on_our_site(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return _on_our_site(super().get_email_confirmation_url(request, emailconfirmation))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("people:account")

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """allauth counts only a second proof; to us a sign-in of a moment ago is one."""
        return not sessions.signed_in_recently(allauth_context.request)


def _on_our_site(url: str) -> str:
    """A link in a letter begins with SITE_URL, never with the host that a request claims."""
    _scheme, _separator, rest = url.partition("://")
    return outbox.absolute("/" + rest.partition("/")[2])


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors."""

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text, purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text, purpose=PURPOSE)

    def get_totp_issuer(self) -> str:
        return settings.TOTP_ISSUER

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """Filled in when one is added; people may call it as they like."""
        others = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(number)s") % {"number": others + 1}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever holds a role keeps one."""
        if authenticator.type not in second_factor.FACTORS or not second_factor.is_obligatory(authenticator.user):
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=second_factor.FACTORS).exclude(pk=authenticator.pk)
        return bool(others.exists())
