"""Reviews for tests, brought to a state through the real actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grants.applications.models import Application
from grants.calls.models import Call
from grants.reviews import actions
from grants.reviews.models import Review
from tests.factories.applications import make_application
from tests.factories.calls import advance_call, make_call
from tests.factories.people import make_user
from tests.factories.remembered import remembered
from trustfund.people.models import User
from trustfund.people.roles import Role


@remembered
def make_closed_call(applications: int = 1, **fields: Any) -> tuple[Call, list[Application]]:
    """A call whose deadline has passed, with so many eligible applications. `fields` are the call's columns."""
    call = make_call("published", **fields)
    made = [make_application("eligible", call=call, title=f"Project {number}") for number in range(1, applications + 1)]
    advance_call(call, "closed")
    for application in made:
        application.refresh_from_db()
    return call, made


@remembered
def make_review(
    application: Application | None = None, state: str = "submitted", *, reviewer: User | None = None, marks: Sequence[int] = (4, 4, 4)
) -> Review:
    """A review in a state; `marks` in the order of the call's criteria."""
    if application is None:
        _call, (application,) = make_closed_call()
    application = Application.objects.get(pk=application.pk)
    reviewer = reviewer or make_user(Role.REVIEWER)
    (review,) = actions.assign(application, reviewers=[reviewer], by=make_user(Role.PROGRAMME))
    if state == "recused":
        actions.declare(application, by=reviewer, reason_kind="family")
    elif state != "assigned":
        _on(review, state, marks)
    review.refresh_from_db()
    return review


def _on(review: Review, state: str, marks: Sequence[int]) -> None:
    actions.accept(review, by=review.reviewer)
    if state != "accepted":
        actions.save_draft(review, by=review.reviewer, marks=marks_for(review, marks), comment="Good enough.")
    if state in ("submitted", "reopened"):
        actions.submit(review, by=review.reviewer)
    if state == "reopened":
        actions.reopen(review, by=make_user(Role.PROGRAMME), reason="Please look at the budget again.")


def marks_for(review: Review, values: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Marks with a comment for every criterion, as `actions.save_draft` takes them."""
    pairs = zip(review.application.call.criteria.all(), values, strict=True)
    return {criterion.pk: {"value": value, "comment": f"Because of {criterion.name}."} for criterion, value in pairs}


@remembered
def make_reviewed(marks: Sequence[Sequence[Sequence[int]]], **fields: Any) -> tuple[Call, list[Application], list[User]]:
    """A closed call whose applications are all reviewed: marks[application][reviewer][criterion]; the same reviewers score all."""
    call, applications = make_closed_call(len(marks), reviewers_per_application=len(marks[0]), **fields)
    people = [make_user(Role.REVIEWER) for _each in marks[0]]
    for application, by_reviewer in zip(applications, marks, strict=True):
        for person, given in zip(people, by_reviewer, strict=True):
            make_review(application, reviewer=person, marks=given)
        application.refresh_from_db()
    return call, applications, people
