"""Who reviews, who assigns, who sees whose marks. Pure but for the review's own application."""

from __future__ import annotations

from typing import Any

from trustfund.people.roles import Role, holds

SCORING = (Role.REVIEWER, Role.TRUSTEE, Role.PROGRAMME)
"""Who may be asked to score; a programme officer only what they did not screen."""
OVERSEEING = (Role.PROGRAMME, Role.MANAGER, Role.AUDITOR)
OPEN = ("accepted", "draft", "reopened")


def oversees(user: Any) -> bool:
    """Reads how the reviews of a call stand."""
    return holds(user, *OVERSEEING)


def can_assign(call: Any, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


def can_remove(review: Any, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


def can_reopen(review: Any, user: Any) -> bool:
    """A programme officer, never of their own review."""
    return holds(user, Role.PROGRAMME) and user.pk != review.reviewer_id


def is_reviewer(review: Any, user: Any) -> bool:
    """Whose review it is, as long as they hold a role that scores."""
    return user is not None and user.pk == review.reviewer_id and holds(user, *SCORING)


can_accept = can_recuse = can_begin = can_submit = is_reviewer


def can_score(review: Any, user: Any) -> bool:
    return is_reviewer(review, user) and review.state in OPEN


def sees_ranking(user: Any) -> bool:
    """The secretariat, the auditor and the Board; each without what they are recused from."""
    return holds(user, *OVERSEEING, Role.TRUSTEE)
