"""The only clock. Days are the Fund's days, in Vienna; moments are aware and in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

VIENNA = ZoneInfo("Europe/Vienna")
_frozen: list[datetime] = []


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


def today() -> date:
    """Today in Vienna, where the Fund keeps its books."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The day in Vienna on which a moment falls."""
    return moment.astimezone(VIENNA).date()


def noon(day: date) -> datetime:
    """Noon in Vienna on `day`, in UTC."""
    return datetime.combine(day, time(12), VIENNA).astimezone(UTC)


@contextmanager
def frozen(at: datetime | date) -> Iterator[datetime]:
    """Hold the clock at a moment (or at noon of a day) for all threads: for tests and for the demo fund only."""
    moment = at.astimezone(UTC) if isinstance(at, datetime) else noon(at)
    _frozen.append(moment)
    try:
        yield moment
    finally:
        _frozen.pop()
