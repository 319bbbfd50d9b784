"""A batch: payments that are ordered from one of our accounts in one file; and how payees are called in the letters of banks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from grants.payments.batches import permissions
from grants.payments.models import PaymentOrder
from trustfund import clock
from trustfund.fields import MoneyProperty
from trustfund.money import Money
from trustfund.workflow import Stateful

PERSON = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("To be approved")
    APPROVED = "approved", _("Approved")
    ORDERED = "ordered", _("Ordered from the bank")
    CANCELLED = "cancelled", _("Cancelled")


SEALED = (State.SUBMITTED, State.APPROVED, State.ORDERED)
"""From here on it is known byte for byte what the bank will get."""


class Charges(models.TextChoices):
    SHARED = "SHAR", _("Shared: the payee bears those of its bank")
    OURS = "DEBT", _("Ours: the payee gets the full amount")
    THEIRS = "CRED", _("The payee’s")


class PaymentBatchQuerySet(models.QuerySet["PaymentBatch"]):
    def visible_to(self, user: Any) -> PaymentBatchQuerySet:
        """All for finance and audit, none for anybody else."""
        return self if permissions.can_see(user) else self.none()


class PaymentBatch(Stateful):
    """Payments from one account in one currency on one day. `sha256` is of the file as it was submitted: that file, or none, is sent."""

    state = FSMField(_("state"), choices=State, default=State.DRAFT, protected=True)
    paid_from = models.ForeignKey("ledger.Subaccount", models.PROTECT, related_name="+", verbose_name=_("from our account"))
    currency = models.CharField(_("currency"), max_length=3)
    execution_on = models.DateField(_("day of execution"))
    charges = models.CharField(_("charges"), max_length=4, choices=Charges, default=Charges.SHARED)
    maker = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made on"), default=clock.now)
    submitted_at = models.DateTimeField(_("submitted on"), null=True)
    count = models.PositiveIntegerField(_("payments"), default=0)
    total_minor = models.BigIntegerField(_("control sum"), default=0)
    total = MoneyProperty("total_minor", "currency")
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    approved_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by"))
    approved_on = models.DateField(_("approved on"), null=True)
    ordered_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name=_("ordered by"))
    ordered_on = models.DateField(_("ordered on"), null=True)
    order = models.OneToOneField(PaymentOrder, models.PROTECT, null=True, related_name="+", verbose_name=_("file"))
    note = models.CharField(_("why it was stopped"), max_length=500, blank=True)

    objects = PaymentBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="payment_batch_approved_by_another", condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("maker"))
            ),
            models.CheckConstraint(
                name="payment_batch_ordered_by_another",
                condition=Q(ordered_by__isnull=True) | (Q(approved_by__isnull=False) & ~Q(approved_by=F("ordered_by"))),
            ),
            models.CheckConstraint(
                name="payment_batch_approved_before_it_is_ordered",
                condition=Q(state__in=["approved", "ordered"], approved_by__isnull=False, approved_on__isnull=False)
                | (~Q(state__in=["approved", "ordered"]) & Q(approved_by__isnull=True, approved_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="payment_batch_sealed_when_submitted",
                condition=~Q(state__in=SEALED) | (Q(submitted_at__isnull=False, count__gt=0, total_minor__gt=0) & ~Q(sha256="")),
            ),
            models.CheckConstraint(
                name="payment_batch_file_iff_ordered",
                condition=Q(state="ordered", order__isnull=False, ordered_by__isnull=False, ordered_on__isnull=False)
                | (~Q(state="ordered") & Q(order__isnull=True, ordered_by__isnull=True, ordered_on__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("batches:detail", args=[self.pk])

    @property
    def reference(self) -> str:
        """By this people and the bank speak of it: the id of its message."""
        return f"PB-{clock.day_of(self.made_at).year}-{self.pk:05d}"

    @property
    def state_tone(self) -> str:
        return {"submitted": "waiting", "approved": "money", "ordered": "money"}.get(self.state, "neutral")

    def total_now(self) -> tuple[int, Money]:
        """How many payments are in it now, and how much the bank would be ordered to transfer."""
        found = list(self.payments.all())
        return len(found), sum((each.to_transfer for each in found), Money(0, self.currency))

    def hands(self) -> set[int | None]:
        """Who certified a payment of it, found its tranche ready, or wrote how its payee is called: the keys of these people."""
        names = ("certified_by", "tranche__accepted_by", "bank_account__spellings__written_by")
        return {key for row in self.payments.values_list(*names) for key in row}

    def approvers(self) -> set[int | None]:
        """Who approved a payment of it."""
        return set(self.payments.values_list("approved_by", flat=True))

    @transition(state, source=State.DRAFT, target=None, permission=permissions.can_change)
    def change(self, *, execution_on: Any, charges: str) -> None:
        """Other payments, another day."""
        self.execution_on, self.charges = execution_on, charges

    @transition(state, source=State.DRAFT, target=None, permission=permissions.can_spell)
    def spell(self) -> None:
        """How the bank is told a payee's name is written by hand."""

    @transition(state, source=State.DRAFT, target=State.SUBMITTED, permission=permissions.can_submit)
    def submit(self, *, at: Any, count: int, total: Money, sha256: str) -> None:
        """It is sealed: another person approves exactly this."""
        self.submitted_at, self.count, self.total, self.sha256, self.note = at, count, total, sha256, ""

    @transition(state, source=State.SUBMITTED, target=State.APPROVED, permission=permissions.can_approve)
    def approve(self, *, by: Any, on: Any, sha256: str) -> None:
        self.approved_by, self.approved_on = by, on

    @transition(state, source=[State.SUBMITTED, State.APPROVED], target=State.DRAFT, permission=permissions.can_send_back)
    def send_back(self, *, note: str) -> None:
        """Back to its maker; it is to be submitted and approved anew."""
        self.approved_by = self.approved_on = None
        self.submitted_at, self.count, self.total_minor, self.sha256, self.note = None, 0, 0, "", note

    @transition(state, source=State.APPROVED, target=State.ORDERED, permission=permissions.can_order)
    def make_file(self, *, by: Any, on: Any, order: PaymentOrder, sha256: str) -> None:
        """Once: from here on only the bank can say what becomes of it."""
        self.ordered_by, self.ordered_on, self.order = by, on, order

    @transition(state, source=State.ORDERED, target=None, permission=permissions.can_refuse)
    def refuse(self, *, number: int) -> None:
        """The bank did not carry out so many of its payments."""

    @transition(state, source=[State.DRAFT, State.SUBMITTED, State.APPROVED], target=State.CANCELLED, permission=permissions.can_cancel)
    def cancel(self, *, note: str) -> None:
        """Its payments are free for another one."""
        self.approved_by = self.approved_on = None
        self.note = note


class ClearingSystem(models.TextChoices):
    """National clearing systems by their code of ISO 20022, for banks that go without a BIC."""

    AUBSB = "AUBSB", "AUBSB (BSB, Australia)"
    CACPA = "CACPA", "CACPA (Canada)"
    CNAPS = "CNAPS", "CNAPS (China)"
    GBDSC = "GBDSC", "GBDSC (sort code, United Kingdom)"
    INFSC = "INFSC", "INFSC (IFSC, India)"
    NZNCC = "NZNCC", "NZNCC (New Zealand)"
    RUCBC = "RUCBC", "RUCBC (Russia)"
    THCBC = "THCBC", "THCBC (Thailand)"
    USABA = "USABA", "USABA (routing number, United States)"
    ZANCC = "ZANCC", "ZANCC (South Africa)"


class Spelling(models.Model):
    """How the bank is told of an account's holder, written by hand; the newest of an account holds, and the older ones stay on record."""

    bank_account = models.ForeignKey("ngos.BankAccount", models.PROTECT, related_name="spellings")
    name = models.CharField(_("name"), max_length=140)
    town = models.CharField(_("town"), max_length=35, blank=True)
    address = models.CharField(_("address"), max_length=140, blank=True)
    clearing_system = models.CharField(_("clearing system"), max_length=5, choices=ClearingSystem, blank=True)
    clearing_code = models.CharField(_("code of the bank there"), max_length=35, blank=True)
    intermediary = models.CharField(_("BIC of an intermediary bank"), max_length=11, blank=True)
    written_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="spelling_code_with_its_system",
                condition=Q(clearing_system="", clearing_code="") | (~Q(clearing_system="") & ~Q(clearing_code="")),
            ),
            models.CheckConstraint(name="spelling_of_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
