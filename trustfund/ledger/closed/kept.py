"""Balances of closed periods: kept once at a closing, read instead of the lines that they come of.

What is kept is the sum of the lines dated not after a day and sealed not after a number. Such a set never changes, so a kept sum is right
for ever: whatever was posted later, after a reopening too, is among the lines that are read beside it. A figure as of a day and up to a
head is the newest kept books before both, and the lines that those do not have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Case, F, Max, QuerySet, Sum, When

from trustfund.audit.recording import record
from trustfund.ledger import chart
from trustfund.ledger.closed import marks
from trustfund.ledger.closed.models import ClosedBalance, ClosedBooks, ClosedMovement
from trustfund.ledger.models import Entry, LedgerHead, Line, Period

ORIGINAL = Case(When(debit__gt=0, then=F("original_minor")), default=-F("original_minor"))
FINE = ("subaccount_id", "currency")
"""Columns that only the movements have."""
GROUPS = ("account_id", "window_id", "subaccount_id", "currency")

Totals = dict[tuple[Any, ...], tuple[int, int, int]]
"""Debits, credits and the signed original amounts in minor units, by the values of some columns and marks."""


CLOSINGS = """
SELECT e.seal_id FROM ledger_period p
CROSS JOIN LATERAL (SELECT seal_id FROM ledger_entry WHERE period_id = p.id AND kind = 'closing' OFFSET 0) e
WHERE p.number = 13
"""
"""Period by period, for PostgreSQL: it takes periods 13 for as full as the others, and would rather look at all entries."""


def year_end_entries() -> list[int]:
    """The year-end closing entries and what reversed them; they lie in the periods 13, so that few rows are looked at."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(CLOSINGS)
            closings = [pk for (pk,) in cursor.fetchall()]
    else:
        closings = list(Entry.objects.filter(period__number=13, kind=Entry.Kind.CLOSING).order_by().values_list("pk", flat=True))
    return [*closings, *Entry.objects.filter(reverses__in=closings).order_by().values_list("pk", flat=True)] if closings else []


NEWEST = """
SELECT b.id, b.as_of, b.seq, b.base_id, b.marks, EXISTS (
  SELECT 1 FROM ledger_period p WHERE p.ends_on <= b.as_of
  AND (SELECT e.seal_id FROM ledger_entry e WHERE e.period_id = p.id ORDER BY e.seal_id DESC LIMIT 1) > b.seq) AS late
FROM ledger_closedbooks b WHERE b.as_of <= %s AND b.seq <= %s {known} ORDER BY b.as_of DESC, b.seq DESC LIMIT 1
"""
"""The newest by a day and a head; `late` is whether anything dated by then was sealed since: the last seal of each period says so, which
an index finds at once. As text, for a balance is asked for often and has no time for the building of queries."""

BALANCE = """
WITH kept AS ({newest})
SELECT COALESCE((SELECT SUM(c.debit - c.credit) FROM ledger_closedbalance c
    WHERE c.books_id = (SELECT id FROM kept) AND c.account_id = %s {window}), 0)
  + COALESCE((SELECT SUM(l.debit - l.credit) FROM ledger_line l
    WHERE l.account_id = %s AND l.date > COALESCE((SELECT as_of FROM kept), '0001-01-01') AND l.date <= %s AND l.entry_id <= %s
    {window}), 0)
  + CASE WHEN (SELECT late FROM kept) THEN COALESCE((SELECT SUM(l.debit - l.credit) FROM ledger_line l
    WHERE l.account_id = %s AND l.date <= (SELECT as_of FROM kept) AND l.entry_id > (SELECT seq FROM kept) AND l.entry_id <= %s
    {window}), 0) ELSE 0 END
"""
NEVER, LAST = date.max.isoformat(), 2**63 - 1


def balance(code: str, as_of: date | None, head: int | None, window: str | None = None) -> int:
    """Debits less credits of an account in cents, in a window or all: one statement."""
    day, seq = as_of.isoformat() if as_of else NEVER, LAST if head is None else head
    within = [window] if window is not None else []
    sql = BALANCE.format(newest=NEWEST.format(known=""), window="AND window_id = %s" if within else "")
    with connection.cursor() as cursor:
        cursor.execute(sql, [day, seq, code, *within, code, day, seq, *within, code, seq, *within])
        return int(cursor.fetchone()[0])


def newest(as_of: date | None = None, head: int | None = None, names: Iterable[str] = ()) -> ClosedBooks | None:
    """The kept books nearest to a day and a head that know these marks, with `late`: whether something dated by then came after them."""
    names = list(names)
    day, seq = as_of.isoformat() if as_of else NEVER, LAST if head is None else head
    sql = NEWEST.format(known="AND b.marks LIKE %s " * len(names))
    return next(iter(ClosedBooks.objects.raw(sql, [day, seq, *(f"% {name} %" for name in names)])), None)


@dataclass(frozen=True)
class Reading:
    """The books as of a day up to a head (None is no bound), read from what was kept and the lines beside it."""

    as_of: date | None
    head: int | None
    kept: ClosedBooks | None

    @classmethod
    def at(cls, as_of: date | None = None, head: int | None = None, names: Iterable[str] = ()) -> Reading:
        """With the newest kept books that serve for these marks."""
        return cls(as_of, head, newest(as_of, head, names))

    def totals(self, by: Sequence[str], pairs: marks.Marks = (), *, without: Sequence[int] | None = None, **narrow: Any) -> Totals:
        """Sums by columns (`account_id`, `window_id`, `subaccount_id`, `currency`) and marks, of lines narrowed by the same columns.

        `without` are the year-end closing entries where they are left out.
        """
        pairs = list(pairs)
        found: dict[tuple[Any, ...], tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
        names = [name for name, _condition in pairs]
        for row in self._kept_rows([*by, *narrow], without is None, narrow):
            _add(found, (*(row[each] for each in by), *marks.held(row, names)), row)
        for lines in self.beside(**narrow):
            for row in _grouped(lines.exclude(entry_id__in=without) if without else lines, by, pairs):
                _add(found, tuple(row[each] for each in (*by, *names)), row)
        return dict(found)

    def _kept_rows(self, columns: Sequence[str], closing: bool, narrow: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Sums by the columns and the text of the marks: from the movements where a balance over all subaccounts does not do."""
        if self.kept is None:
            return
        rows: QuerySet[Any] = ClosedBalance.objects.filter(books=self.kept.pk)
        sums = {"debits": Sum("debit"), "credits": Sum("credit")}
        if set(columns) & set(FINE):
            rows = ClosedMovement.objects.filter(books__in=self.chain)
            sums["originals"] = Sum("original")
        rows = rows.filter(**narrow)
        rows = rows if closing else rows.exclude(marks__contains=f" {marks.CLOSING} ")
        columns = [each for each in columns if each in GROUPS]
        yield from rows.order_by().values(*dict.fromkeys(columns), "marks").annotate(**sums)

    @cached_property
    def chain(self) -> list[int]:
        """The kept books, those they go on from, and so on to the first."""
        bases = dict(ClosedBooks.objects.values_list("pk", "base"))
        found: list[int] = []
        following = self.kept.pk if self.kept else None
        while following is not None and following not in found:
            found.append(following)
            following = bases.get(following)
        return found

    def beside(self, **narrow: Any) -> list[QuerySet[Line]]:
        """The lines that the kept books do not have: those dated after them, and those that came late."""
        lines: QuerySet[Line] = Line.objects.order_by().filter(**narrow)
        by_day = self.kept is not None or any(key.startswith("date") for key in narrow)
        if by_day and "account_id" not in narrow and "subaccount_id" not in narrow:
            lines = lines.filter(account_id__in=list(chart.BY_CODE))  # all of them, so that the index of accounts and days serves
        if self.head is not None:
            lines = lines.filter(entry_id__lte=self.head)
        if self.as_of is not None:
            lines = lines.filter(date__lte=self.as_of)
        if self.kept is None:
            return [lines]
        parts = [lines.filter(date__gt=self.kept.as_of)] if self.as_of is None or self.as_of > self.kept.as_of else []
        late = getattr(self.kept, "late", True) and (self.head is None or self.head > self.kept.seq)
        return [*parts, lines.filter(date__lte=self.kept.as_of, entry_id__gt=self.kept.seq)] if late else parts


def _grouped(lines: QuerySet[Line], by: Sequence[str], pairs: marks.Marks) -> Iterator[dict[str, Any]]:
    pairs = list(pairs)
    sums = {"debits": Sum("debit"), "credits": Sum("credit"), "originals": Sum(ORIGINAL)}
    if not by and not pairs:
        row = lines.aggregate(**sums)
        yield from [row] if row["debits"] is not None else []
        return
    rows = marks.marked(lines, pairs).order_by().values(*by, *(name for name, _condition in pairs))
    yield from rows.annotate(**sums)


def _add(found: dict[tuple[Any, ...], tuple[int, int, int]], key: tuple[Any, ...], row: dict[str, Any]) -> None:
    debit, credit, original = found[key]
    found[key] = (debit + row["debits"], credit + row["credits"], original + (row.get("originals") or 0))


# Keeping


def keep(period: Period, head: LedgerHead, *, by: Any) -> None:
    """At the closing of a period, under the heads' lock: keep the balances at its end, and anew those of later closed periods.

    A later month may have been closed before (January before the adjustments of December were in).
    """
    closed = Period.objects.filter(state=Period.State.CLOSED, ends_on__gt=period.ends_on).order_by("ends_on")
    _keep(period.ends_on, head.seq, by=by)
    _keep_where_wanted(closed.values_list("ends_on", flat=True), head, by=by)


def keep_all(head: LedgerHead, *, by: Any) -> list[date]:
    """Under the heads' lock: keep the balances of every closed period that has none with all marks, and say of which days.

    For periods that were closed before a mark was known, which would be read from their lines until they are closed again.
    """
    closed = Period.objects.filter(state=Period.State.CLOSED).order_by("ends_on")
    return _keep_where_wanted(closed.values_list("ends_on", flat=True), head, by=by)


def _keep_where_wanted(days: Iterable[date], head: LedgerHead, *, by: Any) -> list[date]:
    wanted = []
    for as_of in dict.fromkeys(days):
        found = newest(as_of, head.seq, marks.KNOWN)
        if found is None or found.as_of != as_of or getattr(found, "late", True):
            _keep(as_of, head.seq, by=by)
            wanted.append(as_of)
    return wanted


def _keep(as_of: date, seq: int, *, by: Any) -> None:
    names = marks.text_of(marks.KNOWN)
    if ClosedBooks.objects.filter(as_of=as_of, seq=seq, marks=names).exists():
        return
    since = newest(as_of - timedelta(days=1), seq, marks.KNOWN)
    number = (ClosedBooks.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    books = ClosedBooks(pk=number, as_of=as_of, seq=seq, base=_base(since, as_of), marks=names)
    moved = movements(books, since)
    ClosedMovement.objects.bulk_create((_movement(number, key, sums) for key, sums in sorted(moved.items(), key=str)), batch_size=2000)
    totals = balances(books, moved)
    ClosedBalance.objects.bulk_create(_balance(number, key, sums) for key, sums in sorted(totals.items()))
    books.save(force_insert=True)
    record("closedbooks.keep", of=books, by=by, **told(books))


def _base(since: ClosedBooks | None, as_of: date) -> ClosedBooks | None:
    """What kept sums go on from: those of an earlier day, also where their own day was kept before; at the end of a year those of the year
    before. So nobody walks from month to month through all years."""
    while since is not None and (as_of.month, as_of.day) == (12, 31) and since.as_of.year == as_of.year:
        since = since.base
    return since


def told(books: ClosedBooks) -> dict[str, Any]:
    """Kept books as they are on record."""
    return {"as_of": str(books.as_of), "seq": books.seq, "base": books.base_id, "marks": books.marks}


def _movement(number: int, key: tuple[Any, ...], sums: tuple[int, int, int]) -> ClosedMovement:
    columns = dict(zip(GROUPS, key, strict=False))
    return ClosedMovement(books_id=number, marks=key[-1], debit=sums[0], credit=sums[1], original=sums[2], **columns)


def _balance(number: int, key: tuple[Any, ...], sums: tuple[int, int, int]) -> ClosedBalance:
    account, window, text = key
    return ClosedBalance(books_id=number, account_id=account, window_id=window, marks=text, debit=sums[0], credit=sums[1])


def movements(books: ClosedBooks, since: ClosedBooks | None = None) -> Totals:
    """What the lines beside the base come to, by account, window, subaccount, currency and the text of the marks: from the lines alone, or
    from what was kept by way of `since`, which goes on from the base, and the lines beside that."""
    names = books.marks.split()
    pairs = [(name, marks.KNOWN[name]) for name in names if name in marks.KNOWN]
    found: Totals = defaultdict(lambda: (0, 0, 0))
    for row in _moved_before(since, books.base):
        _add(found, (*(row[each] for each in GROUPS), marks.text_of(set(row["marks"].split()) & set(names))), row)
    for lines in Reading(books.as_of, books.seq, since or books.base).beside():
        for row in _grouped(lines, GROUPS, pairs):
            _add(found, (*(row[each] for each in GROUPS), marks.text_of(name for name, _condition in pairs if row[name])), row)
    return dict(found)


def _moved_before(since: ClosedBooks | None, base: ClosedBooks | None) -> Iterator[dict[str, Any]]:
    """What was kept from the base to `since`."""
    chain = []
    while since is not None and since != base:
        chain.append(since.pk)
        since = since.base
    rows = ClosedMovement.objects.filter(books__in=chain).order_by().values(*GROUPS, "marks")
    yield from rows.annotate(debits=Sum("debit"), credits=Sum("credit"), originals=Sum("original")) if chain else []


def balances(books: ClosedBooks, moved: Totals) -> Totals:
    """The base's balances and what was moved since, by account, window and the text of the marks."""
    found: dict[tuple[Any, ...], tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    for row in ClosedBalance.objects.filter(books=books.base_id).values("account_id", "window_id", "marks", "debit", "credit"):
        found[row["account_id"], row["window_id"], row["marks"]] = (row["debit"], row["credit"], 0)
    for (account, window, _subaccount, _currency, text), sums in moved.items():
        _add(found, (account, window, text), {"debits": sums[0], "credits": sums[1]})
    return dict(found)
