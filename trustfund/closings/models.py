"""What people said at closings: the list as it was proposed, what they looked at, why a period is reopened, the year-end."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from trustfund import clock
from trustfund.closings import permissions
from trustfund.fields import UsdField
from trustfund.ledger.models import Entry, FiscalYear, Period
from trustfund.money import Money
from trustfund.workflow import Stateful

PERSON = settings.AUTH_USER_MODEL


class Checklist(models.Model):
    """The list of a period as its proposer confirmed it; `items` are rows of key, status, open, text, and the reason why one may stand."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="checklists")
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    items = models.JSONField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.period} {self.at:%Y-%m-%d}"


class Review(models.Model):
    """A person has looked at something of a period, and says so with a note. It counts until the period is reopened."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="reviews")
    key = models.CharField(max_length=30)
    note = models.CharField(_("what you looked at, and what you found"), max_length=500)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.period} {self.key}"


class Reopening(models.Model):
    """Why somebody asked that a closed period be open again."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="reopenings")
    reason = models.CharField(_("why"), max_length=500)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(name="reopening_has_a_reason", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.period} {self.at:%Y-%m-%d}"


class YearEnd(Stateful):
    """A year-end closing entry: proposed by finance with the lines as they stood (`digest`), posted when an approving officer agrees.

    There may be more than one of a year: adjustments that come later are closed by a further entry.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("to be approved")
        POSTED = "posted", _("posted")
        REFUSED = "refused", _("refused")

    state = FSMField(_("state"), choices=State, default=State.PROPOSED, protected=True)
    year = models.ForeignKey(FiscalYear, models.PROTECT, related_name="closings")
    lines = models.PositiveIntegerField()
    surplus = UsdField()
    digest = models.CharField(max_length=64)
    proposed_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="year_end_two_people", condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by"))),
            models.CheckConstraint(
                name="year_end_decided_iff_not_proposed",
                condition=Q(state="proposed", decided_by__isnull=True) | (~Q(state="proposed") & Q(decided_by__isnull=False)),
            ),
            models.CheckConstraint(name="year_end_entry_only_when_posted", condition=Q(entry__isnull=True) | Q(state="posted")),
            models.UniqueConstraint(fields=["year"], condition=Q(state="proposed"), name="year_end_proposed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.year_id}"

    def get_absolute_url(self) -> str:
        return reverse("closings:year", args=[self.year_id])

    @property
    def state_tone(self) -> str:
        return {"posted": "money", "refused": "blocked"}.get(self.state, "waiting")

    @transition(state, source=State.PROPOSED, target=State.POSTED, permission=permissions.can_decide_year_end)
    def approve(self, *, by: Any, surplus: Money) -> None:
        """The entry is posted with it."""
        self.decided_by = by

    @transition(state, source=State.PROPOSED, target=State.REFUSED, permission=permissions.can_decide_year_end)
    def refuse(self, *, by: Any) -> None:
        """Something is not right yet; it may be proposed again."""
        self.decided_by = by
