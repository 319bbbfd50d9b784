"""What of closings waits for a person, and where their pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.agreements import permissions as agreements
from grants.agreements.models import Grant
from grants.agreements.tabs import Tab
from grants.closing.models import Closure, State
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds


def items(user: Any) -> Iterable[Item]:
    """For finance: closings to prepare; for the approving officer: closings to confirm."""
    if not holds(user, Role.FINANCE, Role.APPROVER):
        return []
    counted = Closure.objects.aggregate(
        prepare=Count("pk", filter=Q(state=State.OPEN)),
        confirm=Count("pk", filter=Q(state=State.PREPARED) & ~Q(prepared_by=user)),
    )
    rows = [
        (Role.FINANCE, counted["prepare"], _("Grants to close: refunds and open items"), State.OPEN),
        (Role.APPROVER, counted["confirm"], _("Closings to confirm"), State.PREPARED),
    ]
    url = reverse("closing:index")
    return [Item(title, f"{url}?state={state}", count=count) for role, count, title, state in rows if count and holds(user, role)]


def destinations(user: Any) -> Iterable[Destination]:
    """None: closings are reached from their grant and from the home page."""
    return []


def tab(grant: Grant, user: Any) -> Iterable[Tab]:
    """The tabs of the statement and, once there is one, of the closing; at most one query."""
    if not grant.is_in_force or not agreements.can_read_statement(grant, user):
        return
    yield Tab("statement", _("Statement"), reverse("closing:statement", args=[grant.pk]), 60)
    if grant.state in ("reporting_closed", "closed"):
        closure = Closure.objects.filter(grant=grant).first()
        if closure is not None:
            yield Tab("closing", _("Closing"), closure.get_absolute_url(), 70)
