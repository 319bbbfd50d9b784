"""Money that came from donors, as the bank received it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from donors.contributions import permissions
from donors.donors.models import Donor, ids_for
from donors.pledges.models import Instalment
from trustfund import clock
from trustfund.fields import MoneyProperty
from trustfund.ledger.models import Subaccount
from trustfund.money import Money
from trustfund.workflow import Stateful


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def visible_to(self, user: Any) -> ContributionQuerySet:
        """All for whoever works with the money; those of one's own donor for a contact, but for errors; nothing for anybody else."""
        if permissions.sees_all(user):
            return self
        return self.filter(donor_id__in=ids_for(user)).exclude(state=Contribution.State.WITHDRAWN)


class Contribution(Stateful, models.Model):
    """One receipt at the Fund's bank, or the part of it that is one thing: cash of an instalment, a gift, or not identified yet.

    `amount` is what the donor sent, in the currency of the bank account, before the `charges` that banks on the way kept.
    `settles_minor` is what it pays of the instalment, in the pledge's currency.
    """

    class State(models.TextChoices):
        UNIDENTIFIED = "unidentified", _("Not identified")
        RECEIVED = "received", _("Received")
        WITHDRAWN = "withdrawn", _("Entered in error")

    state = FSMField(_("state"), choices=State, default=State.RECEIVED, protected=True)
    donor = models.ForeignKey(Donor, models.PROTECT, null=True, related_name="contributions")
    instalment = models.ForeignKey(Instalment, models.PROTECT, null=True, related_name="contributions")
    subaccount = models.ForeignKey("ledger.Subaccount", models.PROTECT, null=True, related_name="contributions")
    bank = models.ForeignKey("ledger.Subaccount", models.PROTECT, related_name="+", verbose_name=_("bank account"))
    received_on = models.DateField(_("value date"))
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount"))
    amount = MoneyProperty("amount_minor", "currency")
    charges_minor = models.BigIntegerField(_("charges"), default=0)
    charges = MoneyProperty("charges_minor", "currency")
    settles_minor = models.BigIntegerField(null=True)
    bank_reference = models.CharField(_("bank reference"), max_length=80)
    part = models.PositiveSmallIntegerField(default=1)
    payer = models.CharField(_("payer, as the bank has it"), max_length=200, blank=True)
    entry = models.OneToOneField("ledger.Entry", models.PROTECT, null=True, related_name="+")
    identified_entry = models.OneToOneField("ledger.Entry", models.PROTECT, null=True, related_name="+")
    identified_on = models.DateField(_("identified on"), null=True)
    receipt_number = models.CharField(_("receipt"), max_length=30, unique=True, null=True)  # noqa: DJ001 none until it is issued
    receipt = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "bank_reference", "part"], condition=~Q(state="withdrawn"), name="contribution_entered_once"
            ),
            models.CheckConstraint(name="contribution_of_something", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="contribution_charges_within", condition=Q(charges_minor__gte=0, charges_minor__lt=models.F("amount_minor"))
            ),
            models.CheckConstraint(
                name="contribution_settles_iff_matched",
                condition=Q(instalment=None, settles_minor=None) | Q(instalment__isnull=False, settles_minor__gt=0),
            ),
            models.CheckConstraint(
                name="contribution_unidentified_iff_no_donor",
                condition=Q(state="unidentified", donor=None) | Q(state="received", donor__isnull=False) | Q(state="withdrawn"),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("contributions:detail", args=[self.pk])

    @property
    def number(self) -> str:
        """The neutral number by which people and the ledger speak of it."""
        return f"C{self.pk:05d}"

    @property
    def account(self) -> Subaccount:
        """Its subaccount in the ledger, by which it is followed; it has one since its first entry."""
        assert self.subaccount is not None
        return self.subaccount

    @property
    def state_tone(self) -> str:
        """The tone of the state's dot."""
        return {"received": "money", "unidentified": "waiting"}.get(self.state, "neutral")

    @property
    def kind_label(self) -> Any:
        """What it is, in words."""
        if self.donor_id is None:
            return _("Unidentified receipt")
        return _("Instalment of an agreement") if self.instalment_id else _("Gift")

    @property
    def settles(self) -> Money | None:
        """What it pays of its instalment, in the pledge's currency."""
        if self.instalment is None or self.settles_minor is None:
            return None
        return Money.from_minor(self.settles_minor, self.instalment.pledge.currency)

    @transition(state, source=State.UNIDENTIFIED, target=State.RECEIVED, permission=permissions.can_identify)
    def identify(self, *, on: Any, donor: Donor, instalment: Instalment | None, settles: Money | None) -> None:
        """Now it is known whose money it is."""
        self.identified_on, self.donor, self.instalment = on, donor, instalment
        self.settles_minor = settles.minor if settles is not None else None

    @transition(state, source=[State.UNIDENTIFIED, State.RECEIVED], target=State.WITHDRAWN, permission=permissions.can_withdraw)
    def withdraw(self, *, on: Any) -> None:
        """It was entered in error: its entries are reversed, and the line of the bank may be entered again."""
