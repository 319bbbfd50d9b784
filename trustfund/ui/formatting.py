"""Numbers, money and dates as the reader writes them. Pure, but for the language in force when none is given.

Negative figures stand in brackets, a zero is an en dash, digits are those of ISO 4217 and not Babel's own table, and an amount never
goes without its currency unless the column's head has it (`plain`).
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import NumberPattern, format_decimal, parse_pattern
from django.utils import timezone, translation

from trustfund.money import Money

DASH = "–"
NBSP = "\u00a0"
VIENNA = ZoneInfo("Europe/Vienna")


@lru_cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse("en-GB" if language == "en" else language, sep="-")  # the United Nations write British English
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def locale_of(language: str | None = None) -> Locale:
    """Babel's locale of a Django language code ("zh-hans"), by default of the language in force."""
    return _locale(language or translation.get_language() or "en")


@lru_cache
def _code_first(language: str) -> bool:
    pattern: str = _locale(language).currency_formats["standard"].pattern
    return pattern.lstrip("\u200f\u200e").startswith("¤")


@lru_cache
def _pattern(digits: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * digits if digits else ""))


def _bracketed(text: str, *, negative: bool) -> str:
    return f"({text})" if negative else text


def figure(value: Decimal | int, *, digits: int = 0, language: str | None = None) -> str:
    """A number with exactly `digits` decimals: "1,234", "(1,234)" when negative, an en dash for zero."""
    exact = round(Decimal(value), digits)
    if not exact:
        return DASH
    return _bracketed(format_decimal(abs(exact), format=_pattern(digits), locale=locale_of(language)), negative=exact < 0)


def digits_of(number: Decimal | int) -> int:
    """The decimals a number was given with: 2 for Decimal("1.50"), 0 for 7."""
    exponent = Decimal(number).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def money_text(money: Money, *, plain: bool = False, language: str | None = None) -> str:
    """An amount with its currency code where the language puts it; `plain` leaves the code to the column's head."""
    number = figure(money.amount, digits=digits_of(money.amount), language=language)
    if plain:
        return number
    first = _code_first(language or translation.get_language() or "en")
    return NBSP.join([money.currency, number] if first else [number, money.currency])


def percent_text(share: Decimal | int, *, digits: int = 0, language: str | None = None) -> str:
    """A share of one as a percentage: Decimal("0.8") is "80%"; a zero is "0%", since it is a statement and no empty cell."""
    locale = locale_of(language)
    return format_percent(share, digits, locale)


def format_percent(share: Decimal | int, digits: int, locale: Locale) -> str:
    number = format_decimal(round(Decimal(share) * 100, digits), format=_pattern(digits), locale=locale)
    pattern: str = locale.percent_formats[None].pattern
    return pattern.replace("#,##0", number)


def day_text(day: date, *, language: str | None = None) -> str:
    """A day in words, never a row of digits that could be read two ways: "3 March 2026"."""
    shown = timezone.localtime(day).date() if isinstance(day, datetime) else day
    return format_date(shown, format="long", locale=locale_of(language))


def short_day_text(day: date, *, language: str | None = None) -> str:
    """A day for a table's cell: "3 Mar 2026"."""
    shown = timezone.localtime(day).date() if isinstance(day, datetime) else day
    return format_date(shown, format="medium", locale=locale_of(language))


def moment_text(moment: datetime, *, zone: ZoneInfo | None = None, language: str | None = None) -> str:
    """A moment with its time in the reader's zone, or in `zone`: "3 March 2026, 14:05"."""
    local = timezone.localtime(moment, zone)
    return (
        f"{day_text(local.date(), language=language)}, {format_datetime(local, 'HH:mm', locale=locale_of(language), tzinfo=local.tzinfo)}"
    )
