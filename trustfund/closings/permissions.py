"""Who closes: finance makes ready and proposes, the approving officer decides; who proposes and who decides differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.ledger.permissions import can_read_books
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from trustfund.closings.models import YearEnd

__all__ = ["can_read_books"]


def can_review(user: Any) -> bool:
    """Finance says that it has looked at what no program can look at."""
    return holds(user, Role.FINANCE)


can_propose_year_end = can_review


def can_decide_year_end(closing: YearEnd, user: Any) -> bool:
    """An approving officer who did not propose it."""
    return holds(user, Role.APPROVER) and user.pk != closing.proposed_by_id
