"""The headers of every response: pages, redirects, errors and downloads alike. The content policy itself is django-csp's (settings)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

NOTHING = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(self), geolocation=(), "
    "gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": NOTHING,
}


class SecurityHeadersMiddleware:
    """The first of all middlewares, so that nothing answers without it. What a signed-in person sees is kept by no cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        if _is_personal(request):
            response.headers["Cache-Control"] = "no-store, private"
        return response


def _is_personal(request: HttpRequest) -> bool:
    """Somebody is (or in this request was) signed in. Static files have no user and stay cacheable."""
    if getattr(request, "signed_in", False):
        return True
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


SECRET = re.compile(r"((?:/invitation|/confirm-email|/reset/key)/)[^/\s?]+")


class SecretsLeftOut(logging.Filter):
    """The path of a link out of a letter is written to no log: whoever reads logs could take up the invitation, or the reset."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if SECRET.search(text):
            record.msg, record.args = SECRET.sub(r"\1...", text), ()
        return True
