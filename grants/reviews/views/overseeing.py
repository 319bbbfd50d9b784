"""Pages for who assigns and oversees: how the reviews of a call stand, who is asked, and the ranking."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grants.applications.models import Application
from grants.applications.models import State as ApplicationState
from grants.applications.permissions import sees_identity
from grants.calls.models import Call
from grants.calls.models import State as CallState
from grants.reviews import actions, permissions, standings, table
from grants.reviews.forms import PeopleForm, ReopenForm
from grants.reviews.models import Review, State
from trustfund import acting
from trustfund.documents import tables
from trustfund.lists import Column, listing
from trustfund.pages import attempt, done
from trustfund.people.models import User

PAST_ELIGIBILITY = [
    state for state in ApplicationState if state not in ("draft", "submitted", "clarification_asked", "ineligible", "withdrawn")
]
CALL_COLUMNS = [
    Column("reference", gettext_lazy("Call"), "reference", sort="reference", url=lambda call: reverse("reviews:call", args=[call.pk])),
    Column("title", gettext_lazy("Title"), "title", sort="title"),
    Column("eligible", gettext_lazy("Eligible applications"), "eligible", kind="number", sort="eligible"),
    Column("assigned", gettext_lazy("Reviews assigned"), "assigned", kind="number", sort="assigned"),
    Column("sent", gettext_lazy("Reviews submitted"), "sent", kind="number", sort="sent"),
    Column("state", gettext_lazy("State"), lambda call: call, kind="state", sort="state"),
]


@login_required
def calls(request: HttpRequest) -> HttpResponseBase:
    """The calls that are or were under review, with how far they are."""
    if not permissions.oversees(request.user):
        raise Http404
    past = Q(applications__state__in=PAST_ELIGIBILITY)
    asked = ~Q(applications__reviews__state=State.RECUSED) & Q(applications__reviews__isnull=False)
    found = Call.objects.filter(published_at__isnull=False).annotate(
        eligible=Count("applications", filter=past, distinct=True),
        assigned=Count("applications__reviews", filter=asked, distinct=True),
        sent=Count("applications__reviews", filter=Q(applications__reviews__state=State.SUBMITTED), distinct=True),
    )
    return listing(
        request,
        found,
        title=_("Reviews by call"),
        columns=CALL_COLUMNS,
        search=["reference", "title"],
        sort="-reference",
        empty={"text": _("No call has been published yet.")},
    )


def _call(request: HttpRequest, pk: int) -> Call:
    if not permissions.oversees(request.user):
        raise Http404
    return get_object_or_404(Call, pk=pk, published_at__isnull=False)


@login_required
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """The applications of a call with who reviews each and how far they are."""
    found = _call(request, pk)
    rows = Application.objects.visible_to(request.user).filter(call=found, state__in=PAST_ELIGIBILITY)
    rows = rows.select_related("organisation").prefetch_related("reviews__reviewer").order_by("reference")
    context = {
        "call": found,
        "rows": [_row(application, found) for application in rows],
        "can_assign": permissions.can_assign(found, request.user) and found.state == CallState.CLOSED,
    }
    return render(request, "grants/reviews/call.html", context)


def _row(application: Application, call: Call) -> dict[str, Any]:
    reviews = list(application.reviews.all())
    asked = [review for review in reviews if review.state != State.RECUSED]
    lacking = max(0, (call.reviewers_per_application or 0) - len(asked))
    return {"application": application, "reviews": reviews, "lacking": lacking, "open": application.state in actions.UNDER_REVIEW}


@login_required
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask people to score one application; who can't is named with the reason."""
    application = get_object_or_404(Application.objects.visible_to(request.user).select_related("call"), pk=pk)
    if not permissions.can_assign(application.call, request.user):
        raise PermissionDenied
    people = User.objects.holding(*permissions.SCORING).order_by("name", "pk")
    reasons = {person.pk: actions.reason_against(application, person, request.user) for person in people}
    able = people.filter(pk__in=[person for person, reason in reasons.items() if not reason])
    form = PeopleForm(request.POST or None, people=able, loads=actions.loads(application.call))
    if form.is_valid() and attempt(form, lambda: actions.assign(application, reviewers=form.chosen(), by=request.user)):
        return done(request, _("Assigned; they have been written to."), reverse("reviews:call", args=[application.call_id]))
    context = {"form": form, "application": application, "barred": [reason for reason in reasons.values() if reason]}
    return render(request, "grants/reviews/assign.html", context, status=422 if form.is_bound else 200)


@login_required
def assign_many(request: HttpRequest, pk: int) -> HttpResponse:
    """Spread what lacks reviewers evenly over people: a preview by GET, done by POST."""
    found = _call(request, pk)
    if not permissions.can_assign(found, request.user):
        raise PermissionDenied
    people = User.objects.holding(*permissions.SCORING).exclude(pk__in=[request.user.pk]).order_by("name", "pk")
    data = request.POST if request.method == "POST" else (request.GET if "reviewers" in request.GET else None)
    form = PeopleForm(data, people=people, loads=actions.loads(found))
    valid = form.is_valid()
    if valid and request.method == "POST" and attempt(form, lambda: actions.assign_evenly(found, reviewers=form.chosen(), by=request.user)):
        return done(request, _("The reviews are assigned; everybody has been written to."), reverse("reviews:call", args=[pk]))
    chosen, lacking = actions.plan(found, form.chosen(), by=request.user) if valid else ({}, {})
    context = {"form": form, "call": found, "chosen": chosen.items(), "lacking": lacking.items(), "people": form.chosen() if valid else ()}
    return render(request, "grants/reviews/assign_many.html", context, status=422 if form.errors else 200)


def _review(request: HttpRequest, pk: int) -> Review:
    found = Review.objects.visible_to(request.user).select_related("application__call", "reviewer")
    return get_object_or_404(found, pk=pk)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    actions.remove(review, by=request.user)
    return done(request, _("The assignment is taken back."), reverse("reviews:call", args=[review.application.call_id]))


@login_required
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    return acting.page(
        request,
        review.reopen,
        actions.reopen,
        title=_("Open the review again"),
        facts=[(_("Application"), review.application.reference), (_("Reviewer"), review.reviewer.name)],
        form=ReopenForm(request.POST or None),
        warning=_("The marks no longer count until the reviewer submits them again."),
        button=_("Open it again"),
        then=reverse("reviews:call", args=[review.application.call_id]),
        done=_("The review is open again; the reviewer has been written to."),
    )


@login_required
def ranking(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Raw and normalised, who disagrees, what is tied, and how far ranks move with the weights; without what the reader is recused from."""
    if not permissions.sees_ranking(request.user):
        raise Http404
    found = get_object_or_404(Call, pk=pk, published_at__isnull=False)
    rows = standings.of_call(found, request.user)
    if not rows and not permissions.oversees(request.user):
        raise Http404
    if request.GET.get("export") in ("csv", "xlsx"):
        title = _("Ranking %(call)s") % {"call": found.reference}
        return tables.response(request.GET["export"], title, table.columns(list(found.criteria.all()), request.user), rows)
    context = {
        "call": found,
        "rows": [{"standing": row, "named": sees_identity(row.application, request.user)} for row in rows],
        "criteria": found.criteria.all(),
        "oversees": permissions.oversees(request.user),
    }
    return render(request, "grants/reviews/ranking.html", context)
