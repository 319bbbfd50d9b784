"""Who records that an organisation was checked against a sanctions list, and who reads it."""

from __future__ import annotations

from typing import Any

from ngos.organisations.permissions import LOOKING
from trustfund.people.roles import Role, holds


def sees_all(user: Any) -> bool:
    return holds(user, *LOOKING)


def can_screen(organisation: Any, user: Any) -> bool:
    return holds(user, Role.PROGRAMME, Role.FINANCE)
