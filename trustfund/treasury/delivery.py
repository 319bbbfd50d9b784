"""Delivery: what partners spent of what they got and of what was approved, by year and by window; and headroom by window.

Cash to partners is what the lines of a grant lack to balance, as in the trace; approved is the commitment made, adjusted or released
(not what a payment or a report liquidates). A fund that was taken over brings what its opening entries say of its grants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from trustfund.ledger.closed import days, kept
from trustfund.ledger.closed.marks import YEAR_END, entry_has, marked, opening_entry
from trustfund.ledger.funding import trace
from trustfund.ledger.funding.headroom import room_by_window, totals
from trustfund.ledger.history import TAKEN_OVER_GRANTS
from trustfund.ledger.models import FiscalYear, FundWindow, Line, Subaccount
from trustfund.money import Money, zero

PARTS = ("approved", "transferred", "accepted")
NO_CASH = ("5100", "9010", "9020")
LIQUIDATING = ("1200", "2020", "5010")
FOUR_PLACES = Decimal("0.0001")

OF_GRANT = Q(subaccount__kind=Subaccount.Kind.GRANT)
LIQUIDATES = Q(account_id="9010") & entry_has(*LIQUIDATING) & ~opening_entry()
MARKS = (("liquidating", LIQUIDATES), ("of_grant", OF_GRANT))
"""A line of a commitment that a payment or a report liquidates; a line of a grant. Kept at closings, so that years are not read again."""


@dataclass(frozen=True)
class Delivered:
    """One row: of a year, or of a window, in USD."""

    key: str
    label: str
    approved: Money
    transferred: Money
    accepted: Money

    @property
    def of_transferred(self) -> Decimal | None:
        """The delivery rate: accepted expenditure of what was transferred."""
        return _ratio(self.accepted, self.transferred)

    @property
    def of_approved(self) -> Decimal | None:
        return _ratio(self.accepted, self.approved)


def _ratio(part: Money, whole: Money) -> Decimal | None:
    return (part.amount / whole.amount).quantize(FOUR_PLACES) if whole.amount > 0 else None


def lines(part: str, as_of: date, *, year: int | None = None, window: str | None = None) -> QuerySet[Line]:
    """The lines that a figure adds up (debit less credit)."""
    found = Line.objects.filter(OF_GRANT, date__lte=as_of).exclude(YEAR_END).filter(_condition(part))
    found = found.exclude(subaccount__code=TAKEN_OVER_GRANTS)
    found = found if year is None else found.filter(date__year=year)
    return found if window is None else found.filter(window_id=window)


def _condition(part: str) -> Q:
    if part == "transferred":
        return ~Q(account_id__in=NO_CASH)
    return Q(account_id__in=trace.ACCEPTED) if part == "accepted" else Q(account_id="9010") & ~LIQUIDATES


def _parts(account: str, liquidating: bool) -> list[str]:
    """The figures to which a line of a grant belongs: as `_condition` says."""
    found = ["transferred"] if account not in NO_CASH else []
    found += ["accepted"] if account in trace.ACCEPTED else []
    return [*found, "approved"] if account == "9010" and not liquidating else found


def delivered(as_of: date) -> tuple[list[Delivered], list[Delivered]]:
    """A row per year in which something moved, the newest first; and a row per window, from the beginning."""
    years: Sums = defaultdict(dict)
    windows: Sums = defaultdict(dict)
    for year, window, part, cents in _moved(as_of):
        for sums, key in ((years, str(year)), (windows, window)):
            sums[key][part] = sums[key].get(part, 0) + cents
    by_window = [_row(each.code, each.label, windows[each.code]) for each in FundWindow.objects.all()]
    return [_row(year, year, years[year]) for year in sorted(years, key=int, reverse=True)], by_window


Sums = dict[str, dict[str, int]]
"""Cents by year or window, and by part."""


def _moved(as_of: date) -> Iterator[tuple[int, str, str, int]]:
    """Year, window, part and cents: from what was kept at the ends of the years, less what was taken over."""
    ends = [date(year, 12, 31) for year in FiscalYear.objects.filter(year__lt=as_of.year).order_by("year").values_list("year", flat=True)]
    stood = days.totals([*ends, as_of], ["account_id", "window_id"], MARKS, without=kept.year_end_entries())
    apart = _taken_over(as_of)
    before: kept.Totals = {}
    for end, after in zip([*ends, as_of], stood, strict=True):
        for (account, window, liquidating, of_grant), (debits, credits, _own) in days.moved(before, after).items():
            other = apart.get((end.year, account, window, liquidating), (0, 0)) if of_grant else (debits, credits)
            if (debits, credits) != other:
                yield from ((end.year, window, part, debits - credits - other[0] + other[1]) for part in _parts(account, liquidating))
        before = after


def _taken_over(as_of: date) -> dict[tuple[int, str, str, bool], tuple[int, int]]:
    """Debits and credits by year, account, window and mark of what was taken over against no grant: one name, and few lines."""
    gone = marked(Line.objects.filter(subaccount__code=TAKEN_OVER_GRANTS, date__lte=as_of).exclude(YEAR_END), MARKS[:1]).order_by()
    rows = gone.values_list("date__year", "account_id", "window_id", "liquidating").annotate(debits=Sum("debit"), credits=Sum("credit"))
    return {(year, account, window, liquidating): (debits, credits) for year, account, window, liquidating, debits, credits in rows}


def _row(key: str, label: str, cents: dict[str, int]) -> Delivered:
    return Delivered(key, label, *(Money.from_minor(cents.get(part, 0), "USD") for part in PARTS))


def added(rows: Iterable[Delivered], label: str) -> Delivered:
    """All rows together."""
    found = list(rows)
    return Delivered("", label, *(sum((getattr(row, part) for row in found), zero()) for part in PARTS))


# Headroom


@dataclass(frozen=True)
class Room:
    """What a window can still fund, with its components, in USD: available = received + moved in - psc - reserve - reserved - paid -
    charged. `moved_in` is what came from other windows less what went to them; `charged` its share of the fund's own costs less income.
    """

    window: FundWindow
    received: Money
    moved_in: Money
    psc: Money
    reserve: Money
    reserved: Money
    paid: Money
    charged: Money
    available: Money


def rooms(as_of: date) -> list[Room]:
    """Each window's headroom as of a day."""
    found = room_by_window(as_of)
    return [_room(window, totals(found[window.code])) for window in FundWindow.objects.all()]


def _room(window: FundWindow, sums: dict[str, Money]) -> Room:
    names = ("psc", "reserve", "reserved", "allocated", "charged", "available")
    moved = -sums.get("moved", zero())
    return Room(window, sums.get("received", zero()), moved, *(sums.get(name, zero()) for name in names))
