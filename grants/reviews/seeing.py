"""Which applications the room of reviews shows, and hides, to whom: registered with `applications.visibility`."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from grants.reviews import permissions
from grants.reviews.models import READING, Review, recused_from
from trustfund.people.roles import holds


def include(user: Any) -> Q | None:
    """What one is to score, once one has declared that there is no conflict."""
    if not holds(user, *permissions.SCORING):
        return None
    return Q(pk__in=Review.objects.filter(reviewer=user, state__in=READING).values("application"))


def exclude(user: Any) -> Q | None:
    """What one has a conflict with: hidden from staff, reviewers and trustees alike."""
    return Q(pk__in=recused_from(user))
