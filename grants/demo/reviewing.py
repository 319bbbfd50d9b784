"""Eligibility, reviews and the Board's decision in the demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from grants.applications import actions as applications
from grants.applications.models import Application
from grants.calls.models import Call
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
