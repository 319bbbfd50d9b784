"""Delivery: what partners spent of what they got and of what was approved, by year and by window; and headroom by window.

Cash to partners is what the lines of a grant lack to balance, as in the trace; approved is the commitment made, adjusted or released
(not what a payment or a report liquidates). A fund that was taken over brings what its opening entries say of its grants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from trustfund.ledger.closed.marks import YEAR_END, entry_has, opening_entry
from trustfund.ledger.funding import trace
from trustfund.ledger.funding.headroom import room_by_window, totals
from trustfund.ledger.history import TAKEN_OVER_GRANTS
from trustfund.ledger.models import FundWindow, Line, Subaccount
from trustfund.money import Money, zero

PARTS = ("approved", "transferred", "accepted")
NO_CASH = ("5100", "9010", "9020")
LIQUIDATING = ("1200", "2020", "5010")
FOUR_PLACES = Decimal("0.0001")


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
    found = Line.objects.filter(date__lte=as_of, subaccount__kind=Subaccount.Kind.GRANT).exclude(YEAR_END).filter(_condition(part))
    found = found.exclude(subaccount__code=TAKEN_OVER_GRANTS)
    found = found if year is None else found.filter(date__year=year)
    return found if window is None else found.filter(window_id=window)


def _condition(part: str) -> Q:
    if part == "transferred":
        return ~Q(account_id__in=NO_CASH)
    if part == "accepted":
        return Q(account_id__in=trace.ACCEPTED)
    return Q(account_id="9010") & (~entry_has(*LIQUIDATING) | opening_entry())


def by_year(as_of: date) -> list[Delivered]:
    """A row per year in which something moved, the newest first."""
    sums = _sums(as_of, "date__year")
    return [_row(str(year), str(year), sums[year]) for year in sorted(sums, reverse=True)]


def by_window(as_of: date) -> list[Delivered]:
    """A row per window, from the beginning."""
    sums = _sums(as_of, "window_id")
    return [_row(each.code, each.label, sums[each.code]) for each in FundWindow.objects.all()]


def _sums(as_of: date, field: str) -> dict[Any, dict[str, int]]:
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    for part in PARTS:
        rows = lines(part, as_of).order_by().values_list(field).annotate(held=Sum(F("debit") - F("credit")))
        for key, cents in rows:
            found[key][part] = cents
    return found


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
