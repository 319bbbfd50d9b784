"""The secretariat's check for eligibility: a question to the applicant, or the decision with its reasons."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from grants.applications import actions, dossier, forms
from grants.applications.views.finding import find
from trustfund import acting
from trustfund.pages import attempt, done
from trustfund.workflow import require


@login_required
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    application = find(request, pk)
    return acting.page(
        request,
        application.ask_clarification,
        actions.ask_clarification,
        title=_("Ask the applicant"),
        facts=[(_("Application"), str(application)), (_("Organisation"), application.organisation.name)],
        form=forms.AskForm(request.POST or None),
        button=_("Send the question"),
        done=_("The question was sent."),
    )


@login_required
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    """The application beside the call's conditions; each is met, or not and why."""
    application = find(request, pk)
    require(application.find_eligible, by=request.user)
    form = forms.ScreeningForm(list(application.call.eligibility_questions.all()), application.eligibility, request.POST or None)

    def decide() -> None:
        actions.decide_eligibility(application, by=request.user, findings=form.findings())

    if request.method == "POST" and form.is_valid() and attempt(form, decide):
        return done(request, _("The decision was recorded and the applicant was told."), application)
    context = {"application": application, "form": form, "dossier": dossier.build(application, blind=False)}
    return render(request, "grants/applications/screen.html", context, status=422 if form.is_bound else 200)
