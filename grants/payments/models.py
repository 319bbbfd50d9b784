"""The payment of one tranche: certified by one person, approved by another, ordered from the bank, then paid."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from grants.agreements.models import Grant
from grants.payments import permissions
from grants.reviews.models import recused_from
from grants.tranches.models import Tranche
from ngos.organisations.models import Membership
from trustfund import clock
from trustfund.encryption import EncryptedTextField
from trustfund.fields import UsdField
from trustfund.money import Money, zero
from trustfund.workflow import Stateful

PERSON = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    CERTIFIED = "certified", _("Certified")
    APPROVED = "approved", _("Approved")
    BATCHED = "batched", _("In a batch")
    EXPORTED = "exported", _("Ordered from the bank")
    HELD = "held", _("Held")
    PAID = "paid", _("Paid")
    REJECTED = "rejected", _("Rejected")
    CANCELLED = "cancelled", _("Cancelled")
    REFUSED = "refused", _("Refused by the bank")
    RETURNED = "returned", _("Returned by the bank")


LIVE = (State.CERTIFIED, State.APPROVED, State.BATCHED, State.EXPORTED, State.HELD, State.PAID)
"""While a payment is in one of these, its tranche can have no other."""

IN_FLIGHT = (State.CERTIFIED, State.APPROVED, State.BATCHED, State.EXPORTED, State.HELD)
LEFT_THE_BANK = (State.PAID, State.RETURNED)
SECOND_PERSON = (State.APPROVED, State.BATCHED, State.EXPORTED, State.PAID, State.RETURNED)
NEVER_BATCHED = (State.CERTIFIED, State.APPROVED, State.REJECTED, State.CANCELLED)


def was_approved(payment: Payment) -> bool:
    """A payment that was held before its approval never reached the bank."""
    return payment.approved_by_id is not None


def was_ordered(payment: Payment) -> bool:
    """The bank has the order: only the bank can still say what became of it."""
    return payment.exported_on is not None


def was_not_ordered(payment: Payment) -> bool:
    return payment.exported_on is None



class PaymentOrder(models.Model):
    """The order as it went to the bank, a PDF or a batch's file. It names accounts in full, so it is encrypted at rest; its hash is not."""

    content = EncryptedTextField()
    sha256 = models.CharField(_("SHA-256"), max_length=64, help_text="Of the file.")
    made_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.sha256

    @classmethod
    def of(cls, file: bytes, by: Any) -> PaymentOrder:
        """Keep a file."""
        return cls.objects.create(content=base64.b64encode(file).decode(), sha256=hashlib.sha256(file).hexdigest(), made_by=by)

    @property
    def file(self) -> bytes:
        """The file as it was made; raises `encryption.Tampered` when somebody changed it."""
        return base64.b64decode(self.content)


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: Any) -> PaymentQuerySet:
        """All for the staff who look after money; those of their own grants for members of an NGO; none for anybody else."""
        if permissions.sees_all(user):
            return self.exclude(grant__application__in=recused_from(user))
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = Membership.objects.filter(user=user, active=True).values("organisation")
        return self.filter(grant__organisation__in=own)


class Payment(Stateful):
    """One payment of one tranche, in USD. A returned one is followed by a new one."""

    tranche = models.ForeignKey(Tranche, models.PROTECT, related_name="payments")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="payments")
    reference = models.CharField(_("reference"), max_length=60, unique=True)
    state = FSMField(_("state"), choices=State, default=State.CERTIFIED, protected=True)
    amount = UsdField(_("amount"))
    netted = UsdField(_("kept from what the NGO owes"), default=zero)
    bank_account = models.ForeignKey("ngos.BankAccount", models.PROTECT, related_name="+", verbose_name=_("to the account"))
    paid_from = models.ForeignKey("ledger.Subaccount", models.PROTECT, related_name="+", verbose_name=_("from our account"))
    certified_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    certified_on = models.DateField(_("certified on"))
    approved_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    approved_on = models.DateField(_("approved on"), null=True)
    exported_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    exported_on = models.DateField(_("ordered on"), null=True)
    batch = models.ForeignKey("grants.PaymentBatch", models.PROTECT, null=True, related_name="payments", verbose_name=_("batch"))
    order = models.OneToOneField(PaymentOrder, models.PROTECT, null=True, related_name="+", verbose_name=_("payment order"))
    paid_on = models.DateField(_("value date"), null=True)
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    entry = models.OneToOneField("ledger.Entry", models.PROTECT, null=True, related_name="+")
    returned_on = models.DateField(_("returned on"), null=True)
    return_reference = models.CharField(_("bank reference of the return"), max_length=60, blank=True)
    return_charges = UsdField(_("charges kept by the bank"), null=True)
    return_entry = models.OneToOneField("ledger.Entry", models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("why it was stopped"), max_length=500, blank=True)
    closed_gates = models.JSONField(_("gates that had closed when the bank paid"), default=list, blank=True)
    exception_note = models.CharField(_("how it was handled"), max_length=500, blank=True)
    exception_handled_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint("tranche", condition=Q(state__in=LIVE), name="payment_one_live_per_tranche"),
            models.CheckConstraint(name="payment_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="payment_something_leaves_the_bank", condition=Q(netted__gte=0, netted__lt=F("amount"))),
            models.CheckConstraint(
                name="payment_approved_by_another",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("certified_by")),
            ),
            models.CheckConstraint(
                name="payment_approved_before_it_is_ordered",
                condition=~Q(state__in=SECOND_PERSON) | Q(approved_by__isnull=False, approved_on__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_paid_on_iff_it_left_the_bank",
                condition=Q(state__in=LEFT_THE_BANK, paid_on__isnull=False) | (~Q(state__in=LEFT_THE_BANK) & Q(paid_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="payment_returned_on_iff_returned",
                condition=Q(state="returned", returned_on__isnull=False) | (~Q(state="returned") & Q(returned_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="payment_entry_iff_it_left_the_bank",
                condition=Q(entry__isnull=True) | Q(state__in=LEFT_THE_BANK),
            ),
            models.CheckConstraint(
                name="payment_in_a_batch_when_batched",
                condition=(~Q(state="batched") | Q(batch__isnull=False)) & (~Q(state__in=NEVER_BATCHED) | Q(batch__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("payments:detail", args=[self.pk])

    @property
    def to_transfer(self) -> Money:
        """What the bank is ordered to pay: the tranche less what the NGO owes already."""
        return self.amount - self.netted

    def twins(self) -> models.QuerySet[Payment]:
        """Other payments that bear the same reference of the bank, but for those that it booked with this one as a batch."""
        if not self.bank_reference:
            return type(self).objects.none()
        found = type(self).objects.filter(bank_reference=self.bank_reference, paid_from=self.paid_from_id).exclude(pk=self.pk)
        return found.exclude(batch=self.batch_id, batch__isnull=False) if self.batch_id else found

    @property
    def is_with_the_bank(self) -> bool:
        """Ordered, and the bank has not said yet what became of it."""
        return self.exported_on is not None and self.state in (State.EXPORTED, State.HELD)

    @property
    def has_open_exception(self) -> bool:
        """Whether the bank paid although a gate had closed, and nobody has answered for it yet."""
        return bool(self.closed_gates) and self.exception_handled_by_id is None

    @transition(state, source=State.CERTIFIED, target=State.APPROVED, permission=permissions.can_approve)
    def approve(self, *, person: Any, on: Any) -> None:
        self.approved_by, self.approved_on = person, on

    @transition(state, source=State.APPROVED, target=State.EXPORTED, permission=permissions.can_export)
    def export(self, *, person: Any, on: Any, order: Any, sha256: str) -> None:
        """The last moment at which a payment can be stopped: the action runs the gates again."""
        self.exported_by, self.exported_on, self.order = person, on, order

    @transition(state, source=State.APPROVED, target=State.BATCHED, permission=permissions.can_export)
    def put_in(self, *, batch: Any) -> None:
        """It waits for the bank together with others."""
        self.batch = batch

    @transition(state, source=State.BATCHED, target=State.APPROVED, permission=permissions.can_take_out)
    def take_out(self) -> None:
        """The batch goes without it, or does not go."""
        self.batch = None

    @transition(state, source=State.BATCHED, target=State.EXPORTED, permission=permissions.can_export)
    def order_in_batch(self, *, person: Any, on: Any) -> None:
        """The batch's file is made: the last moment at which a payment can be stopped."""
        self.exported_by, self.exported_on = person, on

    @transition(
        state,
        source=[State.APPROVED, State.BATCHED, State.EXPORTED, State.HELD],
        target=State.PAID,
        permission=permissions.can_settle,
        conditions=[was_approved],
    )
    def settle(self, *, on: Any, bank_reference: str, closed_gates: list[str]) -> None:
        """The bank has paid: a fact to record, never refused."""
        self._leave_unordered_batch()
        self.paid_on, self.bank_reference, self.closed_gates = on, bank_reference, closed_gates

    @transition(
        state,
        source=[State.EXPORTED, State.HELD],
        target=State.REFUSED,
        permission=permissions.can_refuse,
        conditions=[was_ordered],
    )
    def refuse(self, *, note: str) -> None:
        """The bank did not carry out the order."""
        self.note = note

    @transition(state, source=State.PAID, target=State.RETURNED, permission=permissions.can_return)
    def return_(self, *, on: Any, bank_reference: str, charges: Any) -> None:
        """The money came back."""
        self.returned_on, self.return_reference, self.return_charges = on, bank_reference, charges

    @transition(
        state,
        source=[State.CERTIFIED, State.APPROVED, State.BATCHED, State.EXPORTED],
        target=State.HELD,
        permission=permissions.can_hold,
    )
    def hold(self, *, note: str) -> None:
        """A batch whose file is not made yet goes on without it, once it was looked at again."""
        self._leave_unordered_batch()
        self.note = note

    def _leave_unordered_batch(self) -> None:
        if self.exported_on is None:
            self.batch = None

    @transition(state, source=State.HELD, target=State.CERTIFIED, permission=permissions.can_release, conditions=[was_not_ordered])
    def release(self) -> None:
        """Certified as it was; it has to be approved again."""
        self.note = ""
        self.approved_by = self.approved_on = None

    @transition(state, source=State.CERTIFIED, target=State.REJECTED, permission=permissions.can_reject)
    def reject(self, *, note: str) -> None:
        self.note = note

    @transition(
        state,
        source=[State.CERTIFIED, State.APPROVED, State.HELD],
        target=State.CANCELLED,
        permission=permissions.can_cancel,
        conditions=[was_not_ordered],
    )
    def cancel(self, *, note: str) -> None:
        self.note = note
