"""The approved budget of a fund window for a year: the original, and revisions of it, each a version of its own by two people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from trustfund import clock
from trustfund.budgets import content, lines, permissions
from trustfund.fields import UsdField
from trustfund.ledger.models import FundWindow
from trustfund.ledger.versions import Version
from trustfund.money import Money
from trustfund.workflow import Digest

FIRST_YEAR, LAST_YEAR = 2000, 2100


class BudgetQuerySet(models.QuerySet["Budget"]):
    def visible_to(self, user: Any) -> BudgetQuerySet:
        """All for those who may read the books, none for anybody else."""
        return self if permissions.can_read_books(user) else self.none()

    def with_total(self) -> BudgetQuerySet:
        """With `total_usd`: the sum of its lines."""
        return self.annotate(total_usd=Sum("lines__amount", output_field=UsdField()))


class Budget(Version):
    """One version of a window's budget for a year: number 1 is the original, every later one a revision with its reason and document.

    A statement made again from an older head, or up to an older act on record, shows what was approved then (ledger/versions.py).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("To be approved")
        RETURNED = "returned", _("Returned to its maker")
        APPROVED = "approved", _("Approved")
        CANCELLED = "cancelled", _("Cancelled")

    state = FSMField(_("state"), choices=State, default=State.DRAFT, protected=True)
    window = models.ForeignKey(FundWindow, models.PROTECT, related_name="budgets", verbose_name=_("fund window"))
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("version"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    document = models.OneToOneField("files.StoredFile", models.PROTECT, null=True, related_name="+", verbose_name=_("document"))
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made on"), default=clock.now)
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by"))
    approved_on = models.DateField(_("approved on"), null=True)
    remark = models.CharField(_("why it was returned"), max_length=500, blank=True)

    objects = BudgetQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "window", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["window", "year", "number"], condition=~Q(state="cancelled"), name="budget_version_once"),
            models.UniqueConstraint(
                fields=["window", "year"], condition=Q(state__in=["draft", "submitted", "returned"]), name="budget_one_under_way"
            ),
            models.CheckConstraint(name="budget_two_people", condition=Q(checker__isnull=True) | ~Q(checker=F("maker"))),
            models.CheckConstraint(
                name="budget_approved_iff_checked",
                condition=Q(state="approved", checker__isnull=False, approved_on__isnull=False, head__isnull=False)
                | (~Q(state="approved") & Q(checker__isnull=True, approved_on__isnull=True, head__isnull=True)),
            ),
            models.CheckConstraint(
                name="budget_approved_iff_on_record",
                condition=Q(state="approved", act__isnull=False) | (~Q(state="approved") & Q(act__isnull=True)),
            ),
            models.CheckConstraint(
                name="budget_revision_has_a_reason", condition=Q(number=1) | Q(number__gt=1) & ~Q(reason="")
            ),
            models.CheckConstraint(name="budget_year_is_a_year", condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR)),
            models.CheckConstraint(
                name="budget_revision_has_a_document",
                condition=~Q(state__in=["submitted", "approved"]) | Q(number=1) | Q(document__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return _t("%(year)s, version %(number)s") % {"year": self.year, "number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("budgets:detail", args=[self.pk])

    def content(self) -> dict[str, Any]:
        return content.content_of(self)

    @property
    def is_original(self) -> bool:
        return self.number == 1

    @property
    def version(self) -> str:
        """ "Original" or "Revision 1"."""
        return _t("Original") if self.is_original else _t("Revision %(number)s") % {"number": self.number - 1}

    @property
    def state_tone(self) -> str:
        """The tone of the state's dot."""
        return {"approved": "money", "submitted": "waiting", "returned": "blocked"}.get(self.state, "neutral")

    @transition(state, source=[State.DRAFT, State.RETURNED], target=None, permission=permissions.can_change)
    def change(self, *, reason: str) -> None:
        """It is written anew; what it says is on record when it is submitted."""
        self.reason = reason

    @transition(state, source=[State.DRAFT, State.RETURNED], target=None, permission=permissions.can_change)
    def attach(self, *, document: Any) -> None:
        """The decision that it rests on is put to it."""
        self.document = document

    @transition(state, source=[State.DRAFT, State.RETURNED], target=State.SUBMITTED, permission=permissions.can_submit)
    def submit(self, *, total: Money) -> None:
        """Complete; another person decides."""
        self.remark = ""

    @transition(state, source=State.SUBMITTED, target=State.APPROVED, permission=permissions.can_approve)
    def approve(self, *, by: Any, on: Any, head: int, event: int, total: Money, digest: Digest) -> None:
        """Approved by the second person: from here on it is what statements compare with, and never changes."""
        self.checker, self.approved_on, self.head, self.act = by, on, head, event

    @transition(state, source=State.SUBMITTED, target=State.RETURNED, permission=permissions.can_return)
    def return_(self, *, remark: str) -> None:
        """Not approved: the maker puts it right, or cancels it."""
        self.remark = remark

    @transition(state, source=[State.DRAFT, State.RETURNED], target=State.CANCELLED, permission=permissions.can_cancel)
    def cancel(self) -> None:
        """Given up; it stays in the list."""


class BudgetLine(models.Model):
    """What a budget has for one line, in USD; a line that is not there has nothing."""

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="lines")
    line = models.CharField(_("budget line"), max_length=20, choices=lines.CHOICES)
    amount = UsdField(_("amount"))
    remark = models.CharField(_("remark"), max_length=120, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "line"], name="budget_line_once"),
            models.CheckConstraint(name="budget_line_not_negative", condition=Q(amount__gte=0) | Q(line=lines.TRANSFERS)),
            models.CheckConstraint(name="budget_line_is_one_of_them", condition=Q(line__in=lines.ORDER)),
        ]

    def __str__(self) -> str:
        return f"{self.budget_id}.{self.line}"
