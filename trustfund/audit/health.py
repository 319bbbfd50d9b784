"""The cheap half of checking the chain: the head that is kept apart is the last event. `check_books` walks all of it."""

from __future__ import annotations

from trustfund.audit.models import AuditHead, Event
from trustfund.chain import GENESIS
from trustfund.health import Reading


def last_event() -> tuple[int, str]:
    """Number and hash of the newest event."""
    return Event.objects.order_by("-seq").values_list("seq", "hash").first() or (0, GENESIS)


def head_agrees() -> Reading:
    """Whether the newest event is the one that the head knows."""
    head = AuditHead.objects.filter(pk=1).values_list("seq", "hash").first()
    return Reading(ok=head == last_event())
