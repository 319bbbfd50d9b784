"""Who may do what with a donor.

Whoever works with the Fund's money sees every donor (finance, the approving officer, the fund manager, the auditor); a contact sees the
donor they act for and no other; nobody else sees any. Donors are registered and their contacts invited by finance or the fund manager.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.people.roles import MONEY, Role, holds

if TYPE_CHECKING:
    from donors.donors.models import Donor


def sees_all(user: Any) -> bool:
    return holds(user, *MONEY)


def can_register(donor: Donor | None, user: Any) -> bool:
    """Finance and the fund manager keep the list of donors."""
    return holds(user, Role.FINANCE, Role.MANAGER)


can_change = can_register
can_invite = can_register
