"""The cheap half of checking the books' chain: the head that is kept apart is the last seal. `check_books` walks all of it."""

from __future__ import annotations

from trustfund.chain import GENESIS
from trustfund.health import Reading
from trustfund.ledger.models import LedgerHead, Seal


def last_seal() -> tuple[int, str]:
    """Number and hash of the newest seal."""
    return Seal.objects.order_by("-seq").values_list("seq", "hash").first() or (0, GENESIS)


def head_agrees() -> Reading:
    """Whether the newest seal is the one that the head knows."""
    head = LedgerHead.objects.filter(pk=1).values_list("seq", "hash").first()
    return Reading(ok=head == last_seal())
