"""Who assesses an NGO. Its findings are the secretariat's alone; the NGO sees whether it stands, and its conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ngos.organisations.permissions import LOOKING
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from ngos.due_diligence.models import Assessment
    from ngos.organisations.models import Organisation


def sees_all(user: Any) -> bool:
    return holds(user, *LOOKING)


def can_open(organisation: Organisation, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


def can_judge(assessment: Assessment, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


can_begin = can_decide = can_judge
