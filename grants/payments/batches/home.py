"""What of batches waits for a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.payments.batches.models import PaymentBatch, State
from trustfund.people.home import Item
from trustfund.people.roles import Role, holds


def items(user: Any) -> Iterable[Item]:
    """Finance: one's own drafts, and approved ones to make the file of; the approving officer: those of others to approve."""
    if not holds(user, Role.FINANCE, Role.APPROVER):
        return []
    counted = PaymentBatch.objects.aggregate(
        drafts=Count("pk", filter=Q(state=State.DRAFT, maker=user)),
        approve=Count("pk", filter=Q(state=State.SUBMITTED) & ~Q(maker=user)),
        order=Count("pk", filter=Q(state=State.APPROVED) & ~Q(approved_by=user)),
    )
    rows = [
        (Role.APPROVER, counted["approve"], _("Payment batches to approve"), "submitted", "money"),
        (Role.FINANCE, counted["order"], _("Payment batches: make the file for the bank"), "approved", "money"),
        (Role.FINANCE, counted["drafts"], _("Your draft payment batches"), "draft", "waiting"),
    ]
    return [
        Item(title, f"{reverse('batches:index')}?state={state}", count=count, tone=tone)
        for role, count, title, state, tone in rows
        if count and holds(user, role)
    ]


def destinations(user: Any) -> list[Any]:
    """They are reached from the payments."""
    return []
