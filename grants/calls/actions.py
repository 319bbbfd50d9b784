"""What is done with calls: written, copied, published, extended, closed by the clock, decided, archived, cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from grants.calls import completeness, hooks, permissions
from grants.calls.models import BudgetCategory, Call, Criterion, EligibilityQuestion, Extension, Question, RequiredDocument, State
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.ledger import tags
from trustfund.mail import outbox
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.workflow import advance, lock, require

PARTS: dict[str, type[models.Model]] = {
    "questions": Question,
    "eligibility_questions": EligibilityQuestion,
    "budget_categories": BudgetCategory,
    "criteria": Criterion,
    "required_documents": RequiredDocument,
}
COPIED = (
    "guidance", "ceiling", "floor", "total_available", "min_months", "max_months", "languages", "blind", "reviewers_per_application",
    "reserve_list", "policy", "window", "tranche_pattern", "accounted_share", "psc_rate", "overhead_cap_percent", "interim_every_months",
    "report_due_days",
)  # fmt: skip


@transaction.atomic
def draft(*, by: Any, title: str, reference: str, **fields: Any) -> Call:
    """Begin a call. `fields` are columns of `Call`. Raises PermissionDenied, ValidationError by field."""
    if not permissions.can_draft(by):
        raise PermissionDenied
    call = Call(title=title, reference=reference, drafted_by=by, **fields)
    call.full_clean(exclude=["state"])
    call.save()
    record("call.draft", of=call, by=by)
    return call


@transaction.atomic
def copy(call: Call, *, by: Any, title: str, reference: str) -> Call:
    """A new draft with everything of an earlier call but its dates. Raises as `draft` does."""
    new = draft(by=by, title=title, reference=reference, copied_from=call, **{name: getattr(call, name) for name in COPIED})
    for part, model in PARTS.items():
        rows = [{name: getattr(row, name) for name in _columns(model)} for row in getattr(call, part).all()]
        _write_parts(new, part, rows)
    return new


@transaction.atomic
def revise(call: Call, *, by: Any, **fields: Any) -> Call:
    """Change columns of a draft. Raises PermissionDenied once it is published, ValidationError by field."""
    lock(call)
    if not permissions.can_revise(call, by):
        raise PermissionDenied
    for name, value in fields.items():
        setattr(call, name, value)
    call.full_clean(exclude=["state"])
    call.save()
    record("call.revise", of=call, by=by, fields=sorted(fields))
    return call


@transaction.atomic
def set_parts(call: Call, part: str, rows: Sequence[Mapping[str, Any]], *, by: Any) -> Call:
    """Replace all rows of a part of a draft (a key of `PARTS`), numbered as they come; each row maps columns to values.

    Raises PermissionDenied once the call is published, ValidationError with the number of the row.
    """
    lock(call)
    if not permissions.can_revise(call, by):
        raise PermissionDenied
    _write_parts(call, part, rows)
    record("call.set_parts", of=call, by=by, part=part, rows=len(rows))
    return call


def _write_parts(call: Call, part: str, rows: Sequence[Mapping[str, Any]]) -> None:
    getattr(call, part).all().delete()
    for number, row in enumerate(rows, 1):
        new = PARTS[part](call=call, number=number, **row)
        try:
            new.full_clean()
        except ValidationError as error:
            raise ValidationError([_("Row %(row)d: %(error)s") % {"row": number, "error": text} for text in error.messages]) from error
        new.save()


def _columns(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.name not in ("id", "call", "number")]


@transaction.atomic
def publish(call: Call, *, by: Any) -> Call:
    """Publish a complete call and make the tag that donors earmark for. ValidationError lists what is missing."""
    lock(call)
    require(call.publish, by=by)
    if problems := completeness.missing(call, clock.now()):
        raise ValidationError(problems)
    tag = tags.create(f"call:{call.reference}", call.title, kind="call")
    return advance(call.publish, by=by, tag=tag)


@transaction.atomic
def extend(call: Call, *, by: Any, closes_at: datetime, reason: str) -> Call:
    """Move the closing date back, for everyone, with the reason on record. ValidationError unless it is later and in the future."""
    lock(call)
    require(call.extend, by=by)
    before = call.deadline
    if closes_at <= before or closes_at <= clock.now():
        raise ValidationError({"closes_at": _("The new closing date must be later than the one before, and in the future.")})
    advance(call.extend, by=by, closes_at=closes_at)
    Extension.objects.create(call=call, closed_at_before=before, closes_at=closes_at, reason=reason, by=by)
    hooks.tell(hooks.on_extended, call)
    return call


@transaction.atomic
def close(call: Call, *, by: Any) -> Call:
    """Close a call whose deadline has passed and tell the programme officers. ValidationError before the deadline."""
    lock(call)
    require(call.close, by=by)
    if not call.is_over():
        raise ValidationError(_("A call closes at its deadline, not before."))
    advance(call.close, by=by)
    outbox.queue("call_closed", to=User.objects.holding(Role.PROGRAMME), key=f"call-closed:{call.pk}", path=call.manage_url, call=call)
    return call


def close_due(now: datetime) -> None:
    """The tick's job: close every published call whose deadline has passed. Safe to repeat."""
    for call in Call.objects.filter(state=State.PUBLISHED, closes_at__lte=now):
        _close_once(call)


@transaction.atomic
def _close_once(call: Call) -> None:
    """Another tick may have been here first."""
    lock(call)
    if call.state == State.PUBLISHED and call.is_over():
        close(call, by=None)


def begin_deciding(call: Call, *, by: Any) -> Call:
    """The Board's sitting on it begins; told by the room of decisions."""
    return advance(call.begin_deciding, by=by)


def decide(call: Call, *, by: Any) -> Call:
    """The Board's sitting is over; told by the room of decisions."""
    return advance(call.decide, by=by)


def archive(call: Call, *, by: Any) -> Call:
    return advance(call.archive, by=by)


@transaction.atomic
def cancel(call: Call, *, by: Any) -> Call:
    """There will be no grants from it; who wrote or sent an application is told."""
    advance(call.cancel, by=by)
    hooks.tell(hooks.on_cancelled, call)
    return call
