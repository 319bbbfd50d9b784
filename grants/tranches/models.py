"""A tranche of a grant: asked for by the NGO, found ready, paid, and its receipt confirmed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from grants.agreements.models import Grant
from grants.tranches import permissions
from trustfund import clock
from trustfund.fields import UsdField
from trustfund.workflow import Stateful

PERSON = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    PLANNED = "planned", _("Planned")
    REQUESTED = "requested", _("Requested")
    RETURNED = "returned", _("Returned to the NGO")
    READY = "ready", _("Ready to pay")
    PAID = "paid", _("Paid")
    RECEIPT_CONFIRMED = "receipt_confirmed", _("Receipt confirmed")
    CANCELLED = "cancelled", _("Cancelled")


PAID_STATES = (State.PAID, State.RECEIPT_CONFIRMED)
OPEN_STATES = (State.PLANNED, State.REQUESTED, State.RETURNED, State.READY)


class TrancheQuerySet(models.QuerySet["Tranche"]):
    def visible_to(self, user: Any) -> TrancheQuerySet:
        """The tranches of the grants that the user sees."""
        return self.filter(grant__in=Grant.objects.visible_to(user).order_by())


class Tranche(Stateful):
    """One part of a grant's money, in USD, as its agreement planned it."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="tranches")
    planned = models.OneToOneField("grants.PlannedTranche", models.PROTECT, related_name="tranche")
    number = models.PositiveSmallIntegerField(_("number"))
    amount = UsdField(_("amount"))
    due_on = models.DateField(_("from"))
    state = FSMField(_("state"), choices=State, default=State.PLANNED, protected=True)
    requested_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(_("requested"), null=True)
    needs = models.TextField(_("what the money is needed for now"), max_length=2000, blank=True)
    returned_note = models.TextField(_("what is missing"), max_length=2000, blank=True)
    accepted_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(_("found ready"), null=True)
    received_on = models.DateField(_("received on"), null=True)
    confirmed_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")

    objects = TrancheQuerySet.as_manager()

    class Meta:
        ordering = ["grant", "number"]
        constraints = [
            models.UniqueConstraint("grant", "number", name="tranche_number_unique"),
            models.CheckConstraint(name="tranche_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="tranche_accepted_by_another",
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="tranche_received_iff_confirmed",
                condition=Q(state="receipt_confirmed", received_on__isnull=False)
                | (~Q(state="receipt_confirmed") & Q(received_on__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id}/{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("tranches:detail", args=[self.pk])

    @property
    def is_paid(self) -> bool:
        return self.state in PAID_STATES

    @transition(state, source=[State.PLANNED, State.RETURNED], target=State.REQUESTED, permission=permissions.can_request)
    def request(self, *, person: Any, needs: str) -> None:
        self.requested_by, self.requested_at, self.needs = person, clock.now(), needs
        self.returned_note = ""

    @transition(state, source=State.REQUESTED, target=State.RETURNED, permission=permissions.can_return)
    def send_back(self, *, note: str) -> None:
        """Something is missing: the NGO is told what."""
        self.returned_note = note

    @transition(state, source=State.REQUESTED, target=State.READY, permission=permissions.can_make_ready)
    def make_ready(self, *, person: Any) -> None:
        self.accepted_by, self.accepted_at = person, clock.now()

    @transition(state, source=State.READY, target=State.PAID, permission=permissions.can_pay)
    def pay(self) -> None:
        """The bank has paid it."""

    @transition(state, source=[State.PAID, State.RECEIPT_CONFIRMED], target=State.READY, permission=permissions.can_reopen)
    def reopen(self) -> None:
        """The bank sent the money back: it can be paid again."""
        self.received_on = self.confirmed_by = None

    @transition(state, source=State.PAID, target=State.RECEIPT_CONFIRMED, permission=permissions.can_confirm_receipt)
    def confirm_receipt(self, *, person: Any, on: Any) -> None:
        self.confirmed_by, self.received_on = person, on

    @transition(state, source=list(OPEN_STATES), target=State.CANCELLED, permission=permissions.can_cancel)
    def cancel(self) -> None:
        """It will not be paid any more."""
