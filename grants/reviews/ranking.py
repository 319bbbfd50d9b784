"""From scores to ranks. Pure, and exact: Fractions throughout.

Raw: the mean of an application's scores. Normalised: the same after a mean shift, which takes out how strict or mild a reviewer is on the
whole: each of their scores moves by the distance between the mean of all scores and the mean of their own. It does not change how widely a
reviewer spreads their scores. Who has scored fewer than three applications is not shifted: that says too little about them.

Disagreement: the highest and the lowest score of an application lie at least 25 points apart, that is one whole mark under every criterion.
Equal scores share a rank, and the next rank is counted on (1, 2, 2, 4).
Stability: each criterion's weight in turn is raised and lowered by a tenth of itself; the best and the worst rank that come of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grants.reviews.scoring import STEP, score

FEWEST_TO_SHIFT = 3
NUDGE = Fraction(1, 10)

Marks = Mapping[Any, int | None]
Scores = Mapping[Any, Mapping[Any, Fraction]]
"""application -> reviewer -> score"""


@dataclass(frozen=True)
class Place:
    """One application: raw and normalised score, its rank by each, whether it shares it, the spread, and how far its rank moves."""

    application: Any
    raw: Fraction
    normalised: Fraction
    rank: int
    tied: bool
    normalised_rank: int
    spread: Fraction
    disagreement: bool
    best: int
    worst: int

    @property
    def stable(self) -> bool:
        """Its rank stays the same whichever weight moves by a tenth."""
        return self.best == self.worst


def average(values: Sequence[Fraction]) -> Fraction:
    """The mean of Fractions, as a Fraction."""
    return sum(values, Fraction(0)) / len(values)


def raw(scores: Scores) -> dict[Hashable, Fraction]:
    """The mean score of each application that has any."""
    return {application: average(list(given.values())) for application, given in scores.items() if given}


def shifts(scores: Scores) -> dict[Hashable, Fraction]:
    """By how much each reviewer's scores move: the mean of all less the mean of their own; 0 for who scored fewer than three."""
    by_reviewer: dict[Hashable, list[Fraction]] = {}
    for given in scores.values():
        for reviewer, value in given.items():
            by_reviewer.setdefault(reviewer, []).append(value)
    every = [value for values in by_reviewer.values() for value in values]
    return {
        reviewer: average(every) - average(values) if len(values) >= FEWEST_TO_SHIFT else Fraction(0)
        for reviewer, values in by_reviewer.items()
    }


def normalised(scores: Scores) -> dict[Hashable, Fraction]:
    """The mean score of each application after each reviewer's shift; it may leave 0 to 100 a little."""
    moved = shifts(scores)
    return raw({application: {who: value + moved[who] for who, value in given.items()} for application, given in scores.items()})


def ranks(values: Mapping[Hashable, Fraction]) -> dict[Hashable, int]:
    """1 for the highest; equal values share a rank, and the next is counted on."""
    ordered = sorted(values.values(), reverse=True)
    first: dict[Fraction, int] = {}
    for place, value in enumerate(ordered, 1):
        first.setdefault(value, place)
    return {application: first[value] for application, value in values.items()}


def spread(given: Mapping[Hashable, Fraction]) -> Fraction:
    """Highest less lowest score; 0 for a single one."""
    return max(given.values()) - min(given.values()) if given else Fraction(0)


def scores_of(marks: Mapping[Any, Mapping[Any, Marks]], weights: Mapping[Any, int | Fraction]) -> Scores:
    """application -> reviewer -> score, from application -> reviewer -> criterion -> mark; what is not complete is left out."""
    found: dict[Hashable, dict[Hashable, Fraction]] = {}
    for application, by_reviewer in marks.items():
        complete = {who: value for who, given in by_reviewer.items() if (value := score(given, weights)) is not None}
        if complete:
            found[application] = complete
    return found


def moved_weights(weights: Mapping[Any, int]) -> list[dict[Any, Fraction]]:
    """The weights with one of them raised or lowered by a tenth of itself, for each of them."""
    base = {key: Fraction(value) for key, value in weights.items()}
    return [{**base, key: base[key] * (1 + nudge)} for key in base for nudge in (NUDGE, -NUDGE)]


def reach(marks: Mapping[Any, Mapping[Any, Marks]], weights: Mapping[Any, int]) -> dict[Hashable, tuple[int, int]]:
    """The best and the worst rank by raw score of each application when weights move, the unmoved ones among them."""
    variants: list[Mapping[Any, int | Fraction]] = [dict(weights), *moved_weights(weights)]
    seen = [ranks(raw(scores_of(marks, variant))) for variant in variants]
    return {application: (min(r[application] for r in seen), max(r[application] for r in seen)) for application in seen[0]}


def rank(marks: Mapping[Any, Mapping[Any, Marks]], weights: Mapping[Any, int]) -> list[Place]:
    """The places of all applications that have a complete review, best first by raw score; equals stand in the order they came in."""
    scores = scores_of(marks, weights)
    means, shifted, moves = raw(scores), normalised(scores), reach(marks, weights)
    by_raw, by_normalised = ranks(means), ranks(shifted)
    taken = list(by_raw.values())
    places = [
        Place(
            application=application,
            raw=means[application],
            normalised=shifted[application],
            rank=by_raw[application],
            tied=taken.count(by_raw[application]) > 1,
            normalised_rank=by_normalised[application],
            spread=spread(given),
            disagreement=spread(given) >= STEP,
            best=moves[application][0],
            worst=moves[application][1],
        )
        for application, given in scores.items()
    ]
    return sorted(places, key=lambda place: place.rank)
