"""Who may do what with a budget: a finance officer proposes it, an approving officer or the fund manager who is somebody else approves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.ledger.permissions import can_read_books
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from trustfund.budgets.models import Budget

__all__ = ["can_read_books"]


def can_make(user: Any) -> bool:
    """Finance proposes budgets and their revisions."""
    return holds(user, Role.FINANCE)


def can_change(budget: Budget, user: Any) -> bool:
    """Only its maker: whoever wrote a line of it must not be able to approve it."""
    return holds(user, Role.FINANCE) and user.pk == budget.maker_id


can_submit = can_cancel = can_change


def can_approve(budget: Budget, user: Any) -> bool:
    """An approving officer or the fund manager, who did not make it."""
    return holds(user, Role.APPROVER, Role.MANAGER) and user.pk != budget.maker_id


can_return = can_approve
