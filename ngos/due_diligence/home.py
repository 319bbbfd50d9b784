"""What of due diligence waits for a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from ngos.due_diligence.models import CLEARED, UNDECIDED, Assessment
from trustfund import clock
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds

SOON = timedelta(days=45)


def items(user: Any) -> Iterable[Item]:
    """The programme officer: assessments that are open, and clearances that end soon. One query."""
    if not holds(user, Role.PROGRAMME):
        return []
    today = clock.today()
    ending = Q(state__in=CLEARED, valid_until__gte=today, valid_until__lte=today + SOON)
    counted = Assessment.objects.aggregate(
        undecided=Count("pk", filter=Q(state__in=UNDECIDED)),
        ending=Count("pk", filter=ending),
        first=Min("valid_until", filter=ending),
    )
    return _items(counted)


def _items(counted: dict[str, Any]) -> list[Item]:
    url = reverse("due_diligence:list")
    found = []
    if counted["undecided"]:
        found.append(Item(_("Due diligence to be finished"), f"{url}?sort=opened", count=counted["undecided"]))
    if counted["ending"]:
        found.append(Item(_("Due diligence that expires"), f"{url}?sort=valid", due=counted["first"], count=counted["ending"]))
    return found


def destinations(user: Any) -> Iterable[Destination]:
    """None: due diligence is reached from the organisation and from the home page."""
    return []
