"""Sessions of the Board for tests, brought to a state through the real actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grants.applications.models import Application
from grants.calls.models import Call
from grants.decisions import actions
from grants.decisions.models import Session
from tests.factories.people import make_user
from tests.factories.remembered import remembered
from tests.factories.reviews import make_reviewed
from trustfund import clock
from trustfund.money import usd
from trustfund.people.models import User
from trustfund.people.roles import Role

THREE = [[[5, 5, 5]], [[4, 4, 4]], [[2, 2, 2]]]


@remembered
def make_session(
    marks: Sequence[Sequence[Sequence[int]]] = THREE, *, trustees: int = 3, declared: bool = True, quorum: int = 3, **fields: Any
) -> tuple[Session, list[Application], list[User]]:
    """An open session on a call with reviewed applications (best first by default), and its trustees; `fields` are the call's."""
    call, applications, _reviewers = make_reviewed(marks, **fields)
    board = [make_user(Role.TRUSTEE) for _each in range(trustees)]
    session = actions.open_session(Call.objects.get(pk=call.pk), by=make_user(Role.PROGRAMME), sits_on=clock.today(), quorum=quorum)
    if declared:
        for trustee in board:
            actions.declare(session, by=trustee, conflicts={})
    return session, applications, board


def recommend_all(session: Session, applications: Sequence[Application], *, by: Any = None) -> None:
    """The first is recommended for USD 20,000, the second put on the reserve list, the others are not selected."""
    by = by or make_user(Role.PROGRAMME)
    for place, application in enumerate(applications):
        actions.recommend(session, fresh(application), by=by, **_details(place))


def _details(place: int) -> dict[str, Any]:
    return [{"outcome": "recommended", "amount": usd(20_000)}, {"outcome": "reserve", "rank": 1}][place] if place < 2 else NOT_SELECTED


NOT_SELECTED = {"outcome": "not_selected", "reasons": "The approach is not safe enough."}


def fresh(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)
