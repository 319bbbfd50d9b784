"""What the Board does: sits, declares conflicts, shortlists, recommends, and closes: then all applications move and all letters go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from grants.applications import actions as applications
from grants.applications import letters
from grants.applications.models import Application
from grants.applications.models import State as ApplicationState
from grants.applications.records import Letter
from grants.calls import actions as calls
from grants.calls.models import Call
from grants.decisions import feedback, money, papers, permissions
from grants.decisions.models import Recommendation, Seat, Session, State
from grants.reviews import actions as reviews
from grants.reviews import standings
from grants.reviews.models import ConflictOfInterest
from trustfund import clock
from trustfund.audit.recording import record as put_on_record
from trustfund.mail import outbox
from trustfund.money import Money
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.ui.formatting import money_text
from trustfund.workflow import advance, lock, require

Outcome = Recommendation.Outcome
NOT_READY = (ApplicationState.SUBMITTED, ApplicationState.CLARIFICATION_ASKED, ApplicationState.ELIGIBLE, ApplicationState.IN_REVIEW)
DECIDABLE = (ApplicationState.REVIEWED, ApplicationState.SHORTLISTED)
TEMPLATES = {
    Outcome.RECOMMENDED: "board_recommended",
    Outcome.RESERVE: "board_reserve",
    Outcome.NOT_SELECTED: "board_not_selected",
}


@transaction.atomic
def open_session(call: Call, *, by: Any, sits_on: date, quorum: int = 3) -> Session:
    """Call the Board together on a closed call whose eligible applications are all reviewed; every trustee has a seat.

    Raises `ValidationError` when applications wait to be screened or reviewed, there is none, or fewer trustees than the quorum.
    """
    if not permissions.can_open(call, by):
        raise PermissionDenied
    lock(call)
    require(call.begin_deciding, by=by)
    _refuse_unready(call)
    trustees = list(User.objects.holding(Role.TRUSTEE).order_by("pk"))
    if len(trustees) < quorum:
        raise ValidationError({"quorum": _("There are fewer trustees than the quorum.")})
    calls.begin_deciding(call, by=by)
    session = Session(call=call, sits_on=sits_on, quorum=quorum, opened_by=by)
    session.full_clean()
    session.save()
    Seat.objects.bulk_create([Seat(session=session, trustee=trustee) for trustee in trustees])
    put_on_record("session.open", of=session, by=by, call=call.pk, quorum=quorum)
    outbox.queue("session_opened", to=trustees, key=f"session-opened:{session.pk}", path=session.get_absolute_url(), session=session)
    return session


def _refuse_unready(call: Call) -> None:
    waiting = call.applications.filter(state__in=NOT_READY).count()
    if waiting:
        raise ValidationError(_("Applications of this call that are not screened or reviewed yet: %(count)s.") % {"count": waiting})
    if not call.applications.filter(state__in=DECIDABLE).exists():
        raise ValidationError(_("No application of this call has been reviewed."))


@transaction.atomic
def declare(session: Session, *, by: Any, conflicts: Mapping[Application, str]) -> Seat:
    """A trustee declares their conflicts (application -> kind), all of them or none, and takes their seat; later ones are added.

    PermissionDenied for who has no seat, TransitionNotAllowed once the session is closed.
    """
    seat = permissions.seat_of(session, by)
    if seat is None:
        raise PermissionDenied
    lock(*conflicts, *reviews.counted_of(conflicts, by), seat, session)
    _refuse_closed(session)
    for application, kind in conflicts.items():
        if application.call_id != session.call_id:
            raise PermissionDenied
        reviews.declare(application, by=by, reason_kind=kind)
    if seat.declared_at is None:
        seat.declared_at, seat.present = clock.now(), True
        seat.save()
    put_on_record("session.declare", of=session, by=by, conflicts=len(conflicts))
    return seat


@transaction.atomic
def set_present(seat: Seat, *, present: bool, by: Any) -> Seat:
    """The secretary notes who came late or left. ValidationError for a trustee who has not declared yet."""
    if not permissions.can_keep_seats(seat.session, by):
        raise PermissionDenied
    lock(seat, seat.session)
    _refuse_closed(seat.session)
    if present and seat.declared_at is None:
        raise ValidationError(_("A trustee declares their conflicts before they take their seat."))
    seat.present = present
    seat.save()
    put_on_record("session.presence", of=seat.session, by=by, trustee=seat.trustee_id, present=present)
    return seat


def votes(session: Session) -> dict[int, int]:
    """application pk -> trustees who are present and not recused from it, for the applications with a recusal; see `votes_on`."""
    present = list(session.seats.filter(present=True).values_list("trustee", flat=True))
    recused = ConflictOfInterest.objects.filter(application__call=session.call_id, user__in=present).values_list("application", flat=True)
    counted: dict[int, int] = {}
    for application in recused:
        counted[application] = counted.get(application, len(present)) - 1
    return counted


def votes_on(session: Session, application: Application) -> int:
    """How many trustees are present and not recused from an application."""
    present = session.seats.filter(present=True)
    recused = ConflictOfInterest.objects.filter(application=application).values("user")
    return present.exclude(trustee__in=recused).count()


@transaction.atomic
def shortlist(session: Session, application: Application, *, by: Any) -> Application:
    """The Board looks closer at it: reviewed > shortlisted."""
    _ask(session, application, by)
    lock(application, session)
    _refuse_closed(session)
    return applications.shortlist(application, by=by)


@transaction.atomic
def recommend(session: Session, application: Application, *, by: Any, outcome: str, **details: Any) -> Recommendation:
    """Record, or record anew, what the Board recommends (`details`: amount Money, rank, reasons, feedback by criterion pk as text).

    Raises `PermissionDenied` for who is recused or has no part, `ValidationError` by field: no quorum, an amount outside the limits or
    beyond the money of the call, a rank given twice, no reasons.
    """
    _ask(session, application, by)
    lock(session.call, application, session)
    _refuse_closed(session)
    if application.state not in DECIDABLE:
        raise TransitionNotAllowed("The application is not before the Board.", object=application)
    _refuse_without_quorum(session, application)
    found = Recommendation.objects.filter(application=application).first() or Recommendation(session=session, application=application)
    kept = {"amount": details.get("amount"), "rank": details.get("rank"), "reasons": details.get("reasons", "").strip()}
    kept["amount"] = kept["amount"] if outcome == Outcome.RECOMMENDED else None
    kept["rank"] = kept["rank"] if outcome == Outcome.RESERVE else None
    _check(session, application, outcome, **kept)
    for name, value in {**kept, "outcome": outcome, "feedback": details.get("feedback", {})}.items():
        setattr(found, name, value)
    found.recorded_by, found.recorded_at = by, clock.now()
    found.save()
    put_on_record("session.recommend", of=session, by=by, application=application.pk, outcome=str(outcome), amount=str(found.amount or ""))
    return found


def _ask(session: Session, application: Application, by: Any) -> None:
    """Who may, and is not recused."""
    if application.call_id != session.call_id or not permissions.can_record(session, by):
        raise PermissionDenied
    if ConflictOfInterest.objects.filter(application=application, user=by).exists():
        raise PermissionDenied


def _refuse_closed(session: Session) -> None:
    if session.state != State.OPEN:
        raise TransitionNotAllowed("The session is closed.", object=session)


def _refuse_without_quorum(session: Session, application: Application) -> None:
    counted = votes_on(session, application)
    if counted < session.quorum:
        message = _("No quorum for %(reference)s: %(count)s of the %(quorum)s trustees needed are present and not recused from it.")
        raise ValidationError(message % {"reference": application.reference, "count": counted, "quorum": session.quorum})


def _check(session: Session, application: Application, outcome: str, *, amount: Money | None, rank: int | None, reasons: str) -> None:
    if outcome not in Outcome.values:
        raise ValidationError({"outcome": _("Choose an outcome.")})
    if outcome == Outcome.RECOMMENDED:
        _check_amount(session, application, amount)
    if outcome == Outcome.RESERVE:
        _check_rank(session, application, rank)
    if outcome == Outcome.NOT_SELECTED and not reasons:
        raise ValidationError({"reasons": _("Say why, by the criteria: the applicant reads it.")})


def _check_amount(session: Session, application: Application, amount: Money | None) -> None:
    call = session.call
    least, most = money.limits(application.requested, call.floor, call.ceiling)
    if amount is None or not least <= amount <= most:
        message = _("Recommend at least %(least)s and at most %(most)s.")
        raise ValidationError({"amount": message % {"least": money_text(least), "most": money_text(most)}})
    others = session.recommendations.filter(application__state__in=DECIDABLE).exclude(application=application)
    purse = money.purse(call.funds, [*(other.amount for other in others), amount])
    if purse.exceeded:
        raise ValidationError({"amount": _("With this amount the Board would recommend more than the call has available.")})


def _check_rank(session: Session, application: Application, rank: int | None) -> None:
    if not session.call.reserve_list:
        raise ValidationError({"outcome": _("This call has no reserve list.")})
    if not rank or rank < 1:
        raise ValidationError({"rank": _("Give a rank from 1.")})
    if session.recommendations.exclude(application=application).filter(rank=rank).exists():
        raise ValidationError({"rank": _("Another application has this rank.")})


@transaction.atomic
def close(session: Session, *, by: Any, remarks: str = "") -> Session:
    """Close the session: minutes, every application moved to its outcome, a letter to every applicant, the call decided.

    PermissionDenied for who has a conflict on any application of the call; ValidationError lists what is still missing.
    """
    call = session.call
    before = list(call.applications.filter(state__in=DECIDABLE).order_by("pk"))
    lock(call, *before, session)
    require(session.close, by=by)
    if ConflictOfInterest.objects.filter(application__call=call, user=by).exists():
        raise PermissionDenied
    kept = list(session.recommendations.filter(application__in=before).select_related("application__organisation", "application__call"))
    if problems := _missing(session, before, kept):
        raise ValidationError(problems)
    session.remarks = remarks.strip()
    session.save()
    minutes = papers.minutes(session, kept, money.purse(call.funds, [each.amount for each in kept]), by=by)
    _tell_applicants(session, kept, by)
    session = advance(session.close, by=by, at=clock.now(), minutes=minutes)
    calls.decide(call, by=by)
    return session


def _missing(session: Session, before: Sequence[Application], kept: Sequence[Recommendation]) -> list[str]:
    """Why the session can't be closed yet, as sentences."""
    have = {each.application_id for each in kept}
    reference = "reference"
    problems = [_("%(reference)s has no recommendation yet.") % {reference: each.reference} for each in before if each.pk not in have]
    present = session.seats.filter(present=True).count()
    counted = votes(session)
    problems += [
        _("There is no quorum for %(reference)s any more.") % {reference: each.reference}
        for each in before
        if counted.get(each.pk, present) < session.quorum
    ]
    if money.purse(session.call.funds, [each.amount for each in kept]).exceeded:
        problems.append(_("The Board recommends more than the call has available."))
    return problems


def _tell_applicants(session: Session, kept: Sequence[Recommendation], by: Any) -> None:
    """Move every application and write its letter; the marks are those that everybody gave."""
    criteria = list(session.call.criteria.all())
    means = standings.means_of_call(session.call)
    for each in kept:
        _move(each, by)
        lines = feedback.lines(criteria, means.get(each.application_id, {}), each.feedback)
        papers.letter(each, lines, session=session, by=by)
        key = f"decision:{each.application_id}"
        told = {"recommendation": each, "feedback": lines, "session": session}
        letters.write(each.application, TEMPLATES[Outcome(each.outcome)], Letter.Kind.DECISION, key=key, **told)


def _move(recommendation: Recommendation, by: Any) -> None:
    act = {
        Outcome.RECOMMENDED: applications.recommend,
        Outcome.RESERVE: applications.reserve,
        Outcome.NOT_SELECTED: applications.decline,
    }[Outcome(recommendation.outcome)]
    act(recommendation.application, by=by)
