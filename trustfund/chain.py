"""What the two hash chains (audit, ledger) share: the canonical form, the link, and the finding that a verification reports."""

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection, models

GENESIS = "0" * 64
"""The previous hash of the first link."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be: where, what was expected, what was found."""

    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}; found {self.found}."


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        raise TypeError("a float has no exact canonical form: give a Decimal or a str")
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, set | frozenset):
        return [_plain(item) for item in sorted(value)]
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)


def canonical(content: Mapping[str, Any]) -> str:
    """One text for one content: JSON, keys sorted, no spaces, ASCII; dates in ISO, instants in UTC with microseconds, no floats."""
    return json.dumps(_plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def link(previous: str, text: str) -> str:
    """The hash of the next link: sha256(previous hash + canonical content), in hexadecimal."""
    return hashlib.sha256((previous + text).encode()).hexdigest()


Head = TypeVar("Head", bound=models.Model)


def lock_head(model: type[Head]) -> Head:
    """The one row of a chain's head, locked until the transaction ends: links are added one after the other.

    On SQLite an IMMEDIATE transaction has locked everything already. In SQL because every posting does it twice.
    """
    waits = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT seq, hash FROM {model._meta.db_table} WHERE id = 1{waits}")  # noqa: S608 (a table's name)
        seq, last = cursor.fetchone()
    return model(id=1, seq=seq, hash=last)
