"""Whoever holds a role has a second factor. There is one exception and it is a row in the database: the demo."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.urls import reverse

from trustfund.people import demo
from trustfund.people.roles import roles_of

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
_SEEN = "has_second_factor"
_ALLOWED = ("account_logout", "account_reauthenticate", "set_language", "mfa_index", "people:second_factor", "healthz")


def is_obligatory(user: Any) -> bool:
    """For every role, everywhere but in the demo."""
    return bool(roles_of(user)) and not demo.is_demo()


def has_one(user: Any) -> bool:
    """An authenticator app or a passkey; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def is_missing(request: HttpRequest) -> bool:
    """Whether this request must wait until its sender has set one up. Once seen it is remembered: taking it away ends the session."""
    if request.session.get(_SEEN) or not is_obligatory(request.user) or _is_allowed(request.path):
        return False
    if has_one(request.user):
        request.session[_SEEN] = True
        return False
    return True


def look_again_after(request: HttpRequest) -> None:
    """After a change on the pages of second factors what was remembered is forgotten."""
    if request.method == "POST" and request.path.startswith(reverse("mfa_index")):
        request.session.pop(_SEEN, None)


def _is_allowed(path: str) -> bool:
    """The way to a second factor, and the way out."""
    return path.startswith(reverse("mfa_index")) or path in {reverse(name) for name in _ALLOWED}


def factors_of(user: Any) -> dict[str, int]:
    """How many of each the person has, for their account page: totp, webauthn, recovery_codes."""
    types = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    return {kind.value: types.count(kind.value) for kind in Authenticator.Type}
