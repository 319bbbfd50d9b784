"""What the chain of the books does not hold, checked against the chain of acts: years, periods, exchange rates, what lines are about.

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
from trustfund.ledger.models import Entry, FiscalYear, Period

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
    """Each fiscal year that was opened is there, with its twelve months and period 13 and their days."""
    held = {(each.year_id, each.number): (each.starts_on, each.ends_on) for each in Period.objects.all()}
    stored = set(FiscalYear.objects.values_list("pk", flat=True))
    years = {*stored, *(year for year, _number in held), *(int(key) for key in _events(FiscalYear))}
    wanted = {(year, number): _days(year, number) for year in years for number in NUMBERS}
    gone = [Finding(f"fiscal year {year}", "to be there, as it was opened", "no such row") for year in sorted(years - stored)]
    return gone + [
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
        if (period.proposed_by_id, period.approved_by_id) != (people := _people(acts)):
            found = f"{period.proposed_by_id} and {period.approved_by_id}"
            findings.append(Finding(f"period {period}", f"proposed by {people[0]} and decided by {people[1]}, as on record", found))
        findings += [
            Finding(f"entry {entry.reference}", f"nothing posted into the period {period} while it was closed", f"posted at {at}")
            for start, end in _closed(acts)
            for entry, at in _posted(period, start, end)
        ]
    return findings


def _people(acts: list[Event]) -> tuple[int | None, int | None]:
    """Who proposed and who decided last, by the acts on a period."""
    proposed = decided = None
    for act in acts:
        if "proposer" in act.details:
            proposed, decided = act.actor_id, None
        elif {"approver", "refuser"} & act.details.keys():
            decided = act.actor_id
        else:  # a refused closing leaves nothing proposed
            proposed = None
    return proposed, decided


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


KEPT: list[Callable[[], list[Finding]]] = [_calendar, _dated, _states, standing.findings]
