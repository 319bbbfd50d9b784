"""What of payments waits for a person, and where their pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.agreements.models import Grant
from grants.agreements.tabs import Tab
from grants.payments import permissions
from grants.payments.models import LIVE, Payment, State
from grants.tranches.models import State as TrancheState
from grants.tranches.models import Tranche
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds


def items(user: Any) -> Iterable[Item]:
    """Tranches to certify, payments to approve, to order and to record, exceptions to answer for."""
    if not holds(user, Role.FINANCE, Role.APPROVER, Role.MANAGER):
        return []
    counted = Payment.objects.aggregate(
        approve=Count("pk", filter=Q(state=State.CERTIFIED) & ~Q(certified_by=user) & ~Q(tranche__accepted_by=user)),
        order=Count("pk", filter=Q(state=State.APPROVED) & ~Q(approved_by=user)),
        record=Count("pk", filter=Q(state=State.EXPORTED) & ~Q(approved_by=user)),
        exceptions=Count("pk", filter=~Q(closed_gates=[]) & Q(exception_handled_by=None)),
    )
    rows = [
        (Role.APPROVER, counted["approve"], _("Payments to approve"), _list("state=certified"), "money"),
        (Role.FINANCE, counted["order"], _("Payments to order from the bank"), _list("state=approved"), "money"),
        (Role.FINANCE, counted["record"], _("Payments ordered: what did the bank do?"), _list("state=exported"), "waiting"),
        (Role.MANAGER, counted["exceptions"], _("Payments made through a closed gate"), _list("exception=open"), "blocked"),
    ]
    found = [Item(title, url, count=count, tone=tone) for role, count, title, url, tone in rows if count and holds(user, role)]
    return found + _to_certify(user)


def _to_certify(user: Any) -> list[Item]:
    if not holds(user, Role.FINANCE):
        return []
    count = Tranche.objects.filter(state=TrancheState.READY).exclude(payments__state__in=LIVE).exclude(accepted_by=user).count()
    url = f"{reverse('tranches:index')}?state=ready"
    return [Item(_("Tranches ready to certify"), url, count=count, tone="money")] if count else []


def _list(query: str) -> str:
    return f"{reverse('payments:index')}?{query}"


def destinations(user: Any) -> Iterable[Destination]:
    """Payments, for those who live with them."""
    if holds(user, Role.FINANCE, Role.APPROVER):
        return [Destination(_("Payments"), reverse("payments:index"), 42)]
    return []


def tab(grant: Grant, user: Any) -> Iterable[Tab]:
    """The tab of payments on a grant's page."""
    if not grant.is_in_force or not permissions.can_see_of(grant, user):
        return []
    return [Tab("payments", _("Payments"), reverse("payments:of_grant", args=[grant.pk]), 30)]
