"""The Board's session on a call: who sits, what it recommends for each application, and the letter that each applicant gets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from grants.applications.models import Application
from grants.calls.models import Call
from grants.decisions import permissions
from trustfund import clock
from trustfund.fields import UsdField
from trustfund.files.models import StoredFile
from trustfund.people.roles import Role, holds
from trustfund.workflow import Stateful

USER = settings.AUTH_USER_MODEL
BOARD = 5
"""Trustees of the Board: one for each regional group of the United Nations."""


class State(models.TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, user: Any) -> SessionQuerySet:
        """All for the secretariat, the manager and the auditor; for a trustee those in which they have a seat."""
        if permissions.oversees(user):
            return self
        return self.filter(pk__in=Seat.objects.filter(trustee=user).values("session")) if holds(user, Role.TRUSTEE) else self.none()


class Session(Stateful, models.Model):
    """The Board sits on a call: once."""

    call = models.OneToOneField(Call, models.PROTECT, related_name="session")
    state = FSMField(_("state"), choices=State, default=State.OPEN, protected=True)
    sits_on = models.DateField(_("day of the session"))
    quorum = models.PositiveSmallIntegerField(
        _("quorum for each application"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(BOARD)],
        help_text=_("Trustees who are present and not recused from it."),
    )
    remarks = models.TextField(_("remarks for the minutes"), blank=True, max_length=8000)
    opened_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("opened"), default=clock.now)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    minutes = models.OneToOneField(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-sits_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="session_closed_with_minutes",
                condition=Q(state="open", closed_by=None, closed_at=None, minutes=None)
                | Q(state="closed", closed_by__isnull=False, closed_at__isnull=False, minutes__isnull=False),
            ),
            models.CheckConstraint(name="session_quorum_within_the_board", condition=Q(quorum__gte=1, quorum__lte=BOARD)),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} on {self.sits_on}"

    def get_absolute_url(self) -> str:
        return reverse("decisions:detail", args=[self.pk])

    @transition(state, source=State.OPEN, target=State.CLOSED, permission=permissions.can_close)
    def close(self, *, by: Any, at: datetime, minutes: Any) -> None:
        """Every application has its outcome."""
        self.closed_by, self.closed_at, self.minutes = by, at, minutes


class Seat(models.Model):
    """A trustee's place in a session; present from the declaration of conflicts on, unless the secretary notes otherwise."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="seats")
    trustee = models.ForeignKey(USER, models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(_("declared"), null=True, blank=True)
    present = models.BooleanField(_("present"), default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "trustee"], name="seat_once_per_trustee"),
            models.CheckConstraint(name="seat_present_only_after_declaring", condition=Q(present=False) | Q(declared_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.trustee_id} in {self.session_id}"


class Recommendation(models.Model):
    """What the Board recommends for an application: a grant of an amount, a rank on the reserve list, or neither, and why."""

    class Outcome(models.TextChoices):
        RECOMMENDED = "recommended", _("Recommended")
        RESERVE = "reserve", _("Reserve list")
        NOT_SELECTED = "not_selected", _("Not selected")

    session = models.ForeignKey(Session, models.PROTECT, related_name="recommendations")
    application = models.OneToOneField(Application, models.PROTECT, related_name="recommendation")
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    amount = UsdField(_("amount"), null=True, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank on the reserve list"), null=True, blank=True, validators=[MinValueValidator(1)])
    reasons = models.TextField(_("reasons"), blank=True, max_length=4000)
    feedback = models.JSONField(default=dict, blank=True)  # criterion pk as text -> what the applicant reads about it
    recorded_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="recommendation_amount_iff_recommended",
                condition=Q(outcome="recommended", amount__isnull=False, amount__gt=0) | (~Q(outcome="recommended") & Q(amount=None)),
            ),
            models.CheckConstraint(
                name="recommendation_rank_iff_reserve",
                condition=Q(outcome="reserve", rank__isnull=False, rank__gte=1) | (~Q(outcome="reserve") & Q(rank=None)),
            ),
            models.CheckConstraint(name="recommendation_refused_with_reasons", condition=~Q(outcome="not_selected") | ~Q(reasons="")),
            models.UniqueConstraint(fields=["session", "rank"], name="recommendation_rank_once_per_session"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.outcome}"

    @property
    def tone(self) -> str:
        return {"recommended": "money", "reserve": "waiting", "not_selected": "neutral"}[self.outcome]


class FeedbackLetter(models.Model):
    """The letter on the Board's decision, as a PDF that the applicant keeps."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="feedback_letter")
    session = models.ForeignKey(Session, models.PROTECT, related_name="letters")
    pdf = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"letter on {self.application_id}"
