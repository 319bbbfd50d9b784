"""Looking at applications: the lists, the page of one, the whole of it, its documents and receipts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.applications import dossier, links, permissions, progress
from grants.applications.content import Content
from grants.applications.models import Application, State
from grants.applications.receipts import moments
from grants.applications.views.finding import find, find_with_identity
from grants.calls.models import Call
from ngos.organisations.models import organisation_of
from trustfund.audit.recording import trail_for
from trustfund.files.serving import serve
from trustfund.lists import Column, Filter, listing
from trustfund.ui.tones import tone_of
from trustfund.workflow import possibilities


@dataclass(frozen=True)
class Outward:
    """The state as the NGO is told it, for lists."""

    application: Application

    @property
    def state_tone(self) -> str:
        return tone_of(self.application.outward_state)

    def get_state_display(self) -> str:
        return self.application.get_outward_state_display()


REFERENCE = Column("reference", gettext_lazy("Reference"), "reference", sort="reference", url=lambda a: a.get_absolute_url())
TITLE = Column("title", gettext_lazy("Project"), "title", sort="title")
REQUESTED = Column("requested", gettext_lazy("Requested"), "requested", kind="money", sort="requested_sum", total="lines__requested")
STAFF_COLUMNS = [
    REFERENCE,
    TITLE,
    Column("organisation", gettext_lazy("Organisation"), "organisation.name", sort="organisation__name"),
    Column("country", gettext_lazy("Country"), "country_name", sort="country_of_work"),
    REQUESTED,
    Column("submitted", gettext_lazy("Submitted"), "submitted_at", kind="datetime", sort="submitted_at"),
    Column("state", gettext_lazy("State"), lambda a: a, kind="state", sort="state"),
]
NGO_COLUMNS = [
    REFERENCE,
    TITLE,
    Column("call", gettext_lazy("Call"), "call.title", sort="call__title"),
    Column("closes", gettext_lazy("Deadline"), "call.closes_at", kind="datetime", sort="call__closes_at"),
    REQUESTED,
    Column("state", gettext_lazy("State"), Outward, kind="state"),
]


@login_required
def register(request: HttpRequest) -> HttpResponse:
    """The applications: every submitted one for the secretariat, the organisation's own for its members."""
    staff = permissions.sees_submitted(request.user)
    visible = Application.objects.visible_to(request.user)
    if not staff:
        visible = visible.filter(organisation=organisation_of(request.user))
    return listing(
        request,
        visible.select_related("call", "organisation").with_requested(),
        title=_("Applications"),
        columns=STAFF_COLUMNS if staff else NGO_COLUMNS,
        search=["reference", "title", "organisation__name"] if staff else ["reference", "title"],
        filters=[Filter("call", _("Call"), _calls, "call")] + ([Filter("state", _("State"), State.choices, "state")] if staff else []),
        sort="-submitted" if staff else "reference",
        empty={"text": _("There is no application yet."), "url": reverse("calls:index"), "label": _("See the open calls")},
    )


def _calls() -> list[tuple[int, str]]:
    return list(Call.objects.filter(published_at__isnull=False).values_list("pk", "reference"))


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of an application: the task list of a draft, where it stands afterwards, the dossier for reviewers."""
    application = find(request, pk)
    if application.state == State.DRAFT:
        return _tasks(request, application)
    if not (permissions.sees_submitted(request.user) or permissions.is_member(application, request.user)):
        return _dossier(request, application)
    return _standing(request, application)


def _tasks(request: HttpRequest, application: Application) -> HttpResponse:
    tasks = progress.tasks(Content(application))
    context = {
        "application": application,
        "call": application.call,
        "tasks": tasks,
        "complete": sum(task.status == progress.Status.COMPLETE for task in tasks),
        "can_edit": permissions.can_edit(application, request.user),
        "is_open": application.call.is_open(),
    }
    return render(request, "grants/applications/tasks.html", context)


def _standing(request: HttpRequest, application: Application) -> HttpResponse:
    own = permissions.is_member(application, request.user)
    zone: ZoneInfo = request.user.zone  # type: ignore[union-attr]  # signed in
    acts = ("withdraw", "resume", "ask_clarification", "answer_clarification", "find_eligible")
    context = {
        "application": application,
        "call": application.call,
        "own": own,
        "stands": Outward(application) if own else application,
        "clarifications": application.clarifications.select_related("asked_by", "answered_by"),
        "findings": application.findings.select_related("question"),
        "letters": application.letters.all(),
        "snapshots": [(each, moments(each.submitted_at, zone)) for each in application.snapshots.all()],
        "links": links.links_for(application, request.user),
        "can": possibilities(application, acts, by=request.user),
        "can_resume": application.call.is_open(),
        "events": [] if own else trail_for(application),
    }
    return render(request, "grants/applications/detail.html", context)


@login_required
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole application on one page."""
    return _dossier(request, find(request, pk))


def _dossier(request: HttpRequest, application: Application) -> HttpResponse:
    blind = not permissions.sees_identity(application, request.user)
    context: dict[str, Any] = {"application": application, "dossier": dossier.build(application, blind=blind)}
    return render(request, "grants/applications/read.html", context)


@login_required
def document(request: HttpRequest, pk: int, document_pk: int) -> HttpResponseBase:
    application = find_with_identity(request, pk)
    return serve(get_object_or_404(application.documents.select_related("file"), pk=document_pk).file)


@login_required
def receipt(request: HttpRequest, pk: int, version: int) -> HttpResponseBase:
    application = find_with_identity(request, pk)
    return serve(get_object_or_404(application.snapshots.select_related("receipt"), version=version).receipt)


@login_required
def letter(request: HttpRequest, pk: int, letter_pk: int) -> HttpResponse:
    """A letter to the applicant as it was written."""
    application = find_with_identity(request, pk)
    found = get_object_or_404(application.letters, pk=letter_pk)
    return render(request, "grants/applications/letter.html", {"application": application, "letter": found})
