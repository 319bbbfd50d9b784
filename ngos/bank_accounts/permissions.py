"""Who may do what with bank details: the NGO proposes, finance calls back, another person of finance confirms."""

from __future__ import annotations

from typing import Any

from ngos.organisations.permissions import LOOKING
from trustfund.people.roles import Role, holds


def sees_all(user: Any) -> bool:
    return holds(user, *LOOKING)


def can_propose(organisation: Any, user: Any) -> bool:
    """An owner or a signatory of the organisation."""
    membership = organisation.membership_of(user)
    return membership is not None and (membership.right == "owner" or membership.signatory)


def can_record_call(account: Any, user: Any) -> bool:
    return holds(user, Role.FINANCE)


def can_verify(account: Any, user: Any) -> bool:
    """The approving officer, never who made the call."""
    return holds(user, Role.APPROVER) and user.pk != account.called_by_id


def can_activate(account: Any, user: Any) -> bool:
    """The clock, or finance when the clock is late."""
    return user is None or holds(user, Role.FINANCE, Role.APPROVER)


can_supersede = can_activate


def can_reject(account: Any, user: Any) -> bool:
    return holds(user, Role.FINANCE, Role.APPROVER)


def can_withdraw(account: Any, user: Any) -> bool:
    return can_propose(account.organisation, user)


def can_reveal(account: Any, user: Any) -> bool:
    """Who pays or approves payments reads the whole number, on record."""
    return holds(user, Role.FINANCE, Role.APPROVER)
