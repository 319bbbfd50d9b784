"""Who may do what with the statements of the Fund's banks: finance works with them, the approving officer and the auditor read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from trustfund.banking.models import BankLine, Withdrawal


def can_see(user: Any) -> bool:
    """Finance, the approving officer and the auditor; nobody else."""
    return holds(user, Role.FINANCE, Role.APPROVER, Role.AUDITOR)


def can_import(user: Any) -> bool:
    """Finance takes in statements and says how a bank writes them."""
    return holds(user, Role.FINANCE)


def can_match(line: BankLine | None, user: Any) -> bool:
    """Finance says which line of the bank is which line of the books, and takes it back."""
    return holds(user, Role.FINANCE)


can_withdraw = can_import


def can_carry_out(withdrawal: Withdrawal, user: Any) -> bool:
    """Who asked for it, where nothing of the statement is matched."""
    return holds(user, Role.FINANCE) and user.pk == withdrawal.asked_by_id


def can_confirm_withdrawal(withdrawal: Withdrawal, user: Any) -> bool:
    """Another person of finance, or the approving officer."""
    return holds(user, Role.FINANCE, Role.APPROVER) and user.pk != withdrawal.asked_by_id


def can_decline_withdrawal(withdrawal: Withdrawal, user: Any) -> bool:
    """To leave it as it is needs no second person."""
    return holds(user, Role.FINANCE, Role.APPROVER)
