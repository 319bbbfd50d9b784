"""allauth's pages, each POST in one transaction: what it changes, its letters and its record stand or fall together.

(allauth tells of a new second factor right after the commit: there alone the letter and the record come a moment later.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from allauth.urls import urlpatterns as of_allauth
from django.db import transaction
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver


def _in_one_transaction(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return wrapped


def _leaves(patterns: Iterable[URLPattern | URLResolver]) -> Iterable[URLPattern | URLResolver]:
    """The same patterns around wrapped views, included ones too."""
    for found in patterns:
        if isinstance(found, URLResolver):
            yield URLResolver(found.pattern, list(_leaves(found.url_patterns)), found.default_kwargs, found.app_name, found.namespace)
        else:
            yield URLPattern(found.pattern, _in_one_transaction(found.callback), found.default_args, found.name)


urlpatterns = list(_leaves(of_allauth))
