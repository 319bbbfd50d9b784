"""Who sees which statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.people.roles import MONEY, Role, holds

if TYPE_CHECKING:
    from trustfund.statements.models import Disclosure

PRINCIPAL = ("position", "performance", "net-assets", "cash-flow", "budget", "source-and-use", "set")
"""Statements I to V and VII, and the whole set, which the Board sees too; the notes name donors: with the set only."""


def can_see(user: Any, code: str) -> bool:
    """Finance, approving officers, managers and auditors see all statements, trustees I to V, VII and the set."""
    return holds(user, *MONEY) or (code in PRINCIPAL and holds(user, Role.TRUSTEE))


def can_see_any(user: Any) -> bool:
    """Whether the user sees any statement at all."""
    return can_see(user, PRINCIPAL[0])


def can_write_texts(user: Any) -> bool:
    """Finance writes the texts of a year's statements."""
    return holds(user, Role.FINANCE)


def can_rewrite(disclosure: Disclosure, user: Any) -> bool:
    """Only its maker."""
    return holds(user, Role.FINANCE) and user.pk == disclosure.maker_id


def can_approve_texts(disclosure: Disclosure, user: Any) -> bool:
    """An approving officer or the fund manager, who did not write it."""
    return holds(user, Role.APPROVER, Role.MANAGER) and user.pk != disclosure.maker_id


def can_issue(user: Any) -> bool:
    """Finance gives statements out."""
    return holds(user, Role.FINANCE)


def can_see_lines(user: Any) -> bool:
    """The lines behind the figures, with their entries."""
    return holds(user, *MONEY)
