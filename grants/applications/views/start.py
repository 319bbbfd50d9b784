"""From a call to a draft: the eligibility questions, then the organisation."""

from __future__ import annotations

from django import forms as django_forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from grants.applications import actions, eligibility, permissions
from grants.applications.forms import EligibilityForm
from grants.applications.models import Application, State
from grants.calls.models import Call
from ngos.organisations.models import Organisation, organisation_of
from trustfund.pages import attempt

SESSION = "eligibility_answers"


def apply(request: HttpRequest, call_pk: int) -> HttpResponse:
    """Five questions before anything is typed, also without signing in; whoever does not pass is told why."""
    call = get_object_or_404(Call.objects.visible_to(request.user), pk=call_pk)
    questions = list(call.eligibility_questions.all())
    form = EligibilityForm(questions, request.POST or None)
    failed = None
    if request.method == "POST" and form.is_valid():
        failed = eligibility.failures(questions, form.answers())
        if not failed:
            request.session[SESSION] = {**request.session.get(SESSION, {}), str(call.pk): form.answers()}
            return redirect("applications:start", call.pk)
    existing = _existing(call, organisation_of(request.user)) if request.user.is_authenticated else None
    context = {"call": call, "form": form, "failed": failed, "existing": existing, "is_open": call.is_open()}
    return render(request, "grants/applications/apply.html", context, status=422 if form.is_bound else 200)


@login_required
def start(request: HttpRequest, call_pk: int) -> HttpResponse:
    """Begin the draft of the organisation that one acts for."""
    call = get_object_or_404(Call.objects.visible_to(request.user), pk=call_pk)
    answers = request.session.get(SESSION, {}).get(str(call.pk))
    if answers is None:
        return redirect("applications:apply", call.pk)
    organisation = organisation_of(request.user)
    if organisation is not None and not permissions.can_start(organisation, request.user):
        raise PermissionDenied
    existing = _existing(call, organisation)
    form = django_forms.Form(request.POST if request.method == "POST" else None)
    if form.is_bound and organisation and attempt(form, lambda: actions.start(call, organisation, by=request.user, answers=answers)):
        return redirect(_existing(call, organisation) or "applications:register")
    context = {"call": call, "organisation": organisation, "existing": existing, "form": form, "is_open": call.is_open()}
    return render(request, "grants/applications/start.html", context, status=422 if form.is_bound else 200)


def _existing(call: Call, organisation: Organisation | None) -> Application | None:
    """The organisation's application to this call, unless it was withdrawn."""
    return Application.objects.filter(call=call, organisation=organisation).exclude(state=State.WITHDRAWN).first() if organisation else None
