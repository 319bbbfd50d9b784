"""The closing of a grant's books: what was not accounted for becomes due, is refunded, and then two people close."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from grants.agreements.models import Grant
from grants.closing import permissions
from grants.reports.disallowances.models import Disallowance
from trustfund.fields import UsdField
from trustfund.money import Money
from trustfund.workflow import Stateful

PERSON = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    OPEN = "open", _("Open")
    PREPARED = "prepared", _("Prepared")
    CONFIRMED = "confirmed", _("Closed")


class ClosureQuerySet(models.QuerySet["Closure"]):
    def visible_to(self, user: Any) -> ClosureQuerySet:
        """The closings of the grants that the user sees."""
        return self.filter(grant__in=Grant.objects.visible_to(user).order_by())


class Closure(Stateful):
    """What was open when reporting was closed; amounts in USD, and the entries that booked them are the truth."""

    grant = models.OneToOneField(Grant, models.PROTECT, related_name="closure")
    state = FSMField(_("state"), choices=State, default=State.OPEN, protected=True)
    opened_on = models.DateField(_("opened on"))
    paid = UsdField(_("paid"))
    accepted = UsdField(_("accepted"))
    released = UsdField(_("commitment released"))
    prepared_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    prepared_on = models.DateField(_("prepared on"), null=True)
    confirmed_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField(_("closed on"), null=True)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="closure_confirmed_by_another",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("prepared_by")),
            ),
            models.CheckConstraint(
                name="closure_confirmed_iff_two_people",
                condition=Q(state="confirmed", prepared_by__isnull=False, confirmed_by__isnull=False)
                | (~Q(state="confirmed") & Q(confirmed_by__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"closing of {self.grant_id}"

    def get_absolute_url(self) -> str:
        return reverse("closing:detail", args=[self.pk])

    @property
    def unspent(self) -> Money:
        """What was paid and never accepted: due from the NGO."""
        return max(self.paid - self.accepted, Money(0, "USD"))

    @transition(state, source=State.OPEN, target=State.PREPARED, permission=permissions.can_prepare)
    def prepare(self, *, person: Any, on: Any) -> None:
        """Nothing is open any more, as far as finance can see."""
        self.prepared_by, self.prepared_on = person, on

    @transition(state, source=State.PREPARED, target=State.CONFIRMED, permission=permissions.can_confirm)
    def confirm(self, *, person: Any, on: Any) -> None:
        self.confirmed_by, self.confirmed_on = person, on

    @transition(state, source=[State.PREPARED, State.CONFIRMED], target=State.OPEN, permission=permissions.can_reopen)
    def reopen(self) -> None:
        """A payment came back from the bank: two people look again. Who had closed it stands in the trail."""
        self.prepared_by = self.prepared_on = self.confirmed_by = self.confirmed_on = None


class Refund(models.Model):
    """Money that the NGO sent back: at the closing of its grant, or before that because expenditure was disallowed."""

    closure = models.ForeignKey(Closure, models.PROTECT, null=True, related_name="refunds")
    disallowance = models.ForeignKey(Disallowance, models.PROTECT, null=True, related_name="refunds")
    amount = UsdField(_("amount"))
    received_on = models.DateField(_("value date"))
    bank = models.ForeignKey("ledger.Subaccount", models.PROTECT, related_name="+", verbose_name=_("into our account"))
    bank_reference = models.CharField(_("bank reference"), max_length=60)
    entry = models.OneToOneField("ledger.Entry", models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["received_on", "pk"]
        constraints = [
            models.CheckConstraint(name="refund_amount_positive", condition=Q(amount__gt=0)),
            models.UniqueConstraint("closure", "bank_reference", name="refund_entered_once"),
            models.UniqueConstraint("disallowance", "bank_reference", name="refund_of_disallowed_entered_once"),
            models.CheckConstraint(
                name="refund_of_a_closing_or_of_what_was_disallowed",
                condition=Q(closure__isnull=False, disallowance__isnull=True) | Q(closure__isnull=True, disallowance__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.closure_id or self.disallowance_id}: {self.bank_reference}"

    @property
    def of(self) -> Closure | Disallowance:
        """The closing or the disallowance because of which it came."""
        return self.closure if self.closure is not None else cast(Disallowance, self.disallowance)

    @property
    def grant(self) -> Grant:
        return self.of.grant if isinstance(self.of, Closure) else self.of.report.grant
