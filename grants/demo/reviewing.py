"""Eligibility, reviews and the Board's decision in the demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from grants.applications import actions as applications
from grants.applications.models import Application
from grants.calls.models import Call
from grants.decisions import actions as decisions
from grants.decisions.models import Session
from grants.demo.cast import Cast
from grants.reviews import actions as reviews
from grants.reviews.models import Review
from trustfund import clock
from trustfund.money import Money
from trustfund.people.models import User

COMMENTS = {
    1: "Not shown (invented).",
    2: "Claimed, with little support (invented).",
    3: "Shown in part; the next application could say more (invented).",
    4: "Shown well (invented).",
    5: "Shown with evidence; among the best of this call (invented).",
}
REASONS = "Others showed more of what this call asks for: see the marks and the words to each criterion (invented)."


def screen(cast: Cast, found: Sequence[Application], on: date, *, refused: Sequence[int] = ()) -> None:
    """Eligible, but for those refused (primary keys), who read why."""
    with clock.frozen(on):
        for application in found:
            questions = list(application.call.eligibility_questions.all())
            findings = {question.pk: (True, "") for question in questions}
            if application.pk in refused:
                findings[questions[1].pk] = (False, "Registered less than three years ago, by its own certificate (invented).")
            applications.decide_eligibility(application, by=cast.screener, findings=findings)
            application.refresh_from_db()


def pair(cast: Cast, number: int) -> list[User]:
    """A reviewer and a trustee for the n-th application, in turn."""
    return [cast.reviewers[number % len(cast.reviewers)], cast.trustees[1 + number % (len(cast.trustees) - 1)]]


def review(cast: Cast, found: Sequence[Application], on: date, *, marks: Mapping[int, Sequence[int]]) -> None:
    """Two reviews each: the given marks, and the same ones but for one criterion."""
    for number, application in enumerate(found):
        with clock.frozen(on):
            made = reviews.assign(application, reviewers=pair(cast, number), by=cast.programme)
        with clock.frozen(on + timedelta(days=10 + number % 4)):
            for turn, each in enumerate(made):
                score(each, [max(1, mark - (turn and index == number % 4)) for index, mark in enumerate(marks[application.pk])])
        application.refresh_from_db()


def score(each: Review, marks: Sequence[int], *, send: bool = True) -> None:
    """Conflict declared (none), marked, sent in."""
    person = each.reviewer
    each = reviews.accept(each, by=person)
    criteria = each.application.call.criteria.all()
    given: dict[int, dict[str, Any]] = {c.pk: {"value": mark, "comment": COMMENTS[mark]} for c, mark in zip(criteria, marks, strict=False)}
    each = reviews.save_draft(each, by=person, marks=given)
    if send:
        reviews.submit(each, by=person)


def assign(cast: Cast, found: Sequence[Application], on: date) -> None:
    """Assigned to the reader's reviewer and trustee; one review is half written, one sent in, one conflict declared."""
    made = []
    for application in found:
        with clock.frozen(on):
            made += reviews.assign(application, reviewers=[cast.reviewers[0], cast.trustees[0]], by=cast.programme)
    mine = [each for each in made if each.reviewer_id == cast.reviewers[0].pk]
    theirs = [each for each in made if each.reviewer_id == cast.trustees[0].pk]
    with clock.frozen(on + timedelta(days=4)):
        score(mine[0], [4, 4, 3, 4])
        score(mine[1], [4, 3], send=False)
        reviews.declare(found[2], by=cast.reviewers[0], reason_kind="family")
    with clock.frozen(on + timedelta(days=5)):
        reviews.assign(found[2], reviewers=[cast.reviewers[1]], by=cast.programme)
        score(theirs[1], [3, 4, 4, 4])


def open_session(cast: Cast, call: Call, on: date, *, declared: bool = True) -> Session:
    """The Board is called together; every trustee declares no conflict and takes their seat."""
    call.refresh_from_db()
    with clock.frozen(on):
        session = decisions.open_session(call, by=cast.programme, sits_on=on + timedelta(days=7))
    with clock.frozen(on + timedelta(days=1)):
        for trustee in cast.trustees if declared else cast.trustees[1:3]:
            decisions.declare(session, by=trustee, conflicts={})
    return session


def decide(
    cast: Cast, call: Call, on: date, *, recommended: Mapping[int, Money], reserve: Sequence[int], reasons: str = REASONS
) -> Session:
    """The whole session: amounts, a reserve list, the others not selected; closed with minutes and letters."""
    session = open_session(cast, call, on)
    with clock.frozen(on + timedelta(days=7)):
        for application in call.applications.filter(state="reviewed").order_by("pk"):
            about = _outcome(application.pk, recommended, reserve, reasons)
            decisions.recommend(session, application, by=cast.programme, **about)
        decisions.close(session, by=cast.programme, remarks="Invented for the demonstration.")
    return session


def _outcome(pk: int, recommended: Mapping[int, Money], reserve: Sequence[int], reasons: str) -> dict[str, Any]:
    """What the Board says of one application."""
    if pk in recommended:
        return {"outcome": "recommended", "amount": recommended[pk]}
    if pk in reserve:
        return {"outcome": "reserve", "rank": 1 + reserve.index(pk), "reasons": reasons}
    return {"outcome": "not_selected", "reasons": reasons}
