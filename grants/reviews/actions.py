"""What is done with reviews: assigned, conflicts declared, scored, submitted, reopened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from grants.applications import actions as applications
from grants.applications.models import Application
from grants.applications.models import State as ApplicationState
from grants.calls.models import Call
from grants.calls.models import State as CallState
from grants.reviews import assignment, permissions, scoring
from grants.reviews.models import UNSENT, ConflictOfInterest, Mark, Review, State
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.mail import outbox
from trustfund.people.models import User
from trustfund.workflow import advance, lock, require

UNDER_REVIEW = (ApplicationState.ELIGIBLE, ApplicationState.IN_REVIEW)


@transaction.atomic
def assign(application: Application, *, reviewers: Iterable[User], by: Any) -> list[Review]:
    """Ask people to score an application; it goes into review with the first one.

    Raises `ValidationError`: the call is still open or decided, somebody screened its eligibility, has a conflict, is assigned already,
    assigns themselves or holds no role that scores.
    """
    if not permissions.can_assign(application.call, by):
        raise PermissionDenied
    lock(application.call, application)
    _refuse_wrong_time(application)
    people = list(reviewers)
    if errors := [text for person in people if (text := reason_against(application, person, by))]:
        raise ValidationError(errors)
    if people and application.state == ApplicationState.ELIGIBLE:
        applications.take_into_review(application, by=by)
    made = [Review.objects.create(application=application, reviewer=person, assigned_by=by) for person in people]
    for review in made:
        record("review.assign", of=review, by=by, application=application.pk, reviewer=review.reviewer_id)
        key = f"review-assigned:{review.pk}"
        outbox.queue("review_assigned", to=[review.reviewer], key=key, path=review.get_absolute_url(), call=application.call)
    return made


def _refuse_wrong_time(application: Application) -> None:
    if application.call.state != CallState.CLOSED:
        raise ValidationError(_("Reviewers are assigned after the call has closed and before the Board sits on it."))
    if application.state not in UNDER_REVIEW:
        raise TransitionNotAllowed("The application is not under review.", object=application)


def reason_against(application: Application, person: Any, by: Any) -> str:
    """Why a person can't be asked to score an application, as a sentence; empty when they can."""
    name = {"name": person.name}
    if not person.has_role(*permissions.SCORING):
        return _("%(name)s holds no role that scores.") % name
    if person.pk == by.pk:
        return _("Nobody assigns a review to themselves.")
    if application.screened_by_id == person.pk:
        return _("%(name)s decided on the eligibility of this application and can't score it.") % name
    if ConflictOfInterest.objects.filter(user=person, application=application).exists():
        return _("%(name)s has declared a conflict of interest.") % name
    if Review.objects.filter(application=application, reviewer=person).exists():
        return _("%(name)s is assigned already.") % name
    return ""


def plan(call: Call, reviewers: Sequence[User], *, by: Any) -> tuple[dict[Application, list[User]], dict[Application, int]]:
    """How the applications of a call that lack reviewers would be spread over `reviewers`, and what would still be lacking."""
    lacking = {a.pk: (a, call.reviewers_per_application - a.asked) for a in _lacking(call)}
    people = {person.pk: person for person in reviewers if person.pk != by.pk and person.has_role(*permissions.SCORING)}
    given, left = assignment.spread({pk: n for pk, (_a, n) in lacking.items()}, list(people), loads(call), _barred(lacking))
    by_application = {lacking[pk][0]: [people[person] for person in chosen] for pk, chosen in given.items()}
    return by_application, {lacking[pk][0]: n for pk, n in left.items()}


def _lacking(call: Call) -> QuerySet[Any]:
    """Applications under review with fewer reviewers than the call asks for; `asked` counts those who are not recused."""
    asked = Count("reviews", filter=~Q(reviews__state=State.RECUSED))
    found = Application.objects.filter(call=call, state__in=UNDER_REVIEW).annotate(asked=asked)
    return found.filter(asked__lt=F("call__reviewers_per_application")).order_by("pk")


def loads(call: Call) -> dict[Any, int]:
    """reviewer pk -> how many reviews of the call they have, the recused ones not counted."""
    counted = Review.objects.filter(application__call=call).exclude(state=State.RECUSED).values("reviewer").annotate(n=Count("pk"))
    return {row["reviewer"]: row["n"] for row in counted.order_by("reviewer")}


def _barred(lacking: Mapping[int, Any]) -> dict[Any, set[int]]:
    """application -> people who can't score it: who screened it, has a conflict, or is assigned already."""
    barred: dict[Any, set[int]] = {pk: {a.screened_by_id} for pk, (a, _n) in lacking.items()}
    conflicts = ConflictOfInterest.objects.filter(application__in=lacking).values_list("application", "user")
    assigned = Review.objects.filter(application__in=lacking).values_list("application", "reviewer")
    for application, person in [*conflicts, *assigned]:
        barred[application].add(person)
    return barred


@transaction.atomic
def assign_evenly(call: Call, *, reviewers: Sequence[User], by: Any) -> tuple[list[Review], dict[Application, int]]:
    """Assign as `plan` says; returns the new reviews and what is still lacking by application."""
    if not permissions.can_assign(call, by):
        raise PermissionDenied
    lock(call, *_lacking(call))
    chosen, lacking = plan(call, reviewers, by=by)
    made = [review for application, people in chosen.items() if people for review in assign(application, reviewers=people, by=by)]
    return made, lacking


@transaction.atomic
def remove(review: Review, *, by: Any) -> None:
    """Take an assignment back before any mark was given. TransitionNotAllowed afterwards."""
    if not permissions.can_remove(review, by):
        raise PermissionDenied
    lock(review)
    if review.state not in (State.ASSIGNED, State.ACCEPTED):
        raise TransitionNotAllowed("The review has begun.", object=review)
    record("review.remove", of=review, by=by, application=review.application_id, reviewer=review.reviewer_id)
    review.delete()


@transaction.atomic
def accept(review: Review, *, by: Any) -> Review:
    """The reviewer declares that they have no conflict: now the content shows."""
    return advance(review.accept, by=by, at=clock.now())


@transaction.atomic
def declare(application: Application, *, by: Any, reason_kind: str) -> ConflictOfInterest:
    """`by` has a conflict with an application: their review of it is recused, and from now on they see nothing of it. Safe to repeat."""
    if reason_kind not in ConflictOfInterest.Kind.values:
        raise ValidationError({"reason_kind": _("Choose the kind of conflict.")})
    reviews = list(counted_of([application], by))
    lock(application, *reviews)
    known = ConflictOfInterest.objects.filter(user=by, application=application).first()
    if known:
        return known
    for review in reviews:
        advance(review.recuse, by=by)
    conflict = ConflictOfInterest.objects.create(user=by, application=application, reason_kind=reason_kind)
    record("conflict.declare", of=application, by=by, kind=reason_kind)
    _tell_assigners(reviews)
    return conflict


def counted_of(found: Iterable[Application], reviewer: Any) -> QuerySet[Review]:
    """A reviewer's reviews of some applications, but for those that they stand aside from."""
    return Review.objects.filter(application__in=list(found), reviewer=reviewer).exclude(state=State.RECUSED).order_by("pk")


def _tell_assigners(reviews: Sequence[Review]) -> None:
    for review in reviews:
        path = review.application.get_absolute_url()
        outbox.queue(
            "review_recused", to=[review.assigned_by], key=f"review-recused:{review.pk}", path=path, application=review.application
        )


@transaction.atomic
def save_draft(review: Review, *, by: Any, marks: Mapping[int, Mapping[str, Any]], comment: str | None = None) -> Review:
    """Keep what was typed so far: criterion pk -> {"value": 1..5 or None, "comment": text}, each key optional. Outside the audit chain.

    Raises `PermissionDenied`, TransitionNotAllowed (before the declaration, after submission), `ValidationError` for a mark out of range.
    """
    if not permissions.is_reviewer(review, by):
        raise PermissionDenied
    lock(review)
    _refuse_ranked(review)
    if review.state not in permissions.OPEN:
        raise TransitionNotAllowed("The review is not open.", object=review)
    if review.state == State.ACCEPTED:
        advance(review.begin, by=by)
    for criterion in review.application.call.criteria.filter(pk__in=marks):
        _save_mark(review, criterion, marks[criterion.pk])
    if comment is not None and comment != review.comment:
        review.comment = comment
        review.save()
    return review


def _save_mark(review: Review, criterion: Any, given: Mapping[str, Any]) -> None:
    mark = Mark.objects.filter(review=review, criterion=criterion).first() or Mark(review=review, criterion=criterion)
    for name in given.keys() & {"value", "comment"}:
        setattr(mark, name, given[name])
    if mark.value is not None and mark.value not in range(scoring.LOWEST, scoring.HIGHEST + 1):
        raise ValidationError(_("A mark is a whole number from 1 to 5."))
    mark.full_clean(exclude=["review", "criterion"])
    mark.save()


@transaction.atomic
def submit(review: Review, *, by: Any) -> Review:
    """Send the marks in; the last review that the call asks for marks the application as reviewed.

    Raises `ValidationError` with the criteria that have no mark or no word on why.
    """
    application = review.application
    lock(application.call, application, review)
    require(review.submit, by=by)
    _refuse_ranked(review)
    criteria = list(application.call.criteria.all())
    marks = {mark.criterion_id: mark for mark in review.marks.all()}
    if errors := _incomplete(criteria, marks):
        raise ValidationError(errors)
    found = scoring.score({pk: mark.value for pk, mark in marks.items()}, {criterion.pk: criterion.weight for criterion in criteria})
    assert found is not None  # every criterion has its mark
    review = advance(review.submit, by=by, at=clock.now(), score=scoring.exact(found))
    _mark_reviewed_when_complete(application, by)
    return review


def _incomplete(criteria: Sequence[Any], marks: Mapping[int, Mark]) -> list[str]:
    errors = []
    for criterion in criteria:
        mark = marks.get(criterion.pk)
        if mark is None or mark.value is None:
            errors.append(_("“%(criterion)s” has no mark yet.") % {"criterion": criterion.name})
        elif not mark.comment.strip():
            errors.append(_("Say under “%(criterion)s” why you gave this mark.") % {"criterion": criterion.name})
    return errors


def _mark_reviewed_when_complete(application: Application, by: Any) -> None:
    sent = application.reviews.filter(state=State.SUBMITTED).count()
    if application.state == ApplicationState.IN_REVIEW and sent >= asked_for(application):
        applications.mark_reviewed(application, by=by)


def _refuse_ranked(review: Review) -> None:
    """Once the Board sits, the marks are what they are."""
    if review.application.call.state != CallState.CLOSED:
        raise ValidationError(_("The Board's session on this call has begun: marks can't be changed any more."))


@transaction.atomic
def reopen(review: Review, *, by: Any, reason: str) -> Review:
    """Ask a reviewer for another look, with the reason; the application goes back into review when it lacks a review now."""
    application = review.application
    lock(application.call, application, review)
    require(review.reopen, by=by)
    _refuse_ranked(review)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    review = advance(review.reopen, by=by, reason=reason.strip())
    sent = application.reviews.filter(state=State.SUBMITTED).count()
    if application.state == ApplicationState.REVIEWED and sent < asked_for(application):
        applications.return_to_review(application, by=by)
    key = f"review-reopened:{review.pk}:{clock.now().isoformat()}"
    outbox.queue("review_reopened", to=[review.reviewer], key=key, path=review.get_absolute_url(), review=review)
    return review


def asked_for(application: Application) -> int:
    """How many reviews the call asks for; a published call says it."""
    return application.call.reviewers_per_application or 1


def waiting_for(user: Any) -> QuerySet[Review]:
    """The reviews that the user still owes, of calls that the Board has not taken up; nobody scores what was withdrawn."""
    owed = Review.objects.filter(reviewer=user, state__in=UNSENT, application__call__state=CallState.CLOSED)
    return owed.exclude(application__state=ApplicationState.WITHDRAWN)
