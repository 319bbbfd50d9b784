"""Checking one's answers, submitting, taking back, and answering what is asked."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.applications import actions, dossier, forms, progress
from grants.applications.content import Content
from grants.applications.views.finding import find, find_draft
from trustfund import acting
from trustfund.pages import confirm
from trustfund.ui.formatting import VIENNA, moment_text
from trustfund.workflow import require


@login_required
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything as it would be submitted, and what is still to be put right."""
    application = find_draft(request, pk)
    content = Content(application)
    context = {
        "application": application,
        "call": application.call,
        "dossier": dossier.build(application, blind=False, content=content),
        "unready": [task for task in progress.tasks(content) if task.status != progress.Status.COMPLETE],
        "is_open": application.call.is_open(),
    }
    return render(request, "grants/applications/check.html", context)


@login_required
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    application = find_draft(request, pk)
    deadline = moment_text(application.call.deadline, zone=VIENNA)
    return confirm(
        request,
        title=_("Submit this application?"),
        facts=[
            (_("Call"), str(application.call)),
            (_("Organisation"), application.organisation.name),
            (_("Project"), application.title),
            (_("Requested"), application.requested),
            (_("Deadline"), _("%(moment)s in Vienna") % {"moment": deadline}),
        ],
        warning=_("After this it can't be changed. Until the deadline you can withdraw it, change it and submit it again."),
        button=_("Submit"),
        do=lambda _data: actions.submit(application, by=request.user),
        back=reverse("applications:check", args=[pk]),
        then=application.get_absolute_url(),
        done=_("Your application has been received. Here is the receipt."),
    )


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    application = find(request, pk)
    return acting.page(
        request,
        application.withdraw,
        actions.withdraw,
        title=_("Withdraw this application?"),
        facts=[(_("Application"), application.reference), (_("Project"), application.title)],
        warning=_("It is no longer considered. Until the deadline of the call you can take it up again, change it and submit it anew."),
        tone="blocked",
        button=_("Withdraw"),
        done=_("The application is withdrawn."),
    )


@login_required
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    application = find(request, pk)
    return acting.page(
        request,
        application.resume,
        actions.resume,
        title=_("Take this application up again?"),
        facts=[(_("Application"), application.reference), (_("Project"), application.title)],
        warning=_("It becomes a draft. It counts only when it is submitted again before the deadline."),
        button=_("Take it up again"),
        done=_("It is a draft again."),
    )


@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The NGO's answer to a clarification."""
    application = find(request, pk)
    require(application.answer_clarification, by=request.user)
    asked = application.clarifications.filter(answered_at__isnull=True).latest("pk")
    return confirm(
        request,
        title=_("Answer the question about your application"),
        facts=[(_("Question"), asked.question), (_("Answer by"), asked.due_on)],
        form=forms.ReplyForm(request.POST or None),
        button=_("Send the answer"),
        do=lambda data: actions.answer_clarification(application, by=request.user, **data),
        back=application.get_absolute_url(),
        done=_("Your answer was sent."),
    )
