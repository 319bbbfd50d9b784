"""The texts of a year for tests, by the real actions."""

from __future__ import annotations

from typing import Any

from tests.factories.people import make_user
from tests.factories.remembered import remembered
from trustfund.people.roles import Role
from trustfund.statements import actions
from trustfund.statements.models import Disclosure


@remembered
def make_texts(state: str = "proposed", *, year: int = 2026, maker: Any = None, checker: Any = None, **texts: str) -> Disclosure:
    """A version that was taken to a state."""
    maker, checker = maker or make_user(Role.FINANCE), checker or make_user(Role.APPROVER)
    found = actions.propose(year, texts or {"events": "Nothing happened."}, by=maker)
    if state == "approved":
        return actions.approve(found, by=checker)
    if state in ("returned", "cancelled"):
        found = actions.return_(found, by=checker, remark="Say more.")
    return actions.cancel(found, by=maker) if state == "cancelled" else found
