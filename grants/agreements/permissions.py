"""Who may do what with a grant. Staff by role; the NGO by its members' rights; the clock (None) only lets offers lapse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ngos.organisations import permissions as organisations
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from grants.agreements.models import Grant
    from grants.applications.models import Application

LOOKING = (Role.PROGRAMME, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR)
"""Staff who see every grant. Trustees read those that came into force; reviewers and donors see none here."""


def sees_all(user: Any) -> bool:
    return holds(user, *LOOKING)


def can_approve_award(application: Application | None, user: Any) -> bool:
    """The fund manager, on the Board's recommendation."""
    return holds(user, Role.MANAGER)


def can_certify(grant: Grant, user: Any) -> bool:
    """A finance officer who did not approve the award."""
    return holds(user, Role.FINANCE) and grant.approved_by_id != user.pk


def can_offer(grant: Grant, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


def can_sign(grant: Grant, user: Any) -> bool:
    """A signatory of the NGO, who thereby binds it."""
    return bool(user) and organisations.can_sign(grant.organisation, user)


def can_decline(grant: Grant, user: Any) -> bool:
    return can_sign(grant, user)


def can_countersign(grant: Grant, user: Any) -> bool:
    return holds(user, Role.MANAGER)


def can_lapse(grant: Grant, user: Any) -> bool:
    """The clock, when the offer is no longer valid; the fund manager, when an award is taken back before it is signed."""
    return user is None or holds(user, Role.MANAGER)


def can_suspend(grant: Grant, user: Any) -> bool:
    return holds(user, Role.MANAGER)


can_resume = can_terminate = can_suspend


def can_restrict_publication(grant: Grant, user: Any) -> bool:
    """The secretariat and the NGO's signatory may ask for less to be published, never for more."""
    return holds(user, Role.PROGRAMME) or can_sign(grant, user)


def can_close_reporting(grant: Grant, user: Any) -> bool:
    """Finance, which accepts the final report; the fund manager, when a terminated grant gets no report."""
    return holds(user, Role.FINANCE, Role.MANAGER)


def can_close(grant: Grant, user: Any) -> bool:
    """The approving officer; that it is another person than the one who prepared it is the closure's own condition."""
    return holds(user, Role.APPROVER)


def can_reopen(grant: Grant, user: Any) -> bool:
    """Finance, when it records that the bank sent a payment back."""
    return holds(user, Role.FINANCE)


def can_read_statement(grant: Grant, user: Any) -> bool:
    """Whoever sees the grant, but for trustees: money in detail is for staff and for the NGO itself."""
    return sees_all(user) or organisations.can_view(grant.organisation, user)
