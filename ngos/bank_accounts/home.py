"""What of bank details waits for a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from ngos.bank_accounts.models import BankAccount, State
from ngos.organisations.models import membership_of
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds, roles_of


def items(user: Any) -> Iterable[Item]:
    """Finance: accounts to call back; the approving officer: accounts to confirm; an owner: no account yet."""
    if holds(user, Role.FINANCE, Role.APPROVER):
        return _of_staff(user)
    return [] if roles_of(user) else _of_member(user)


def _of_staff(user: Any) -> list[Item]:
    counted = BankAccount.objects.filter(state=State.PROPOSED).aggregate(
        uncalled=Count("pk", filter=Q(called_by=None)),
        called=Count("pk", filter=Q(called_by__isnull=False) & ~Q(called_by=user)),
    )
    url = reverse("bank_accounts:list") + "?state=proposed"
    found = []
    if counted["uncalled"] and holds(user, Role.FINANCE):
        found.append(Item(_("Bank accounts to verify by a call"), url, count=counted["uncalled"]))
    if counted["called"] and holds(user, Role.APPROVER):
        found.append(Item(_("Bank accounts to confirm"), url, count=counted["called"]))
    return found


def _of_member(user: Any) -> list[Item]:
    membership = membership_of(user)
    if membership is None or not (membership.right == "owner" or membership.signatory):
        return []
    kept = membership.organisation.bank_accounts.filter(state__in=[State.PROPOSED, State.VERIFIED, State.ACTIVE])
    if kept.exists():
        return []
    return [Item(_("Tell us your bank account"), reverse("bank_accounts:of", args=[membership.organisation_id]), tone="neutral")]


def destinations(user: Any) -> Iterable[Destination]:
    """None: bank accounts are reached from the organisation and from the home page."""
    return []
