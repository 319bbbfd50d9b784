"""Who may propose and decide about windows and the funding rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from trustfund.ledger.proposals.models import Proposal


def can_propose(user: Any) -> bool:
    """Finance proposes a window, its purpose or a funding rule."""
    return holds(user, Role.FINANCE)


def can_decide(proposal: Proposal, user: Any) -> bool:
    """The approving officer or the fund manager, whoever did not propose it."""
    return holds(user, Role.APPROVER, Role.MANAGER) and user.pk != proposal.proposed_by_id


def can_withdraw(proposal: Proposal, user: Any) -> bool:
    """Whoever proposed it."""
    return holds(user, Role.FINANCE) and bool(user.pk == proposal.proposed_by_id)
