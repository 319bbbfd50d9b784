"""Taking back a statement that should not be here: of another account, of a test, wrong at the bank. It stays on record.

Where lines of it are matched, a second person confirms, and the matches are taken back with it. A month that is closed was reconciled
with it: then it stays.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from trustfund.audit.recording import record
from trustfund.banking import permissions
from trustfund.banking.actions import CLOSED, take_back
from trustfund.banking.models import BankStatement, Match, Withdrawal
from trustfund.ledger.models import Period
from trustfund.workflow import advance, lock, require


@transaction.atomic
def withdraw(statement: BankStatement, *, by: Any, reason: str) -> Withdrawal:
    """Take it back at once, or, where lines of it are matched, ask a second person to.

    ValidationError when a month of it is closed; 409 when it is withdrawn, or somebody has asked already.
    """
    may_withdraw(statement, by)
    lock(statement.bank.bank_details)
    statement.refresh_from_db()
    may_withdraw(statement, by)
    refuse_closed(statement)
    matched = statement.lines.exclude(match=None).count()
    withdrawal = Withdrawal.objects.create(statement=statement, matched=matched, reason=reason, asked_by=by)
    record("withdrawal.ask", of=withdrawal, by=by, statement=statement.pk, matched=matched)
    if not matched:
        withdrawal = advance(withdrawal.carry_out, by=by)
        _take_away(statement, withdrawal, by)
    return withdrawal


def may_withdraw(statement: BankStatement, by: Any) -> None:
    """What `withdraw` asks first, for its page."""
    if not permissions.can_withdraw(by):
        raise PermissionDenied
    if statement.withdrawal_id or statement.withdrawals.filter(state=Withdrawal.State.ASKED).exists():
        raise TransitionNotAllowed("The statement is withdrawn, or somebody has asked for it already.", object=statement)


def refuse_closed(statement: BankStatement) -> None:
    """ValidationError when a month that its entries, or its closing balance, belong to is closed."""
    days = {statement.closed_on, *statement.lines.values_list("booked_on", flat=True)}
    closed = Period.objects.filter(state__in=CLOSED, number__lte=12, starts_on__lte=max(days), ends_on__gte=min(days))
    touched = [each for each in closed if any(each.starts_on <= day <= each.ends_on for day in days)]
    if touched:
        message = _("The period %(period)s was reconciled with this statement and is closed: the statement stays.")
        raise ValidationError(message % {"period": touched[0]}, code="closed")


@transaction.atomic
def confirm(withdrawal: Withdrawal, *, by: Any) -> Withdrawal:
    """A second person agrees: its matches are taken back, and the statement counts for nothing."""
    statement = withdrawal.statement
    lock(statement.bank.bank_details, withdrawal)
    statement.refresh_from_db()
    require(withdrawal.confirm, by=by)
    refuse_closed(statement)
    withdrawal = advance(withdrawal.confirm, by=by)
    for match in Match.objects.filter(bank_lines__statement=statement).distinct().order_by("pk"):
        take_back(match, by)
    _take_away(statement, withdrawal, by)
    return withdrawal


@transaction.atomic
def decline(withdrawal: Withdrawal, *, by: Any) -> Withdrawal:
    """The statement stays."""
    return advance(withdrawal.decline, by=by)


def _take_away(statement: BankStatement, withdrawal: Withdrawal, by: Any) -> None:
    """Out of the sequence: what followed on it follows on what was before it, and the gap shows."""
    known = BankStatement.objects.filter(bank=statement.bank)
    before = statement.previous
    after = known.filter(previous=statement).first()
    known.filter(pk=statement.pk).update(withdrawal=withdrawal, previous=None)
    if after is not None:
        known.filter(pk=after.pk).update(previous=before)
    statement.refresh_from_db()
    record("bankstatement.withdraw", of=statement, by=by, bank=statement.bank.code, withdrawal=withdrawal.pk)
