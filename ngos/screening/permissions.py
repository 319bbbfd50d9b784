"""Who records that an organisation was checked against a sanctions list, and who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ngos.organisations.permissions import LOOKING
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from ngos.organisations.models import Organisation


def sees_all(user: Any) -> bool:
    return holds(user, *LOOKING)


def can_screen(organisation: Organisation, user: Any) -> bool:
    return holds(user, Role.PROGRAMME, Role.FINANCE)
