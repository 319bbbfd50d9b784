"""Who may do what with a batch: finance makes it, an approving officer who made and certified nothing of it approves, finance sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from grants.payments.batches.models import PaymentBatch


def can_see(user: Any) -> bool:
    """Finance, the approving officer and the auditor."""
    return holds(user, Role.FINANCE, Role.APPROVER, Role.AUDITOR)


def can_make(user: Any) -> bool:
    return holds(user, Role.FINANCE)


def can_change(batch: PaymentBatch, user: Any) -> bool:
    """Only its maker: whoever chose a payment of it must not be able to approve it."""
    return holds(user, Role.FINANCE) and user.pk == batch.maker_id


can_submit = can_change


def can_spell(batch: PaymentBatch, user: Any) -> bool:
    """Finance says how a bank is told a name; whoever did for one of its accounts does not approve the batch."""
    return holds(user, Role.FINANCE)


def can_approve(batch: PaymentBatch, user: Any) -> bool:
    """An approving officer who did not make the batch, certify a payment of it, find a tranche ready, or spell a payee's name."""
    return holds(user, Role.APPROVER) and user.pk != batch.maker_id and user.pk not in batch.hands()


def can_send_back(batch: PaymentBatch, user: Any) -> bool:
    """To stop it needs no second person."""
    return holds(user, Role.FINANCE, Role.APPROVER)


can_cancel = can_send_back


def can_order(batch: PaymentBatch, user: Any) -> bool:
    """Its file is made by finance: not by who approved the batch, or a payment of it."""
    return holds(user, Role.FINANCE) and user.pk != batch.approved_by_id and user.pk not in batch.approvers()


def can_refuse(batch: PaymentBatch, user: Any) -> bool:
    """Finance records what the bank did."""
    return can_order(batch, user)


def can_read_file(user: Any) -> bool:
    """The file names accounts in full: finance and audit only."""
    return holds(user, Role.FINANCE, Role.APPROVER, Role.AUDITOR)
