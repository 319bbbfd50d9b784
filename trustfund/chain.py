"""What the two hash chains (audit, ledger) share: the canonical form, the link, and the finding that a verification reports."""

import datetime
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import psycopg
from django.db import connection, models, transaction

GENESIS = "0" * 64
"""The previous hash of the first link."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be: where, what was expected, what was found; which check found it, and what to do about it."""

    where: str
    expected: str
    found: str
    check: str = field(default="", compare=False)
    todo: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}; found {self.found}."

    @property
    def sentence(self) -> str:
        """All of it: where, expected, found, what to do."""
        return f"{self} {self.todo}".strip()


Check = Callable[[], list[Finding]]


def advised(todo: str) -> Callable[[Check], Check]:
    """A check with what to do about its findings."""

    def marked(check: Check) -> Check:
        check.todo = todo  # type: ignore[attr-defined]
        return check

    return marked


CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)
PLAIN = {str, int, bool, type(None)}


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is dict:
        return {key if type(key) is str else str(key): _plain(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [_plain(item) for item in value]
    return _unusual(value)


def _unusual(value: Any) -> Any:
    """What is no text, number, dictionary or list as it stands."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        raise TypeError("a float has no exact canonical form: give a Decimal or a str")
    if isinstance(value, Mapping):
        return _plain(dict(value))
    if isinstance(value, str):
        return str(value)
    if isinstance(value, set | frozenset):
        return _plain(sorted(value))
    if isinstance(value, Sequence):
        return _plain(list(value))
    return value if isinstance(value, int) else str(value)


def canonical(content: Mapping[str, Any]) -> str:
    """One text for one content: JSON, keys sorted, no spaces, ASCII; dates in ISO, instants in UTC with microseconds, no floats."""
    return CANONICAL.encode(_plain(content))


@dataclass(frozen=True)
class Cuts:
    """Places in a canonical text that a database function fills in under the lock: an instant, a number.

    They are marked with a word that nobody can guess, so that no text of the content can pretend to be one.
    """

    word: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def instant(self) -> str:
        """The mark of an instant in UTC."""
        return f"{self.word}+00:00"

    def number(self, ending: str = "") -> str:
        """The mark of a whole number, whose last digits are known."""
        return f"{self.word}n{ending}{self.word}e"

    def told(self, content: Mapping[str, Any]) -> dict[str, str]:
        """The canonical text of the content as a database function takes it: cut at the instant and at the first number after it.

        Numbers in the last piece are still marked, each by `word`.
        """
        text = canonical(content).replace(f'"{self.word}n', self.word).replace(f'{self.word}e"', "")
        head, middle, tail = text.split(self.word, 2)
        return {"head": head, "middle": middle, "tail": tail, "word": self.word}


def within() -> AbstractContextManager[Any]:
    """The caller's transaction, or else one of our own: for what writes last, and so leaves nothing half done when it is refused.

    On PostgreSQL it is written in one statement, which is a transaction by itself: nothing to begin and to commit.
    """
    return nullcontext() if connection.in_atomic_block or connection.vendor == "postgresql" else transaction.atomic()


def at_once(statement: str, given: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows of a statement on PostgreSQL that the server keeps prepared: parsed and planned once per connection, not at every act.

    By the driver's own cursor: Django's puts what is given into the text of the statement, to be read anew each time. Whoever watches
    Django's statements (`execute_wrapper`) sees this one too.
    """
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    run: Callable[..., Any] = _prepared
    for wrapper in reversed(connection.execute_wrappers):
        run = partial(wrapper, run)
    rows: list[tuple[Any, ...]] = run(statement, given, False, {"connection": connection})
    return rows


def _prepared(statement: str, given: Sequence[str], _many: bool, _context: Any) -> list[tuple[Any, ...]]:
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement, given, prepare=True).fetchall()


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
