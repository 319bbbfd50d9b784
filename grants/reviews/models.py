"""Reviews: who scores an application, whether they may, and the marks they gave."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from grants.applications.models import Application
from grants.calls.models import Criterion
from grants.reviews import permissions
from trustfund import clock
from trustfund.people.roles import holds
from trustfund.workflow import Stateful

USER = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    ASSIGNED = "assigned", _("Conflict to be declared")
    RECUSED = "recused", _("Recused")
    ACCEPTED = "accepted", _("To be scored")
    DRAFT = "draft", _("Being scored")
    SUBMITTED = "submitted", _("Submitted")
    REOPENED = "reopened", _("Reopened")


READING = (State.ACCEPTED, State.DRAFT, State.SUBMITTED, State.REOPENED)
"""States in which the reviewer sees the content: they have said that they have no conflict."""
UNSENT = (State.ASSIGNED, State.ACCEPTED, State.DRAFT, State.REOPENED)


class ConflictOfInterest(models.Model):
    """A person has an interest in an application: from then on they see nothing of it, anywhere, whatever their role."""

    class Kind(models.TextChoices):
        EMPLOYED = "employed", _("I work or worked for the organisation, or advise it")
        FAMILY = "family", _("Family or a close friend works there")
        MONEY = "money", _("I or my employer give it money or get money from it")
        COMPETITOR = "competitor", _("I act for somebody who competes with it")
        OTHER = "other", _("Another reason why I could not judge freely")

    user = models.ForeignKey(USER, models.PROTECT, related_name="conflicts_of_interest")
    application = models.ForeignKey(Application, models.PROTECT, related_name="conflicts_of_interest")
    reason_kind = models.CharField(_("kind of conflict"), max_length=20, choices=Kind)
    declared_on = models.DateField(default=clock.today)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "application"], name="conflict_declared_once")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.application_id}"


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: Any) -> ReviewQuerySet:
        """One's own; and once it is in (or the Board sits) those of the applications that one sees: submitted, or all for who oversees."""
        if not holds(user, *permissions.SCORING, *permissions.OVERSEEING):
            return self.none()
        owed = Review.objects.filter(reviewer=user, state__in=UNSENT, application__call__state="closed").values("application")
        others = Q(application__in=Application.objects.visible_to(user).order_by().values("pk")) & ~Q(application__in=owed)
        if not permissions.oversees(user):
            others &= Q(state=State.SUBMITTED)
        return self.filter(Q(reviewer=user) | others)

    def submitted(self) -> ReviewQuerySet:
        return self.filter(state=State.SUBMITTED)


def recused_from(user: Any) -> models.QuerySet[Any, Any]:
    """The primary keys of the applications that the user has a conflict with, as a subquery."""
    return ConflictOfInterest.objects.filter(user=user).values("application")


class Review(Stateful, models.Model):
    """One person's judgement of one application. `score` is 0 to 100, exact to four decimals, once submitted."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(USER, models.PROTECT, related_name="reviews")
    state = FSMField(_("state"), choices=State, default=State.ASSIGNED, protected=True)
    assigned_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(_("assigned"), default=clock.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    score = models.DecimalField(_("score"), max_digits=7, decimal_places=4, null=True, blank=True)
    comment = models.TextField(_("overall"), blank=True, max_length=4000)
    reopened_reason = models.TextField(_("reason"), blank=True, max_length=1000)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["application", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="review_once_per_reviewer"),
            models.CheckConstraint(name="review_not_assigned_to_oneself", condition=~Q(assigned_by=F("reviewer"))),
            models.CheckConstraint(
                name="review_scored_iff_submitted",
                condition=Q(state="submitted", score__isnull=False, submitted_at__isnull=False, score__gte=0, score__lte=100)
                | (~Q(state="submitted") & Q(score=None, submitted_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} by {self.reviewer_id}: {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:detail", args=[self.pk])

    @transition(state, source=State.ASSIGNED, target=State.ACCEPTED, permission=permissions.can_accept)
    def accept(self, *, at: datetime) -> None:
        """The reviewer declared that there is no conflict."""
        self.accepted_at = at

    @transition(
        state,
        source=[State.ASSIGNED, State.ACCEPTED, State.DRAFT, State.REOPENED, State.SUBMITTED],
        target=State.RECUSED,
        permission=permissions.can_recuse,
    )
    def recuse(self) -> None:
        """The reviewer has a conflict; what they gave no longer counts."""
        self.score = self.submitted_at = None

    @transition(state, source=State.ACCEPTED, target=State.DRAFT, permission=permissions.can_begin)
    def begin(self) -> None:
        """The first mark was given."""

    @transition(state, source=[State.ACCEPTED, State.DRAFT, State.REOPENED], target=State.SUBMITTED, permission=permissions.can_submit)
    def submit(self, *, at: datetime, score: Decimal) -> None:
        self.submitted_at, self.score = at, score

    @transition(state, source=State.SUBMITTED, target=State.REOPENED, permission=permissions.can_reopen)
    def reopen(self, *, reason: str) -> None:
        """The secretariat asks for another look, and says why."""
        self.score = self.submitted_at = None
        self.reopened_reason = reason


class Mark(models.Model):
    """A mark from 1 to 5 under one criterion, with a word on why; a draft may have either alone."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="marks")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField(_("mark"), null=True, blank=True)
    comment = models.TextField(_("why"), blank=True, max_length=2000)

    class Meta:
        ordering = ["criterion__number"]
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="mark_once_per_criterion"),
            models.CheckConstraint(name="mark_from_1_to_5", condition=Q(value=None) | Q(value__gte=1, value__lte=5)),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.criterion_id}: {self.value}"
