"""Who sees which statement."""

from __future__ import annotations

from typing import Any

from trustfund.people.roles import MONEY, Role, holds

PRINCIPAL = ("position", "performance", "net-assets", "cash-flow", "source-and-use")
"""Statements I to IV and VII, which the Board sees too."""


def can_see(user: Any, code: str) -> bool:
    """Finance, approving officers, managers and auditors see all statements, trustees I to IV and VII."""
    return holds(user, *MONEY) or (code in PRINCIPAL and holds(user, Role.TRUSTEE))


def can_see_any(user: Any) -> bool:
    """Whether the user sees any statement at all."""
    return can_see(user, PRINCIPAL[0])


def can_see_lines(user: Any) -> bool:
    """The lines behind the figures, with their entries."""
    return holds(user, *MONEY)
