"""Keeping the balances of closed periods anew: for books that were closed before a mark was known, which would be read line by line."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from trustfund.ledger import sealing
from trustfund.ledger.closed import kept


@transaction.atomic
def keep_anew(*, by: Any = None) -> list[date]:
    """Keep the balances of each closed period that has none with all marks, put on record; says of which days. Safe to repeat.

    What was kept before stays: it is right for ever. Postings wait until it is done.
    """
    sealing.lock_heads()
    return kept.keep_all(sealing.head(), by=by)
