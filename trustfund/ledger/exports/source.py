"""What every export reads: the entries in the order of their dates, their lines, and balances to assert along the way."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Min, QuerySet

from trustfund.ledger import sealing
from trustfund.ledger.chart import BY_CODE
from trustfund.ledger.models import GENERAL, FundWindow, LedgerHead, Line, Seal, Subaccount
from trustfund.money import Money

ROOTS = {"asset": "Assets", "liability": "Liabilities", "net_assets": "Equity", "revenue": "Income", "expense": "Expenses"}
MEMO = "Equity"
REST = "Others"
"""The leaf of what names no subaccount, where others of the account do."""


@dataclass(frozen=True)
class Book:
    """The whole ledger up to its head and, if one is named, up to a day, ready to be written in one pass."""

    head: LedgerHead | Seal = field(default_factory=sealing.head)
    until: date | None = None

    def found(self) -> QuerySet[Line]:
        """Its lines, in no order."""
        lines = Line.objects.filter(entry__lte=self.head.seq).order_by()
        return lines if self.until is None else lines.filter(date__lte=self.until)

    def lines(self) -> Iterator[Line]:
        """Every line by date, entry and position, read in chunks, with its entry, seal and period."""
        found = self.found().select_related("entry__seal", "entry__period")
        return found.order_by("date", "entry", "position").iterator(chunk_size=2000)

    def entries(self) -> Iterator[list[Line]]:
        """The lines of one entry after the other, by date."""
        for _entry, lines in groupby(self.lines(), key=lambda line: line.entry_id):
            yield list(lines)

    def first_day(self) -> date:
        """The day of the oldest line, or today's year's first day when there is none."""
        oldest = self.found().aggregate(day=Min("date"))["day"]
        return oldest or date(2000, 1, 1)


class Names:
    """The name of each account in a journal: root, code, window where it is not the general one, subaccount code.

    A name that others stand under (4200 beside 4200 of a contribution) ends in a leaf of its own: a balance counts what is below it too.
    """

    def __init__(self, book: Book) -> None:
        self._codes = _unique(dict(Subaccount.objects.values_list("pk", "code")))
        self._windows = _unique({code: code for code in FundWindow.objects.values_list("code", flat=True)})
        distinct = book.found().values_list("account_id", "window_id", "subaccount_id").distinct()
        self._lines = [Line(account_id=account, window_id=window, subaccount_id=sub) for account, window, sub in distinct]
        plain = {self._plain(line) for line in self._lines}
        self._above = {above for name in plain for above in _above(name)} & plain

    def of(self, line: Line) -> str:
        name = self._plain(line)
        return f"{name}:{REST}" if name in self._above else name

    def _plain(self, line: Line) -> str:
        parts = [ROOTS.get(BY_CODE[line.account_id].type, MEMO), line.account_id]
        if line.window_id != GENERAL:
            parts.append(self._windows[line.window_id])
        if line.subaccount_id:
            parts.append(self._codes[line.subaccount_id])
        return ":".join(parts)

    def used(self) -> list[str]:
        """Every name that some line of the book has, sorted."""
        return sorted({self.of(line) for line in self._lines})


def _above(name: str) -> list[str]:
    """The names that a name stands under."""
    parts = name.split(":")
    return [":".join(parts[:end]) for end in range(2, len(parts))]


def _unique(codes: dict[Any, str]) -> dict[Any, str]:
    """Codes as journals want them, beginning with a capital or a digit; the key tells apart what would be the same."""
    found: dict[Any, str] = {}
    taken: set[str] = set()
    for key, code in sorted(codes.items(), key=lambda item: item[1]):
        name = re.sub(r"[^A-Za-z0-9-]+", "-", code).strip("-") or "X"
        name = name[0].upper() + name[1:]
        found[key] = f"{name}-{key}" if name in taken else name
        taken.add(found[key])
    return found


class Balances:
    """Running balances by name; each month's end asserts what moved in it, the last one everything."""

    def __init__(self) -> None:
        self.cents: dict[str, int] = defaultdict(int)
        self._moved: set[str] = set()

    def add(self, name: str, line: Line) -> None:
        self.cents[name] += line.debit - line.credit
        self._moved.add(name)

    def month_end(self) -> list[tuple[str, Money]]:
        """Name and balance of what moved since the last call."""
        moved, self._moved = sorted(self._moved), set()
        return [(name, Money.from_minor(self.cents[name], "USD")) for name in moved]

    def all(self) -> list[tuple[str, Money]]:
        return [(name, Money.from_minor(cents, "USD")) for name, cents in sorted(self.cents.items())]


def month(day: date) -> tuple[int, int]:
    return day.year, day.month


def plain_text(text: str) -> str:
    """A text that fits on one line between quotes of any journal."""
    return re.sub(r"\s+", " ", re.sub(r"[\"\\;|]", "/", text)).strip()
