"""The books: accounts and dimensions, years and their periods, entries with their lines, and the chain that seals them.

Rates, the funding of grants, proposals and what closing keeps have models in rooms of their own: exchange, funding, proposals, closed.
They name those of this module by text, so that it can gather them.

Money is a bigint of cents (`_minor`, `debit`, `credit`: USD unless a currency stands beside it). What is sealed never changes:
see guards.py.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

import trustfund.ledger.closed.models
import trustfund.ledger.exchange.models
import trustfund.ledger.funding.models
import trustfund.ledger.proposals.models  # noqa: F401  Django looks for models in this module alone
from trustfund.ledger import permissions
from trustfund.ledger.fields import ExactDecimalField
from trustfund.ledger.querysets import BooksQuerySet
from trustfund.money import Money
from trustfund.workflow import Stateful

GENERAL = "general"
"""The code of the general window."""


class Account(models.Model):
    """One account of the chart (chart.py); its type and currency are fixed once it has lines."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    type = models.CharField(_("type"), max_length=12)
    currency = models.CharField(max_length=3, blank=True, default="")
    subaccount_kinds = models.CharField(max_length=60, blank=True)
    subaccount_rule = models.CharField(max_length=8)
    monetary = models.BooleanField()
    statement = models.CharField(max_length=40)
    cash_flow = models.CharField(max_length=12)
    translation = models.CharField(max_length=12)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return gettext(self.name)

    def get_absolute_url(self) -> str:
        return reverse("ledger:account", args=[self.code])


class FundWindow(models.Model):
    """A window of the fund: its own purpose, its own balanced books within the one ledger."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=100)
    purpose = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Its name; that of the window which every fund has from the beginning in the reader's language."""
        return gettext("General window") if self.name == "General window" else self.name


class Tag(models.Model):
    """What money may be earmarked for: a call, a theme or a region; a call's tag may stand under a theme or a region."""

    class Kind(models.TextChoices):
        CALL = "call", _("call")
        THEME = "theme", _("theme")
        REGION = "region", _("region")

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="narrower")

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class Subaccount(models.Model):
    """What a line is about: a bank account, a donor, an agreement, an instalment or gift, a grant, an unidentified receipt.

    `code` is neutral and never changes; `name` is for staff; donors and the public read `public_label` only.
    """

    class Kind(models.TextChoices):
        BANK = "bank", _("bank account")
        DONOR = "donor", _("donor")
        AGREEMENT = "agreement", _("agreement")
        INSTALMENT = "instalment", _("instalment or gift")
        GRANT = "grant", _("grant")
        RECEIPT = "receipt", _("unidentified receipt")
        WINDOW = "window", _("fund window")

    kind = models.CharField(max_length=12, choices=Kind)
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=300)
    public_label = models.CharField(max_length=300)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    tag = models.ForeignKey(Tag, models.PROTECT, null=True, blank=True, related_name="+")
    currency = models.CharField(max_length=3, blank=True, default="")
    expires_on = models.DateField(null=True, blank=True)
    psc_rate = ExactDecimalField(null=True, blank=True)

    objects = BooksQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["kind", "code"], name="subaccount_by_kind")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def label(self) -> str:
        """Its code and name; a name that says the code already stands alone."""
        return self.name if self.code in self.name else str(self)


class FiscalYear(models.Model):
    """A calendar year with its twelve periods and the adjustment period 13."""

    year = models.PositiveSmallIntegerField(primary_key=True)

    class Meta:
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)


class Period(Stateful):
    """A month of a fiscal year (1-12) or its adjustment period (13). Closing and reopening take two people."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSING = "closing", _("closing proposed")
        CLOSED = "closed", _("closed")
        REOPENING = "reopening", _("reopening proposed")

    year = models.ForeignKey(FiscalYear, models.PROTECT, related_name="periods")
    number = models.PositiveSmallIntegerField(_("period"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    state = FSMField(choices=State, default=State.OPEN, protected=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = BooksQuerySet.as_manager()

    class Meta:
        ordering = ["year", "number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="period_once"),
            models.CheckConstraint(name="period_number_is_1_to_13", condition=Q(number__gte=1, number__lte=13)),
            models.CheckConstraint(
                name="period_closed_by_two_people",
                condition=Q(approved_by__isnull=True) | (Q(proposed_by__isnull=False) & ~Q(proposed_by=F("approved_by"))),
            ),
            models.CheckConstraint(
                name="period_closed_iff_approved",
                condition=Q(state="closed", approved_by__isnull=False) | ~Q(state="closed"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year_id}-{self.number:02}"

    @transition(state, source=State.OPEN, target=State.CLOSING, permission=permissions.can_propose_period)
    def propose_closing(self, *, proposer: Any) -> None:
        """Finance says that the period is complete; it stays open to postings until it is approved."""
        self.proposed_by, self.approved_by = proposer, None

    @transition(state, source=State.CLOSING, target=State.CLOSED, permission=permissions.can_approve_period)
    def close(self, *, approver: Any) -> None:
        """No posting from here on."""
        self.approved_by = approver

    @transition(state, source=State.CLOSED, target=State.REOPENING, permission=permissions.can_propose_period)
    def propose_reopening(self, *, proposer: Any) -> None:
        """Still closed, until it is approved."""
        self.proposed_by, self.approved_by = proposer, None

    @transition(state, source=State.REOPENING, target=State.OPEN, permission=permissions.can_approve_period)
    def reopen(self, *, approver: Any) -> None:
        """Open to postings again."""
        self.approved_by = approver

    @transition(state, source=State.CLOSING, target=State.OPEN, permission=permissions.can_approve_period)
    def refuse_closing(self) -> None:
        """The proposal is refused: the period stays open."""
        self.proposed_by = None

    @transition(state, source=State.REOPENING, target=State.CLOSED, permission=permissions.can_approve_period)
    def refuse_reopening(self, *, refuser: Any) -> None:
        """The proposal is refused: the period stays closed."""
        self.approved_by = refuser

    @property
    def state_tone(self) -> str:
        return {"open": "money", "closed": "done"}.get(self.state, "waiting")


class Seal(models.Model):
    """One link of the chain: it seals one entry with its lines, or one act of funding with its allocations. Inserted last."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    version = models.PositiveSmallIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class LedgerHead(models.Model):
    """The last link of the chain, kept apart and printed on every statement. One row, moved by the database itself."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="ledger_head_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class Entry(models.Model):
    """One entry. Its primary key is the number of its seal in the chain; `number` runs without gaps in the fiscal year."""

    class Kind(models.TextChoices):
        NORMAL = "normal", _("entry")
        REVERSAL = "reversal", _("reversal")
        ADJUSTMENT = "adjustment", _("adjustment")
        CLOSING = "closing", _("year-end closing")
        OPENING = "opening", _("opening")

    seal = models.OneToOneField(Seal, models.PROTECT, primary_key=True, related_name="entry")
    year = models.ForeignKey(FiscalYear, models.PROTECT, related_name="+", db_index=False)  # (year, number) has an index
    number = models.PositiveIntegerField(_("number"))
    period = models.ForeignKey(Period, models.PROTECT, related_name="entries", db_index=False)  # (period, seal) has an index
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.NORMAL)
    reference = models.CharField(_("reference"), max_length=150, unique=True)
    source = models.CharField(_("source"), max_length=100)
    object_type = models.CharField(max_length=100, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")

    objects = BooksQuerySet.as_manager()

    class Meta:
        ordering = ["seal"]
        constraints = [models.UniqueConstraint(fields=["year", "number"], name="entry_numbered_once_per_year")]
        indexes = [
            models.Index(fields=["date", "seal"], name="entry_by_date"),
            models.Index(fields=["period", "seal"], name="entry_by_period"),
            models.Index(fields=["object_type", "object_id"], name="entry_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.year_id}/{self.number:06}"

    def get_absolute_url(self) -> str:
        return reverse("ledger:entry", args=[self.pk])


class Line(models.Model):
    """One debit or credit in cents of USD, with the amount in the transaction's currency and the rate (units per USD) beside it."""

    id = models.BigIntegerField(primary_key=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="lines", db_index=False)  # (entry, position) has an index
    position = models.PositiveIntegerField()
    date = models.DateField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="lines", db_index=False)  # (account, date) has one
    window = models.ForeignKey(FundWindow, models.PROTECT, related_name="+", db_index=False)  # nothing is found by it alone
    subaccount = models.ForeignKey(Subaccount, models.PROTECT, null=True, related_name="lines", db_index=False)
    debit = models.BigIntegerField()
    credit = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    original_minor = models.BigIntegerField()
    rate = ExactDecimalField()

    objects = BooksQuerySet.as_manager()

    class Meta:
        ordering = ["entry", "position"]
        constraints = [
            models.CheckConstraint(name="line_is_debit_or_credit", condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0)),
            models.CheckConstraint(name="line_original_not_negative", condition=Q(original_minor__gte=0)),
            models.UniqueConstraint(fields=["entry", "position"], name="line_position_once"),
        ]
        indexes = [
            models.Index(fields=["account", "date"], name="line_by_account"),
            models.Index(fields=["subaccount", "account", "date"], name="line_by_subaccount"),
            models.Index(fields=["currency", "date"], name="line_in_another_currency", condition=~Q(currency="USD")),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}.{self.position} {self.account_id} {self.amount}"

    @property
    def amount(self) -> Money:
        """Debit less credit."""
        return Money.from_minor(self.debit - self.credit, "USD")

    @property
    def credited(self) -> Money:
        """Credit less debit."""
        return -self.amount

    @property
    def original(self) -> Money:
        """Debit less credit in the transaction's currency."""
        return Money.from_minor(self.original_minor if self.debit else -self.original_minor, self.currency)


class Note(models.Model):
    """A sentence about an entry, as why it was reversed: kept outside the chain, because text may name people and must be erasable."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="notes")
    text = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.text
