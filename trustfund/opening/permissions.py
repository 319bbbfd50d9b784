"""Who opens a fund that existed before: finance brings its books, an approving officer who is somebody else has them posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from trustfund.opening.models import Opening


def can_stage(user: Any) -> bool:
    """Finance brings the workbook."""
    return holds(user, Role.FINANCE)


def can_approve(opening: Opening, user: Any) -> bool:
    """An approving officer who did not bring it."""
    return holds(user, Role.APPROVER) and user.pk != opening.staged_by_id


can_refuse = can_undo = can_approve
