"""Whether a statement can be right: its account, its currency, its sum, its days, and how it follows on the one before. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund.banking.found import Booking, Statement, wrong
from trustfund.money import Money, total
from trustfund.ui.formatting import day_text, money_text

FIRST_YEAR = 2000
VALUE_DATE_WITHIN = timedelta(days=60)
"""How far a value date may be from its booking: further away day and month were taken for each other."""


@dataclass(frozen=True)
class Known:
    """What is known of the account that the statement must be of, and where its last statement ended (None: this is the first)."""

    account: str
    currency: str
    closed_on: date | None = None
    closing: Money | None = None


def check(found: list[Statement], known: Known, today: date) -> None:
    """Statements of one file in their order; ValidationError lists everything that is wrong with them."""
    problems: list[ValidationError] = []
    numbers = [each.number for each in found]
    for statement in found:
        problems += _numbered(statement, numbers)
        problems += _alone(statement, known, today) or list(_following(statement, known))
        known = Known(known.account, known.currency, statement.closed_on, statement.closing)
    if problems:
        raise ValidationError(problems)


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


def _following(statement: Statement, known: Known) -> Iterator[ValidationError]:
    """It begins where the one before ended: not earlier, and with that balance."""
    if known.closed_on is None or known.closing is None:
        return
    shown = {
        "day": day_text(known.closed_on),
        "last": money_text(known.closing),
        "first": money_text(statement.opening),
        "begins": day_text(statement.opened_on),
    }
    if statement.opened_on < known.closed_on:
        why = _("it begins on %(begins)s, but the statement before ends on %(day)s: their days overlap.")
        yield wrong(_name(statement), _("opening balance"), why % shown)
    elif statement.opening != known.closing:
        why = _("it begins with %(first)s, but the statement before ends on %(day)s with %(last)s: one between them is missing.")
        yield wrong(_name(statement), _("opening balance"), why % shown)
