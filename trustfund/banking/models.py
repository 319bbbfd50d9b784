"""What the banks say: statements with their lines, as they were read; and what a person made of each line.

A statement and its lines are facts: the tables refuse to change them (guards.py), but for the names and texts of a line, which may be
of a person and can be erased. A match is what finance said, and can be taken back; the audit trail keeps both. A statement that should
not be here is withdrawn: it stays on record, and counts for nothing.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from trustfund import clock
from trustfund.banking import permissions
from trustfund.banking.csv_files import Layout
from trustfund.fields import MoneyProperty
from trustfund.ledger.models import Line, Subaccount
from trustfund.workflow import Stateful

PERSON = settings.AUTH_USER_MODEL


class BankingQuerySet(models.QuerySet[Any]):
    """Rows of this room: seen by those who may see the statements, and by nobody else."""

    def visible_to(self, user: Any) -> BankingQuerySet:
        return self if permissions.can_see(user) else self.none()


class BankDetails(models.Model):
    """What the bank calls an account of the Fund, and how it writes its CSV. Its row is locked by every act on the account."""

    bank = models.OneToOneField(Subaccount, models.PROTECT, related_name="bank_details", limit_choices_to={"kind": "bank"})
    account = models.CharField(_("account number or IBAN"), max_length=50)
    bic = models.CharField(_("BIC of the bank"), max_length=11, blank=True)
    csv = models.JSONField(null=True)

    objects = BankingQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="bank_details_name_the_account", condition=~Q(account=""))]

    def __str__(self) -> str:
        return self.account

    @property
    def layout(self) -> Layout | None:
        """How the bank writes its CSV, once somebody has said it."""
        return Layout(**self.csv) if self.csv else None

    @layout.setter
    def layout(self, layout: Layout | None) -> None:
        self.csv = asdict(layout) if layout else None

    @property
    def currency(self) -> str:
        return self.bank.currency or "USD"


class BankStatementQuerySet(BankingQuerySet):
    def standing(self) -> BankStatementQuerySet:
        """Without those that were withdrawn."""
        return self.filter(withdrawal=None)


class BankStatement(models.Model):
    """One statement of one account, as the bank sent it. It follows on `previous`: no two follow on the same one."""

    bank = models.ForeignKey(Subaccount, models.PROTECT, related_name="bank_statements", verbose_name=_("bank account"))
    number = models.CharField(_("number"), max_length=80)
    format = models.CharField(_("format"), max_length=20)
    currency = models.CharField(_("currency"), max_length=3)
    opened_on = models.DateField(_("from"))
    opening_minor = models.BigIntegerField(_("opening balance"))
    opening = MoneyProperty("opening_minor", "currency")
    closed_on = models.DateField(_("to"))
    closing_minor = models.BigIntegerField(_("closing balance"))
    closing = MoneyProperty("closing_minor", "currency")
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="next")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    imported_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("imported by"))
    imported_at = models.DateTimeField(_("imported on"), default=clock.now)
    withdrawal = models.OneToOneField("Withdrawal", models.PROTECT, null=True, related_name="+")

    objects = BankStatementQuerySet.as_manager()

    class Meta:
        ordering = ["-closed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["bank", "number"], condition=Q(withdrawal=None), name="bank_statement_imported_once"),
            models.UniqueConstraint(fields=["bank"], condition=Q(previous=None, withdrawal=None), name="bank_statement_one_is_first"),
            models.CheckConstraint(name="bank_statement_withdrawn_follows_none", condition=Q(withdrawal=None) | Q(previous=None)),
            models.CheckConstraint(name="bank_statement_days_in_order", condition=Q(opened_on__lte=F("closed_on"))),
        ]

    def __str__(self) -> str:
        return f"{self.bank.code} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("banking:detail", args=[self.pk])

    @property
    def state_tone(self) -> str:
        return "blocked" if self.withdrawal_id else "neutral"

    def get_state_display(self) -> str:
        return gettext("Withdrawn") if self.withdrawal_id else gettext("Standing")


class Withdrawal(Stateful):
    """Finance takes a statement back that should not be here. If lines of it are matched (`matched`), a second person confirms."""

    class State(models.TextChoices):
        ASKED = "asked", _("To be confirmed")
        DONE = "done", _("Withdrawn")
        DECLINED = "declined", _("Declined")

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="withdrawals")
    state = FSMField(_("state"), choices=State, default=State.ASKED, protected=True)
    matched = models.PositiveIntegerField(_("matched lines"))
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by"))

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["statement"], condition=Q(state="asked"), name="withdrawal_asked_once"),
            models.CheckConstraint(
                name="withdrawal_two_people_where_lines_are_matched",
                condition=~Q(state="done") | Q(matched=0) | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
            ),
        ]

    def __str__(self) -> str:
        return str(self.statement)

    def get_absolute_url(self) -> str:
        return self.statement.get_absolute_url()

    def nothing_is_matched(self) -> bool:
        return self.matched == 0

    @transition(
        state, source=State.ASKED, target=State.DONE, permission=permissions.can_carry_out, conditions=[nothing_is_matched]
    )
    def carry_out(self) -> None:
        """Nobody has built on it: no second person is needed."""

    @transition(state, source=State.ASKED, target=State.DONE, permission=permissions.can_confirm_withdrawal)
    def confirm(self, *, by: Any) -> None:
        """A second person agrees; its matches are taken back."""
        self.decided_by = by

    @transition(state, source=State.ASKED, target=State.DECLINED, permission=permissions.can_decline_withdrawal)
    def decline(self, *, by: Any) -> None:
        """It stays."""
        self.decided_by = by


class BankLineQuerySet(BankingQuerySet):
    def unmatched(self) -> BankLineQuerySet:
        """Those of which nobody has said yet what they are; not those of a statement that was withdrawn."""
        return self.standing().filter(match=None)

    def standing(self) -> BankLineQuerySet:
        return self.filter(statement__withdrawal=None)


class BankLine(models.Model):
    """One entry of a statement: positive came in, negative went out."""

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    bank = models.ForeignKey(Subaccount, models.PROTECT, related_name="bank_lines", verbose_name=_("bank account"))
    booked_on = models.DateField(_("booked on"))
    value_on = models.DateField(_("value date"))
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount"))
    amount = MoneyProperty("amount_minor", "currency")
    bank_reference = models.CharField(_("bank reference"), max_length=140, blank=True)
    end_to_end_id = models.CharField(_("end-to-end reference"), max_length=140, blank=True)
    counterparty = models.CharField(_("counterparty"), max_length=200, blank=True)
    text = models.CharField(_("remittance text"), max_length=1000, blank=True)
    match = models.ForeignKey("Match", models.PROTECT, null=True, related_name="bank_lines")

    objects = BankLineQuerySet.as_manager()

    class Meta:
        ordering = ["statement", "position"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "position"], name="bank_line_position_once"),
            models.CheckConstraint(name="bank_line_of_something", condition=~Q(amount_minor=0)),
        ]
        indexes = [models.Index(fields=["bank", "booked_on"], name="bank_line_by_day")]

    def __str__(self) -> str:
        return f"{self.statement_id}.{self.position}"

    def get_absolute_url(self) -> str:
        return reverse("banking:line", args=[self.pk])

    @property
    def reference(self) -> str:
        """By what the books call it: the bank's reference, else the sender's, else its place in the statement."""
        return self.bank_reference or self.end_to_end_id or f"{self.statement.number}/{self.position}"

    @property
    def in_full(self) -> str:
        """All in which the bank may name what it is."""
        return " ".join([self.bank_reference, self.end_to_end_id, self.text])

    @property
    def is_matched(self) -> bool:
        return self.match_id is not None

    @property
    def state_tone(self) -> str:
        if self.is_matched:
            return "money"
        return "neutral" if self.statement.withdrawal_id else "waiting"

    def get_state_display(self) -> str:
        if self.is_matched:
            return gettext("Matched")
        return gettext("Withdrawn") if self.statement.withdrawal_id else gettext("To match")


class Match(models.Model):
    """What lines of the bank are in the books, as a person confirmed it: lines on that bank account of the same sum.

    One of each as a rule; several of the books where the bank booked a batch, several of the bank where it booked in parts.
    """

    confirmed_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("confirmed by"))
    confirmed_at = models.DateTimeField(_("confirmed on"), default=clock.now)

    def __str__(self) -> str:
        return str(self.pk)


class MatchedLine(models.Model):
    """One line of the books in a match; a line is in one match at the most."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="parts")
    line = models.OneToOneField(Line, models.PROTECT, related_name="bank_match")

    class Meta:
        ordering = ["line"]

    def __str__(self) -> str:
        return str(self.line_id)


class LineVoucher(models.Model):
    """The voucher that finance wrote for a line of the bank: a charge, or interest."""

    bank_line = models.ForeignKey(BankLine, models.PROTECT, related_name="vouchers")
    voucher = models.OneToOneField("vouchers.Voucher", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.voucher_id)
