"""How a page answers: an act that may fail, an interruption before what can't be undone, and what is out of order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.defaults import page_not_found
from django_fsm import ConcurrentTransition, TransitionNotAllowed

Facts = Sequence[tuple[str, Any]]
View = Callable[..., HttpResponseBase]


def only(allowed: Callable[[Any], bool]) -> Callable[[View], View]:
    """Decorates pages for those of whom `allowed(user)` holds: others are asked to sign in, or refused (403)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not allowed(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return login_required(asked)

    return decorate


def attempt(form: forms.BaseForm, do: Callable[[], Any]) -> bool:
    """Run `do` and say whether it was done; what its ValidationError says is put on the form, field by field."""
    try:
        do()
    except ValidationError as error:
        by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        for field, texts in by_field.items():
            form.add_error(field if field in form.fields else None, texts)
        return False
    return True


def done(request: HttpRequest, message: str, to: Any) -> HttpResponse:
    """Say what was done and go on to a page (an object with an URL, a URL name or a path)."""
    messages.success(request, message)
    return redirect(to)


def confirm(
    request: HttpRequest,
    *,
    title: str,
    facts: Facts,
    button: str,
    do: Callable[[dict[str, Any]], Any],
    back: str,
    then: Any = None,
    done: str = "",
    form: forms.BaseForm | None = None,
    warning: str = "",
    tone: str = "",
) -> HttpResponse:
    """The interruption page before an act that can't be undone: what will happen, to how much, for whom.

    GET shows `facts` (label, value: text or Money), the optional form and one button. POST runs `do(cleaned_data)`,
    shows what its ValidationError says with status 422, or says `done` and goes on to `then` (default: `back`).
    """
    form = form if form is not None else forms.Form(request.POST or None)
    if request.method == "POST":
        form.is_bound = True
        if form.is_valid() and attempt(form, lambda: do(form.cleaned_data)):
            if done:
                messages.success(request, done)
            return redirect(then or back)
    context = {"title": title, "facts": facts, "button": button, "back": back, "form": form, "warning": warning, "tone": tone}
    return render(request, "confirm.html", context, status=422 if request.method == "POST" else 200)


def asked_back(request: HttpRequest) -> bool:
    """Whether the reader came back from `check` to change something: the form is shown again as it was filled in."""
    return "change" in request.POST


def check(request: HttpRequest, *, title: str, facts: Facts, button: str, warning: str = "") -> HttpResponse | None:
    """Between a valid form and its act: what will happen, once more, with the answers kept. None when that was confirmed."""
    if "confirmed" in request.POST:
        return None
    control = ("csrfmiddlewaretoken", "change")
    kept = [(name, value) for name, values in request.POST.lists() if name not in control for value in values]
    return render(request, "check.html", {"title": title, "facts": facts, "button": button, "warning": warning, "kept": kept})


def safe_next(request: HttpRequest, default: str) -> str:
    """Where the reader came from, if that is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else default


class OutOfOrderMiddleware:
    """An act out of order, or one that somebody else did in this moment, is 409 with a page that says so.

    What is not there is the designed page at a desk too (DEBUG), where the demo is shown, instead of Django's list of addresses.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.DEBUG and response.status_code == 404:
            return cast(HttpResponse, page_not_found(request, Http404()))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, TransitionNotAllowed | ConcurrentTransition):
            stands = getattr(getattr(exception, "object", None), "get_absolute_url", str)()
            return render(request, "409.html", {"stands": stands}, status=409)
        return None
