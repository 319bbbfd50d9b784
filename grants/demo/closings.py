"""Closings of the demo, by the real acts: last year with its closing entry and certification, and the months of this year but for two."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Max

from grants.demo.cast import Cast
from trustfund import clock
from trustfund.closings import actions, checks
from trustfund.ledger import certifying
from trustfund.ledger.models import FiscalYear, Period, Seal

LEFT_OPEN = timedelta(days=70)
"""The newest months stay open: one of them waits for the reader."""


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
    for status in checks.statuses(period):
        if status.check.find is None and status.found is None:
            actions.review(period, status.key, by=cast.finance, note="Looked at; nothing follows (invented).")
    reasons = {each.key: "Known, and followed up (invented)." for each in checks.statuses(period) if each.state == "open"}
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
