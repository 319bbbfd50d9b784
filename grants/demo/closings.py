"""Closings of the demo, by the real acts: the years that are over, each with its certification, and this year's months but two."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Max

from grants.demo.cast import Cast
from trustfund import clock
from trustfund.closings import actions, checks
from trustfund.ledger import periods
from trustfund.ledger.closed import certifying
from trustfund.ledger.models import Entry, FiscalYear, Period, Seal

LEFT_OPEN = timedelta(days=70)
"""The newest months stay open: one of them waits for the reader."""


def first_years(cast: Cast, founded: date) -> None:
    """The years of the first cycle, once all of it is posted. Months in which nothing happened need no list."""
    used = set(Entry.objects.values_list("period", flat=True))
    for year in FiscalYear.objects.filter(pk__in=Entry.objects.values("year")).order_by("pk"):
        for period in Period.objects.filter(year=year, number__lt=13).order_by("number"):
            if period.pk in used:
                close(cast, period)
            else:
                _close_empty(cast, period, max(period.ends_on, founded) + timedelta(days=8))
        finish(cast, year)


def _close_empty(cast: Cast, period: Period, day: date) -> None:
    with clock.frozen(day):
        periods.propose_closing(period, by=cast.finance)
        periods.close(period, by=cast.checker)


def run(cast: Cast, today: date) -> None:
    """The year before, if anything was posted in it, is closed and certified; then this year's months; one is proposed."""
    for year in (today.year - 1, today.year):
        months = Period.objects.filter(year=year, number__lt=13, ends_on__lt=today - LEFT_OPEN).order_by("number")
        for period in months:
            close(cast, period)
    last = FiscalYear.objects.get(year=today.year - 1)
    if not Period.objects.filter(year=last, number__lt=13).exclude(state=Period.State.CLOSED).exists():
        finish(cast, last)


def close(cast: Cast, period: Period) -> None:
    """A month as finance and the approving officer close it, in the second week after its end, or when all of it is posted."""
    last = Seal.objects.filter(entry__period=period).aggregate(last=Max("at"))["last"]
    day = max(period.ends_on + timedelta(days=8), clock.day_of(last) + timedelta(days=1) if last else period.ends_on)
    with clock.frozen(day):
        propose(cast, period)
    with clock.frozen(day + timedelta(days=1)):
        actions.close(period, by=cast.checker)


def propose(cast: Cast, period: Period) -> None:
    """What wants a person's eye is looked at; what is open stands with a reason."""
    statuses = checks.statuses(period)
    for status in statuses:
        if status.check.find is None and status.found is None:
            actions.review(period, status.key, by=cast.finance, note="Looked at; nothing follows (invented).")
    reasons = {each.key: "Known, and followed up (invented)." for each in statuses if each.state == "open"}
    actions.propose(period, by=cast.finance, reasons=reasons)
    period.refresh_from_db()


def finish(cast: Cast, year: FiscalYear) -> None:
    """The closing entry, period 13, and the statements prepared, certified and approved."""
    first = date(year.year + 1, 2, 2)
    with clock.frozen(first):
        made = actions.propose_year_end(year, by=cast.finance) if actions.digest(year.year)[0] else None
    with clock.frozen(first + timedelta(days=1)):
        if made:
            actions.approve_year_end(made, by=cast.checker)
    thirteen = Period.objects.get(year=year, number=13)
    with clock.frozen(first + timedelta(days=2)):
        propose(cast, thirteen)
    with clock.frozen(first + timedelta(days=3)):
        actions.close(thirteen, by=cast.checker)
        prepared = certifying.prepare(year, by=cast.finance, on=clock.today())
    with clock.frozen(first + timedelta(days=10)):
        certified = certifying.certify(prepared, by=cast.checker, on=clock.today())
        certifying.approve(certified, by=cast.manager, on=clock.today())
