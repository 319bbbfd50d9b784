"""Writing outcomes. Drafts are outside the audit chain; the submission of their report is in it, and freezes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grants import together
from grants.agreements.models import Grant
from grants.outcomes import grid, permissions
from grants.outcomes.models import Indicator, IndicatorResult, OutcomeCount, OutcomeSheet
from trustfund import clock
from trustfund.audit import recording
from trustfund.workflow import lock

RESULTS = "results"
MOST_INDICATORS = 15


@transaction.atomic
def set_indicators(grant: Grant, rows: Sequence[Mapping[str, Any]], *, by: Any) -> list[Indicator]:
    """Agree the grant's indicators: rows of text, counts_persons, baseline, target. Refused once a result was reported."""
    if not permissions.can_set_indicators(grant, by):
        raise PermissionDenied
    lock(grant)
    if len(rows) > MOST_INDICATORS:
        raise ValidationError(_("At most %(most)d indicators are agreed.") % {"most": MOST_INDICATORS})
    if IndicatorResult.objects.filter(indicator__grant=grant).exists():
        raise ValidationError(_("Results were reported against these indicators already. They can't be changed any more."))
    grant.indicators.all().delete()
    made = Indicator.objects.bulk_create(Indicator(grant=grant, number=number, **row) for number, row in enumerate(rows, start=1))
    recording.record("grant.set_indicators", of=grant, by=by, indicators=len(made))
    return made


@transaction.atomic
def save_table(sheet: OutcomeSheet, table: grid.Table, counts: Mapping[grid.Cell, int], *, by: Any, version: int) -> OutcomeSheet:
    """Write one table of a sheet, all its cells at once. `version` is the sheet as it was read.

    A table that a colleague changed since is not overwritten: ValidationError (code `stale`).
    """
    _writable(sheet, by)
    own = {cell: number for cell, number in counts.items() if number and cell[0] == table}
    stored = {cell: number for cell, number in sheet.as_mapping().items() if cell[0] == table}
    if own != stored:
        _refuse_stale(sheet, str(table.value), by, version)
    sheet.counts.filter(table=table).delete()
    OutcomeCount.objects.bulk_create(
        OutcomeCount(sheet=sheet, table=name, sex=sex, category=category, persons=number) for (name, sex, category), number in own.items()
    )
    return _next_version(sheet, str(table.value), by, nobody=sheet.nobody and not own)


@transaction.atomic
def save_results(sheet: OutcomeSheet, results: Mapping[int, int | None], *, by: Any, version: int, nobody: bool = False) -> OutcomeSheet:
    """Write what the indicators stood at: {indicator's primary key: number, or None when not measured}; and whether nobody was helped."""
    _writable(sheet, by)
    _refuse_stale(sheet, RESULTS, by, version)
    if nobody and sheet.counts.exists():
        raise ValidationError({"nobody": _("The tables count persons. Empty them first, or leave this open.")})
    sheet.results.all().delete()
    known = set(sheet.grant.indicators.values_list("pk", flat=True))
    IndicatorResult.objects.bulk_create(
        IndicatorResult(sheet=sheet, indicator_id=pk, actual=actual) for pk, actual in results.items() if actual is not None and pk in known
    )
    return _next_version(sheet, RESULTS, by, nobody=nobody)


def freeze(sheet: OutcomeSheet, *, frozen: bool) -> None:
    """Called by the report's acts: while it is with the Fund, nobody changes its numbers."""
    sheet.frozen = frozen
    sheet.save(update_fields=["frozen"])


def _writable(sheet: OutcomeSheet, by: Any) -> None:
    if not permissions.can_fill(sheet, by):
        raise PermissionDenied
    lock(sheet)
    if sheet.frozen:
        raise ValidationError(_("This report is with the Fund. Its numbers can be changed only when it is returned to you."))


def _refuse_stale(sheet: OutcomeSheet, part: str, by: Any, version: int) -> None:
    if together.overtaken(sheet.marks, part, base=version, by=by, at=clock.now()):
        text = _("A colleague saved these numbers while you were typing. Compare theirs with yours below, then save again.")
        raise ValidationError(text, code="stale")


def _next_version(sheet: OutcomeSheet, part: str, by: Any, *, nobody: bool) -> OutcomeSheet:
    sheet.version += 1
    sheet.nobody = nobody
    together.mark(sheet.marks, part, version=sheet.version, by=by, at=clock.now())
    sheet.save(update_fields=["version", "nobody", "marks"])
    return sheet
