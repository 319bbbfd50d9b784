"""What contributions fund, as rows: the rule of a day, the acts of funding (sealed like entries), and what each changes per instalment.

Amounts are cents of USD; nothing here changes once it is sealed: see guards.py. Written by this room alone (acting.py).
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from trustfund.ledger.fields import ExactDecimalField
from trustfund.money import Money


class FundingRule(models.Model):
    """How grants are funded from contributions from a day on: the split, and the share of receipts kept as operating reserve."""

    class Split(models.TextChoices):
        PRO_RATA = "pro_rata", _("pro rata to what is unspent of each contribution")
        FIRST_IN = "first_in", _("first in, first out")

    effective_on = models.DateField(unique=True)
    split = models.CharField(max_length=10, choices=Split)
    reserve_share = ExactDecimalField()
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["effective_on"]
        constraints = [
            models.CheckConstraint(name="funding_rule_two_people", condition=Q(adopted_by__isnull=True) | ~Q(adopted_by=F("approved_by")))
        ]

    def __str__(self) -> str:
        return f"{self.effective_on} {self.split}"


class Funding(models.Model):
    """One act on what contributions fund: its allocations per instalment are sealed with it. The primary key is the seal's number.

    Most are about a grant. `costs` is the fund's own costs and income of a `period` (its day is that of the run); `replace` moves what one
    contribution funded to others, because `entry` took its money away. `transfer` moves money of contributions out of one window, or into
    another, with the transfer `entry`: one act in each window; `takeback` undoes it.
    """

    class Kind(models.TextChoices):
        RESERVE = "reserve", _("reserved")
        RELEASE = "release", _("released")
        CONFIRM = "confirm", _("paid")
        RESTORE = "restore", _("returned by the bank")
        REFUND = "refund", _("refunded")
        COSTS = "costs", _("costs of a month")
        REPLACE = "replace", _("replaced from the pool")
        TRANSFER = "transfer", _("moved between windows")
        TAKEBACK = "takeback", _("moved back")

    seal = models.OneToOneField("ledger.Seal", models.PROTECT, primary_key=True, related_name="funding")
    kind = models.CharField(max_length=8, choices=Kind)
    reference = models.CharField(max_length=150, unique=True)
    date = models.DateField()
    grant = models.ForeignKey("ledger.Subaccount", models.PROTECT, null=True, related_name="+")
    period = models.ForeignKey("ledger.Period", models.PROTECT, null=True, related_name="fundings")
    window = models.ForeignKey("ledger.FundWindow", models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    split = models.CharField(max_length=10, choices=FundingRule.Split)
    reservation = models.ForeignKey("self", models.PROTECT, null=True, related_name="acts")
    entry = models.ForeignKey("ledger.Entry", models.PROTECT, null=True, related_name="fundings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["seal"]
        constraints = [
            models.CheckConstraint(name="funding_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="funding_names_what_it_acts_on",
                condition=Q(kind="reserve", grant__isnull=False, period__isnull=True, reservation__isnull=True, entry__isnull=True)
                | Q(kind="release", grant__isnull=False, period__isnull=True, reservation__isnull=False, entry__isnull=True)
                | Q(kind="confirm", grant__isnull=False, period__isnull=True, reservation__isnull=False, entry__isnull=False)
                | Q(kind__in=["restore", "refund"], grant__isnull=False, period__isnull=True, entry__isnull=False)
                | Q(kind="costs", grant__isnull=True, period__isnull=False, reservation__isnull=True, entry__isnull=True)
                | Q(kind="replace", period__isnull=True, reservation__isnull=True, entry__isnull=False)
                | Q(
                    kind__in=["transfer", "takeback"],
                    grant__isnull=True,
                    period__isnull=True,
                    reservation__isnull=True,
                    entry__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount(self) -> Money:
        return Money.from_minor(self.amount_minor, "USD")


class ReservationManager(models.Manager["Reservation"]):
    def get_queryset(self) -> models.QuerySet[Reservation]:
        return super().get_queryset().filter(kind=Funding.Kind.RESERVE)


class Reservation(Funding):
    """Money of certain instalments set aside for one grant, when finance certified its funds."""

    objects: ClassVar[ReservationManager] = ReservationManager()

    class Meta:
        proxy = True

    @property
    def remaining(self) -> Money:
        """What is still reserved: not paid, not released."""
        found = Allocation.objects.filter(reservation_id=self.pk).aggregate(left=Sum("reserved"))["left"]
        return Money.from_minor(found or 0, "USD")


class Allocation(models.Model):
    """What one act of funding changes for one instalment: cents `reserved` for, and `allocated` (paid) to, the grant; signed.

    `payment` is the entry of the payment that is funded or given back. `charged` are cents of the fund's own costs (income: below zero)
    on the `account`; such a row has no grant. `moved` are cents that left the act's window (came to it: below zero) with the transfer that
    stands as `payment`; such a row has no grant either.
    """

    id = models.BigIntegerField(primary_key=True)
    funding = models.ForeignKey(Funding, models.PROTECT, related_name="allocations")
    position = models.PositiveIntegerField()
    date = models.DateField()
    reservation = models.ForeignKey(Funding, models.PROTECT, null=True, related_name="+")
    instalment = models.ForeignKey("ledger.Subaccount", models.PROTECT, related_name="uses")
    grant = models.ForeignKey("ledger.Subaccount", models.PROTECT, null=True, related_name="sources")
    payment = models.ForeignKey("ledger.Entry", models.PROTECT, null=True, related_name="allocations")
    account = models.ForeignKey("ledger.Account", models.PROTECT, null=True, related_name="+")
    reserved = models.BigIntegerField()
    allocated = models.BigIntegerField()
    charged = models.BigIntegerField(default=0, db_default=0)
    moved = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["funding", "position"]
        constraints = [
            models.CheckConstraint(
                name="allocation_changes_something",
                condition=(Q(grant__isnull=False, account__isnull=True, charged=0, moved=0) & ~Q(reserved=0, allocated=0))
                | (Q(grant__isnull=True, account__isnull=False, reserved=0, allocated=0, moved=0) & ~Q(charged=0))
                | (Q(grant__isnull=True, account__isnull=True, payment__isnull=False, reserved=0, allocated=0, charged=0) & ~Q(moved=0)),
            ),
            models.UniqueConstraint(fields=["funding", "position"], name="allocation_position_once"),
        ]
        indexes = [
            models.Index(fields=["instalment", "grant"], name="allocation_by_instalment"),
            models.Index(fields=["grant", "instalment"], name="allocation_by_grant"),
        ]

    def __str__(self) -> str:
        return f"{self.funding_id}.{self.position}"

    @property
    def paid(self) -> Money:
        return Money.from_minor(self.allocated, "USD")

    @property
    def cost(self) -> Money:
        """What the contribution bears of the fund's own costs; income is below zero."""
        return Money.from_minor(self.charged, "USD")
