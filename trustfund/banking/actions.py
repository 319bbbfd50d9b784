"""What finance does with the statements of the Fund's banks. Each act locks the account first, so that two people never cross."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from trustfund import clock
from trustfund.audit.recording import record
from trustfund.banking import checking, hooks, permissions, reading
from trustfund.banking.csv_files import Layout
from trustfund.banking.found import Booking, Statement
from trustfund.banking.models import BankDetails, BankLine, BankStatement, Match, MatchedLine
from trustfund.banking.open_items import lines_on, open_lines
from trustfund.files.models import StoredFile
from trustfund.files.storing import store_read
from trustfund.ledger.models import Line, Subaccount
from trustfund.money import Money, total
from trustfund.ui.formatting import moment_text, money_text
from trustfund.workflow import lock


@transaction.atomic
def describe(bank: Subaccount, *, by: Any, account: str, layout: Layout | None, bic: str = "") -> BankDetails:
    """Say what the bank calls an account of the Fund, its BIC, and how it writes its CSV (None: it sends none)."""
    if not permissions.can_import(by):
        raise PermissionDenied
    if bank.kind != Subaccount.Kind.BANK:
        raise ValidationError(_("This is no bank account of the Fund."))
    details, new = BankDetails.objects.get_or_create(bank=bank, defaults={"account": account, "bic": bic})
    lock(details)
    changed = {"account": new or details.account != account, "bic": details.bic != bic, "csv": details.layout != layout}
    details.account, details.bic, details.layout = account, bic, layout
    details.save()
    if any(changed.values()):
        record("bankdetails.describe", of=details, by=by, bank=bank.code, **changed)
    return details


def take_in(
    details: BankDetails, name: str, content: bytes, *, by: Any, opening: Money | None = None, closing: Money | None = None
) -> list[BankStatement]:
    """Take in a bank's file: all of its statements, or none. `opening` and `closing` are for a CSV without a column of balances.

    Raises `PermissionDenied`, or `ValidationError` with everything that is wrong, by entry and field; a file or a statement that is there
    already is said to be, with when and by whom it was imported.
    """
    if not permissions.can_import(by):
        raise PermissionDenied
    digest = hashlib.sha256(content).hexdigest()
    _refuse_known(BankStatement.objects.filter(file__sha256=digest))
    found = reading.read(content, details.layout, details.currency, opening, closing)
    return _keep(details, found, name, content, by)


@transaction.atomic
def _keep(details: BankDetails, found: list[Statement], name: str, content: bytes, by: Any) -> list[BankStatement]:
    lock(details)
    known = BankStatement.objects.filter(bank=details.bank)
    _refuse_known(known.filter(number__in=[each.number for each in found]))
    last = known.filter(next=None).first()
    checking.check(found, _known(details, last), clock.today())
    stored = store_read(content, name, reading.kind_of(content), by=by)
    kept = []
    for each in found:
        last = _statement(each, details.bank, last, stored, by)
        kept.append(last)
    for statement in kept:
        record("bankstatement.take_in", of=statement, by=by, bank=details.bank.code, sha256=stored.sha256, closing=str(statement.closing))
    return kept


def _known(details: BankDetails, last: BankStatement | None) -> checking.Known:
    if last is None:
        return checking.Known(details.account, details.currency)
    return checking.Known(details.account, details.currency, last.closed_on, last.closing)


def _refuse_known(known: Any) -> None:
    """Twice is once: what is there already is named, with when and by whom it was imported."""
    first = known.select_related("imported_by", "bank").order_by("pk").first()
    if first is not None:
        names = {"statement": first.number, "bank": first.bank.code, "name": first.imported_by.name, "day": moment_text(first.imported_at)}
        message = _("The statement %(statement)s of %(bank)s is here already: %(name)s imported it on %(day)s.")
        raise ValidationError(message % names, code="known")


def _statement(found: Statement, bank: Subaccount, previous: BankStatement | None, file: StoredFile, by: Any) -> BankStatement:
    statement = BankStatement(bank=bank, number=found.number, format=found.format, previous=previous, file=file, imported_by=by)
    statement.opened_on, statement.opening = found.opened_on, found.opening
    statement.closed_on, statement.closing = found.closed_on, found.closing
    statement.save()
    moving = [each for each in found.bookings if each.amount]
    BankLine.objects.bulk_create([_line(each, statement, position) for position, each in enumerate(moving, 1)], batch_size=500)
    return statement


def _line(found: Booking, statement: BankStatement, position: int) -> BankLine:
    line = BankLine(statement=statement, position=position, bank_id=statement.bank_id)
    line.booked_on, line.value_on, line.amount = found.booked_on, found.value_on, found.amount
    line.bank_reference, line.end_to_end_id = found.bank_reference, found.end_to_end_id
    line.counterparty, line.text = found.counterparty, found.text
    return line


# What a line of the bank is in the books


@transaction.atomic
def confirm(line: BankLine, lines: Collection[Line], *, by: Any) -> Match:
    """Say that a line of the bank is these lines of the books: on the same bank account, of the same sum, each in one match only.

    `PermissionDenied`, `TransitionNotAllowed` when it is matched already, `ValidationError` when they do not fit.
    """
    _begin(line, by)
    return _match(line, lines, by)


@transaction.atomic
def undo(line: BankLine, *, by: Any) -> BankLine:
    """Take a match back: the line of the bank and those of the books are open again. What was posted stays posted."""
    _require_matching(line, by)
    lock(line.bank.bank_details)
    match = Match.objects.filter(bank_line=line).first()
    if match is None:
        raise TransitionNotAllowed("The line is not matched.", object=line)
    record("bankline.undo", of=line, by=by, lines=list(match.parts.values_list("line_id", flat=True)))
    match.delete()
    return line


@transaction.atomic
def take_up(line: BankLine, key: str, *, by: Any) -> Match:
    """Do what an upper room offers for a line of the bank, as settling a payment, and match the line to what that posted."""
    _begin(line, by)
    offer = next((each for each in hooks.offers_for(line, by) if each.key == key), None)
    if offer is None:
        raise ValidationError(_("This is not possible any more: look at the line again."), code="gone")
    posted = offer.do(by)
    entries = posted if isinstance(posted, list) else [posted]
    return _match(line, list(lines_on(line.bank).filter(entry__in=entries)), by)


def _require_matching(line: BankLine, by: Any) -> None:
    if not permissions.can_match(line, by):
        raise PermissionDenied


def _begin(line: BankLine, by: Any) -> None:
    _require_matching(line, by)
    lock(line.bank.bank_details)
    if Match.objects.filter(bank_line=line).exists():
        raise TransitionNotAllowed("The line is matched already.", object=line)


def _match(line: BankLine, lines: Collection[Line], by: Any) -> Match:
    _check(line, lines)
    match = Match.objects.create(bank_line=line, confirmed_by=by)
    MatchedLine.objects.bulk_create([MatchedLine(match=match, line=each) for each in sorted(lines, key=lambda each: each.pk)])
    record("bankline.confirm", of=line, by=by, lines=sorted(each.pk for each in lines), amount=str(line.amount))
    return match


def _check(line: BankLine, lines: Collection[Line]) -> None:
    """The books' lines are of this bank account, open, and of the same sum."""
    wanted = {each.pk for each in lines}
    if not wanted:
        raise ValidationError(_("Choose at least one line of the books."), code="none")
    found = list(open_lines(line.bank).filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise ValidationError(_("A line of the books is not of this bank account, or is matched already."), code="taken")
    reached = total((each.original for each in found), line.currency)
    if reached != line.amount:
        shown = {"books": money_text(reached), "bank": money_text(line.amount), "gap": money_text(line.amount - reached)}
        message = _("The lines of the books give %(books)s, the bank has %(bank)s: a difference of %(gap)s.")
        raise ValidationError(message % shown, code="sum")
