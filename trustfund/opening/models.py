"""The opening of a fund that existed before: one workbook, checked whole, posted by a second person."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from trustfund import clock
from trustfund.ledger.models import Entry
from trustfund.ledger.permissions import can_read_books
from trustfund.opening import permissions
from trustfund.workflow import Stateful

PERSON = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    STAGED = "staged", _("To be approved")
    POSTED = "posted", _("Posted")
    REFUSED = "refused", _("Refused")
    UNDONE = "undone", _("Undone")


class OpeningQuerySet(models.QuerySet["Opening"]):
    def visible_to(self, user: Any) -> OpeningQuerySet:
        """All for those who read the books."""
        return self if can_read_books(user) else self.none()


class Opening(Stateful):
    """One workbook with the balances of the last audited day and the history of contributions and grants."""

    state = FSMField(_("state"), choices=State, default=State.STAGED, protected=True)
    audited_on = models.DateField(_("last audited day"))
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    staged_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("brought by"))
    staged_at = models.DateTimeField(_("brought on"), default=clock.now)
    approved_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = OpeningQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="opening_two_people", condition=Q(approved_by=None) | ~Q(approved_by=F("staged_by"))),
            models.CheckConstraint(
                name="opening_posted_iff_approved",
                condition=Q(state__in=["posted", "undone"], approved_by__isnull=False)
                | (~Q(state__in=["posted", "undone"]) & Q(approved_by__isnull=True)),
            ),
            models.UniqueConstraint(fields=["sha256"], condition=Q(state__in=["staged", "posted"]), name="opening_file_once"),
        ]

    def __str__(self) -> str:
        return f"O-{self.pk:03d}"

    def get_absolute_url(self) -> str:
        return reverse("opening:detail", args=[self.pk])

    @property
    def state_tone(self) -> str:
        return {"staged": "waiting", "posted": "money", "refused": "blocked"}.get(self.state, "neutral")

    def entries(self) -> models.QuerySet[Entry]:
        """What was posted for it, its reversal too."""
        return Entry.objects.filter(object_type=self._meta.label_lower, object_id=str(self.pk)).order_by("pk")

    @transition(state, source=State.STAGED, target=State.POSTED, permission=permissions.can_approve)
    def approve(self, *, by: Any) -> None:
        """The second person approves; it is posted with it."""
        self.approved_by = by

    @transition(state, source=State.STAGED, target=State.REFUSED, permission=permissions.can_refuse)
    def refuse(self, *, reason: str) -> None:
        """It is not right; another workbook is another opening."""
        self.reason = reason

    @transition(state, source=State.POSTED, target=State.UNDONE, permission=permissions.can_undo)
    def undo(self, *, reason: str) -> None:
        """Its entries are reversed; nothing had followed."""
        self.reason = reason
