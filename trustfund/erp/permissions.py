"""Who maps the books to the ERP's codes and compares them with its extract."""

from __future__ import annotations

from typing import Any

from trustfund.ledger.permissions import can_read_books
from trustfund.people.roles import Role, holds

__all__ = ["can_read_books"]


def can_map(user: Any) -> bool:
    """Finance keeps the mapping."""
    return holds(user, Role.FINANCE)


def can_bring(user: Any) -> bool:
    """Finance brings the ERP's extracts, and says how they are laid out."""
    return holds(user, Role.FINANCE)


def can_withdraw(extract: Any, user: Any) -> bool:
    """Finance takes an extract out again, to bring a better one."""
    return holds(user, Role.FINANCE)
