"""What of closings waits for a person, and where their pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.agreements import permissions as agreements
from grants.agreements.models import Grant
from grants.agreements.tabs import Tab
from grants.closing.actions import to_pay_back
from grants.closing.models import Closure, State
from trustfund.ledger.models import Line
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds, roles_of
from trustfund.ui.formatting import money_text


def items(user: Any) -> Iterable[Item]:
    """For finance: closings to prepare; for the approving officer: closings to confirm; for an NGO: what it owes back."""
    if not roles_of(user):
        return _refunds(user)
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


def _refunds(user: Any) -> list[Item]:
    """What is due from the user's organisations, grant by grant, less what a payment under way keeps of it."""
    owing = Line.objects.filter(account="1210", subaccount=OuterRef("subaccount")).order_by().values("subaccount")
    due = Subquery(owing.annotate(due=Sum("debit") - Sum("credit")).values("due"))
    own = Grant.objects.visible_to(user).filter(organisation__memberships__user=user).annotate(due=due).filter(due__gt=0).distinct()
    found = [(grant, to_pay_back(grant)) for grant in own.order_by("pk")]
    title = _("Refund due to the Fund: %(amount)s, grant %(grant)s")
    return [
        Item(title % {"amount": money_text(amount), "grant": grant}, reverse("closing:statement", args=[grant.pk]), tone="blocked")
        for grant, amount in found
        if amount
    ]


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
