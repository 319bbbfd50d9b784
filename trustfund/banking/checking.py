"""Whether a statement can be right: its account, its currency, its sum, its days, and how it follows on the one before. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund.banking.found import Booking, Statement, wrong
from trustfund.money import Money, total
from trustfund.ui.formatting import day_text, money_text

FIRST_YEAR = 2000
VALUE_DATE_WITHIN = timedelta(days=60)
"""How far a value date may be from its booking: further away day and month were taken for each other."""


@dataclass(frozen=True)
class Link:
    """A statement that is there already: its days and balances."""

    opened_on: date
    opening: Money
    closed_on: date
    closing: Money


@dataclass(frozen=True)
class Known:
    """What is known of the account that the statement must be of, and the statements of it that are there, the oldest first."""

    account: str
    currency: str
    chain: tuple[Link, ...] = ()


def check(found: list[Statement], known: Known, today: date) -> None:
    """Statements of one file in their order; ValidationError lists everything that is wrong with them.

    One that is older than what is there is put where it belongs: it follows on what is before it, and leads to what is after it.
    """
    problems: list[ValidationError] = []
    numbers = [each.number for each in found]
    sound: list[Statement] = []
    for statement in found:
        problems += _numbered(statement, numbers)
        alone = _alone(statement, known, today)
        problems += alone
        sound += [] if alone else [statement]
    problems += _in_sequence(sound, known)
    if problems:
        raise ValidationError(problems)


def place(each: Link | Statement) -> tuple[date, date]:
    """By what statements of an account are put in their sequence."""
    return each.opened_on, each.closed_on


def _in_sequence(found: list[Statement], known: Known) -> Iterator[ValidationError]:
    """Each begins where the one before ended, on both sides; what was there before is not judged again."""
    links: list[Link | Statement] = [*known.chain, *found]
    chain = sorted(links, key=place)
    for before, after in pairwise(chain):
        if isinstance(after, Statement):
            yield from _following(after, before)
        elif isinstance(before, Statement):
            yield from _leading(before, after)


def _alone(statement: Statement, known: Known, today: date) -> list[ValidationError]:
    """What is wrong with one statement by itself; sums only where the currency is right."""
    about = list(_account(statement, known))
    return about or [*_days(statement, today), *_sum(statement)]


def _numbered(statement: Statement, numbers: list[str]) -> list[ValidationError]:
    """Each statement has a number, and no two of a file the same: by it a second import is recognised."""
    if not statement.number:
        return [wrong(_("Statement"), _("number"), _("it is missing."))]
    if numbers.count(statement.number) > 1:
        return [wrong(_name(statement), _("number"), _("it is in the file more than once."))]
    return []


def _name(statement: Statement) -> str:
    return _("Statement %(number)s") % {"number": statement.number}


def _account(statement: Statement, known: Known) -> Iterator[ValidationError]:
    if statement.account and not same_account(statement.account, known.account, known.currency):
        shown = {"found": statement.account, "wanted": known.account}
        yield wrong(_name(statement), _("account"), _("it is of the account %(found)s, not of %(wanted)s.") % shown)
    currencies = {statement.currency, statement.opening.currency, statement.closing.currency}
    other = next((each for each in sorted(currencies) if each != known.currency), None)
    if other is not None:
        shown = {"found": other, "wanted": known.currency}
        yield wrong(_name(statement), _("currency"), _("it is in %(found)s, the account in %(wanted)s.") % shown)
    for booking in statement.bookings:
        if booking.amount.currency != known.currency:
            shown = {"found": booking.amount.currency, "wanted": known.currency}
            yield wrong(booking.where, _("currency"), _("it is in %(found)s, the account in %(wanted)s.") % shown)


def same_account(found: str, wanted: str, currency: str) -> bool:
    """Whether two writings are of one account: with or without spaces, a bank's code before a stroke, the currency behind."""
    return bool(_forms(found, currency) & _forms(wanted, currency))


def _forms(text: str, currency: str) -> set[str]:
    whole = re.sub(r"[\s-]", "", text).upper()
    parts = {whole, whole.rpartition("/")[2]}
    return {each.removesuffix(currency) for each in parts} | parts


def _days(statement: Statement, today: date) -> Iterator[ValidationError]:
    if statement.closed_on > today:
        shown = {"day": day_text(statement.closed_on)}
        yield wrong(_name(statement), _("closing balance"), _("%(day)s has not come yet.") % shown)
    if statement.opened_on.year < FIRST_YEAR:
        yield wrong(_name(statement), _("opening balance"), _("%(day)s is too long ago.") % {"day": statement.opened_on.isoformat()})
    if statement.opened_on > statement.closed_on:
        yield wrong(_name(statement), _("opening balance"), _("its day is after the day of the closing balance."))
    for booking in statement.bookings:
        yield from _days_of(booking, statement, today)


def _days_of(booking: Booking, statement: Statement, today: date) -> Iterator[ValidationError]:
    shown = {"day": day_text(booking.booked_on)}
    if booking.booked_on > today:
        yield wrong(booking.where, _("booking date"), _("%(day)s has not come yet.") % shown)
    elif not statement.opened_on <= booking.booked_on <= statement.closed_on:
        yield wrong(booking.where, _("booking date"), _("%(day)s is not within the days of the statement.") % shown)
    elif abs(booking.value_on - booking.booked_on) > VALUE_DATE_WITHIN:
        shown = {"day": day_text(booking.value_on)}
        yield wrong(booking.where, _("value date"), _("%(day)s is too far from the booking date.") % shown)


def _sum(statement: Statement) -> Iterator[ValidationError]:
    reached = statement.opening + total((each.amount for each in statement.bookings), statement.currency)
    if reached != statement.closing:
        shown = {"reached": money_text(reached), "closing": money_text(statement.closing), "gap": money_text(statement.closing - reached)}
        why = _("the opening balance and the entries give %(reached)s, the statement says %(closing)s: a difference of %(gap)s.")
        yield wrong(_name(statement), _("closing balance"), why % shown)


def _following(statement: Statement, before: Link | Statement) -> Iterator[ValidationError]:
    """It begins where the one before ended: not earlier, and with that balance."""
    shown = {
        "day": day_text(before.closed_on),
        "last": money_text(before.closing),
        "first": money_text(statement.opening),
        "begins": day_text(statement.opened_on),
    }
    if statement.opened_on < before.closed_on:
        why = _("it begins on %(begins)s, but the statement before ends on %(day)s: their days overlap.")
        yield wrong(_name(statement), _("opening balance"), why % shown)
    elif statement.opening != before.closing:
        why = _("it begins with %(first)s, but the statement before ends on %(day)s with %(last)s: one between them is missing.")
        yield wrong(_name(statement), _("opening balance"), why % shown)


def _leading(statement: Statement, after: Link) -> Iterator[ValidationError]:
    """It ends where the one after it begins, which is there already."""
    shown = {
        "day": day_text(after.opened_on),
        "first": money_text(after.opening),
        "last": money_text(statement.closing),
        "ends": day_text(statement.closed_on),
    }
    if after.opened_on < statement.closed_on:
        why = _("it ends on %(ends)s, but the statement after it begins on %(day)s: their days overlap.")
        yield wrong(_name(statement), _("closing balance"), why % shown)
    elif statement.closing != after.opening:
        why = _("it ends with %(last)s, but the statement after it begins on %(day)s with %(first)s: one between them is missing.")
        yield wrong(_name(statement), _("closing balance"), why % shown)
