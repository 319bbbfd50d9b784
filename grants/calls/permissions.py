"""Who may do what with a call. Pure."""

from __future__ import annotations

from typing import Any

from trustfund.people.roles import Role, holds

STAFF = (Role.PROGRAMME, Role.MANAGER, Role.AUDITOR)


def sees_all(user: Any) -> bool:
    """Drafts too, and the staff's pages about a call."""
    return holds(user, *STAFF)


def can_draft(user: Any) -> bool:
    """Begin a call, or copy one."""
    return holds(user, Role.PROGRAMME)


def can_revise(call: Any, user: Any) -> bool:
    """Change a draft; a published call is a promise and is not changed."""
    return holds(user, Role.PROGRAMME) and call.state == "draft"


def can_publish(call: Any, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


def can_extend(call: Any, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


def can_close(call: Any, user: Any) -> bool:
    """The clock closes a call; a programme officer may, once its deadline has passed."""
    return user is None or holds(user, Role.PROGRAMME)


def can_begin_deciding(call: Any, user: Any) -> bool:
    return holds(user, Role.PROGRAMME, Role.MANAGER)


def can_decide(call: Any, user: Any) -> bool:
    """The Board's sitting is over: whoever closes it has been asked by the room of decisions."""
    return holds(user, Role.PROGRAMME, Role.MANAGER, Role.TRUSTEE)


def can_archive(call: Any, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


def can_cancel(call: Any, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)
