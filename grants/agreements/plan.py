"""How an award is laid out: its budget, its tranches and its reports. Pure: no rows are read or written here."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from trustfund.money import Money

INTERIM, FINAL = "interim", "final"


@dataclass(frozen=True)
class Part:
    """One tranche: its number from 1, its amount in USD, the day from which it can be asked for."""

    number: int
    amount: Money
    due_on: date


@dataclass(frozen=True)
class Period:
    """One report: its number from 1, "interim" or "final", the days it covers (both included) and when it is due."""

    number: int
    kind: str
    start: date
    end: date
    due_on: date


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def last_day(starts_on: date, months: int) -> date:
    """The last day of a grant that runs so many months."""
    return add_months(starts_on, months) - timedelta(days=1)


def tranches(amount: Money, pattern: Sequence[int | str | Decimal], starts_on: date, months: int) -> list[Part]:
    """The tranches of a pattern of shares (such as [50, 40, 10]): they add up to the cent; later ones come with their report.

    Raises ValueError when the pattern gives a tranche nothing.
    """
    amounts = amount.split([Decimal(str(share)) for share in pattern])
    if not amounts or min(amounts).minor <= 0:
        raise ValueError("Each share of the tranche pattern must give at least a cent.")
    days = [add_months(starts_on, months * index // len(amounts)) for index in range(len(amounts))]
    return [Part(index + 1, part, day) for index, (part, day) in enumerate(zip(amounts, days, strict=True))]


def reports(starts_on: date, ends_on: date, every_months: int, due_days: int) -> list[Period]:
    """An interim report for every so many months, and a final one over what is left; each due so many days after its period."""
    starts = [starts_on]
    while (following := add_months(starts_on, every_months * len(starts))) <= ends_on:
        starts.append(following)
    ends = [start - timedelta(days=1) for start in starts[1:]] + [ends_on]
    last = len(starts) - 1
    return [
        Period(index + 1, FINAL if index == last else INTERIM, start, end, end + timedelta(days=due_days))
        for index, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def scaled(asked: Sequence[Money], amount: Money) -> list[Money]:
    """What each budget line asked for, scaled so that the lines add up to the amount exactly (largest remainder).

    Raises ValueError when nothing was asked for.
    """
    return amount.split([each.minor for each in asked])
