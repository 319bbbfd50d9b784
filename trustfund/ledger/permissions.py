"""Who may do what with the books."""

from __future__ import annotations

from typing import Any

from trustfund.people.roles import Role, holds

READERS = (Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR)


def can_read_books(user: Any) -> bool:
    """The books are read by finance, the approving officer, the fund manager and the auditor."""
    return holds(user, *READERS)


def can_add_rates(user: Any) -> bool:
    """Finance takes in exchange rates."""
    return holds(user, Role.FINANCE)


def can_open_year(user: Any) -> bool:
    """Finance opens a fiscal year."""
    return holds(user, Role.FINANCE)


def can_open_bank(user: Any) -> bool:
    """Finance adds a bank account of the Fund itself."""
    return holds(user, Role.FINANCE)


def can_propose_period(period: Any, user: Any) -> bool:
    """Finance proposes that a period be closed or reopened."""
    return holds(user, Role.FINANCE)


def can_approve_period(period: Any, user: Any) -> bool:
    """The approving officer decides, if somebody else proposed."""
    return holds(user, Role.APPROVER) and bool(period.proposed_by_id != user.pk)


def can_allocate_costs(user: Any) -> bool:
    """Finance charges the fund's own costs and income to the contributions, month by month."""
    return holds(user, Role.FINANCE)


def can_prepare_year(certification: Any, user: Any) -> bool:
    """Finance prepares the statements of a year."""
    return holds(user, Role.FINANCE)


def can_certify_year(certification: Any, user: Any) -> bool:
    """The approving officer certifies what somebody else prepared."""
    return holds(user, Role.APPROVER) and bool(certification.prepared_by_id != user.pk)


def can_approve_year(certification: Any, user: Any) -> bool:
    """The fund manager approves what somebody else prepared."""
    return holds(user, Role.MANAGER) and bool(certification.prepared_by_id != user.pk)


def can_withdraw_year(certification: Any, user: Any) -> bool:
    """Until it is approved, finance takes it back, and whoever certifies or approves refuses it."""
    return holds(user, Role.FINANCE, Role.APPROVER, Role.MANAGER)
