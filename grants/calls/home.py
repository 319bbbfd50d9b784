"""What of this room waits for a person, and where its pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grants.calls import permissions
from grants.calls.models import Call, State
from trustfund import clock
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds


def items(user: Any) -> Iterable[Item]:
    """For programme officers: drafts to publish, and calls whose deadline passed without their closing."""
    if not holds(user, Role.PROGRAMME):
        return []
    now = clock.now()
    found = []
    for call in Call.objects.filter(state__in=[State.DRAFT, State.PUBLISHED]):
        if call.state == State.DRAFT:
            due = clock.day_of(call.opens_at) if call.opens_at else None
            found.append(Item(_("Publish the call %(reference)s") % {"reference": call.reference}, call.manage_url, due))
        elif call.closes_at and call.is_over(now):
            title = _("Close the call %(reference)s") % {"reference": call.reference}
            found.append(Item(title, call.manage_url, clock.day_of(call.deadline), tone="blocked"))
    return found


def destinations(user: Any) -> Iterable[Destination]:
    """The register of calls for the secretariat, the public page for everyone else who has no other trade here."""
    if permissions.sees_all(user):
        return [Destination(_("Calls"), reverse("calls:register"), 10, daily=holds(user, Role.PROGRAMME))]
    return []
