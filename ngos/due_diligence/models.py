"""Due diligence: a checklist about an NGO, judged point by point with evidence, decided, and expiring."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from ngos.due_diligence import permissions
from ngos.organisations.models import Organisation, OrganisationDocument
from trustfund import clock
from trustfund.workflow import Stateful


class State(models.TextChoices):
    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    CLEARED = "cleared", _("Cleared")
    CLEARED_WITH_CONDITIONS = "cleared_with_conditions", _("Cleared with conditions")
    FAILED = "failed", _("Failed")


UNDECIDED = (State.OPEN, State.IN_PROGRESS)
CLEARED = (State.CLEARED, State.CLEARED_WITH_CONDITIONS)


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: Any) -> AssessmentQuerySet:
        return self if permissions.sees_all(user) else self.none()

    def undecided(self) -> AssessmentQuerySet:
        return self.filter(state__in=UNDECIDED)


class Assessment(Stateful, models.Model):
    """One assessment of an organisation."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="assessments")
    state = FSMField(_("state"), choices=State, default=State.OPEN, protected=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_on = models.DateField(_("opened on"), default=clock.today)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(_("decided on"), null=True)
    valid_until = models.DateField(_("valid until"), null=True)
    conditions = models.TextField(_("conditions"), blank=True, max_length=2000)
    reason = models.TextField(_("reason"), blank=True, max_length=2000)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_on", "-pk"]
        constraints = [
            models.UniqueConstraint("organisation", condition=Q(state__in=["open", "in_progress"]), name="assessment_one_undecided"),
            models.CheckConstraint(
                name="assessment_decided_has_who_and_when",
                condition=Q(state__in=["open", "in_progress"], decided_by=None, decided_on=None)
                | (~Q(state__in=["open", "in_progress"]) & Q(decided_by__isnull=False, decided_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="assessment_cleared_has_its_term",
                condition=~Q(state__in=["cleared", "cleared_with_conditions"])
                | Q(valid_until__isnull=False, valid_until__gt=models.F("decided_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("due_diligence:detail", args=[self.pk])

    @transition(state, source=State.OPEN, target=State.IN_PROGRESS, permission=permissions.can_begin)
    def begin(self) -> None:
        """The first point was judged."""

    @transition(state, source=State.IN_PROGRESS, target=State.CLEARED, permission=permissions.can_decide)
    def clear(self, *, decider: Any, on: date, valid_until: date) -> None:
        self._decide(decider, on, valid_until)

    @transition(state, source=State.IN_PROGRESS, target=State.CLEARED_WITH_CONDITIONS, permission=permissions.can_decide)
    def clear_with_conditions(self, *, decider: Any, on: date, valid_until: date, conditions: str) -> None:
        self._decide(decider, on, valid_until)
        self.conditions = conditions

    @transition(state, source=State.IN_PROGRESS, target=State.FAILED, permission=permissions.can_decide)
    def fail(self, *, decider: Any, on: date, reason: str) -> None:
        self._decide(decider, on, None)
        self.reason = reason

    def _decide(self, decider: Any, on: date, valid_until: date | None) -> None:
        self.decided_by, self.decided_on, self.valid_until = decider, on, valid_until


class CheckItem(models.Model):
    """One point of an assessment. Its note is read by staff only."""

    class Kind(models.TextChoices):
        REGISTRATION = "registration", _("Registered where it says, and the certificate is genuine")
        AGE = "age", _("Exists as long as the call asks")
        STATUTES = "statutes", _("Statutes: non-profit, governed by a board")
        ACCOUNTS = "accounts", _("Audited accounts of the last years")
        REFERENCES = "references", _("References answered")
        PSEA = "psea", _("Policy and practice against sexual exploitation and abuse")
        PARTNER_PORTAL = "partner_portal", _("Known to the UN Partner Portal")
        BANK = "bank", _("Bank account in its own name")
        SANCTIONS = "sanctions", _("Sanctions screening of the organisation and its officers")
        ADVERSE = "adverse", _("Adverse findings of auditors, donors or the press")
        OVERLAP = "overlap", _("Overlap with grants of other funds")

    class Outcome(models.TextChoices):
        PENDING = "pending", _("Not judged")
        OK = "ok", _("In order")
        CONCERN = "concern", _("In order with a concern")
        NOT_OK = "not_ok", _("Not in order")
        NOT_APPLICABLE = "not_applicable", _("Does not apply")

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="items")
    kind = models.CharField(max_length=20, choices=Kind)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, default=Outcome.PENDING)
    evidence = models.ForeignKey(OrganisationDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("evidence"))
    note = models.TextField(_("note"), blank=True, max_length=2000, help_text=_("Only staff reads it."))
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    judged_on = models.DateField(null=True)
    expires_on = models.DateField(_("to be looked at again on"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("assessment", "kind", name="check_item_once"),
            models.CheckConstraint(
                name="check_item_judged_has_who_and_when",
                condition=Q(outcome="pending", judged_by=None, judged_on=None)
                | (~Q(outcome="pending") & Q(judged_by__isnull=False, judged_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.kind}: {self.outcome}"

    @property
    def tone(self) -> str:
        """The dot beside the outcome."""
        return {"ok": "money", "concern": "waiting", "not_ok": "blocked"}.get(self.outcome, "neutral")
