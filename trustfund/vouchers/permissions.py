"""Who may do what with a voucher: a finance officer makes it, an approving officer who is somebody else has it posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.ledger.permissions import can_read_books
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from trustfund.vouchers.models import Voucher

__all__ = ["can_read_books"]


def can_make(user: Any) -> bool:
    """Finance writes vouchers."""
    return holds(user, Role.FINANCE)


def can_reverse(voucher: Voucher, user: Any) -> bool:
    """Finance asks for the reversal of a posted one; it is a voucher again, and another person approves it."""
    return holds(user, Role.FINANCE)


def can_change(voucher: Voucher, user: Any) -> bool:
    """Only its maker: whoever wrote a line of it must not be able to approve it."""
    return holds(user, Role.FINANCE) and user.pk == voucher.maker_id


can_submit = can_cancel = can_change


def can_approve(voucher: Voucher, user: Any) -> bool:
    """An approving officer who did not make it."""
    return holds(user, Role.APPROVER) and user.pk != voucher.maker_id


can_return = can_approve
