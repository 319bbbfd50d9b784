"""What is kept of an application beside its draft: what was submitted, what was asked, found and written about it."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Application
from grants.calls.models import EligibilityQuestion
from trustfund import clock
from trustfund.files.models import StoredFile

USER = settings.AUTH_USER_MODEL


class ApplicationSnapshot(models.Model):
    """What was submitted, frozen: canonical JSON whose SHA-256 is the content hash, with its receipt."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="snapshots")
    version = models.PositiveSmallIntegerField()
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    receipt_number = models.CharField(max_length=80, unique=True)
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    receipt = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["application", "version"], name="snapshot_once_per_version")]

    def __str__(self) -> str:
        return self.receipt_number

    def data(self) -> dict[str, Any]:
        """The content as it was hashed."""
        return json.loads(self.content)


class Clarification(models.Model):
    """A question of the secretariat to the applicant, and the answer."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="clarifications")
    question = models.TextField(_("question"))
    due_on = models.DateField(_("answer by"))
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.asked_at}"


class EligibilityFinding(models.Model):
    """What the officer found on one of the call's eligibility questions."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="findings")
    question = models.ForeignKey(EligibilityQuestion, models.PROTECT, related_name="+")
    met = models.BooleanField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["question__number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "question"], name="eligibility_finding_once"),
            models.CheckConstraint(name="eligibility_not_met_has_reason", condition=models.Q(met=True) | ~models.Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.met}"


class Letter(models.Model):
    """A letter to the applicant, as it was written; the NGO finds it on the page of its application."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        CLARIFICATION = "clarification", _("Request for clarification")
        ELIGIBILITY = "eligibility", _("Decision on eligibility")
        DECISION = "decision", _("Decision")

    application = models.ForeignKey(Application, models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=20, choices=Kind)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    written_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.subject
