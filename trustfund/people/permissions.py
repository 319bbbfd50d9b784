"""Who may do what about people."""

from __future__ import annotations

from typing import Any

from trustfund.people.roles import Role, holds


def can_manage_people(user: Any) -> bool:
    """The list, invitations, roles, who may sign in: the administrator's."""
    return holds(user, Role.ADMINISTRATOR)


def can_change_roles(person: Any, user: Any) -> bool:
    """Nobody gives roles to themselves, or takes them away."""
    return can_manage_people(user) and person.pk != user.pk


def can_let_in(person: Any, user: Any) -> bool:
    """Nobody locks themselves out, or in."""
    return can_change_roles(person, user)
