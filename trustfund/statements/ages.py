"""Since when the balances of grants stand, from sums: the newest payments up to the balance, whatever was cleared is older.

So what stands of an age is what was paid since, up to the balance; and the oldest day is found between two days for which the sums are
known: years, then months, then the lines of one month. A grant that owes, or that cash came back from, is walked line by line
(`ageing.Walk`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from itertools import pairwise
from operator import or_

from django.db.models import Q, Sum

from trustfund.ledger.closed import days as at_once
from trustfund.ledger.closed.marks import entry_has
from trustfund.statements.books import Books
from trustfund.statements.cash_flow import CASH

RECENT = 3
"""So many ends of years are looked at first, for what stands is seldom older."""
LONG = 92
"""So many days are looked through for the oldest; more are parted by the ends of their months first."""
BACK = (("moving_cash", Q(credit__gt=0) & entry_has(*CASH)),)
"""That cash came back; of credits alone, for nobody asks it of a payment. Kept at closings of every line (Statement V)."""


@dataclass(frozen=True)
class Aged:
    """What stands on the day of the books: since when, and cents by age, the youngest first."""

    since: date
    cents: list[int]


@dataclass(frozen=True)
class Place:
    """Where the oldest payment that stands is: after one day, not after another; so many cents of these days stand, the newest."""

    after: date | None
    until: date
    left: int


Paid = Mapping[date, Mapping[int, int]]
"""Cents paid to each grant by several days, since a day before them all."""


def came_back(books: Books, code: str) -> set[int]:
    """The grants from which cash came back to an account, so that it is no older payment which was cleared."""
    (found,) = at_once.totals([books.as_of], ["subaccount_id"], BACK, head=books.seq, shelf=books.shelf, account_id=code)
    return {pk for (pk, back), (_debits, credits, _own) in found.items() if back and credits}


def aged(books: Books, code: str, open_: Mapping[int, int], ages: Sequence[int]) -> dict[int, Aged]:
    """How old the balances of grants are, in cents above nothing; `ages` are the days that the first ages reach back, rising."""
    if not open_:
        return {}
    bounds = [books.as_of - timedelta(days=age + 1) for age in ages]
    first = min((day.year for _pk, day, _last in books.shelf.periods), default=books.as_of.year)
    years = [date(year, 12, 31) for year in range(first, books.as_of.year) if date(year, 12, 31) < bounds[-1]]
    paid = _paid(books, code, {*bounds, *years[-RECENT:], books.as_of})
    places = {pk: _nearer(pk, Place(None, books.as_of, cents), paid) for pk, cents in open_.items()}
    since = _oldest(books, code, _by_month(books, code, _by_year(books, code, places, years)))
    return {pk: Aged(since[pk], _by_age(cents, [_since(paid, pk, day, books.as_of) for day in bounds])) for pk, cents in open_.items()}


def _paid(books: Books, code: str, days: Iterable[date]) -> Paid:
    wanted = sorted(days)
    found = at_once.totals(wanted, ["subaccount_id"], head=books.seq, shelf=books.shelf, common=False, account_id=code)
    return {day: {pk: debits for (pk,), (debits, _credits, _own) in each.items()} for day, each in zip(wanted, found, strict=True)}


def _since(paid: Paid, pk: int, day: date, until: date) -> int:
    return paid[until].get(pk, 0) - paid[day].get(pk, 0)


def _by_age(cents: int, since: list[int]) -> list[int]:
    """What stands of each age, from what was paid since each began."""
    reached = [0, *(min(cents, each) for each in since), cents]
    return [later - earlier for earlier, later in pairwise(reached)]


def _nearer(pk: int, place: Place, paid: Paid) -> Place:
    until, left = place.until, place.left
    for day in sorted((day for day in paid if (place.after is None or day > place.after) and day < place.until), reverse=True):
        moved = _since(paid, pk, day, until)
        if moved >= left:
            return Place(day, until, left)
        until, left = day, left - moved
    return Place(place.after, until, left)


def _by_year(books: Books, code: str, places: Mapping[int, Place], years: Sequence[date]) -> dict[int, Place]:
    """The years of those that are older than the ends of years that were looked at first."""
    old = {pk: place for pk, place in places.items() if place.after is None and place.until in years[1:]}
    return {**places, **_within(books, code, old, years)} if old else dict(places)


def _by_month(books: Books, code: str, places: Mapping[int, Place]) -> dict[int, Place]:
    """The months of those whose days are many."""
    long = {pk: place for pk, place in places.items() if (place.until - _beginning(place)).days > LONG}
    ends = {end for place in set(long.values()) for end in _month_ends(_beginning(place), place.until)}
    return {**places, **_within(books, code, long, ends)} if long else dict(places)


def _beginning(place: Place) -> date:
    """Where no end of a year lies before, the first year of the books begins."""
    return place.after or date(place.until.year, 1, 1)


def _within(books: Books, code: str, places: Mapping[int, Place], days: Iterable[date]) -> dict[int, Place]:
    """Nearer, by what was paid by these days."""
    paid = _paid(books, code, {*days, *(place.until for place in places.values())})
    return {pk: _nearer(pk, place, paid) for pk, place in places.items()}


def _month_ends(after: date, until: date) -> list[date]:
    """The last days of months between two days."""
    found, first = [], date(after.year, after.month, 1)
    while first <= until:
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        found.append(following - timedelta(days=1))
        first = following
    return [end for end in found if after < end < until]


def _oldest(books: Books, code: str, places: Mapping[int, Place]) -> dict[int, date]:
    """The day of the oldest payment that stands of each grant, from the lines of its days."""
    within: dict[tuple[date | None, date], list[int]] = defaultdict(list)
    for pk, place in places.items():
        within[place.after, place.until].append(pk)
    whose = [
        Q(subaccount_id__in=pks, date__lte=until) & (Q(date__gt=after) if after else Q()) for (after, until), pks in within.items()
    ]
    lines = books.lines().filter(reduce(or_, whose), account_id=code, debit__gt=0)
    left, found = {pk: place.left for pk, place in places.items()}, dict[int, date]()
    rows = lines.order_by("-date").values_list("subaccount_id", "date").annotate(cents=Sum("debit"))
    for pk, day, cents in rows:
        if left[pk] > 0:
            left[pk], found[pk] = left[pk] - cents, day
    return found
