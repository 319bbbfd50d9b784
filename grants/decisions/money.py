"""The money of a call and what the Board has promised of it so far. Pure; Money in USD."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trustfund.money import Money, zero


@dataclass(frozen=True)
class Purse:
    """What is available, what is recommended, and what is left (below zero when too much is)."""

    available: Money
    recommended: Money

    @property
    def left(self) -> Money:
        return self.available - self.recommended

    @property
    def exceeded(self) -> bool:
        return self.recommended > self.available


def purse(available: Money, amounts: Iterable[Money | None]) -> Purse:
    """The sum of what is recommended beside what is available."""
    return Purse(available, sum((amount for amount in amounts if amount is not None), zero("USD")))


def limits(requested: Money, floor: Money | None, ceiling: Money | None) -> tuple[Money, Money]:
    """The least and the most that the Board can recommend: not below the call's floor, not above its ceiling or what was asked for.

    An application that asks for less than the floor can have what it asks for.
    """
    most = min(requested, ceiling) if ceiling is not None else requested
    least = min(floor, most) if floor is not None else Money.from_minor(1, "USD")
    return least, most
