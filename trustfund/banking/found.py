"""What a reader finds in a bank's file, the same whatever the format, and the small words that all readers share. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund.fields import LARGEST
from trustfund.money import Money, TooPrecise, UnknownCurrency

MAX_BYTES = 10 * 1024 * 1024
MAX_ENTRIES = 20_000
NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]*)?")


@dataclass(frozen=True)
class Booking:
    """One entry of a statement: `amount` is positive when it came in. `where` names it in the file, for what is said about it."""

    where: str
    booked_on: date
    value_on: date
    amount: Money
    bank_reference: str = ""
    end_to_end_id: str = ""
    counterparty: str = ""
    text: str = ""


@dataclass(frozen=True)
class Statement:
    """One statement of one account. `account` is empty where the file does not say it; `number` is the bank's own name of it."""

    format: str
    account: str
    currency: str
    number: str
    opened_on: date
    opening: Money
    closed_on: date
    closing: Money
    bookings: Sequence[Booking]


def wrong(where: str, field: str, why: str) -> ValidationError:
    """What is wrong, by entry and field."""
    return ValidationError(_("%(where)s, %(field)s: %(why)s") % {"where": where, "field": field, "why": why}, code="unreadable")


def unreadable(why: str) -> ValidationError:
    """The file as a whole can't be read."""
    return ValidationError(why, code="unreadable")


def money_of(text: str, currency: str, where: str, field: str) -> Money:
    """An amount written with a decimal point, exact."""
    shown = {"text": text[:40], "currency": currency}
    if not NUMBER.fullmatch(text):
        raise wrong(where, field, _("“%(text)s” is not an amount.") % shown)
    try:
        found = Money(Decimal(text), currency)
    except TooPrecise as error:
        raise wrong(where, field, _("“%(text)s” has more decimal places than %(currency)s has.") % shown) from error
    except UnknownCurrency as error:
        raise wrong(where, field, _("“%(currency)s” is no active currency.") % shown) from error
    if abs(found.minor) > LARGEST:
        raise wrong(where, field, _("“%(text)s” is too large.") % shown)
    return found


def day_of(text: str, where: str, field: str) -> date:
    """The day of an ISO date or moment, as the bank wrote it."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError as error:
        raise wrong(where, field, _("“%(text)s” is not a date.") % {"text": text[:40]}) from error


def plain(text: str | None, most: int) -> str:
    """A text on one line, without characters that can't be shown, of at most `most` characters."""
    kept = "".join(each if each.isprintable() else " " for each in text or "")
    return " ".join(kept.split())[:most]


def within_limit(number: int) -> None:
    """A file with more entries than anybody could look at is refused."""
    if number > MAX_ENTRIES:
        raise unreadable(_("The file has more than %(limit)s entries.") % {"limit": f"{MAX_ENTRIES:,}"})
