"""Recording a screening."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ngos.organisations.models import Organisation
from ngos.screening import permissions
from ngos.screening.models import Outcome, Screening
from trustfund import clock
from trustfund.audit.recording import record


@transaction.atomic
def screen(
    organisation: Organisation, *, by: Any, outcome: str, list_date: date, performed_on: date | None = None, **fields: Any
) -> Screening:
    """Record that the organisation and its officers were compared with the list of `list_date` (`fields`: list_name, officers, note).

    Raises `ValidationError` by field: a day in the future, a list newer than the check, a hit without a note.
    """
    if not permissions.can_screen(organisation, by):
        raise PermissionDenied
    performed_on = performed_on or clock.today()
    _check(outcome, list_date, performed_on, fields.get("note", ""))
    found = Screening(organisation=organisation, by=by, outcome=outcome, list_date=list_date, performed_on=performed_on, **fields)
    found.full_clean()
    found.save()
    record("screening.record", of=found, by=by, organisation=organisation.pk, outcome=str(outcome), list_date=str(list_date))
    return found


def _check(outcome: str, list_date: date, performed_on: date, note: str) -> None:
    if performed_on > clock.today():
        raise ValidationError({"performed_on": _("A check can't be recorded before it is made.")})
    if list_date > performed_on:
        raise ValidationError({"list_date": _("The list can't be newer than the check.")})
    if outcome != Outcome.CLEAR and not note.strip():
        raise ValidationError({"note": _("Say what was found and how it was judged.")})
