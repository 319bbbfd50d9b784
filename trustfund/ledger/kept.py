"""What the chain of the books does not hold, checked against the chain of acts: periods, exchange rates, what lines are about.

Their rows may change (a period's state) or stand outside the seals (a rate), so whoever writes SQL could open a closed period, post into
it and close it again. But every act on them is in the audit trail.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from trustfund.audit.models import Event
from trustfund.chain import Finding
from trustfund.ledger import standing
from trustfund.ledger.fields import plain
from trustfund.ledger.models import Entry, FiscalYear, Period, Rate

CLOSED = (Period.State.CLOSED, Period.State.REOPENING)
NUMBERS = range(1, 14)


def _events(model: Any) -> dict[str, list[Event]]:
    """The acts on the rows of a model, oldest first, by primary key as text."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(object_type=model._meta.label_lower).order_by("seq"):
        found[event.object_id].append(event)
    return found


# Periods


def _days(year: int, number: int) -> tuple[date, date]:
    month = min(number, 12)
    last = date(year, month, calendar.monthrange(year, month)[1])
    return (last if number == NUMBERS[-1] else date(year, month, 1)), last


def _calendar() -> list[Finding]:
    """Each fiscal year has its twelve months and period 13, with their days."""
    held = {(each.year_id, each.number): (each.starts_on, each.ends_on) for each in Period.objects.all()}
    years = {*FiscalYear.objects.values_list("pk", flat=True), *(year for year, _number in held)}
    wanted = {(year, number): _days(year, number) for year in years for number in NUMBERS}
    return [
        Finding(f"period {year}-{number:02}", f"{days[0]} to {days[1]}", _span(held.get((year, number))))
        for (year, number), days in sorted(wanted.items())
        if held.get((year, number)) != days
    ]


def _span(days: tuple[date, date] | None) -> str:
    return f"{days[0]} to {days[1]}" if days else "no such period"


def _dated() -> list[Finding]:
    """Each entry lies in a period of its year that has its day."""
    rows = Entry.objects.select_related("period").only("seal", "reference", "year", "date", "period")
    return [
        Finding(f"entry {each.reference}", f"a period of {each.year_id} with the day {each.date}", str(each.period))
        for each in rows.iterator(chunk_size=2000)
        if each.period.year_id != each.year_id or not each.period.starts_on <= each.date <= each.period.ends_on
    ]


def _states() -> list[Finding]:
    """A period is as the last act on record left it, and nothing was posted into it while it was closed."""
    events = _events(Period)
    findings = []
    for period in Period.objects.order_by("year", "number"):
        acts = events[str(period.pk)]
        wanted = acts[-1].details.get("target") if acts else Period.State.OPEN
        if period.state != wanted:
            findings.append(Finding(f"period {period}", f"to be {wanted}, as the last act on record left it", period.state))
        findings += [
            Finding(f"entry {entry.reference}", f"nothing posted into the period {period} while it was closed", f"posted at {at}")
            for start, end in _closed(acts)
            for entry, at in _posted(period, start, end)
        ]
    return findings


def _closed(acts: list[Event]) -> Iterator[tuple[datetime, datetime | None]]:
    """From when until when a period was closed, by its acts; None when it still is."""
    since = None
    for act in acts:
        closed = act.details.get("target") in CLOSED
        if closed and since is None:
            since = act.at
        elif not closed and since is not None:
            yield since, act.at
            since = None
    if since is not None:
        yield since, None


def _posted(period: Period, start: datetime, end: datetime | None) -> list[tuple[Entry, datetime]]:
    found = Entry.objects.filter(period=period, seal__at__gt=start).select_related("seal")
    return [(entry, entry.seal.at) for entry in (found.filter(seal__at__lt=end) if end else found)]


# Exchange rates


def _rates() -> list[Finding]:
    """Each rate is as it was when it was put on record, and none of those is missing."""
    added = {pk: acts[0].details for pk, acts in _events(Rate).items()}
    on_record = {pk: (each.get("currency"), each.get("effective_on"), each.get("value")) for pk, each in added.items()}
    held = {str(each.pk): (each.currency, str(each.effective_on), plain(each.value)) for each in Rate.objects.all()}
    return [
        Finding(f"exchange rate {pk}", _rate(on_record.get(pk)), _rate(held.get(pk)))
        for pk in sorted(on_record.keys() | held.keys(), key=int)
        if on_record.get(pk) != held.get(pk)
    ]


def _rate(row: tuple[Any, ...] | None) -> str:
    return f"{row[0]} {row[2]} from {row[1]}" if row else "none"


KEPT: list[Callable[[], list[Finding]]] = [_calendar, _dated, _states, _rates, standing.findings]
