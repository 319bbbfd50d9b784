"""What of this room waits for a person, and where its pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import ngettext

from donors.pledges.models import SOON, Instalment, Pledge
from trustfund import clock
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds


def items(user: Any) -> Iterable[Item]:
    """Finance: agreements to book, money that is due; the fund manager: announcements whose agreement is to be signed."""
    found: list[Item] = []
    if holds(user, Role.FINANCE):
        found += [*_to_book(user), *_due()]
    if holds(user, Role.MANAGER):
        found += _to_sign()
    return found


def _to_book(user: Any) -> list[Item]:
    waiting = Pledge.objects.filter(state=Pledge.State.SIGNED).exclude(signed_by=user).count()
    title = ngettext("Book a signed agreement", "Book %(count)s signed agreements", waiting) % {"count": waiting}
    return [Item(title, reverse("pledges:index") + "?state=signed", count=waiting)] if waiting else []


def _to_sign() -> list[Item]:
    waiting = Pledge.objects.filter(state=Pledge.State.ANNOUNCED).count()
    title = ngettext("Have an announced pledge signed", "Have %(count)s announced pledges signed", waiting) % {"count": waiting}
    return [Item(title, reverse("pledges:index") + "?state=announced", count=waiting, tone="neutral")] if waiting else []


def _due() -> list[Item]:
    """One item for all that is due within thirty days or overdue, with the earliest day."""
    due = Instalment.objects.due(clock.today() + SOON).aggregate(count=Count("pk"), first=Min("due_on"))
    title = ngettext("Contribution expected from a donor", "%(count)s contributions expected from donors", due["count"]) % due
    return [Item(title, reverse("pledges:instalments") + "?due=soon", due=due["first"], count=due["count"])] if due["count"] else []


def destinations(user: Any) -> Iterable[Destination]:
    """Pledges are reached from the donors and from the home page."""
    return []
