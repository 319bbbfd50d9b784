"""What finance says about a year beside its figures: explanations of variances, events after the date, related parties."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from trustfund import clock
from trustfund.ledger.versions import Version, new_salt
from trustfund.statements import content, permissions
from trustfund.workflow import Digest

FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST = 4000


class DisclosureQuerySet(models.QuerySet["Disclosure"]):
    def visible_to(self, user: Any) -> DisclosureQuerySet:
        """All for those who may read the books, none for anybody else."""
        return self if permissions.can_see_lines(user) else self.none()


class Disclosure(Version):
    """The texts of a year's statements: each version written by one person and approved by another; the newest approved one is printed.

    A statement made again from an older head, or up to an older act on record, has the texts that were approved then (ledger/versions.py).
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("To be approved")
        RETURNED = "returned", _("Returned to its maker")
        APPROVED = "approved", _("Approved")
        CANCELLED = "cancelled", _("Cancelled")

    state = FSMField(_("state"), choices=State, default=State.PROPOSED, protected=True)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("version"))
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made on"), default=clock.now)
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by"))
    approved_on = models.DateField(_("approved on"), null=True)
    remark = models.CharField(_("why it was returned"), max_length=500, blank=True)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="disclosure_version_once"),
            models.UniqueConstraint(fields=["year"], condition=Q(state__in=["proposed", "returned"]), name="disclosure_one_under_way"),
            models.CheckConstraint(name="disclosure_two_people", condition=Q(checker__isnull=True) | ~Q(checker=F("maker"))),
            models.CheckConstraint(
                name="disclosure_approved_iff_checked",
                condition=Q(state="approved", checker__isnull=False, approved_on__isnull=False, head__isnull=False)
                | (~Q(state="approved") & Q(checker__isnull=True, approved_on__isnull=True, head__isnull=True)),
            ),
            models.CheckConstraint(
                name="disclosure_approved_iff_on_record",
                condition=Q(state="approved", act__isnull=False) | (~Q(state="approved") & Q(act__isnull=True)),
            ),
            models.CheckConstraint(name="disclosure_year_is_a_year", condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR)),
        ]

    def __str__(self) -> str:
        return _t("%(year)s, version %(number)s") % {"year": self.year, "number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("statements:texts", args=[self.pk])

    def content(self) -> dict[str, Any]:
        return content.content_of(self)

    @property
    def state_tone(self) -> str:
        """The tone of the state's dot."""
        return {"approved": "money", "proposed": "waiting", "returned": "blocked"}.get(self.state, "neutral")

    @transition(state, source=State.RETURNED, target=State.PROPOSED, permission=permissions.can_rewrite)
    def rewrite(self) -> None:
        """Its maker has put it right; another person decides."""
        self.remark = ""

    @transition(state, source=State.PROPOSED, target=State.APPROVED, permission=permissions.can_approve_texts)
    def approve(self, *, by: Any, on: Any, head: int, event: int, digest: Digest) -> None:
        """Approved by the second person: it is printed, and never changes."""
        self.checker, self.approved_on, self.head, self.act = by, on, head, event

    @transition(state, source=State.PROPOSED, target=State.RETURNED, permission=permissions.can_approve_texts)
    def return_(self, *, remark: str) -> None:
        """Not approved."""
        self.remark = remark

    @transition(state, source=State.RETURNED, target=State.CANCELLED, permission=permissions.can_rewrite)
    def cancel(self) -> None:
        """Given up; it stays in the list."""


class Passage(models.Model):
    """One text; `subject` says of what (texts.py)."""

    disclosure = models.ForeignKey(Disclosure, models.CASCADE, related_name="passages")
    subject = models.CharField(max_length=80)
    text = models.TextField(_("text"), max_length=LONGEST)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["disclosure", "subject"], name="disclosure_subject_once")]

    def __str__(self) -> str:
        return f"{self.disclosure_id}.{self.subject}"


WHOLE_SET = "set"
"""The code of Statements I to VI as one file."""


class IssueQuerySet(models.QuerySet["Issue"]):
    def visible_to(self, user: Any) -> IssueQuerySet:
        """All for those who may read the books, none for anybody else."""
        return self if permissions.can_see_lines(user) else self.none()


class Issue(models.Model):
    """A statement that left the Fund as a file: of what, from which books and words, its hash, who gave it out and what for.

    Either `code` (a statement of the whole Fund, or the set) or the `subaccount` that it is of.
    """

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "XLSX"

    code = models.CharField(max_length=40, blank=True)
    subaccount = models.ForeignKey("ledger.Subaccount", models.PROTECT, null=True, related_name="+")
    format = models.CharField(_("format"), max_length=4, choices=Format)
    language = models.CharField(_("language"), max_length=8)
    since = models.DateField(_("from"), null=True)
    as_of = models.DateField(_("as of"))
    head = models.BigIntegerField(_("ledger head"))
    head_hash = models.CharField(max_length=64)
    act = models.BigIntegerField(_("act on record"))
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("size"))
    purpose = models.CharField(_("what for"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("issued by"))
    at = models.DateTimeField(_("issued on"), default=clock.now)
    salt = models.CharField(max_length=32, default=new_salt)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["sha256", "purpose"], name="issue_once_for_a_purpose"),
            models.CheckConstraint(
                name="issue_of_the_fund_or_of_one",
                condition=(Q(subaccount=None) & ~Q(code="")) | Q(subaccount__isnull=False, code=""),
            ),
            models.CheckConstraint(name="issue_has_a_purpose", condition=~Q(purpose="")),
        ]

    def __str__(self) -> str:
        return f"I-{self.pk:04d}"

    def get_absolute_url(self) -> str:
        return reverse("statements:issued_one", args=[self.pk])

    @property
    def facts(self) -> dict[str, Any]:
        """What of it is on record: what it is of, its hash and size, and since when; of what it was for, a digest."""
        days = {name: day.isoformat() if (day := getattr(self, name)) else None for name in ("since", "as_of")}
        names = ("code", "subaccount_id", "format", "language", "head", "head_hash", "sha256")
        return {**{name: getattr(self, name) for name in names}, **days, "event": self.act, **content.handed_out(self)}
