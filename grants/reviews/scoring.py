"""What marks come to: exact, from 0 to 100. Pure; a Fraction, never a float.

A mark of 1 is worth nothing and a mark of 5 everything: (mark - 1) / 4 of the criterion's weight. So the whole scale is used, and one mark
more under every criterion is worth 25 points.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
LOWEST, HIGHEST = 1, 5
STEP = Fraction(100, HIGHEST - LOWEST)
"""Points that one mark more under every criterion is worth."""


class BadMark(ValueError):
    """Not a whole number from 1 to 5."""


def missing(marks: Mapping[Key, int | None], weights: Mapping[Key, int]) -> list[Key]:
    """The criteria that have no mark yet, in the order of the weights."""
    return [key for key in weights if marks.get(key) is None]


def score(marks: Mapping[Key, int | None], weights: Mapping[Key, int | Fraction]) -> Fraction | None:
    """The weighted score from 0 to 100; None while a criterion with a weight has no mark. Raises `BadMark`."""
    total = sum(weights.values(), Fraction(0))
    points = Fraction(0)
    for key, weight in weights.items():
        mark = marks.get(key)
        if mark is None:
            return None
        points += weight * share(mark)
    return points * 100 / total if total else None


def share(mark: int) -> Fraction:
    """The part of a criterion's weight that a mark earns: 0, 1/4, 1/2, 3/4 or 1. Raises `BadMark`."""
    if isinstance(mark, bool) or not isinstance(mark, int) or not LOWEST <= mark <= HIGHEST:
        raise BadMark(mark)
    return Fraction(mark - LOWEST, HIGHEST - LOWEST)


def exact(value: Fraction, places: int = 4) -> Decimal:
    """A Fraction as a Decimal of so many places, rounded half to even; for storing and showing, never for ranking."""
    scaled = Decimal(round(value * 10**places))  # round() of a Fraction is exact and half to even
    return scaled.scaleb(-places).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
