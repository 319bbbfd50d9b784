"""The books at the end of several days at once: sums as `kept.Reading` of each day gives them, in as many questions as for one day.

A figure by year or by month is the difference of two such sums; so it costs what was kept at these days and what is still open between
them, however many lines there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from trustfund.ledger import chart
from trustfund.ledger.closed import kept, marks
from trustfund.ledger.closed.models import ClosedBalance, ClosedBooks, ClosedMovement
from trustfund.ledger.models import Entry, Line, Period

NOTHING = (0, 0, 0)


@dataclass(frozen=True)
class Shelf:
    """Every kept sum up to a head, by day and seal; and the last seal in the books of each period."""

    head: int | None
    books: list[ClosedBooks]
    periods: list[tuple[int, date, int]]
    """Primary key, last day, number of the last seal."""

    @classmethod
    def up_to(cls, head: int | None) -> Shelf:
        """Two questions of the books."""
        found = ClosedBooks.objects.order_by("as_of", "seq")
        found = found if head is None else found.filter(seq__lte=head)
        last = Subquery(Entry.objects.filter(period=OuterRef("pk")).order_by("-seal_id").values("seal_id")[:1])
        periods = Period.objects.order_by().annotate(last=last).filter(last__isnull=False).values_list("pk", "ends_on", "last")
        return cls(head, list(found), list(periods))

    def knowing(self, names: Iterable[str]) -> Shelf:
        """Those that know these marks."""
        wanted = [f" {name} " for name in names]
        return Shelf(self.head, [each for each in self.books if all(name in each.marks for name in wanted)], self.periods)

    def at(self, day: date) -> ClosedBooks | None:
        """The newest kept sum of a day."""
        return next((each for each in reversed(self.books) if each.as_of <= day), None)

    def chain(self, books: ClosedBooks) -> list[int]:
        """A kept sum, that which it goes on from, and so on to the first."""
        bases = {each.pk: each.base_id for each in self.books}
        found: list[int] = []
        following: int | None = books.pk
        while following is not None and following not in found:
            found.append(following)
            following = bases.get(following)
        return found

    def late(self, of: Iterable[ClosedBooks]) -> list[int]:
        """The entries that are dated within one of these kept sums and were sealed after it."""
        bounds: dict[int, int] = {}
        for books in of:
            for pk, ends_on, last in self.periods:
                if ends_on <= books.as_of and last > books.seq:
                    bounds[pk] = min(bounds.get(pk, last), books.seq)
        if not bounds:
            return []
        found = Entry.objects.filter(reduce(or_, (Q(period=pk, seal_id__gt=seq) for pk, seq in bounds.items())))
        found = found if self.head is None else found.filter(seal_id__lte=self.head)
        return list(found.order_by().values_list("pk", flat=True))


@dataclass(frozen=True)
class Asked:
    """What is added up: columns and marks to sum by, the year-end closing entries to leave out, and the columns that narrow it."""

    by: Sequence[str]
    pairs: Sequence[tuple[str, Q]]
    without: Sequence[int] | None
    narrow: dict[str, Any]

    @property
    def names(self) -> list[str]:
        return [name for name, _condition in self.pairs]

    @property
    def is_fine(self) -> bool:
        """Whether it asks for more than the balances over all subaccounts know."""
        return any(each.startswith(("subaccount", "currency")) for each in (*self.by, *self.narrow))


def totals(
    days: Iterable[date], by: Sequence[str], pairs: marks.Marks = (), *, head: int | None = None, without: Sequence[int] | None = None,
    shelf: Shelf | None = None, common: bool = True, **narrow: Any,
) -> list[kept.Totals]:  # fmt: skip
    """For each day what `kept.Reading.at(day, head, ...).totals(...)` gives: everything dated not after it, by columns and marks.

    The days rise. `shelf`, where several are asked for one after the other, is that up to the same head. Without what is `common` to
    all of the days, for one who asks for differences only.
    """
    wanted, asked = list(days), Asked(by, list(pairs), without, narrow)
    shelf = (shelf or Shelf.up_to(head)).knowing(asked.names)
    found = [shelf.at(day) for day in wanted]
    stood = _stood(shelf, [each for each in found if each is not None], asked, common or None in found)
    sums = [dict(stood[books.pk]) if books else {} for books in found]
    for number, key, row in _beside(wanted, found, head, asked):
        for at in range(number, len(wanted)):
            if found[at] == found[number]:
                _add(sums[at], key, row)
    return _with_late(shelf, wanted, found, sums, asked)


def _add(sums: kept.Totals, key: tuple[Any, ...], row: tuple[int, int, int]) -> None:
    before = sums.get(key, NOTHING)
    sums[key] = (before[0] + row[0], before[1] + row[1], before[2] + row[2])


def moved(before: kept.Totals, after: kept.Totals) -> kept.Totals:
    """What the lines between two days come to; without those keys that have none."""
    sums = {key: (row[0] - was[0], row[1] - was[1], row[2] - was[2]) for key, row in after.items() for was in [before.get(key, NOTHING)]}
    return {key: row for key, row in sums.items() if row[0] or row[1]}


# What was kept


def _stood(shelf: Shelf, wanted: list[ClosedBooks], asked: Asked, common: bool) -> dict[int, kept.Totals]:
    """Sums by kept books: their balances, or what was moved along the chain of each.

    Chains have most of their links in common: what is in the same of them is added up together.
    """
    chains = {books.pk: shelf.chain(books) if asked.is_fine else [books.pk] for books in wanted}
    shared: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for link in dict.fromkeys(pk for chain in chains.values() for pk in chain):
        of = tuple(pk for pk, chain in chains.items() if link in chain)
        if common or len(of) < len(chains):
            shared[of].append(link)
    parts: list[kept.Totals] = [{} for _of in shared]
    for row in _rows(list(shared.values()), asked):
        key = (*(row[each] for each in asked.by), *marks.held(row, asked.names))
        _add(parts[row["part"]], key, (row["debits"], row["credits"], row.get("originals") or 0))
    return _whole({pk: set(chain) for pk, chain in chains.items()}, list(zip(shared, parts, strict=True)))


def _whole(chains: dict[int, set[int]], parts: list[tuple[tuple[int, ...], kept.Totals]]) -> dict[int, kept.Totals]:
    """Each chain's parts together, from the longest other chain that it goes on from."""
    whole: dict[int, kept.Totals] = {}
    for pk in sorted(chains, key=lambda pk: len(chains[pk])):
        before = max((other for other in whole if chains[other] <= chains[pk]), key=lambda other: len(chains[other]), default=None)
        whole[pk] = dict(whole[before]) if before is not None else {}
        for key, row in (each for of, sums in parts if pk in of and before not in of for each in sums.items()):
            _add(whole[pk], key, row)
    return whole


def _rows(parts: list[list[int]], asked: Asked) -> Iterator[dict[str, Any]]:
    if not parts:
        return
    sums = {"debits": Sum("debit"), "credits": Sum("credit")} | ({"originals": Sum("original")} if asked.is_fine else {})
    rows: QuerySet[Any] = (ClosedMovement if asked.is_fine else ClosedBalance)._default_manager.filter(**asked.narrow)
    rows = rows.filter(books__in=[pk for part in parts for pk in part])
    rows = rows if asked.without is None else rows.exclude(marks__contains=f" {marks.CLOSING} ")
    whens = [When(books__in=links, then=at) for at, links in enumerate(parts)]
    part = Case(*whens, output_field=IntegerField()) if whens[1:] else Value(0)
    marked = ["marks"] if asked.pairs else []
    yield from rows.order_by().annotate(part=part).values("part", *asked.by, *marked).annotate(**sums)


# The lines beside it


def _beside(
    days: list[date], found: list[ClosedBooks | None], head: int | None, asked: Asked
) -> Iterator[tuple[int, tuple[Any, ...], tuple[int, int, int]]]:
    """Lines dated after what was kept: the number of the first day that has them, their key and sums."""
    ranges: dict[int | None, list[int]] = defaultdict(list)
    for number, books in enumerate(found):
        if books is None or books.as_of < days[number]:
            ranges[books.pk if books else None].append(number)
    parts = []
    for numbers in ranges.values():
        books = found[numbers[0]]
        lines = _lines(head, asked).filter(date__lte=days[numbers[-1]])
        parts.append(_summed(lines.filter(date__gt=books.as_of) if books else lines, asked, place=_first(numbers, days)))
    for row in parts[0].union(*parts[1:], all=True) if parts else []:
        yield row["place"], _key(row, asked), (row["debits"], row["credits"], row["originals"])


def _first(numbers: list[int], days: list[date]) -> Case | Value:
    """The first of these days that has a line."""
    *others, last = numbers
    whens = [When(date__lte=days[at], then=at) for at in others]
    return Case(*whens, default=last, output_field=IntegerField()) if whens else Value(last)


def _lines(head: int | None, asked: Asked) -> QuerySet[Line]:
    lines = Line.objects.order_by().filter(**asked.narrow)
    if not any(each.startswith(("account_id", "subaccount_id")) for each in asked.narrow):
        lines = lines.filter(account_id__in=list(chart.BY_CODE))  # all of them, so that the index of accounts and days serves
    lines = lines if head is None else lines.filter(entry_id__lte=head)
    without = asked.without or []
    return lines.exclude(entry_id__in=without)


def _summed(lines: QuerySet[Line], asked: Asked, **others: Any) -> QuerySet[Any]:
    rows = marks.marked(lines, asked.pairs).annotate(**others).values(*others, *asked.by, *asked.names)
    found: QuerySet[Any] = rows.annotate(debits=Sum("debit"), credits=Sum("credit"), originals=Sum(kept.ORIGINAL))
    return found


def _key(row: dict[str, Any], asked: Asked) -> tuple[Any, ...]:
    return (*(row[each] for each in asked.by), *(bool(row[each]) for each in asked.names))


def _with_late(
    shelf: Shelf, days: list[date], found: list[ClosedBooks | None], sums: list[kept.Totals], asked: Asked
) -> list[kept.Totals]:
    """And the lines that are dated within what was kept and were sealed after it."""
    entries = shelf.late(each for each in found if each is not None)
    if not entries:
        return sums
    lines = _lines(shelf.head, asked).filter(entry_id__in=entries)
    for row in _summed(lines, asked, of=F("entry_id"), on=F("date")):
        for at, books in enumerate(found):
            if books is not None and row["on"] <= books.as_of and row["of"] > books.seq:
                _add(sums[at], _key(row, asked), (row["debits"], row["credits"], row["originals"]))
    return sums
