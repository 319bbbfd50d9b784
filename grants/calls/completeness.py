"""What a call still needs before it can be published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from grants.calls.models import Call

ELIGIBILITY_QUESTIONS = 5
NEEDED = (
    "guidance", "opens_at", "closes_at", "clarifications_until", "ceiling", "total_available", "min_months", "max_months", "languages",
    "reviewers_per_application", "psc_rate", "interim_every_months", "report_due_days",
)  # fmt: skip


def missing(call: Call, now: datetime) -> list[str]:
    """Each thing to be put right, as a sentence; empty when the call can be published at `now`."""
    return [*_fields(call), *_dates(call, now), *_parts(call), *_tranches(call.tranche_pattern)]


def _fields(call: Call) -> Iterator[str]:
    for name in NEEDED:
        if getattr(call, name) in (None, "", []):
            yield _("“%(field)s” is still empty.") % {"field": call._meta.get_field(name).verbose_name}  # type: ignore[union-attr]


def _dates(call: Call, now: datetime) -> Iterator[str]:
    if call.closes_at and call.closes_at <= now:
        yield _("The call would close in the past.")
    if call.closes_at and call.clarifications_until and call.clarifications_until > call.closes_at:
        yield _("Questions would be answered after the call has closed.")
    if call.ceiling and call.total_available and call.ceiling > call.total_available:
        yield _("One grant could take more than is available in all.")


def _parts(call: Call) -> Iterator[str]:
    if call.questions.count() == 0:
        yield _("There is no question in the application form.")
    if call.eligibility_questions.count() != ELIGIBILITY_QUESTIONS:
        yield _("There must be five eligibility questions.")
    if call.budget_categories.count() == 0:
        yield _("There is no budget category.")
    yield from _rubric(call)


def _rubric(call: Call) -> Iterator[str]:
    criteria = list(call.criteria.all())
    weights = sum(criterion.weight for criterion in criteria)
    if weights != 100:
        yield _("The weights of the criteria add up to %(sum)d and must add up to 100.") % {"sum": weights}
    for criterion in criteria:
        if not all(criterion.anchor(mark) for mark in range(1, 6)):
            yield _("The criterion “%(name)s” does not say what each mark from 1 to 5 means.") % {"name": criterion.name}


def _tranches(pattern: list[int]) -> Iterator[str]:
    if len(pattern) < 2:
        yield _("A grant is paid in at least two tranches: write the percentages, for example 50, 40, 10.")
    elif sum(pattern) != 100 or min(pattern) < 1:
        yield _("The tranches add up to %(sum)d percent and must add up to 100.") % {"sum": sum(pattern)}
