"""Who may do what at the auditor's desk: the auditor changes nothing of the books, but keeps working papers of their own."""

from __future__ import annotations

from typing import Any

from trustfund.ledger.permissions import can_read_books
from trustfund.people.roles import Role, holds

__all__ = ["can_read_books"]


def can_audit(user: Any) -> bool:
    """The desk is the auditor's: samples, their results, what changed since the last visit."""
    return holds(user, Role.AUDITOR)


def can_pack(user: Any) -> bool:
    """The auditor and finance ask for audit packs and download them."""
    return holds(user, Role.AUDITOR, Role.FINANCE)


def can_verify(user: Any) -> bool:
    """Whoever reads the books may have them verified."""
    return can_read_books(user)
