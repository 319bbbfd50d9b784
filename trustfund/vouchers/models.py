"""Journal vouchers: what finance posts of its own accord, written by one person and approved by another."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from trustfund import clock
from trustfund.fields import MoneyProperty, UsdField
from trustfund.ledger.fields import ExactDecimalField
from trustfund.ledger.models import Account, Entry, FundWindow, Subaccount
from trustfund.money import Money
from trustfund.vouchers import permissions
from trustfund.workflow import Stateful


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def visible_to(self, user: Any) -> VoucherQuerySet:
        """All for those who may read the books, none for anybody else."""
        return self if permissions.can_read_books(user) else self.none()

    def with_total(self) -> VoucherQuerySet:
        """With `total_usd`: the sum of the debits, nothing while a rate is missing."""
        debits = Line.objects.filter(voucher=models.OuterRef("pk"), side=Line.Side.DEBIT).order_by().values("voucher")
        return self.annotate(total_usd=models.Subquery(debits.annotate(total=Sum("usd")).values("total"), output_field=UsdField()))


class Voucher(Stateful, models.Model):
    """A journal voucher: written by the maker, approved by the checker, then posted as one entry; a posted one is reversed by another."""

    class Kind(models.TextChoices):
        ENTRY = "entry", _("Entry")
        ADJUSTMENT = "adjustment", _("Year-end adjustment")
        PREPARED = "prepared", _("Prepared by the system")
        REVERSAL = "reversal", _("Reversal")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("To be approved")
        RETURNED = "returned", _("Returned to its maker")
        APPROVED = "approved", _("Posted")
        CANCELLED = "cancelled", _("Cancelled")

    state = FSMField(_("state"), choices=State, default=State.DRAFT, protected=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ENTRY)
    date = models.DateField(_("date"))
    window = models.ForeignKey(FundWindow, models.PROTECT, related_name="+", verbose_name=_("fund window"))
    narrative = models.CharField(_("narrative"), max_length=500)
    event = models.CharField(_("event"), max_length=40, blank=True, default="")
    inputs = models.JSONField(default=dict)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made on"), default=clock.now)
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by"))
    reason = models.CharField(_("why it was returned"), max_length=500, blank=True)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversals", verbose_name=_("reverses"))
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+")

    objects = VoucherQuerySet.as_manager()

    class Meta:
        ordering = ["-date", "-pk"]
        constraints = [
            models.CheckConstraint(name="voucher_two_people", condition=Q(checker__isnull=True) | ~Q(checker=F("maker"))),
            models.CheckConstraint(
                name="voucher_approved_iff_checked",
                condition=Q(state="approved", checker__isnull=False) | (~Q(state="approved") & Q(checker__isnull=True)),
            ),
            models.CheckConstraint(name="voucher_posted_when_approved", condition=Q(entry__isnull=True) | Q(state="approved")),
            models.CheckConstraint(
                name="voucher_reversal_of_one",
                condition=Q(kind="reversal", reverses__isnull=False) | (~Q(kind="reversal") & Q(reverses__isnull=True)),
            ),
            models.CheckConstraint(
                name="voucher_prepared_for_an_event", condition=Q(kind="prepared") & ~Q(event="") | ~Q(kind="prepared") & Q(event="")
            ),
            models.UniqueConstraint(fields=["reverses"], condition=~Q(state="cancelled"), name="voucher_reversed_once"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("vouchers:detail", args=[self.pk])

    @property
    def number(self) -> str:
        """The number by which people speak of it."""
        return f"V-{clock.day_of(self.made_at).year}-{self.pk:04d}"

    @property
    def state_tone(self) -> str:
        """The tone of the state's dot: posted is money, returned waits for its maker."""
        return {"approved": "money", "submitted": "waiting", "returned": "blocked"}.get(self.state, "neutral")

    def is_no_reversal(self) -> bool:
        """A reversal's lines are those of what it reverses, and it is not reversed itself."""
        return self.kind != self.Kind.REVERSAL

    def is_written(self) -> bool:
        """Its lines are somebody's own."""
        return self.kind in (self.Kind.ENTRY, self.Kind.ADJUSTMENT)

    def is_prepared(self) -> bool:
        """Its lines were worked out from the books."""
        return self.kind == self.Kind.PREPARED

    @transition(state, source=[State.DRAFT, State.RETURNED], target=None, permission=permissions.can_change, conditions=[is_prepared])
    def prepare(self, *, date: Any, window: FundWindow, narrative: str, inputs: dict[str, Any]) -> None:
        """It is worked out anew from the books."""
        self.date, self.window, self.narrative, self.inputs = date, window, narrative, inputs

    @transition(state, source=[State.DRAFT, State.RETURNED], target=None, permission=permissions.can_change, conditions=[is_written])
    def change(self, *, kind: str, date: Any, window: FundWindow, narrative: str) -> None:
        """It is written anew; what it says is on record when it is submitted."""
        self.kind, self.date, self.window, self.narrative = kind, date, window, narrative

    @transition(state, source=[State.DRAFT, State.RETURNED], target=None, permission=permissions.can_change)
    def attach(self) -> None:
        """Documents are put to it, or taken off."""

    @transition(state, source=[State.DRAFT, State.RETURNED], target=State.SUBMITTED, permission=permissions.can_submit)
    def submit(self, *, on: Any, total: Money) -> None:
        """Complete: dated `on`, `total` on each side. Another person decides."""
        self.reason = ""

    @transition(state, source=State.SUBMITTED, target=State.APPROVED, permission=permissions.can_approve)
    def approve(self, *, by: Any, total: Money) -> None:
        """Approved by the second person, and posted with it."""
        self.checker = by

    @transition(state, source=State.SUBMITTED, target=State.RETURNED, permission=permissions.can_return)
    def return_(self, *, reason: str) -> None:
        """Not approved: the maker puts it right, or cancels it."""
        self.reason = reason

    @transition(state, source=[State.DRAFT, State.RETURNED], target=State.CANCELLED, permission=permissions.can_cancel)
    def cancel(self) -> None:
        """Given up; it stays in the list, for numbers have no gaps."""

    @transition(state, source=State.APPROVED, target=None, permission=permissions.can_reverse, conditions=[is_no_reversal])
    def ask_reversal(self, *, voucher: Voucher) -> None:
        """Finance asks that its entry be reversed, by another voucher."""


class Line(models.Model):
    """One debit or credit of a voucher; `usd` and `rate` are those of its date, nothing while the rate is missing.

    `window` is another one than the voucher's, or None. A prepared line may change the worth in USD alone: its `amount` is then nothing.
    """

    class Side(models.TextChoices):
        DEBIT = "debit", _("debit")
        CREDIT = "credit", _("credit")

    voucher = models.ForeignKey(Voucher, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("account"))
    subaccount = models.ForeignKey(Subaccount, models.PROTECT, null=True, related_name="+", verbose_name=_("subaccount"))
    side = models.CharField(max_length=6, choices=Side)
    window = models.ForeignKey(FundWindow, models.PROTECT, null=True, related_name="+", verbose_name=_("fund window"))
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount"))
    amount = MoneyProperty("amount_minor", "currency")
    usd = UsdField(null=True)
    rate = ExactDecimalField(null=True)
    memo = models.CharField(_("memo"), max_length=120, blank=True)

    class Meta:
        ordering = ["voucher", "position"]
        constraints = [
            models.UniqueConstraint(fields=["voucher", "position"], name="voucher_line_position_once"),
            models.CheckConstraint(
                name="voucher_line_above_zero", condition=Q(amount_minor__gt=0) | Q(amount_minor=0, usd__gt=0, rate__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_id}.{self.position}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: Any) -> AttachmentQuerySet:
        """Those of the vouchers that one may read."""
        return self if permissions.can_read_books(user) else self.none()


class Attachment(models.Model):
    """A document that a voucher rests on: an invoice, a statement, a minute."""

    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="attachments")
    file = models.OneToOneField("files.StoredFile", models.PROTECT, related_name="+")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.file)
