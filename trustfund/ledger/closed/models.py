"""What closing leaves behind: the balances as they were kept, and who certified a year. `ledger/models.py` is what they are about.

Rows of balances are added up from the lines once, at a closing, and never change: see `kept` for how they are read and guards.py for
what the tables refuse.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from trustfund.ledger import permissions
from trustfund.workflow import Stateful

PERSON = settings.AUTH_USER_MODEL


class ClosedBooks(models.Model):
    """The balances of all lines dated not after `as_of` and sealed not after `seq`: that set never changes, whatever is posted later.

    `base` is what they go on from, `marks` the names of the truths about lines that are kept (marks.py). Inserted last.
    """

    id = models.BigIntegerField(primary_key=True)
    as_of = models.DateField()
    seq = models.BigIntegerField()
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    marks = models.CharField(max_length=300)

    class Meta:
        ordering = ["as_of", "seq"]
        constraints = [models.UniqueConstraint(fields=["as_of", "seq", "marks"], name="closed_books_kept_once")]

    def __str__(self) -> str:
        return f"{self.as_of}, seal {self.seq}"


class ClosedMovement(models.Model):
    """What the lines since the base come to, by all that statements ask of a line; cents, `original` signed in the line's own currency."""

    books = models.ForeignKey(ClosedBooks, models.PROTECT, related_name="movements", db_index=False)  # the first column of its index
    account = models.ForeignKey("ledger.Account", models.PROTECT, related_name="+", db_index=False)
    window = models.ForeignKey("ledger.FundWindow", models.PROTECT, related_name="+", db_index=False)
    subaccount = models.ForeignKey("ledger.Subaccount", models.PROTECT, null=True, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    marks = models.CharField(max_length=300)
    debit = models.BigIntegerField()
    credit = models.BigIntegerField()
    original = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["books", "account"], name="closed_movement_of_account"),
            models.Index(fields=["subaccount", "account"], name="closed_movement_of_subaccount"),
        ]

    def __str__(self) -> str:
        return f"{self.books_id} {self.account_id} {self.subaccount_id or ''}"


class ClosedBalance(models.Model):
    """Debits and credits from the beginning, of all subaccounts together: what statements read first. Cents of USD."""

    books = models.ForeignKey(ClosedBooks, models.PROTECT, related_name="balances", db_index=False)
    account = models.ForeignKey("ledger.Account", models.PROTECT, related_name="+", db_index=False)
    window = models.ForeignKey("ledger.FundWindow", models.PROTECT, related_name="+", db_index=False)
    marks = models.CharField(max_length=300)
    debit = models.BigIntegerField()
    credit = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["books", "account", "window", "marks"], name="closed_balance_once")]

    def __str__(self) -> str:
        return f"{self.books_id} {self.account_id}"


def _signed(act: str, empty: bool = False) -> dict[str, bool]:
    return {f"{act}_by__isnull": empty, f"{act}_on__isnull": empty}


def _unsigned(act: str) -> dict[str, bool]:
    return _signed(act, empty=True)


class Certification(Stateful):
    """Who prepared, certified and approved the statements of a year, made from the books up to the seal `seq`.

    The last of the three acts is final: the year is never reopened.
    """

    class State(models.TextChoices):
        PREPARED = "prepared", _("prepared")
        CERTIFIED = "certified", _("certified")
        APPROVED = "approved", _("approved")
        WITHDRAWN = "withdrawn", _("withdrawn")

    year = models.OneToOneField("ledger.FiscalYear", models.PROTECT, primary_key=True, related_name="certification")
    state = FSMField(choices=State, default=State.PREPARED, protected=True)
    seq = models.BigIntegerField()
    prepared_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    prepared_on = models.DateField()
    certified_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    certified_on = models.DateField(null=True)
    approved_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    approved_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="certification_by_others_than_the_preparer",
                condition=(Q(certified_by__isnull=True) | ~Q(certified_by=F("prepared_by")))
                & (Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by"))),
            ),
            models.CheckConstraint(
                name="certification_has_who_and_when",
                condition=Q(state__in=["prepared", "withdrawn"], **_unsigned("certified"), **_unsigned("approved"))
                | Q(state="certified", **_signed("certified"), **_unsigned("approved"))
                | Q(state="approved", **_signed("certified"), **_signed("approved")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.year_id)

    @property
    def state_tone(self) -> str:
        return {"approved": "done", "withdrawn": "blocked"}.get(self.state, "waiting")

    @transition(state, source=State.WITHDRAWN, target=State.PREPARED, permission=permissions.can_prepare_year)
    def prepare(self, *, by: Any, on: Any, seq: int) -> None:
        """Prepared anew, from the books as they are now."""
        self.prepared_by, self.prepared_on, self.seq = by, on, seq

    @transition(state, source=State.PREPARED, target=State.CERTIFIED, permission=permissions.can_certify_year)
    def certify(self, *, by: Any, on: Any) -> None:
        """The certifying officer puts a name to the statements."""
        self.certified_by, self.certified_on = by, on

    @transition(state, source=State.CERTIFIED, target=State.APPROVED, permission=permissions.can_approve_year)
    def approve(self, *, by: Any, on: Any) -> None:
        """The fund manager approves them: the year is never reopened."""
        self.approved_by, self.approved_on = by, on

    @transition(state, source=[State.PREPARED, State.CERTIFIED], target=State.WITHDRAWN, permission=permissions.can_withdraw_year)
    def withdraw(self) -> None:
        """Something has to be put right first: the year may be reopened, and is prepared again."""
        self.certified_by = self.certified_on = None
