"""Who may do what with a payment: who certified it can't approve it, and who approved it can't say that it was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grants.agreements.permissions import sees_all
from ngos.organisations import permissions as organisations
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from grants.agreements.models import Grant
    from grants.payments.models import Payment
    from grants.tranches.models import Tranche

def can_see_of(grant: Grant, user: Any) -> bool:
    """The payments of a grant: staff who look after money, and the NGO itself."""
    return sees_all(user) or organisations.can_view(grant.organisation, user)


def can_certify(tranche: Tranche, user: Any) -> bool:
    """A finance officer who did not find the tranche ready."""
    return holds(user, Role.FINANCE) and tranche.accepted_by_id != user.pk


def can_approve(payment: Payment, user: Any) -> bool:
    """An approving officer who neither certified it nor found its tranche ready."""
    return holds(user, Role.APPROVER) and user.pk not in (payment.certified_by_id, payment.tranche.accepted_by_id)


can_reject = can_approve


def can_export(payment: Payment, user: Any) -> bool:
    """The order to the bank leaves through finance, after the approval."""
    return holds(user, Role.FINANCE) and payment.approved_by_id != user.pk


def can_take_out(payment: Payment, user: Any) -> bool:
    """Whoever may stop the batch may take a payment out of it."""
    return holds(user, Role.FINANCE, Role.APPROVER)


def can_settle(payment: Payment, user: Any) -> bool:
    """Finance records what the bank did; not who approved the payment, or the batch that it was in."""
    if not holds(user, Role.FINANCE) or payment.approved_by_id == user.pk:
        return False
    return payment.batch is None or payment.batch.approved_by_id != user.pk


can_refuse = can_return = can_settle


def can_hold(payment: Payment, user: Any) -> bool:
    """Anybody of finance may stop a payment at any moment."""
    return holds(user, Role.FINANCE, Role.APPROVER, Role.MANAGER)


def can_release(payment: Payment, user: Any) -> bool:
    return holds(user, Role.FINANCE)


can_cancel = can_release


def can_handle_exception(payment: Payment, user: Any) -> bool:
    """The fund manager answers for a payment that the bank made although a gate had closed."""
    return holds(user, Role.MANAGER)


def can_read_order(payment: Payment, user: Any) -> bool:
    """The payment order names the account in full: finance and audit only."""
    return holds(user, Role.FINANCE, Role.APPROVER, Role.AUDITOR)
