"""What must be done before a period is closed: a list that rooms above and beside add to.

A check is computed from the books and the rooms' rows, or ticked by a person with a note. What is open either blocks the closing, or may
stand with a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from trustfund.audit.models import Event
from trustfund.closings.models import Review
from trustfund.ledger.models import Period

MONTH, YEAR, BOTH = "month", "year", "both"


@dataclass(frozen=True)
class Found:
    """How much is open, which (in words), and the page on which it is mended."""

    open: int
    text: str = ""
    url: str = ""


Find = Callable[[Period], Found | None]


@dataclass(frozen=True)
class Check:
    """One item of the list: `find` says what is open of a period, None where it does not apply; without `find` a person ticks it."""

    key: str
    label: Any
    find: Find | None = None
    blocking: bool = False
    of: str = MONTH
    hint: Any = ""
    url: Callable[[Period], str] | None = None
    """Of what is ticked: the page to look at."""

    def applies(self, period: Period) -> bool:
        """Months have their list, period 13 the year's."""
        return self.of == BOTH or (self.of == YEAR) == (period.number == 13)


_checks: dict[str, Check] = {}
_finders: dict[str, Find] = {}


def register(*checks: Check) -> None:
    """Called from `AppConfig.ready()`; the list is in the order of registration."""
    for check in checks:
        _checks[check.key] = check


def provide(key: str, find: Find) -> None:
    """A room that knows better says what is open of a check that is there ("revaluation", "estimate")."""
    _finders[key] = find


@dataclass(frozen=True)
class Status:
    """A check of a period as it stands now."""

    check: Check
    found: Found | None
    review: Review | None = None

    @property
    def key(self) -> str:
        return self.check.key

    @property
    def state(self) -> str:
        """ "done", "nothing" (it does not apply), "blocked" or "open" (it may stand with a reason)."""
        if self.found is None:
            return "done" if self.review else "open" if self.check.find is None and self.key not in _finders else "nothing"
        return "done" if not self.found.open else "blocked" if self.check.blocking else "open"


def statuses(period: Period) -> list[Status]:
    """The whole list of a period, computed now."""
    reviews = _reviews(period)
    return [_status(check, period, reviews) for check in _checks.values() if check.applies(period)]


def status_of(period: Period, key: str) -> Status | None:
    """One item of a period's list, by itself; None where the list has none of this name."""
    check = _checks.get(key)
    return _status(check, period, _reviews(period)) if check is not None and check.applies(period) else None


def label_of(key: str) -> str:
    """What the item of a list is called; its key where no room makes that check any more."""
    return str(_checks[key].label) if key in _checks else key


def _status(check: Check, period: Period, reviews: dict[str, Review]) -> Status:
    find = _finders.get(check.key) or check.find
    return Status(check, find(period) if find else None, reviews.get(check.key) if find is None else None)


def _reviews(period: Period) -> dict[str, Review]:
    """What was looked at since the period was last reopened, the newest of each kind."""
    reopened = Event.objects.filter(object_type="ledger.period", object_id=str(period.pk), act="period.reopen")
    since = reopened.aggregate(last=Max("at"))["last"]
    found = Review.objects.filter(period=period).select_related("by").order_by("pk")
    return {review.key: review for review in (found.filter(at__gt=since) if since else found)}
