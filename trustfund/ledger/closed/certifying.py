"""Certifying the statements of a year: prepared, certified and approved, three acts by two or three people; then the year is final."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from trustfund.audit.recording import record
from trustfund.ledger import permissions, sealing
from trustfund.ledger.closed.models import Certification
from trustfund.ledger.models import FiscalYear, Period
from trustfund.workflow import advance


@transaction.atomic
def prepare(year: FiscalYear, *, by: Any, on: date) -> Certification:
    """Finance prepares the statements of a year whose periods are all closed, from the books as they are now; `on` is the day of it.

    ValidationError where a period is open; TransitionNotAllowed where they are prepared already.
    """
    list(Certification.objects.select_for_update(no_key=True).filter(year=year))
    periods = list(Period.objects.select_for_update(no_key=True).filter(year=year).order_by("pk"))
    open_ = [period for period in periods if period.state != Period.State.CLOSED]
    found = Certification.objects.filter(year=year).first()
    if not permissions.can_prepare_year(found, by):
        raise PermissionDenied
    if open_ or not periods:
        names = ", ".join(str(period) for period in open_)
        raise ValidationError(_("Close these periods first: %(periods)s.") % {"periods": names}, code="open")
    seq = sealing.head().seq
    if found is not None:
        prepared: Certification = advance(found.prepare, by=by, on=on, seq=seq)
        return prepared
    made = Certification.objects.create(year=year, seq=seq, prepared_by=by, prepared_on=on)
    record("certification.prepare", of=made, by=by, on=str(on), seq=seq, target=str(made.state))
    return made


@transaction.atomic
def certify(certification: Certification, *, by: Any, on: date) -> Certification:
    """The approving officer certifies them."""
    done: Certification = advance(certification.certify, by=by, on=_not_before(on, certification.prepared_on))
    return done


@transaction.atomic
def approve(certification: Certification, *, by: Any, on: date) -> Certification:
    """The fund manager approves them. From here on the year is never reopened."""
    done: Certification = advance(certification.approve, by=by, on=_not_before(on, certification.certified_on or on))
    return done


@transaction.atomic
def withdraw(certification: Certification, *, by: Any) -> Certification:
    """Something has to be put right before they are approved."""
    done: Certification = advance(certification.withdraw, by=by)
    return done


def _not_before(on: date, earlier: date) -> date:
    if on < earlier:
        raise ValidationError(_("That is before the act that it follows (%(day)s).") % {"day": earlier}, code="day")
    return on
