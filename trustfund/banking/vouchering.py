"""A charge or interest straight from the line of the bank: finance writes the voucher with one click, another person approves it.

One person alone could hide any debit as a charge, so this is a voucher like any other: the checker sees it beside the bank's own words.
Once it is posted, it is the first suggestion for the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from trustfund.audit.recording import record
from trustfund.banking import permissions
from trustfund.banking.actions import begin
from trustfund.banking.models import BankLine, LineVoucher
from trustfund.ledger.models import GENERAL, Entry
from trustfund.ledger.postings import bank_code
from trustfund.vouchers import actions as vouchers
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.rules import Content, Row

CHARGES, INTEREST = "5300", "4100"


@transaction.atomic
def write(line: BankLine, *, by: Any, on: date, narrative: str) -> Voucher:
    """Dr 5300 / Cr bank for what went out, Dr bank / Cr 4100 for what came in, dated `on`, submitted for approval.

    `rules.Refused` (a ValidationError) as for any voucher: a closed period, a missing rate. 409 when there is one already.
    """
    begin(line, by)
    may_write(line, by)
    voucher = vouchers.draft(Content("entry", on, GENERAL, _rows(line)), by=by, narrative=narrative)
    LineVoucher.objects.create(bank_line=line, voucher=voucher)
    record("bankline.write_voucher", of=line, by=by, voucher=voucher.pk)
    return vouchers.submit(voucher, by=by)


def may_write(line: BankLine, by: Any) -> None:
    """What `write` asks first, for its page."""
    if not permissions.can_match(line, by):
        raise PermissionDenied
    if line.is_matched or line.statement.withdrawal_id or live_voucher(line) is not None:
        raise TransitionNotAllowed("The line is matched, or has its voucher already.", object=line)


def live_voucher(line: BankLine) -> Voucher | None:
    """The voucher that was written for a line and not given up."""
    found = LineVoucher.objects.filter(bank_line=line).exclude(voucher__state=Voucher.State.CANCELLED).select_related("voucher").first()
    return found.voucher if found else None


def _rows(line: BankLine) -> list[Row]:
    bank, amount = bank_code(line.bank), abs(line.amount)
    if line.amount.minor < 0:
        return [Row(CHARGES, "debit", amount), Row(bank, "credit", amount, line.bank)]
    return [Row(bank, "debit", amount, line.bank), Row(INTEREST, "credit", amount)]


def words(entries: Sequence[Entry]) -> Mapping[int, Iterable[str]]:
    """The references of the lines of the bank that entries were written for."""
    about = {int(entry.object_id): entry.pk for entry in entries if entry.object_type == Voucher._meta.label_lower and entry.object_id}
    found = LineVoucher.objects.filter(voucher__in=about).select_related("bank_line__statement")
    return {about[each.voucher_id]: [each.bank_line.bank_reference, each.bank_line.end_to_end_id] for each in found}


def about(entries: Sequence[Entry]) -> Mapping[int, str]:
    """Which voucher posted an entry, whose it is and what for."""
    of = {int(entry.object_id): entry.pk for entry in entries if entry.object_type == Voucher._meta.label_lower and entry.object_id}
    found = Voucher.objects.filter(pk__in=of).select_related("maker")
    words = _("Voucher %(voucher)s by %(maker)s: %(text)s")
    return {of[each.pk]: words % {"voucher": each, "maker": each.maker.name, "text": each.narrative} for each in found}
