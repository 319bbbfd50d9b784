"""The ranking as columns, for its download: exactly what the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from grants.applications.permissions import sees_identity
from grants.reviews.standings import Standing
from trustfund.lists import Column


def columns(criteria: Sequence[Any], user: Any) -> list[Column]:
    """The columns of the ranking for a reader; the organisation is left empty in a blind call."""
    return [
        Column("rank", _("Rank"), "place.rank"),
        Column("application", _("Application"), "application.reference"),
        Column("title", _("Project"), "application.title"),
        Column("organisation", _("Organisation"), lambda row: _organisation(row, user)),
        Column("requested", _("Requested, USD"), "application.requested", kind="money"),
        *[_mean(criterion) for criterion in criteria],
        Column("reviews", _("Reviews"), "reviews"),
        Column("score", _("Score"), "raw"),
        Column("normalised", _("Normalised"), "normalised"),
        Column("normalised_rank", _("Rank, normalised"), "place.normalised_rank"),
        Column("spread", _("Spread"), "spread"),
        Column("disagreement", _("Disagreement"), lambda row: _("Yes") if row.place.disagreement else ""),
        Column("best", _("Best rank when weights move"), "place.best"),
        Column("worst", _("Worst rank when weights move"), "place.worst"),
    ]


def _organisation(row: Standing, user: Any) -> str:
    return row.application.organisation.name if sees_identity(row.application, user) else ""


def _mean(criterion: Any) -> Column:
    return Column(f"mean-{criterion.pk}", f"{criterion.name} ({criterion.weight}%)", lambda row: row.means[criterion.pk])
