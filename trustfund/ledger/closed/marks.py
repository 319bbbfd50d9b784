"""Truths about a line that statements ask for, by name: they are kept with the balances of closed periods, so that nobody asks again.

A mark depends on the line, its entry and the other lines of that entry, and on nothing that can change afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When

from trustfund.ledger.models import Entry, Line

Marks = Iterable[tuple[str, Q]]

YEAR_END = Q(entry__kind=Entry.Kind.CLOSING) | Q(entry__reverses__kind=Entry.Kind.CLOSING)
"""That a line is of a year-end closing entry, or of what reversed one: it moves results, and is none."""

CLOSING = "closing"
KNOWN: dict[str, Q] = {CLOSING: YEAR_END}
"""Every mark that is kept at a closing. Books that were kept before a mark was known are not used where it is asked for."""


def register(marks: Marks) -> None:
    """Have marks kept from the next closing on; a statement's room says its own in `AppConfig.ready`. ValueError for a name that stands
    for something else already: what is kept under it would be right for one of the two alone."""
    for name, condition in marks:
        if KNOWN.setdefault(name, condition) != condition:
            raise ValueError(f"two marks are called {name}")


def entry_has(*codes: str) -> Q:
    """That the line's entry has a line on one of these accounts: looked up line by line, so that it costs the same in large books."""
    return Q(Exists(beside().filter(account_id__in=codes)))


def beside() -> QuerySet[Line]:
    """The lines of the line's entry. What is said twice keeps PostgreSQL from gathering the entries of the whole ledger first, which it
    takes for cheaper than looking up those of a few lines."""
    return Line.objects.filter(entry_id=OuterRef("entry_id"), entry_id__lte=OuterRef("entry_id")).order_by()


def opening_entry() -> Q:
    """That a line is of an opening entry, or of one that reverses it."""
    return Q(entry__kind=Entry.Kind.OPENING) | Q(entry__reverses__kind=Entry.Kind.OPENING)


def marked(lines: QuerySet[Line], marks: Marks) -> QuerySet[Any]:
    """The lines, each with its marks."""
    truth = BooleanField()
    return lines.annotate(
        **{name: Case(When(condition, then=Value(True)), default=Value(False), output_field=truth) for name, condition in marks}
    )


def text_of(names: Iterable[str]) -> str:
    """Names as they are kept, each between spaces: " opening paying "."""
    return f" {' '.join(sorted(names))} "


def held(row: Mapping[str, Any], names: Iterable[str]) -> tuple[bool, ...]:
    """Which of the marks a kept row has."""
    return tuple(f" {name} " in row["marks"] for name in names)
