"""What donors promise: announced, signed, booked, paid in instalments."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from donors.donors.models import Donor, ids_for
from donors.pledges import permissions, policy
from trustfund import clock
from trustfund.fields import MoneyProperty
from trustfund.ledger.balances import ORIGINAL, WRITTEN_OFF
from trustfund.ledger.fields import ExactDecimalField
from trustfund.ledger.models import Line
from trustfund.money import Money, zero
from trustfund.workflow import Stateful

SOON = timedelta(days=30)
"""How far ahead money that is due is shown as expected soon."""


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def visible_to(self, user: Any) -> PledgeQuerySet:
        """All for whoever works with the money; those of one's own donor for a contact; nothing for anybody else."""
        return self if permissions.sees_all(user) else self.filter(donor_id__in=ids_for(user))


class Pledge(Stateful, models.Model):
    """A donor's promise of money in one currency: an announcement until it is signed, an agreement in the books once finance booked it.

    Its terms never change after it was announced: other terms are another pledge. What is owed may only be reduced.
    """

    class State(models.TextChoices):
        ANNOUNCED = "announced", _("Announced")
        SIGNED = "signed", _("Signed, to be booked")
        BOOKED = "booked", _("In the books")
        PARTLY_PAID = "partly_paid", _("Partly paid")
        PAID = "paid", _("Paid")
        LAPSED = "lapsed", _("Lapsed")

    state = FSMField(_("state"), choices=State, default=State.ANNOUNCED, protected=True)
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="pledges")
    reference = models.CharField(_("reference"), max_length=30, unique=True, null=True, editable=False)  # noqa: DJ001 none until the key is known
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount"))
    amount = MoneyProperty("amount_minor", "currency")
    conditional = models.BooleanField(_("conditional"), default=False)
    condition = models.TextField(_("condition"), blank=True, max_length=2000)
    condition_met_on = models.DateField(_("condition met on"), null=True, editable=False)
    earmark = models.ForeignKey("ledger.Tag", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("earmarked for"))
    psc_rate = ExactDecimalField(_("programme support cost"), validators=[MinValueValidator(Decimal(0))])
    policy = models.CharField(_("recognition policy"), max_length=20, choices=policy.CHOICES)
    policy_version = models.CharField(max_length=10)
    expires_on = models.DateField(_("to be spent by"), null=True, blank=True)
    announced_on = models.DateField(_("announced on"))
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_on = models.DateField(_("signed on"), null=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    booked_on = models.DateField(_("booked on"), null=True)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    subaccount = models.OneToOneField("ledger.Subaccount", models.PROTECT, null=True, related_name="pledge")

    objects = PledgeQuerySet.as_manager()

    class Meta:
        ordering = ["-announced_on", "-pk"]
        constraints = [
            models.CheckConstraint(name="pledge_of_something", condition=Q(amount_minor__gte=0)),
            models.CheckConstraint(name="pledge_booked_by_another_than_signed", condition=Q(booked_by=None) | ~Q(booked_by=F("signed_by"))),
            models.CheckConstraint(
                name="pledge_condition_iff_conditional",
                condition=(Q(conditional=True) & ~Q(condition="")) | Q(conditional=False, condition=""),
            ),
            models.CheckConstraint(
                name="pledge_signed_with_a_document",
                condition=~Q(state__in=["signed", "booked", "partly_paid", "paid"])
                | Q(signed_on__isnull=False, signed_by__isnull=False, document__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference or ""

    def get_absolute_url(self) -> str:
        return reverse("pledges:detail", args=[self.pk])

    @property
    def state_tone(self) -> str:
        """The tone of the state's dot."""
        tones = {"announced": "neutral", "signed": "waiting", "booked": "waiting", "partly_paid": "waiting", "paid": "money"}
        return tones.get(self.state, "blocked")

    @property
    def in_books(self) -> bool:
        """Whether cash may be matched to its instalments."""
        return self.state in (self.State.BOOKED, self.State.PARTLY_PAID, self.State.PAID)

    @property
    def waits_for_condition(self) -> bool:
        """Cash that comes now is a liability until the condition is met."""
        return self.conditional and self.condition_met_on is None

    @transition(state, source=State.ANNOUNCED, target=State.SIGNED, permission=permissions.can_sign)
    def sign(self, *, on: Any, document: Any, signer: Any) -> None:
        """The signed agreement is here; the policy of its day is stored with it."""
        self.signed_on, self.document, self.signed_by = on, document, signer
        held = policy.policy_on(on)
        self.policy, self.policy_version = held.code, held.version

    @transition(state, source=State.SIGNED, target=State.BOOKED, permission=permissions.can_book)
    def book(self, *, on: Any, booker: Any) -> None:
        """Finance takes the agreement into the books."""
        self.booked_on, self.booked_by = on, booker

    @transition(state, source=[State.BOOKED, State.PARTLY_PAID, State.PAID], target=None, permission=permissions.can_meet_condition)
    def meet_condition(self, *, on: Any) -> None:
        """From now on it is the Fund's money."""
        self.condition_met_on = on

    @transition(
        state,
        source=[State.BOOKED, State.PARTLY_PAID],
        target=RETURN_VALUE(State.PARTLY_PAID, State.PAID),
        permission=permissions.can_receive,
    )
    def receive(self, *, everything: bool) -> str:
        """Cash of one instalment came; `everything` when nothing is open any more."""
        return self.State.PAID if everything else self.State.PARTLY_PAID

    @transition(
        state,
        source=[State.PARTLY_PAID, State.PAID],
        target=RETURN_VALUE(State.BOOKED, State.PARTLY_PAID),
        permission=permissions.can_take_back,
    )
    def take_back(self, *, nothing: bool) -> str:
        """Cash was matched in error; `nothing` when none is left."""
        return self.State.BOOKED if nothing else self.State.PARTLY_PAID

    @transition(
        state,
        source=[State.BOOKED, State.PARTLY_PAID],
        target=RETURN_VALUE(State.BOOKED, State.PARTLY_PAID, State.PAID),
        permission=permissions.can_reduce,
    )
    def reduce(self, *, amount: Money, everything: bool) -> str:
        """What is owed became less; the state stays, unless nothing is open any more."""
        self.amount = self.amount - amount
        return self.State.PAID if everything else self.state

    def may_be_kept(self) -> bool:
        """Whether its donor could still consent that money left after its end is kept."""
        return self.expires_on is not None and not hasattr(self, "consent")

    @transition(
        state,
        source=[State.BOOKED, State.PARTLY_PAID, State.PAID],
        target=None,
        permission=permissions.can_keep,
        conditions=[may_be_kept],
    )
    def keep(self, *, on: Any, general: bool) -> None:
        """The donor lets the fund keep what is left after the agreement's end; the document is with the consent."""

    @transition(state, source=[State.ANNOUNCED, State.SIGNED], target=State.LAPSED, permission=permissions.can_lapse)
    def lapse(self, *, on: Any) -> None:
        """Nothing will come of it."""


def _written_off(**of: Any) -> Any:
    """The lines that wrote receivables off, by instalment: `minor` in the currency of the pledge."""
    lines = Line.objects.filter(WRITTEN_OFF, account_id__in=["1100", "1110"], **of)
    return lines.order_by().values("subaccount_id").annotate(minor=-Sum(ORIGINAL)).values_list("minor", flat=True)


class InstalmentQuerySet(models.QuerySet["Instalment"]):
    def visible_to(self, user: Any) -> InstalmentQuerySet:
        return self if permissions.sees_all(user) else self.filter(pledge__donor_id__in=ids_for(user))

    def with_received(self) -> InstalmentQuerySet:
        """Each with `received_minor`, what came, and `written_minor`, what was written off, in minor units of the pledge's currency."""
        counts = ~Q(contributions__state="withdrawn")
        came = Coalesce(Sum("contributions__settles_minor", filter=counts), 0)
        return self.annotate(received_minor=came, written_minor=Coalesce(Subquery(_written_off(subaccount=OuterRef("subaccount"))), 0))

    def due(self, until: Any) -> InstalmentQuerySet:
        """Those that still wait for cash and are due on or before a day."""
        return self.open().filter(due_on__lte=until)

    def open(self) -> InstalmentQuerySet:
        """Those of agreements in the books that still wait for cash; not those that were written off in whole."""
        states = [Pledge.State.BOOKED, Pledge.State.PARTLY_PAID]
        waiting = self.filter(pledge__state__in=states, state__in=[Instalment.State.EXPECTED, Instalment.State.PARTLY_RECEIVED])
        contributions: Any = self.model._meta.get_field("contributions").related_model
        came = contributions.objects.filter(instalment=OuterRef("pk")).exclude(state="withdrawn").order_by().values("instalment")
        settled = Coalesce(Subquery(came.annotate(minor=Sum("settles_minor")).values("minor")), 0)
        written = Coalesce(Subquery(_written_off(subaccount=OuterRef("subaccount"))), 0)
        return waiting.alias(written=written).exclude(written__gt=0, written__gte=F("amount_minor") - settled)


class Instalment(Stateful, models.Model):
    """One part of a pledge with its due date; the ledger knows it by its subaccount, from which all its money is followed."""

    class State(models.TextChoices):
        EXPECTED = "expected", _("Expected")
        PARTLY_RECEIVED = "partly_received", _("Partly received")
        RECEIVED = "received", _("Received")
        CANCELLED = "cancelled", _("Not owed any more")

    state = FSMField(_("state"), choices=State, default=State.EXPECTED, protected=True)
    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField(_("number"))
    amount_minor = models.BigIntegerField(_("amount"))
    due_on = models.DateField(_("due on"))
    subaccount = models.OneToOneField("ledger.Subaccount", models.PROTECT, related_name="instalment")

    objects = InstalmentQuerySet.as_manager()

    class Meta:
        ordering = ["pledge", "number"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "number"], name="instalment_number_once_per_pledge"),
            models.CheckConstraint(name="instalment_not_negative", condition=Q(amount_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.pledge}/{self.number}"

    @property
    def amount(self) -> Money:
        """What is owed in all, in the pledge's currency."""
        return Money.from_minor(self.amount_minor, self.pledge.currency)

    @property
    def received(self) -> Money:
        """What came so far, in the pledge's currency."""
        minor = self.__dict__.get("received_minor")
        if minor is None:
            minor = self.contributions.exclude(state="withdrawn").aggregate(sum=Sum("settles_minor"))["sum"] or 0
        return Money.from_minor(minor, self.pledge.currency)

    @property
    def outstanding(self) -> Money:
        """What is still to come, in the pledge's currency; nothing of what is not owed any more, nor of what was written off."""
        if self.state == self.State.CANCELLED:
            return zero(self.pledge.currency)
        return max(self.amount - self.received - self.written_off, zero(self.pledge.currency))

    @property
    def written_off(self) -> Money:
        """What finance took out of the books because it will not come, in the pledge's currency: the ledger says it."""
        minor = self.__dict__.get("written_minor")
        if minor is None:
            minor = _written_off(subaccount=self.subaccount_id).order_by("subaccount_id").first() or 0
        return Money.from_minor(minor, self.pledge.currency)

    @property
    def _is_late(self) -> bool:
        return self.state in (self.State.EXPECTED, self.State.PARTLY_RECEIVED) and self.pledge.in_books and self.due_on < clock.today()

    @property
    def is_overdue(self) -> bool:
        return self._is_late and bool(self.outstanding)

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """The state's word; what should have come by now is overdue, or not expected any more: these are no states of their own."""
        if not self._is_late:
            return str(self.State(self.state).label)
        return str(_("Overdue") if self.outstanding else _("Not expected any more"))

    @property
    def state_tone(self) -> str:
        """The tone of the state's dot."""
        if self._is_late:
            return "blocked" if self.outstanding else "neutral"
        return {"received": "money", "cancelled": "neutral"}.get(self.state, "waiting")

    @transition(
        state,
        source=[State.EXPECTED, State.PARTLY_RECEIVED],
        target=RETURN_VALUE(State.PARTLY_RECEIVED, State.RECEIVED),
        permission=permissions.can_receive,
    )
    def receive(self, *, everything: bool) -> str:
        """Cash came for it."""
        return self.State.RECEIVED if everything else self.State.PARTLY_RECEIVED

    @transition(
        state,
        source=[State.PARTLY_RECEIVED, State.RECEIVED],
        target=RETURN_VALUE(State.EXPECTED, State.PARTLY_RECEIVED),
        permission=permissions.can_take_back,
    )
    def take_back(self, *, nothing: bool) -> str:
        """Cash was matched in error; `nothing` when none is left."""
        return self.State.EXPECTED if nothing else self.State.PARTLY_RECEIVED

    @transition(
        state,
        source=[State.EXPECTED, State.PARTLY_RECEIVED],
        target=RETURN_VALUE(State.EXPECTED, State.PARTLY_RECEIVED, State.RECEIVED, State.CANCELLED),
        permission=permissions.can_reduce,
    )
    def reduce(self, *, amount: Money, received: Money) -> str:
        """Less is owed; all of the rest taken away, it is received or cancelled."""
        self.amount_minor -= amount.minor
        if self.amount_minor > received.minor:
            return self.state
        return self.State.RECEIVED if received else self.State.CANCELLED

    @transition(state, source=State.EXPECTED, target=State.CANCELLED, permission=permissions.can_lapse)
    def cancel(self) -> None:
        """Its pledge has lapsed."""


class Amendment(models.Model):
    """A reduction of what a donor owes, on a document; the entry of the ledger says what it did to the books."""

    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="amendments")
    on = models.DateField(_("date"))
    amount_minor = models.BigIntegerField(_("reduced by"))
    reason = models.TextField(_("reason"), max_length=1000)
    document = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    entry = models.OneToOneField("ledger.Entry", models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "pk"]
        constraints = [models.CheckConstraint(name="amendment_takes_something", condition=Q(amount_minor__gt=0))]

    def __str__(self) -> str:
        return f"{self.instalment}: {self.on}"

    @property
    def amount(self) -> Money:
        return Money.from_minor(self.amount_minor, self.instalment.pledge.currency)


class Consent(models.Model):
    """A donor's consent that the fund keeps what is left of an agreement after its end, on a document."""

    pledge = models.OneToOneField(Pledge, models.PROTECT, related_name="consent")
    on = models.DateField(_("date"))
    general = models.BooleanField(_("for any purpose of the Fund"))
    document = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.pledge}: {self.on}"
