"""Who assesses an NGO. Its findings are the secretariat's alone; the NGO sees whether it stands, and its conditions."""

from __future__ import annotations

from typing import Any

from ngos.organisations.permissions import LOOKING
from trustfund.people.roles import Role, holds


def sees_all(user: Any) -> bool:
    return holds(user, *LOOKING)


def can_open(organisation: Any, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


def can_judge(assessment: Any, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


can_begin = can_decide = can_judge
