"""Pages of the Board's session. A trustee sees nothing before declaring their conflicts, and nothing of what they are recused from."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_fsm import TransitionNotAllowed

from grants.applications.models import Application
from grants.calls.models import Call
from grants.decisions import actions, money, permissions
from grants.decisions.forms import CloseForm, ConflictsForm, OpenForm, RecommendationForm
from grants.decisions.models import FeedbackLetter, Recommendation, Seat, Session, State
from grants.decisions.seeing import BEFORE_THE_BOARD
from grants.reviews import standings
from grants.reviews.models import ConflictOfInterest
from trustfund import acting
from trustfund.audit.recording import trail_for
from trustfund.files import serve
from trustfund.lists import Column, Filter, listing
from trustfund.pages import attempt, done
from trustfund.people.roles import Role, holds
from trustfund.workflow import require

COLUMNS = [
    Column("call", gettext_lazy("Call"), "call.reference", sort="call__reference", url=Session.get_absolute_url),
    Column("title", gettext_lazy("Title"), "call.title", sort="call__title"),
    Column("sits_on", gettext_lazy("Day of the session"), "sits_on", kind="date", sort="sits_on"),
    Column("present", gettext_lazy("Trustees present"), "present", kind="number", sort="present"),
    Column("state", gettext_lazy("State"), lambda session: session, kind="state", sort="state"),
]


@login_required
def index(request: HttpRequest) -> HttpResponseBase:
    if not (permissions.oversees(request.user) or holds(request.user, Role.TRUSTEE)):
        raise Http404
    ready = Call.objects.filter(state="closed").order_by("reference") if holds(request.user, Role.PROGRAMME) else ()
    return listing(
        request,
        Session.objects.visible_to(request.user).select_related("call").annotate(present=Count("seats", filter=Q(seats__present=True))),
        title=_("Sessions of the Board"),
        columns=COLUMNS,
        search=["call__reference", "call__title"],
        filters=[Filter("state", _("State"), State.choices, "state")],
        sort="-sits_on",
        empty={"text": _("The Board has not sat on any call yet.")},
        template="grants/decisions/list.html",
        context={"ready": ready},
    )


@login_required
def open_session(request: HttpRequest, call_pk: int) -> HttpResponse:
    if not permissions.oversees(request.user):
        raise Http404
    call = get_object_or_404(Call, pk=call_pk, published_at__isnull=False)
    if not permissions.can_open(call, request.user):
        raise PermissionDenied
    require(call.begin_deciding, by=request.user)
    form = OpenForm(request.POST or None)
    made: list[Session] = []
    if form.is_valid() and attempt(form, lambda: made.append(actions.open_session(call, by=request.user, **form.cleaned_data))):
        return done(request, _("The session is open; every trustee has been written to."), made[0])
    return render(request, "grants/decisions/open.html", {"form": form, "call": call}, status=422 if form.is_bound else 200)


def _session(request: HttpRequest, pk: int) -> Session:
    return get_object_or_404(Session.objects.visible_to(request.user).select_related("call"), pk=pk)


def _undeclared(session: Session, user: Any) -> bool:
    """A trustee who has not declared yet sees the declaration and nothing else."""
    seat = permissions.seat_of(session, user)
    return seat is not None and seat.declared_at is None


def _before(session: Session, user: Any) -> Any:
    """The applications before the Board that the user sees."""
    found = Application.objects.visible_to(user).filter(call=session.call_id, state__in=BEFORE_THE_BOARD)
    return found.select_related("organisation", "call").with_requested()


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The ranking with what the Board recommends, the money, the quorum and who sits."""
    session = _session(request, pk)
    if _undeclared(session, request.user):
        return redirect("decisions:declare", pk)
    rows = _rows(session, request.user)
    kept = [row["recommendation"] for row in rows if row["recommendation"]]
    context = {
        "session": session,
        "call": session.call,
        "rows": rows,
        "purse": money.purse(session.call.funds, [each.amount for each in kept]),
        "decided": len(kept),
        "seats": session.seats.select_related("trustee"),
        "is_open": session.state == State.OPEN,
        "can_record": session.state == State.OPEN and permissions.can_record(session, request.user),
        "keeps": session.state == State.OPEN and permissions.can_keep_seats(session, request.user),
        "sits": permissions.can_sit(session, request.user),
        "has_minutes": session.minutes_id is not None and not _conflicted(session, request.user),
        "events": trail_for(session) if permissions.oversees(request.user) else (),
        "oversees": permissions.oversees(request.user),
    }
    return render(request, "grants/decisions/detail.html", context)


def _rows(session: Session, user: Any) -> list[dict[str, Any]]:
    """What the page shows of each application, ranked ones first."""
    places = {row.application.pk: row for row in standings.of_call(session.call, user)}
    known = {each.application_id: each for each in session.recommendations.all()}
    present, counted = session.seats.filter(present=True).count(), actions.votes(session)
    rows = []
    for application in _before(session, user):
        able = counted.get(application.pk, present)
        rows.append(
            {
                "application": application,
                "standing": places.get(application.pk),
                "recommendation": known.get(application.pk),
                "votes": able,
                "quorate": able >= session.quorum,
                "open": application.state in actions.DECIDABLE,
            }
        )
    return sorted(rows, key=lambda row: (row["standing"].place.rank if row["standing"] else len(places) + 1, row["application"].reference))


def _conflicted(session: Session, user: Any) -> bool:
    return bool(ConflictOfInterest.objects.filter(application__call=session.call_id, user=user).exists())


@login_required
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Before a trustee sees anything: their conflicts, all at once; later ones can be added."""
    session = _session(request, pk)
    if not permissions.can_sit(session, request.user):
        raise PermissionDenied
    if session.state != State.OPEN:
        raise TransitionNotAllowed("The session is closed.", object=session)
    known = ConflictOfInterest.objects.filter(user__in=[request.user.pk]).values("application")
    applications = Application.objects.filter(call=session.call_id, state__in=BEFORE_THE_BOARD).exclude(pk__in=known)
    form = ConflictsForm(request.POST or None, applications=list(applications.select_related("organisation", "call").order_by("reference")))
    if form.is_valid() and attempt(form, lambda: actions.declare(session, by=request.user, conflicts=form.conflicts())):
        return done(request, _("Declared. What you have a conflict with is hidden from you."), session)
    return render(request, "grants/decisions/declare.html", {"form": form, "session": session}, status=422 if form.is_bound else 200)


def _application(request: HttpRequest, session: Session, pk: int) -> Application:
    if _undeclared(session, request.user):
        raise Http404
    return get_object_or_404(_before(session, request.user), pk=pk)


@login_required
def recommend(request: HttpRequest, pk: int, application_pk: int) -> HttpResponse:
    """What the Board recommends for one application, beside its place and its marks."""
    session = _session(request, pk)
    application = _application(request, session, application_pk)
    if not permissions.can_record(session, request.user):
        raise PermissionDenied
    if session.state != State.OPEN:
        raise TransitionNotAllowed("The session is closed.", object=session)
    known = Recommendation.objects.filter(application=application).first()
    form = RecommendationForm(request.POST or None, criteria=list(session.call.criteria.all()), recommendation=known)
    if form.is_valid() and attempt(form, lambda: actions.recommend(session, application, by=request.user, **form.details())):
        return done(request, _("Recorded. Nothing is final before the session is closed."), session)
    standing = next((row for row in standings.of_call(session.call, request.user) if row.application == application), None)
    context = {
        "session": session,
        "application": application,
        "form": form,
        "standing": standing,
        "means": zip(session.call.criteria.all(), standing.by_criterion, strict=True) if standing else (),
        "votes": actions.votes_on(session, application),
    }
    return render(request, "grants/decisions/recommend.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def shortlist(request: HttpRequest, pk: int, application_pk: int) -> HttpResponse:
    session = _session(request, pk)
    application = _application(request, session, application_pk)
    actions.shortlist(session, application, by=request.user)
    return done(request, _("Shortlisted."), session)


@login_required
@require_POST
def presence(request: HttpRequest, pk: int, seat_pk: int) -> HttpResponse:
    """The secretary notes who came or left."""
    session = _session(request, pk)
    seat = get_object_or_404(Seat.objects.select_related("session"), session=session, pk=seat_pk)
    actions.set_present(seat, present=request.POST.get("present") == "1", by=request.user)
    return done(request, _("Noted."), session)


@login_required
def close(request: HttpRequest, pk: int) -> HttpResponse:
    session = _session(request, pk)
    if _conflicted(session, request.user):
        raise PermissionDenied
    counted = session.recommendations.values_list("outcome", flat=True)
    outcomes = Recommendation.Outcome
    return acting.page(
        request,
        session.close,
        actions.close,
        title=_("Close the session"),
        facts=[(_("Call"), str(session.call)), *[(str(each.label), list(counted).count(each.value)) for each in outcomes]],
        form=CloseForm(request.POST or None),
        warning=_("The minutes are written, every application gets its outcome, and every applicant gets a letter. This can't be undone."),
        button=_("Close the session"),
        done=_("The session is closed; every applicant has been written to."),
    )


@login_required
def minutes(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The minutes name every application: they are not for who is recused from one of them."""
    session = _session(request, pk)
    if session.minutes is None or _conflicted(session, request.user):
        raise Http404
    return serve(session.minutes)


@login_required
def letter(request: HttpRequest, application_pk: int) -> HttpResponseBase:
    """The letter on the decision, for the applicant and for the secretariat."""
    application = get_object_or_404(Application.objects.visible_to(request.user).select_related("organisation"), pk=application_pk)
    found = get_object_or_404(FeedbackLetter.objects.select_related("pdf"), application=application)
    if not (permissions.oversees(request.user) or application.organisation.membership_of(request.user)):
        raise PermissionDenied
    return serve(found.pdf)

