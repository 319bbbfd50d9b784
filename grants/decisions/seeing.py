"""Which applications the Board sees, and what its room adds to an application's page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.applications.links import Link
from grants.applications.models import State as ApplicationState
from grants.decisions.models import FeedbackLetter, Seat
from trustfund.people.roles import Role, holds

BEFORE_THE_BOARD = [
    ApplicationState.REVIEWED,
    ApplicationState.SHORTLISTED,
    ApplicationState.RECOMMENDED,
    ApplicationState.RESERVE,
    ApplicationState.NOT_SELECTED,
    ApplicationState.AWARDED,
    ApplicationState.LAPSED,
]


def include(user: Any) -> Q | None:
    """A trustee who has declared their conflicts sees what is before the Board; what they are recused from the room of reviews hides."""
    if not holds(user, Role.TRUSTEE):
        return None
    declared = Seat.objects.filter(trustee=user, declared_at__isnull=False).values("session__call")
    return Q(call__in=declared, state__in=BEFORE_THE_BOARD)


def links(application: Any, user: Any) -> Iterable[Link]:
    """The letter on the decision, once it is written."""
    if FeedbackLetter.objects.filter(application=application).exists():
        yield Link(_("The letter on the decision (PDF)"), reverse("decisions:letter", args=[application.pk]))
