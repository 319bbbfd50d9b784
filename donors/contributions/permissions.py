"""Who may do what with a contribution.

Money that came is a fact of the bank: finance enters it, says what it is, and identifies later what nobody could name at first.
What was entered in error is withdrawn by the approving officer, never by who entered it.
Whoever works with the Fund's money sees every contribution, a contact those of their donor. A receipt goes to both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from donors.donors.permissions import sees_all
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from donors.contributions.models import Contribution

__all__ = ["can_enter", "can_identify", "can_withdraw", "sees_all"]


def can_enter(contribution: Contribution | None, user: Any) -> bool:
    return holds(user, Role.FINANCE)


def can_identify(contribution: Contribution, user: Any) -> bool:
    return holds(user, Role.FINANCE)


def can_withdraw(contribution: Contribution, user: Any) -> bool:
    """The approving officer, but not who entered it."""
    return holds(user, Role.APPROVER) and user.pk != contribution.entered_by_id
