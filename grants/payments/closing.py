"""What of the payments belongs to the closing of a month."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy

from grants.payments.models import Payment, State
from trustfund.closings.checks import Check, Found
from trustfund.ledger.models import Period

ADDRESS = "payments:index"


def unposted(period: Period) -> Found:
    """Payments that left the bank or came back by the end of the period, and have no entry."""
    gone = Q(paid_on__lte=period.ends_on, entry=None)
    back = Q(state=State.RETURNED, returned_on__lte=period.ends_on, return_entry=None)
    found = list(Payment.objects.filter(gone | back).order_by("pk").values_list("reference", flat=True))
    return Found(len(found), ", ".join(found[:5]), reverse(ADDRESS))


def ordered(period: Period) -> Found:
    """Payments that were ordered by then, of which the bank has not said what became of them."""
    waiting = Payment.objects.filter(exported_on__lte=period.ends_on).exclude(paid_on__lte=period.ends_on)
    found = waiting.exclude(state__in=[State.REFUSED, State.REJECTED, State.CANCELLED])
    many = found.count()
    return Found(many, ", ".join(found.order_by("pk").values_list("reference", flat=True)[:5]), reverse(ADDRESS))


CHECKS = [
    Check("payments", gettext_lazy("Payments made and returned are in the books"), unposted, blocking=True),
    Check("orders", gettext_lazy("The bank has answered every payment order"), ordered),
]
