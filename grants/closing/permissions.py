"""Who may do what when a grant's books are closed: one prepares, another confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from grants.closing.models import Closure
    from grants.reports.disallowances.models import Disallowance


def can_enter_refund(closure: Closure, user: Any) -> bool:
    return holds(user, Role.FINANCE)


def can_enter_repayment(disallowance: Disallowance, user: Any) -> bool:
    """Finance, as for other refunds."""
    return holds(user, Role.FINANCE)


def can_prepare(closure: Closure, user: Any) -> bool:
    return holds(user, Role.FINANCE)


def can_reopen(closure: Closure, user: Any) -> bool:
    """Finance, when it records that the bank sent a payment back; the approving officer, who disallows accepted expenditure."""
    return holds(user, Role.FINANCE, Role.APPROVER)


def can_confirm(closure: Closure, user: Any) -> bool:
    """An approving officer who did not prepare the closing."""
    return holds(user, Role.APPROVER) and closure.prepared_by_id != user.pk
