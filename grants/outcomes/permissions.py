"""Who may see and write outcomes. Counts of people before release are for the NGO and the programme alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ngos.organisations import permissions as organisations
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from grants.agreements.models import Grant
    from grants.outcomes.models import OutcomeSheet

LOOKING = (Role.PROGRAMME, Role.MANAGER)
"""Finance, Board, auditors and donors see nothing of it: what leaves goes through disclosure control."""


def can_fill(sheet: OutcomeSheet, user: Any) -> bool:
    """Owners and editors of the NGO."""
    return organisations.can_edit(sheet.grant.organisation, user)


def can_see_indicators(grant: Grant, user: Any) -> bool:
    """An indicator may count persons, and its target too."""
    return holds(user, *LOOKING) or grant.organisation.membership_of(user) is not None


def can_set_indicators(grant: Grant, user: Any) -> bool:
    """The programme agrees them with the NGO; the NGO can't move its own targets."""
    return holds(user, Role.PROGRAMME)
