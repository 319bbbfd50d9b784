"""What an applicant reads about each criterion: built from the mean mark, in the words of the rubric or in those the Board chose.

No reviewer is named, and no comment of a reviewer is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

STRENGTH, SOUND, WEAKNESS = "strength", "sound", "weakness"
FROM_STRENGTH, BELOW_WEAKNESS = Decimal(4), Decimal(3)


@dataclass(frozen=True)
class Line:
    """One criterion of the letter: its name, the band, the mean mark (1 to 5) and the text under it."""

    name: str
    band: str
    mean: Decimal | None
    text: str

    @property
    def label(self) -> str:
        """The band in the reader's language."""
        return {STRENGTH: _("A strength"), SOUND: _("Sound"), WEAKNESS: _("A weakness")}[self.band]


def band(mean: Decimal | None) -> str:
    """A strength from a mean of 4, a weakness below 3, sound between."""
    if mean is None:
        return SOUND
    if mean >= FROM_STRENGTH:
        return STRENGTH
    return WEAKNESS if mean < BELOW_WEAKNESS else SOUND


def lines(criteria: Sequence[Any], means: Mapping[int, Decimal], chosen: Mapping[str, str]) -> list[Line]:
    """A line per criterion; `chosen` maps a criterion's primary key (as text) to the Board's words, else the anchor of the mean stands."""
    return [_line(criterion, means.get(criterion.pk), chosen.get(str(criterion.pk), "").strip()) for criterion in criteria]


def _line(criterion: Any, mean: Decimal | None, text: str) -> Line:
    rounded = int(mean.quantize(Decimal(1), rounding=ROUND_HALF_UP)) if mean is not None else 0
    return Line(criterion.name, band(mean), mean, text or (criterion.anchor(rounded) if rounded else ""))
