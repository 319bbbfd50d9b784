"""Posting for a grant: whatever its agreement, payments, reports or closing bring into the books stands in the grant's fund window."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models

from grants.agreements.models import Grant
from trustfund.ledger import posting
from trustfund.ledger.legs import Leg
from trustfund.ledger.models import Entry


def post(grant: Grant, legs: Iterable[Leg], *, reference: str, on: date, by: Any, source: str, of: models.Model) -> Entry:
    """Post an entry of a grant in its window, dated `on`: see `posting.post`."""
    return posting.post(legs, reference=reference, on=on, by=by, source=source, of=of, window=grant.window_id)
