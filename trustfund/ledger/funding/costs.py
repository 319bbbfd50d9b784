"""The fund's own costs and income, charged to contributions month by month by the rule that funds grants (see docs/adr/0015).

Charged are direct costs, charges, write-offs and exchange losses that name no contribution and no grant; credited are interest, other
revenue and exchange gains likewise. Costs are borne by the general pool first, then by earmarked money; income belongs to all cash that is
still there. What nobody can bear stays named, and is tried again with the next month. Never rewritten: corrections are further acts.
"""

from __future__ import annotations

import calendar
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.audit.recording import record
from trustfund.ledger import chart, permissions, sealing
from trustfund.ledger.closed import days
from trustfund.ledger.closed.kept import year_end_entries
from trustfund.ledger.closed.marks import beside, entry_has
from trustfund.ledger.funding.acting import begin, seal
from trustfund.ledger.funding.headroom import GENERAL_POOL, Headroom, headroom, rule_on
from trustfund.ledger.funding.models import Allocation, Funding
from trustfund.ledger.funding.splitting import Part, Parts, by_rank, pooled, pro_rata
from trustfund.ledger.models import Entry, Line, Period, Subaccount
from trustfund.ledger.periods import TAKES_POSTINGS
from trustfund.money import Money, total, usd_cents
from trustfund.workflow import lock

EXPENSES = ("5200", "5210", "5220", "5300", "5400", "5500", "5900")
INCOME = ("4100", "4200", "4900")
OF_OTHERS = ("4900", "5500")
"""Not the fund's own when their entry is about a grant or a contribution: what was recovered of it, what was written off of it."""
NAMED = (Subaccount.Kind.INSTALMENT, Subaccount.Kind.GRANT)


@dataclass(frozen=True)
class Item:
    """One account of one month in one window: what is still to be charged (income below zero), and to whom."""

    period: Period
    window: str
    account: str
    due: Money
    parts: Parts = field(default_factory=list)

    @property
    def charged(self) -> Money:
        return usd_cents(sum(cents for _pk, cents in self.parts))

    @property
    def rest(self) -> Money:
        """What no contribution can bear; it stays named."""
        return self.due - self.charged

    @property
    def label(self) -> str:
        return chart.BY_CODE[self.account].label


OWN = (
    Q(account_id__in=EXPENSES + INCOME)
    & ~Q(subaccount__kind__in=NAMED)
    & ~(Q(account_id__in=OF_OTHERS) & Exists(beside().filter(subaccount__kind__in=NAMED)))
    & ~(Q(account_id__in=EXPENSES) & entry_has("4040"))
)
"""That a line is of the fund's own costs and income. What was given in kind is used in kind: its cost is nobody's cash."""
MARKS = (("own", OWN),)

Posted = dict[tuple[int, str, str], int]
"""Cents (debits less credits) by period (primary key), window and account."""
Moved = dict[tuple[int, str, str], tuple[int, int]]
"""The same as debits and credits, which come to nothing where there is no line."""


def posted(periods: Iterable[Period], *, before: int | None = None) -> Posted:
    """The fund's own costs and income of periods; `before` counts entries sealed before that number only. Always as many queries.

    From what was kept at the ends of the months: a line's day says its month. But the last day of a year is in two periods, and the
    entries of periods 13 are looked up.
    """
    months = {(each.year_id, each.number): each.pk for each in periods}
    if not months:
        return {}
    head = None if before is None else before - 1
    apart = year_end_entries()
    years = {year for year, _number in months}
    adjusting = dict(Period.objects.filter(year__in=years, number=13).values_list("pk", "year_id"))
    sums: Moved = defaultdict(lambda: (0, 0))
    for (year, number), key, debits, credits in [*_by_day(months, head, apart), *_by_entry(adjusting, head, apart)]:
        if (year, number) in months:
            was = sums[months[year, number], *key]
            sums[months[year, number], *key] = (was[0] + debits, was[1] + credits)
    return {key: debits - credits for key, (debits, credits) in sums.items() if debits or credits}


Rows = Iterator[tuple[tuple[int, int], tuple[str, str], int, int]]
"""Year and number of a period, window and account, debits and credits."""


def _by_day(months: Iterable[tuple[int, int]], head: int | None, apart: list[int]) -> Rows:
    """What the days of each month had, those of December with what belongs to period 13."""
    wanted = sorted(date(year, number, 1) for year, number in months if number <= 12)
    ends = sorted({day for first in wanted for day in (first - timedelta(days=1), _last(first))})
    narrow: dict[str, Any] = {"account_id__in": EXPENSES + INCOME}
    stood = dict(zip(ends, days.totals(ends, ["window_id", "account_id"], MARKS, head=head, without=apart, **narrow), strict=True))
    for first in wanted:
        moved = days.moved(stood[first - timedelta(days=1)], stood[_last(first)])
        yield from (
            ((first.year, first.month), (window, account), debits, credits)
            for (window, account, own), (debits, credits, _own) in moved.items()
            if own
        )


def _last(first: date) -> date:
    return date(first.year, first.month, calendar.monthrange(first.year, first.month)[1])


def _by_entry(adjusting: dict[int, int], head: int | None, apart: list[int]) -> Rows:
    """What the entries of periods 13 had, and that it is none of December's."""
    entries = Entry.objects.filter(period__in=adjusting).exclude(pk__in=apart).order_by()
    years = {pk: adjusting[period] for pk, period in entries.values_list("pk", "period_id") if head is None or pk <= head}
    lines = Line.objects.filter(OWN, entry_id__in=list(years)).order_by().values_list("entry_id", "window_id", "account_id")
    for entry, window, account, debits, credits in lines.annotate(debits=Sum("debit"), credits=Sum("credit")):
        yield (years[entry], 13), (window, account), debits, credits
        yield (years[entry], 12), (window, account), -debits, -credits


def charges() -> QuerySet[Allocation]:
    """What was charged for months; what was replaced since stays the same in sum."""
    return Allocation.objects.filter(funding__kind=Funding.Kind.COSTS).order_by()


def up_to(period: Period) -> QuerySet[Period]:
    """A period and those before it."""
    return Period.objects.filter(Q(year__lt=period.year_id) | Q(year=period.year_id, number__lte=period.number))


def _due(periods: dict[int, Period], there: Posted) -> list[Item]:
    """What is still to be charged of what these months had: income first, so that it can bear costs, then month by month."""
    sums: dict[tuple[int, str, str], int] = defaultdict(int, there)
    done = charges().filter(funding__period__in=periods).values_list("funding__period_id", "funding__window_id", "account_id")
    for *key, cents in done.annotate(cents=Sum("charged")):
        sums[key[0], key[1], key[2]] -= cents
    items = [Item(periods[pk], window, account, usd_cents(cents)) for (pk, window, account), cents in sums.items() if cents]
    return sorted(items, key=lambda item: (item.window, item.due.minor > 0, item.period.year_id, item.period.number, item.account))


# Who bears what


class Pot:
    """What the contributions of a window have on a day, and bear already; it goes down while months are charged."""

    def __init__(self, rows: Iterable[Headroom], on: date, window: str) -> None:
        self.rows, self.on = list(rows), on
        self.left = {row.instalment.pk: 0 if self._expired(row) else max(row.available.minor, 0) for row in self.rows}
        self.borne = _borne(window)

    def _expired(self, row: Headroom) -> bool:
        return row.expires_on is not None and row.expires_on < self.on

    def charge(self, account: str, cents: int, rule: str) -> Parts:
        """Who bears `cents` of an account, or (below zero) whom they are credited to; never more than there is."""
        found = self._take(account, cents, rule) if cents > 0 else [(pk, -part) for pk, part in self._give(account, -cents)]
        sums: dict[int, int] = defaultdict(int)
        for pk, part in found:
            sums[pk] += part
            self.left[pk] -= part
            self.borne[account, pk] += part
        return [(pk, part) for pk, part in sums.items() if part]

    def _take(self, account: str, cents: int, rule: str) -> Parts:
        """Income of the account that is no more comes from those who were credited; a cost by the rule, the general pool first."""
        credited = [(pk, min(-self.borne[account, pk], left)) for pk, left in self.left.items() if self.borne[account, pk] < 0]
        back = pro_rata(credited, min(cents, sum(part for _pk, part in credited)))
        taken = dict(back)
        usable = [(row, self.left[row.instalment.pk] - taken.get(row.instalment.pk, 0)) for row in self.rows]
        ranks: list[list[Part]] = [[], []]
        for row, left in usable:
            if left > 0:
                ranks[row.earmark != GENERAL_POOL].append(Part(row.instalment.pk, left, row.pool))
        return back + by_rank(ranks, cents - sum(taken.values()), rule)

    def _give(self, account: str, cents: int) -> Parts:
        """A cost of the account that is no more goes back to those who bear it; income to all, by the cash that is still there."""
        bearing = [(pk, self.borne[account, pk]) for pk in self.left if self.borne[account, pk] > 0]
        back = pro_rata(bearing, min(cents, sum(part for _pk, part in bearing)))
        rest = cents - sum(part for _pk, part in back)
        there = [Part(row.instalment.pk, row.unspent.minor, row.pool) for row in self.rows if row.unspent.minor > 0]
        return back + (pooled(there, rest) if rest else [])


def _borne(window: str) -> dict[tuple[str, int], int]:
    """Cents that each contribution bears by now in a window, by account."""
    rows = Allocation.objects.filter(account__isnull=False, funding__window_id=window).order_by()
    found: dict[tuple[str, int], int] = defaultdict(int)
    for account, instalment, cents in rows.values_list("account_id", "instalment_id").annotate(cents=Sum("charged")):
        found[account, instalment] = cents
    return found


def plan(period: Period, there: Posted | None = None) -> list[Item]:
    """What would be charged on the last day of a period, for it and for what earlier months left; empty when nothing is due.

    `there` is what all these months had, where that is known (`posted` of `up_to`).
    """
    on, found = period.ends_on, []
    periods = {each.pk: each for each in up_to(period)}
    due = _due(periods, posted(periods.values()) if there is None else there)
    for window, items in groupby(due, key=lambda item: item.window):
        pot = Pot(headroom(on, window=window), on, window)
        rule = rule_on(on).split
        for item in items:
            parts = pot.charge(item.account, item.due.minor, rule)
            found.append(Item(item.period, window, item.account, item.due, parts))
    return found


def is_allocated(period: Period) -> bool:
    """Whether nothing of this period is left that a contribution could bear: what a closing asks."""
    return not any(item.parts for item in plan(period) if item.period == period)


def waiting(period: Period) -> list[Item] | None:
    """What is left of a period, if contributions could bear any of it; None for a period without costs and income."""
    there = posted(up_to(period))
    if not any(pk == period.pk for pk, _window, _account in there):
        return None
    items = [item for item in plan(period, there) if item.period == period]
    return items if any(item.parts for item in items) else []


def digest(items: Iterable[Item]) -> str:
    """A fingerprint of a plan, so that what is posted is what was seen."""
    said = repr([(str(item.period), item.window, item.account, item.due.minor, sorted(item.parts)) for item in items])
    return hashlib.sha256(said.encode()).hexdigest()


# The act


@transaction.atomic
def allocate(period: Period, *, by: Any, seen: str | None = None) -> list[Funding]:
    """Charge the costs and income of a period that has ended, and what earlier months left, on its last day; one act per month and window.

    `PermissionDenied` but for finance. `ValidationError`: the month is not over, it is closed, there is nothing (more) to charge, or the
    figures are not those `seen` any more (`digest` of the plan).
    """
    if not permissions.can_allocate_costs(by):
        raise PermissionDenied
    lock(period)
    sealing.lock_heads()
    refuse(period)
    items = plan(period)
    if not any(item.parts for item in items):
        raise ValidationError(_("There is nothing to allocate for %(period)s: it was done already.") % {"period": period}, code="nothing")
    if seen not in (None, digest(items)):
        message = _("Something was posted, certified or paid since this page was opened. Look at the figures again, then allocate.")
        raise ValidationError(message, code="stale")
    acts = [
        _act(of, window, list(group), on=period.ends_on, by=by)
        for (_order, window), group, of in _by_month(item for item in items if item.parts)
    ]
    sums = {"charged": str(total(item.charged for item in items)), "rest": str(total(item.rest for item in items))}
    record("costs.allocate", of=acts[0], by=by, period=str(period), acts=len(acts), **sums)
    return acts


def refuse(period: Period) -> None:
    """ValidationError when a period can't be charged now."""
    if period.ends_on > clock.today():
        raise ValidationError(_("%(period)s is not over yet.") % {"period": period}, code="early")
    if period.state not in TAKES_POSTINGS:
        message = _("%(period)s is closed: what is left of it is allocated with the next open month.")
        raise ValidationError(message % {"period": period}, code="closed")


def _by_month(items: Iterable[Item]) -> list[tuple[tuple[tuple[int, int], str], list[Item], Period]]:
    def key(item: Item) -> tuple[tuple[int, int], str]:
        return (item.period.year_id, item.period.number), item.window

    groups = [(month, list(group)) for month, group in groupby(sorted(items, key=key), key=key)]
    return [(month, group, group[0].period) for month, group in groups]


def _act(period: Period, window: str, items: list[Item], *, on: date, by: Any) -> Funding:
    rows = [
        {"instalment_id": pk, "account_id": item.account, "charged": cents} for item in items for pk, cents in sorted(item.parts)
    ]
    run = Funding.objects.filter(period=period, window=window).count() + 1
    amount = usd_cents(sum(abs(cents) for item in items for _pk, cents in item.parts))
    reference = f"costs:{period.year_id}-{period.number:02}:{window}:{run}"
    return seal(begin(Funding.Kind.COSTS, amount, on=on, by=by, reference=reference, period=period, window=window), rows)
