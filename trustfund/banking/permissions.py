"""Who may do what with the statements of the Fund's banks: finance works with them, the approving officer and the auditor read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from trustfund.banking.models import BankLine


def can_see(user: Any) -> bool:
    """Finance, the approving officer and the auditor; nobody else."""
    return holds(user, Role.FINANCE, Role.APPROVER, Role.AUDITOR)


def can_import(user: Any) -> bool:
    """Finance takes in statements and says how a bank writes them."""
    return holds(user, Role.FINANCE)


def can_match(line: BankLine | None, user: Any) -> bool:
    """Finance says which line of the bank is which line of the books, and takes it back."""
    return holds(user, Role.FINANCE)
