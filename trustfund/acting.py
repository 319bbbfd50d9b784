"""The page of an act: refused to who may not (403), said to be out of order (409), else what will happen, and one button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Required, TypedDict, Unpack

from django import forms
from django.http import HttpRequest, HttpResponse

from trustfund import pages
from trustfund.workflow import require


class Shown(TypedDict, total=False):
    """What the page shows, as in `pages.confirm`."""

    title: Required[str]
    facts: Required[pages.Facts]
    button: Required[str]
    done: str
    then: Any
    form: forms.BaseForm | None
    warning: str
    tone: str


def page(request: HttpRequest, act: Callable[..., Any], do: Callable[..., Any], *, back: str = "", **shown: Unpack[Shown]) -> HttpResponse:
    """The interruption page of a bound transition: `page(request, grant.suspend, actions.suspend, title=...)`.

    POST calls `do(object, by=the reader, **what the form cleaned)`; `back` is the object's own page by default.
    """
    obj: Any = act.__self__  # type: ignore[attr-defined]
    require(act, by=request.user)
    back = back or obj.get_absolute_url()
    return pages.confirm(request, do=lambda cleaned: do(obj, by=request.user, **cleaned), back=back, **shown)
