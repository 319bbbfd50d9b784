"""Pages of due diligence. The checklist is the secretariat's; the NGO sees whether it stands."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_fsm import TransitionNotAllowed

from ngos.due_diligence import actions, permissions
from ngos.due_diligence.forms import ClearForm, FailForm, JudgeForm
from ngos.due_diligence.models import UNDECIDED, Assessment, CheckItem, State
from ngos.due_diligence.standing import standing_of
from ngos.organisations.models import Organisation
from trustfund import acting, clock
from trustfund.audit.recording import trail_for
from trustfund.lists import Column, Filter, listing
from trustfund.pages import attempt, done
from trustfund.workflow import possible

COLUMNS = [
    Column("organisation", gettext_lazy("Organisation"), "organisation.name", sort="organisation__name", url=Assessment.get_absolute_url),
    Column("country", gettext_lazy("Country"), "organisation.country_name", sort="organisation__country"),
    Column("opened", gettext_lazy("Opened"), "opened_on", kind="date", sort="opened_on"),
    Column("decided", gettext_lazy("Decided"), "decided_on", kind="date", sort="decided_on"),
    Column("valid", gettext_lazy("Valid until"), "valid_until", kind="date", sort="valid_until"),
    Column("state", gettext_lazy("State"), lambda assessment: assessment, kind="state", sort="state"),
]


@login_required
def index(request: HttpRequest) -> HttpResponseBase:
    if not permissions.sees_all(request.user):
        raise Http404
    return listing(
        request,
        Assessment.objects.visible_to(request.user).select_related("organisation"),
        title=_("Due diligence"),
        columns=COLUMNS,
        search=["organisation__name", "organisation__acronym"],
        filters=[Filter("state", _("State"), State.choices, "state")],
        sort="-opened",
        empty={"text": _("No assessment yet. Open one from the page of an organisation.")},
    )


@login_required
def of(request: HttpRequest, organisation_pk: int) -> HttpResponse:
    """Where an organisation stands; with its assessments for staff."""
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=organisation_pk)
    assessments = list(Assessment.objects.visible_to(request.user).filter(organisation=organisation))
    undecided = any(assessment.state in UNDECIDED for assessment in assessments)
    context = {
        "organisation": organisation,
        "standing": standing_of(organisation, clock.today()),
        "assessments": assessments,
        "can_open": permissions.can_open(organisation, request.user) and not undecided,
        "sees_all": permissions.sees_all(request.user),
        "tab": "diligence",
    }
    return render(request, "ngos/due_diligence/of.html", context)


@login_required
@require_POST
def open_assessment(request: HttpRequest, organisation_pk: int) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=organisation_pk)
    try:
        return redirect(actions.open_assessment(organisation, by=request.user))
    except ValidationError as error:
        raise TransitionNotAllowed(error.messages[0]) from error


def _visible(request: HttpRequest, pk: int) -> Assessment:
    return get_object_or_404(Assessment.objects.visible_to(request.user).select_related("organisation", "decided_by"), pk=pk)


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    assessment = _visible(request, pk)
    items = list(assessment.items.select_related("judged_by", "evidence__file"))
    judged = [item for item in items if item.outcome != CheckItem.Outcome.PENDING]
    context = {
        "assessment": assessment,
        "organisation": assessment.organisation,
        "items": items,
        "judged": len(judged),
        "can_judge": permissions.can_judge(assessment, request.user) and assessment.state in UNDECIDED,
        "can_decide": possible(assessment.clear, by=request.user) and len(judged) == len(items),
        "events": trail_for(assessment),
    }
    return render(request, "ngos/due_diligence/detail.html", context)


@login_required
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    assessments = Assessment.objects.visible_to(request.user)
    item = get_object_or_404(CheckItem.objects.select_related("assessment__organisation"), pk=pk, assessment__in=assessments)
    if not permissions.can_judge(item.assessment, request.user):
        raise PermissionDenied
    form = JudgeForm(request.POST or None, item=item)
    if form.is_valid() and attempt(form, lambda: actions.judge(item, by=request.user, **form.cleaned_data)):
        return done(request, _("The point is judged."), item.assessment)
    return render(request, "ngos/due_diligence/judge.html", {"form": form, "item": item}, status=422 if form.is_bound else 200)


@login_required
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    assessment = _visible(request, pk)
    return acting.page(
        request,
        assessment.clear,
        actions.clear,
        title=_("Clear the organisation"),
        facts=[(_("Organisation"), assessment.organisation.name)],
        form=ClearForm(request.POST or None, initial={"valid_until": clock.today() + timedelta(days=365)}),
        warning=_("A cleared organisation may be given grants until that day."),
        button=_("Clear"),
        done=_("The organisation is cleared."),
    )


@login_required
def fail(request: HttpRequest, pk: int) -> HttpResponse:
    assessment = _visible(request, pk)
    return acting.page(
        request,
        assessment.fail,
        actions.fail,
        title=_("Do not clear the organisation"),
        facts=[(_("Organisation"), assessment.organisation.name)],
        form=FailForm(request.POST or None),
        warning=_("No grant can be awarded to it, and tranches of running grants stop."),
        button=_("Do not clear"),
        done=_("The organisation is not cleared."),
        tone="blocked",
    )

