"""The rows of an entry as plain values, by the names of their columns: what is hashed and sent, most of it never needs to be a model's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple


class EntryRow(NamedTuple):
    """The columns of an entry."""

    seal_id: int
    year_id: int
    number: Any
    period_id: int
    date: date
    kind: str
    reference: str
    source: str
    object_type: str
    object_id: str
    by_id: int | None
    reverses_id: int | None


class LineRow(NamedTuple):
    """The columns of a line."""

    id: Any
    entry_id: int
    position: int
    date: date
    account_id: str
    window_id: str
    subaccount_id: int | None
    debit: int
    credit: int
    currency: str
    original_minor: int
    rate: Decimal
