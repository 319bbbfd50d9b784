"""Whether an NGO may be given money on a day, as far as due diligence goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from ngos.due_diligence.models import CLEARED, UNDECIDED, Assessment
from ngos.organisations.models import Organisation


@dataclass(frozen=True)
class Standing:
    """`ok`, the reason as a sentence for anybody who may see the organisation, until when, and the conditions that go with it."""

    ok: bool
    reason: str
    valid_until: date | None = None
    conditions: str = ""


def standing_of(organisation: Organisation, on: date) -> Standing:
    """By the last assessment decided on or before `on`: a newer failure ends an older clearance."""
    decided = Assessment.objects.filter(organisation=organisation, decided_on__lte=on).exclude(state__in=UNDECIDED)
    return judged(decided.order_by("-decided_on", "-pk").first(), on)


def lacking(organisations: QuerySet[Organisation], on: date) -> QuerySet[Organisation]:
    """Those of the organisations whose standing is not ok on a day; one query, by the same rule as `standing_of`."""
    decided = Assessment.objects.filter(organisation=OuterRef("pk"), decided_on__lte=on).exclude(state__in=UNDECIDED)
    last = decided.order_by("-decided_on", "-pk")
    found = organisations.annotate(last_state=Subquery(last.values("state")[:1]), last_until=Subquery(last.values("valid_until")[:1]))
    return found.filter(Q(last_state=None) | ~Q(last_state__in=CLEARED, last_until__gte=on))


def judged(assessment: Assessment | None, on: date) -> Standing:
    """The same, of an assessment at hand. Pure."""
    if assessment is None:
        return Standing(False, _("Due diligence has not been completed."))
    if assessment.state not in CLEARED or assessment.valid_until is None:
        return Standing(False, _("Due diligence was not passed."))
    if assessment.valid_until < on:
        return Standing(False, _("Due diligence has expired."), assessment.valid_until)
    if assessment.conditions:
        return Standing(True, _("Cleared with conditions."), assessment.valid_until, assessment.conditions)
    return Standing(True, _("Cleared."), assessment.valid_until)
