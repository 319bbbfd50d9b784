"""Fiscal years and their periods: opening a year, finding the period of a posting, closing and reopening by two people."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from trustfund.audit.recording import record
from trustfund.ledger import sealing
from trustfund.ledger.closed import kept
from trustfund.ledger.closed.models import Certification
from trustfund.ledger.models import Entry, FiscalYear, Period
from trustfund.workflow import advance

ADJUSTMENT = 13
LATE = (Entry.Kind.ADJUSTMENT, Entry.Kind.CLOSING)
"""Kinds of entries that go to period 13, on the last day of the year."""


TAKES_POSTINGS = (Period.State.OPEN, Period.State.CLOSING)


def number_of(on: date, kind: str, *, late: bool = False) -> int:
    """The number of the period that an entry of this kind and date goes to; `late` where it takes back, on its own day, what lies in 13."""
    return ADJUSTMENT if late or kind in LATE else on.month


def is_late(entry: Entry, on: date) -> bool:
    """Whether what reverses `entry` on this day belongs to period 13: as the entry does, while it is still its day."""
    return entry.date == on and (on.month, on.day) == (12, 31) and entry.period.number == ADJUSTMENT


@transaction.atomic
def open_year(year: int, *, by: Any = None) -> FiscalYear:
    """The fiscal year with its twelve months and the adjustment period 13; safe to repeat."""
    found, created = FiscalYear.objects.get_or_create(year=year)
    if not created:
        return found
    months = [(month, date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])) for month in range(1, 13)]
    last = date(year, 12, 31)
    Period.objects.bulk_create(
        Period(year=found, number=number, starts_on=start, ends_on=end) for number, start, end in [*months, (ADJUSTMENT, last, last)]
    )
    record("fiscalyear.open", of=found, by=by)
    return found


def period_for(on: date, kind: str = Entry.Kind.NORMAL, *, late: bool = False) -> Period:
    """The open period of a posting; ValidationError when its year was not opened or the period is closed."""
    period: Period | None = Period.objects.filter(year_id=on.year, number=number_of(on, kind, late=late)).first()
    if period is None:
        message = _("The fiscal year %(year)s has no periods yet. Open it in the books, under Periods, before posting into it.")
        raise ValidationError(message % {"year": on.year}, code="no_period")
    if period.state not in TAKES_POSTINGS:
        message = _("The period %(period)s is closed. Post in an open period, or have this one reopened.")
        raise ValidationError(message % {"period": period}, code="closed")
    return period


@transaction.atomic
def propose_closing(period: Period, *, by: Any) -> Period:
    """Finance says that the period is complete; another person closes it."""
    return _moved(period.propose_closing, by=by, proposer=by)


@transaction.atomic
def close(period: Period, *, by: Any) -> Period:
    """The approving officer closes what finance proposed. Waits for postings under way, so that none comes after."""
    _lock_year(period)
    earlier = Period.objects.filter(year_id=period.year_id, number__lt=period.number).exclude(state=Period.State.CLOSED).first()
    if earlier is not None:
        raise ValidationError(_("Close the period %(period)s first.") % {"period": earlier}, code="order")
    moved = _moved(period.close, by=by, approver=by)
    kept.keep(moved, sealing.head(), by=by)
    return moved


@transaction.atomic
def refuse_closing(period: Period, *, by: Any) -> Period:
    """The approving officer refuses the proposal; the period stays open."""
    return _moved(period.refuse_closing, by=by)


@transaction.atomic
def propose_reopening(period: Period, *, by: Any) -> Period:
    """Finance asks to reopen a closed period; it stays closed until another person agrees."""
    _lock_year(period)
    refuse_certified(period)
    later = Period.objects.filter(year_id=period.year_id, number__gt=period.number, state=Period.State.CLOSED).last()
    if later is not None:
        raise ValidationError(_("Reopen the period %(period)s first.") % {"period": later}, code="order")
    return _moved(period.propose_reopening, by=by, proposer=by)


@transaction.atomic
def reopen(period: Period, *, by: Any) -> Period:
    """The approving officer reopens the period."""
    _lock_year(period)
    refuse_certified(period)
    return _moved(period.reopen, by=by, approver=by)


@transaction.atomic
def refuse_reopening(period: Period, *, by: Any) -> Period:
    """The approving officer refuses to reopen; the period stays closed."""
    return _moved(period.refuse_reopening, by=by, refuser=by)


def refuse_certified(period: Period) -> None:
    """ValidationError when the statements of the period's year were certified and approved; the database refuses it too."""
    found = Certification.objects.filter(year_id=period.year_id).exclude(state=Certification.State.WITHDRAWN).first()
    if found is None:
        return
    if found.state == Certification.State.APPROVED:
        message = _("The statements of %(year)s are certified and approved: the year is never reopened. Correct it in the next year.")
        raise ValidationError(message % {"year": found}, code="certified")
    message = _("The statements of %(year)s are being certified. Have them withdrawn before a period is reopened.")
    raise ValidationError(message % {"year": found}, code="certifying")


def _lock_year(period: Period) -> None:
    """The periods of a year are closed and reopened in their order, so one at a time."""
    list(Period.objects.select_for_update(no_key=True).filter(year_id=period.year_id).order_by("pk"))


def _moved(move: Any, *, by: Any, **details: Any) -> Period:
    """Lock order: the period, then both heads; a posting holds the heads while it reads its period."""
    moved: Period = advance(move, by=by, **details)
    sealing.lock_heads()
    return moved
