"""The ranking of a call as a person may see it: from the submitted reviews that are visible to them, and from no other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from grants.applications.models import Application
from grants.calls.models import Call
from grants.reviews import ranking
from grants.reviews.models import Mark, Review
from grants.reviews.scoring import exact

Marks = dict[int, dict[int, dict[int, int | None]]]


@dataclass(frozen=True)
class Standing:
    """One row: the application, its place, how many reviews it has, and the mean mark under each criterion (pk -> Decimal)."""

    application: Application
    place: ranking.Place
    reviews: int
    means: dict[int, Decimal]

    @property
    def raw(self) -> Decimal:
        return exact(self.place.raw, 1)

    @property
    def normalised(self) -> Decimal:
        return exact(self.place.normalised, 1)

    @property
    def spread(self) -> Decimal:
        return exact(self.place.spread, 1)

    @property
    def by_criterion(self) -> list[Decimal]:
        """The means in the order of the criteria."""
        return list(self.means.values())


def marks_of(call: Call, user: Any) -> Marks:
    """application -> reviewer -> criterion -> mark, of the submitted reviews of a call that `user` sees. One query."""
    reviews = Review.objects.visible_to(user).submitted().filter(application__call=call)
    seen = Application.objects.visible_to(user).order_by().values("pk")  # one's own review of what one is recused from does not count
    return _gathered(Mark.objects.filter(review__in=reviews.order_by().values("pk"), review__application__in=seen))


def means_of_call(call: Call) -> dict[int, dict[int, Decimal]]:
    """application -> criterion -> mean mark of all submitted reviews, whoever asks: for the letters to applicants."""
    reviews = Review.objects.submitted().filter(application__call=call)
    marks = _gathered(Mark.objects.filter(review__in=reviews.order_by().values("pk")))
    criteria = [criterion.pk for criterion in call.criteria.all()]
    return {application: {criterion: _mean(given, criterion) for criterion in criteria} for application, given in marks.items()}


def _gathered(rows: QuerySet[Mark]) -> Marks:
    found: Marks = defaultdict(lambda: defaultdict(dict))
    columns = ("review__application", "review__reviewer", "criterion", "value")
    for application, reviewer, criterion, value in rows.order_by("review__application", "review").values_list(*columns):
        found[application][reviewer][criterion] = value
    return found


def of_call(call: Call, user: Any) -> list[Standing]:
    """The standings of a call for `user`, best first by raw score. Three queries, however many applications."""
    criteria = list(call.criteria.all())
    weights = {criterion.pk: criterion.weight for criterion in criteria}
    marks = marks_of(call, user)
    places = ranking.rank(marks, weights)
    found = Application.objects.filter(pk__in=[place.application for place in places]).select_related("organisation", "call")
    rows = found.with_requested().in_bulk()
    return [_standing(rows[place.application], place, marks[place.application], list(weights)) for place in places]


def _standing(application: Application, place: ranking.Place, given: dict[int, dict[int, int | None]], criteria: list[int]) -> Standing:
    return Standing(application, place, len(given), {criterion: _mean(given, criterion) for criterion in criteria})


def _mean(given: dict[int, dict[int, int | None]], criterion: int) -> Decimal:
    values = [Fraction(value) for marks in given.values() if (value := marks.get(criterion)) is not None]
    return exact(ranking.average(values), 1) if values else Decimal(0)
