"""Opening, judging and deciding an assessment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from ngos.due_diligence import permissions
from ngos.due_diligence.models import UNDECIDED, Assessment, CheckItem, State
from ngos.organisations.models import Organisation
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.workflow import advance, lock, require

Outcome = CheckItem.Outcome
LONGEST = timedelta(days=2 * 366)


@transaction.atomic
def open_assessment(organisation: Organisation, *, by: Any) -> Assessment:
    """A new assessment with every point of the checklist; ValidationError while another one is not decided."""
    if not permissions.can_open(organisation, by):
        raise PermissionDenied
    lock(organisation)
    if organisation.assessments.filter(state__in=UNDECIDED).exists():
        raise ValidationError(_("An assessment of this organisation is open already."))
    assessment = Assessment.objects.create(organisation=organisation, opened_by=by)
    CheckItem.objects.bulk_create([CheckItem(assessment=assessment, kind=kind) for kind in CheckItem.Kind])
    record("assessment.open", of=assessment, by=by, organisation=organisation.pk)
    return assessment


@transaction.atomic
def judge(item: CheckItem, *, by: Any, outcome: str, on: date | None = None, **fields: Any) -> CheckItem:
    """Judge one point (`fields`: note, evidence, expires_on); the first one begins the assessment.

    Raises `ValidationError` by field; TransitionNotAllowed once the assessment is decided.
    """
    assessment = item.assessment
    if not permissions.can_judge(assessment, by):
        raise PermissionDenied
    lock(assessment, item)
    if assessment.state == State.OPEN:
        assessment = advance(assessment.begin, by=by)
    if assessment.state != State.IN_PROGRESS:
        raise TransitionNotAllowed("The assessment is decided.", object=assessment)
    for name, value in {"note": "", "evidence": None, "expires_on": None, **fields}.items():
        setattr(item, name, value)
    item.outcome, item.judged_by, item.judged_on = outcome, by, on or clock.today()
    _check(item)
    item.save()
    record("assessment.judge", of=assessment, by=by, item=item.kind, outcome=str(outcome))
    return item


def _check(item: CheckItem) -> None:
    if item.outcome == Outcome.PENDING:
        raise ValidationError({"outcome": _("Choose what you found.")})
    if item.outcome in (Outcome.CONCERN, Outcome.NOT_OK, Outcome.NOT_APPLICABLE) and not item.note.strip():
        raise ValidationError({"note": _("Say why, so that the next reader understands.")})
    if item.evidence and item.evidence.organisation_id != item.assessment.organisation_id:
        raise ValidationError({"evidence": _("That document is of another organisation.")})


@transaction.atomic
def clear(assessment: Assessment, *, by: Any, valid_until: date, conditions: str = "", on: date | None = None) -> Assessment:
    """Cleared until a day, with conditions if there are any. Every point is judged and none is "not in order"."""
    lock(assessment)
    require(assessment.clear, by=by)
    on = on or clock.today()
    _refuse_unjudged(assessment)
    if assessment.items.filter(outcome=Outcome.NOT_OK).exists():
        raise ValidationError(_("A point is not in order: the organisation can't be cleared."))
    if not on < valid_until <= on + LONGEST:
        raise ValidationError({"valid_until": _("A clearance ends after today and within two years.")})
    _refuse_past_expiry(assessment, valid_until)
    if conditions.strip():
        details: dict[str, Any] = {"decider": by, "on": on, "valid_until": valid_until}
        return advance(assessment.clear_with_conditions, by=by, conditions=conditions.strip(), **details)
    return advance(assessment.clear, by=by, decider=by, on=on, valid_until=valid_until)


def _refuse_past_expiry(assessment: Assessment, valid_until: date) -> None:
    """A clearance can't outlive what it rests on."""
    first = assessment.items.exclude(expires_on=None).order_by("expires_on").first()
    if first and first.expires_on and first.expires_on < valid_until:
        message = _("“%(point)s” has to be looked at again on %(day)s: the clearance can't last longer.")
        raise ValidationError({"valid_until": message % {"point": first.get_kind_display(), "day": first.expires_on}})


@transaction.atomic
def fail(assessment: Assessment, *, by: Any, reason: str, on: date | None = None) -> Assessment:
    """Not cleared, with the reason. Every point is judged."""
    lock(assessment)
    require(assessment.fail, by=by)
    _refuse_unjudged(assessment)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    return advance(assessment.fail, by=by, decider=by, on=on or clock.today(), reason=reason.strip())


def _refuse_unjudged(assessment: Assessment) -> None:
    waiting = assessment.items.filter(outcome=Outcome.PENDING).count()
    if waiting:
        raise ValidationError(_("%(count)s points are not judged yet.") % {"count": waiting})
