"""What finance does with the statements of the Fund's banks. Each act locks the account first, so that two people never cross."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
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
from trustfund.ledger.models import Line, Period, Subaccount
from trustfund.money import Money, total
from trustfund.ui.formatting import moment_text, money_text
from trustfund.workflow import lock

CLOSED = (Period.State.CLOSED, Period.State.REOPENING)


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
    _refuse_known(BankStatement.objects.standing().filter(file__sha256=digest))
    found = reading.read(content, details.layout, details.currency, opening, closing)
    return _keep(details, found, name, content, by)


@transaction.atomic
def _keep(details: BankDetails, found: list[Statement], name: str, content: bytes, by: Any) -> list[BankStatement]:
    lock(details)
    known = BankStatement.objects.standing().filter(bank=details.bank)
    _refuse_known(known.filter(number__in=[each.number for each in found]))
    checking.check(found, _known(details, known), clock.today())
    stored = store_read(content, name, reading.kind_of(content), by=by)
    kept = [_put_in(_statement(each, details.bank, stored, by), each) for each in sorted(found, key=checking.place)]
    for statement in kept:
        record("bankstatement.take_in", of=statement, by=by, bank=details.bank.code, sha256=stored.sha256, closing=str(statement.closing))
    return kept


def _known(details: BankDetails, known: Any) -> checking.Known:
    chain = known.order_by("opened_on", "closed_on", "pk")
    links = tuple(checking.Link(each.opened_on, each.opening, each.closed_on, each.closing) for each in chain)
    return checking.Known(details.account, details.currency, links)


def _put_in(statement: BankStatement, found: Statement) -> BankStatement:
    """Keep a statement with its lines where its days place it, between the one before and the one after."""
    known = BankStatement.objects.standing().filter(bank=statement.bank)
    earlier = Q(opened_on__lt=found.opened_on) | Q(opened_on=found.opened_on, closed_on__lte=found.closed_on)
    before = known.filter(earlier).order_by("opened_on", "closed_on", "pk").last()
    after = known.filter(previous=before).first()
    # Nobody ever has two followers, not even for a moment: it comes in at the end, and goes to its place from there.
    statement.previous = known.filter(next=None).first() if after else before
    statement.save()
    if after is not None:
        known.filter(pk=after.pk).update(previous=statement)
        statement.previous = before
        known.filter(pk=statement.pk).update(previous=before)
    moving = [each for each in found.bookings if each.amount]
    BankLine.objects.bulk_create([_line(each, statement, position) for position, each in enumerate(moving, 1)], batch_size=500)
    return statement


def _refuse_known(known: Any) -> None:
    """Twice is once: what is there already is named, with when and by whom it was imported."""
    first = known.select_related("imported_by", "bank").order_by("pk").first()
    if first is not None:
        names = {"statement": first.number, "bank": first.bank.code, "name": first.imported_by.name, "day": moment_text(first.imported_at)}
        message = _("The statement %(statement)s of %(bank)s is here already: %(name)s imported it on %(day)s.")
        raise ValidationError(message % names, code="known")


def _statement(found: Statement, bank: Subaccount, file: StoredFile, by: Any) -> BankStatement:
    statement = BankStatement(bank=bank, number=found.number, format=found.format, file=file, imported_by=by)
    statement.opened_on, statement.opening = found.opened_on, found.opening
    statement.closed_on, statement.closing = found.closed_on, found.closing
    return statement


def _line(found: Booking, statement: BankStatement, position: int) -> BankLine:
    line = BankLine(statement=statement, position=position, bank_id=statement.bank_id)
    line.booked_on, line.value_on, line.amount = found.booked_on, found.value_on, found.amount
    line.bank_reference, line.end_to_end_id = found.bank_reference, found.end_to_end_id
    line.counterparty, line.text = found.counterparty, found.text
    return line


# What a line of the bank is in the books


@transaction.atomic
def confirm(line: BankLine, lines: Collection[Line], *, by: Any, others: Collection[BankLine] = ()) -> Match:
    """Say that a line of the bank, with `others` of the same account, is these lines of the books: of the same sum, each in one match only.

    `PermissionDenied`, `TransitionNotAllowed` when it is matched already, `ValidationError` when they do not fit.
    """
    begin(line, by)
    return _match([line, *others], lines, by)


@transaction.atomic
def undo(line: BankLine, *, by: Any) -> BankLine:
    """Take a match back: its lines of the bank and of the books are open again. What was posted stays posted."""
    _require_matching(line, by)
    lock(line.bank.bank_details)
    match = Match.objects.filter(bank_lines=line).first()
    if match is None:
        raise TransitionNotAllowed("The line is not matched.", object=line)
    refuse_closed(match)
    take_back(match, by)
    line.match = None
    return line


def refuse_closed(match: Match) -> None:
    """ValidationError when the month in which both sides had it is closed: it was reconciled with this match."""
    days = [*match.bank_lines.values_list("booked_on", flat=True), *match.parts.values_list("line__date", flat=True)]
    period = Period.objects.filter(state__in=CLOSED, number__lte=12, starts_on__lte=max(days), ends_on__gte=max(days)).first()
    if period is not None:
        message = _("The period %(period)s was reconciled with this match and is closed. Have it reopened first.")
        raise ValidationError(message % {"period": period}, code="closed")


def take_back(match: Match, by: Any) -> None:
    """Forget a match, on record for each of its lines of the bank; the account is locked."""
    lines = list(match.parts.values_list("line_id", flat=True))
    for each in match.bank_lines.order_by("pk"):
        record("bankline.undo", of=each, by=by, lines=lines)
    match.bank_lines.update(match=None)
    match.delete()


@transaction.atomic
def take_up(line: BankLine, key: str, *, by: Any) -> Match:
    """Do what an upper room offers for a line of the bank, as settling a payment, and match the line to what that posted."""
    begin(line, by)
    offer = next((each for each in hooks.offers_for(line, by) if each.key == key), None)
    if offer is None:
        raise ValidationError(_("This is not possible any more: look at the line again."), code="gone")
    posted = offer.do(by)
    entries = posted if isinstance(posted, list) else [posted]
    return _match([line], list(lines_on(line.bank).filter(entry__in=entries)), by)


def _require_matching(line: BankLine, by: Any) -> None:
    if not permissions.can_match(line, by):
        raise PermissionDenied


def begin(line: BankLine, by: Any) -> None:
    """What every act on an open line asks first, with the account locked."""
    _require_matching(line, by)
    lock(line.bank.bank_details)
    if not BankLine.objects.unmatched().filter(pk=line.pk).exists():
        raise TransitionNotAllowed("The line is matched already, or its statement was withdrawn.", object=line)


def _match(bank_lines: Collection[BankLine], lines: Collection[Line], by: Any) -> Match:
    _check(bank_lines, lines)
    match = Match.objects.create(confirmed_by=by)
    MatchedLine.objects.bulk_create([MatchedLine(match=match, line=each) for each in sorted(lines, key=lambda each: each.pk)])
    BankLine.objects.filter(pk__in=[each.pk for each in bank_lines]).update(match=match)
    for each in bank_lines:
        each.match = match
        record("bankline.confirm", of=each, by=by, lines=sorted(line.pk for line in lines), amount=str(each.amount))
    return match


def _check(bank_lines: Collection[BankLine], lines: Collection[Line]) -> None:
    """All are of one bank account and open, and both sides have the same sum."""
    bank = next(iter(bank_lines)).bank
    wanted, of_the_bank = {each.pk for each in lines}, {each.pk for each in bank_lines}
    if not wanted:
        raise ValidationError(_("Choose at least one line of the books."), code="none")
    found = list(open_lines(bank).filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise ValidationError(_("A line of the books is not of this bank account, or is matched already."), code="taken")
    booked = list(BankLine.objects.unmatched().filter(bank=bank, pk__in=of_the_bank))
    if len(booked) != len(of_the_bank):
        raise ValidationError(_("A line of the bank is not of this account, or is matched already."), code="taken")
    _check_sums(total((each.original for each in found), booked[0].currency), total((each.amount for each in booked), booked[0].currency))


def _check_sums(books: Money, bank: Money) -> None:
    if books != bank:
        shown = {"books": money_text(books), "bank": money_text(bank), "gap": money_text(bank - books)}
        message = _("The lines of the books give %(books)s, the bank has %(bank)s: a difference of %(gap)s.")
        raise ValidationError(message % shown, code="sum")
