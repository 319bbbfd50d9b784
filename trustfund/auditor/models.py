"""The auditor's working papers: visits, verifications, samples with their results, audit packs. Nothing of them is part of the books.

A row that is asked for and done by the worker (`Asked`) is the truth of it; a task only says that there is something to do.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.auditor import permissions
from trustfund.fields import UsdField
from trustfund.ledger.models import Account, Entry

PERSON = settings.AUTH_USER_MODEL


class Visit(models.Model):
    """Up to where the auditor has seen the books and the audit trail."""

    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    head = models.BigIntegerField()
    audit_head = models.BigIntegerField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.head}"


class AskedQuerySet(models.QuerySet[Any]):
    def due(self, now: datetime) -> AskedQuerySet:
        """What waits, and what somebody began who was not heard of since."""
        return self.filter(Q(state="waiting") | Q(state="running", lease_until__lt=now)).order_by("pk")

    def visible_to(self, user: Any) -> AskedQuerySet:
        return self if self.model.seen_by(user) else self.none()


class Asked(models.Model):
    """Something long that a person asked for and the worker does."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for the worker")
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Expired")

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked on"), default=clock.now)
    head = models.BigIntegerField(_("ledger head"))
    head_hash = models.CharField(max_length=64)
    step = models.CharField(_("step"), max_length=200, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished on"), null=True)

    objects = AskedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-pk"]

    def move(self, to: str, *, came_from: str = "", rows: models.QuerySet[Any] | None = None, **changes: Any) -> bool:
        """Move its row on, by the worker alone, as a compare-and-set: if it is among `rows`, or still as it `came_from`. No person acts
        here, so there is no permission to ask; what people do with it is on record by the action."""
        found = type(self).objects.filter(pk=self.pk) if rows is None else rows
        found = found.filter(state=came_from) if came_from else found
        return found.order_by().update(**{"state": to, **changes}) == 1

    @property
    def is_under_way(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def head_text(self) -> str:
        """SEQ:HASH, as printed on statements."""
        return f"{self.head}:{self.head_hash}"


class Verification(Asked):
    """The chains, the rules of the tables and the books verified; or one range of seals. `findings` are what check_books says."""

    first = models.BigIntegerField(_("from seal"), null=True)
    last = models.BigIntegerField(_("to seal"), null=True)
    findings = models.JSONField(default=list)

    class Meta(Asked.Meta):
        constraints = [
            models.CheckConstraint(
                name="verification_of_a_range_or_of_all",
                condition=Q(first=None, last=None) | Q(first__gte=1, last__gte=models.F("first")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"

    @staticmethod
    def seen_by(user: Any) -> bool:
        return permissions.can_verify(user)

    def get_absolute_url(self) -> str:
        return reverse("auditor:verification", args=[self.pk])

    @property
    def state_tone(self) -> str:
        if self.state == self.State.DONE:
            return "blocked" if self.findings else "money"
        return "blocked" if self.state == self.State.FAILED else "waiting"

    @property
    def sentences(self) -> list[str]:
        return [finding["sentence"] for finding in self.findings]


class PackQuerySet(AskedQuerySet):
    def visible_to(self, user: Any) -> PackQuerySet:
        """The auditor sees all of them, finance its own: what an auditor chose to look at is no business of theirs before the audit."""
        if permissions.can_audit(user):
            return self
        return self.filter(of_auditor=False) if permissions.can_pack(user) else self.none()

    def there(self, day: date) -> PackQuerySet:
        """Those that may be downloaded on a day: made, and kept still, whether or not the others were cleared away."""
        return self.filter(state=Asked.State.DONE, expires_on__gte=day)


class Pack(Asked):
    """An audit pack of a period, as the books stood at a head; what is no part of the books as it was at `asked_at`.

    One that an auditor asked for (`of_auditor`) has their samples and the banks' files too; see ADR 17.
    """

    since = models.DateField(_("from"))
    until = models.DateField(_("to"))
    audit_head = models.BigIntegerField()
    file = models.OneToOneField("files.StoredFile", models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    expires_on = models.DateField(_("kept until"), null=True)
    of_auditor = models.BooleanField(_("with samples and bank files"), default=True)

    objects = PackQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Asked.Meta):
        constraints = [
            models.CheckConstraint(name="pack_of_a_period", condition=Q(since__lte=models.F("until"))),
            models.CheckConstraint(name="pack_has_its_file_iff_done", condition=Q(state="done", file__isnull=False) | ~Q(state="done")),
        ]

    def __str__(self) -> str:
        return f"{self.since} - {self.until}"

    def get_absolute_url(self) -> str:
        return reverse("auditor:pack", args=[self.pk])

    @property
    def name(self) -> str:
        """The name of the file: the same books always have the same name."""
        return f"audit-pack_{self.since}_{self.until}_head-{self.head}{'' if self.of_auditor else '_finance'}.zip"

    @property
    def is_there(self) -> bool:
        """Whether it may be downloaded: made, and not past its day."""
        return self.state == self.State.DONE and self.expires_on is not None and self.expires_on >= clock.today()

    @property
    def is_over(self) -> bool:
        """Whether it was there and is past its day."""
        return self.state == self.State.EXPIRED or (self.state == self.State.DONE and not self.is_there)

    @property
    def state_tone(self) -> str:
        return {"done": "money", "failed": "blocked", "expired": "neutral"}.get(self.state, "waiting")


class SampleQuerySet(models.QuerySet["Sample"]):
    def visible_to(self, user: Any) -> SampleQuerySet:
        """The auditor's own papers."""
        return self if permissions.can_audit(user) else self.none()


class Sample(models.Model):
    """A sample as it was drawn: by which method and seed, of which population, as of which head; drawn again it is the same."""

    class Method(models.TextChoices):
        RANDOM = "random", _("Simple random")
        MONETARY = "monetary", _("Monetary units")

    class Population(models.TextChoices):
        ENTRIES = "entries", _("Entries")
        LINES = "lines", _("Lines of an account")
        SOURCE = "source", _("Entries of one kind of act")

    method = models.CharField(_("method"), max_length=8, choices=Method)
    population = models.CharField(_("of what"), max_length=8, choices=Population)
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name=_("account"))
    source = models.CharField(_("act"), max_length=100, blank=True)
    since = models.DateField(_("from"))
    until = models.DateField(_("to"))
    head = models.BigIntegerField(_("ledger head"))
    head_hash = models.CharField(max_length=64)
    seed = models.CharField(_("seed"), max_length=64)
    size = models.PositiveIntegerField(_("size asked for"))
    count = models.PositiveBigIntegerField(_("items in the population"))
    value = UsdField(_("value of the population"))
    population_hash = models.CharField(_("hash of the population"), max_length=64)
    interval = UsdField(_("interval"))
    start = UsdField(_("start"))
    made_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("drawn by"))
    made_at = models.DateTimeField(_("drawn on"), default=clock.now)

    objects = SampleQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="sample_of_a_period", condition=Q(since__lte=models.F("until"))),
            models.CheckConstraint(name="sample_of_something", condition=Q(size__gte=1)),
            models.CheckConstraint(
                name="sample_names_its_population",
                condition=Q(population="lines", account__isnull=False, source="")
                | (Q(population="source", account=None) & ~Q(source=""))
                | Q(population="entries", account=None, source=""),
            ),
        ]

    def __str__(self) -> str:
        return f"S-{self.pk:04d}"

    def get_absolute_url(self) -> str:
        return reverse("auditor:sample", args=[self.pk])

    @property
    def of(self) -> str:
        """What it is a sample of, in words."""
        about = str(self.account) if self.account else self.source
        return f"{self.get_population_display()}, {about}" if about else str(self.get_population_display())


class SampleItem(models.Model):
    """One chosen item, in the order in which it was chosen; `hits` are the cents of the population that hit it."""

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=40)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    value = UsdField(_("value"))
    hits = models.JSONField(default=list)
    certain = models.BooleanField()

    class Meta:
        ordering = ["sample", "position"]
        constraints = [models.UniqueConstraint(fields=["sample", "position"], name="sample_item_position_once")]

    def __str__(self) -> str:
        return self.key


class Result(models.Model):
    """What the auditor found of an item; a later word does not erase an earlier one."""

    class Verdict(models.TextChoices):
        AGREED = "agreed", _("Agreed")
        EXCEPTION = "exception", _("Exception")
        OPEN = "open", _("Open question")

    item = models.ForeignKey(SampleItem, models.PROTECT, related_name="results")
    verdict = models.CharField(_("result"), max_length=9, choices=Verdict)
    text = models.CharField(_("note"), max_length=1000, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="result_is_explained", condition=Q(verdict="agreed") | ~Q(text=""))]

    def __str__(self) -> str:
        return self.verdict
