"""What holds for everybody who is signed in: how long, with which second factor, how recently; and their language and time zone."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.pages import safe_next
from trustfund.people import second_factor
from trustfund.people.roles import roles_of

Response = Callable[[HttpRequest], HttpResponse]
BEGAN, SEEN = "session_began", "session_seen"
SEEN_EVERY = 60
"""Seconds: a request sooner than this after the last does not write the session again."""


class SignedInMiddleware:
    """Ends a session that was idle too long or is too old; asks role-holders for a second factor; speaks the person's language.

    Stands after AuthenticationMiddleware and MessageMiddleware.
    """

    def __init__(self, get_response: Response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        request.signed_in = True  # type: ignore[attr-defined]  # a page that signs out is still not for caches
        if is_over(request):
            return _ended(request)
        if second_factor.is_missing(request):
            return redirect("people:second_factor")
        with timezone.override(request.user.zone):
            _speak(request)
            response = self.get_response(request)
        second_factor.look_again_after(request)
        return response


def is_over(request: HttpRequest) -> bool:
    """Idle for too long (staff sooner than others), or begun too long ago; otherwise notes that the person was here."""
    now, session = clock.now(), request.session
    began = _moment(session.get(BEGAN)) or now
    seen = _moment(session.get(SEEN)) or now
    idle = settings.SESSION_IDLE_STAFF if roles_of(request.user) else settings.SESSION_IDLE_OTHERS
    if now - seen > idle or now - began > settings.SESSION_LONGEST:
        return True
    if SEEN not in session or abs((now - seen).total_seconds()) >= SEEN_EVERY:
        session[BEGAN], session[SEEN] = began.isoformat(), now.isoformat()
    return False


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _ended(request: HttpRequest) -> HttpResponse:
    """Sign in again and go on where one was; what was posted is lost, so it says so."""
    logout(request)
    messages.info(request, _("You were signed out because nothing happened for a while. Please sign in again."))
    return redirect_to_login(request.get_full_path() if request.method == "GET" else reverse("home"))


def _speak(request: HttpRequest) -> None:
    translation.activate(request.user.language)  # type: ignore[union-attr]
    request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE


def signed_in_recently(request: HttpRequest, *, grace: int = 0) -> bool:
    """Whether the person proved who they are, by whatever means, within REAUTHENTICATION_TIMEOUT (+ `grace`) seconds."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + grace


def fresh_sign_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view for a sensitive act: whoever signed in some time ago first proves again who they are, and comes back to its page.

    Put it on the view that serves both the form (GET) and its POST: the GET asks, and a POST is accepted for another
    half hour, so that nobody loses what they typed.
    """

    @wraps(view)
    @login_required
    def fresh(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        grace = settings.FORM_GRACE_SECONDS if request.method == "POST" else 0
        if signed_in_recently(request, grace=grace):
            return view(request, *args, **kwargs)
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': _way_back(request)})}")

    return fresh


def _way_back(request: HttpRequest) -> str:
    """The page itself after a GET; after a POST the page it was sent from, for a POST-only address shows nothing."""
    if request.method == "GET":
        return request.get_full_path()
    came_from = request.META.get("HTTP_REFERER", "").removeprefix(f"{request.scheme}://{request.get_host()}")
    return safe_next(request, came_from if came_from.startswith("/") and not came_from.startswith("//") else reverse("home"))
