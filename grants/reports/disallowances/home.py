"""What of disallowances waits for a person: proposals for the approving officer, and for the NGO what it owes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from grants.reports.disallowances.models import Disallowance
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds


def items(user: Any) -> Iterable[Item]:
    """For the approving officer: each proposal of somebody else."""
    if not holds(user, Role.APPROVER):
        return []
    waiting = Disallowance.objects.visible_to(user).filter(state=Disallowance.State.PROPOSED).exclude(proposed_by=user)
    found = waiting.select_related("report__grant").order_by("pk")[:20]
    return [Item(_("Expenditure to disallow or not: %(report)s") % {"report": each.report}, each.get_absolute_url()) for each in found]


def destinations(user: Any) -> Iterable[Destination]:
    """None: they are reached from their report and from the home page."""
    return []
