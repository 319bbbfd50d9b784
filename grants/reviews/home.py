"""What of reviews waits for a person, and where its pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.applications.models import Application
from grants.applications.models import State as ApplicationState
from grants.calls.models import State as CallState
from grants.reviews import actions, permissions
from grants.reviews.models import State
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds


def items(user: Any) -> Iterable[Item]:
    """What one still has to declare and to score; for the programme officer also what has no reviewer. One query each."""
    found = []
    if holds(user, *permissions.SCORING):
        found += _owed(user)
    if holds(user, Role.PROGRAMME):
        found += _unassigned()
    return found


def _owed(user: Any) -> list[Item]:
    url = reverse("reviews:list")
    declared = Count("pk", filter=~Q(state=State.ASSIGNED))
    counted = actions.waiting_for(user).order_by().aggregate(all=Count("pk"), declared=declared)
    undeclared = counted["all"] - counted["declared"]
    found = []
    if undeclared:
        found.append(Item(_("Declare whether you have a conflict of interest"), f"{url}?state=assigned", count=undeclared))
    if counted["declared"]:
        found.append(Item(_("Applications to score"), url, count=counted["declared"]))
    return found


def _unassigned() -> list[Item]:
    waiting = Application.objects.filter(state=ApplicationState.ELIGIBLE, call__state=CallState.CLOSED).count()
    return [Item(_("Eligible applications without reviewers"), reverse("reviews:calls"), count=waiting)] if waiting else []


def destinations(user: Any) -> Iterable[Destination]:
    """Who scores has their reviews, the programme officer the calls under review."""
    if holds(user, Role.PROGRAMME):
        return [Destination(_("Reviews"), reverse("reviews:calls"), 30, daily=False)]
    if holds(user, Role.REVIEWER, Role.TRUSTEE):
        return [Destination(_("My reviews"), reverse("reviews:list"), 30)]
    return []
