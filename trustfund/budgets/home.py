"""Which budgets wait for a person, and where they are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trustfund.budgets.models import Budget
from trustfund.budgets.permissions import can_read_books
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds

ACTS = {
    "budget.draft": gettext_lazy("Budget written"),
    "budget.change": gettext_lazy("Budget changed"),
    "budget.attach": gettext_lazy("Document attached"),
    "budget.submit": gettext_lazy("Submitted for approval"),
    "budget.approve": gettext_lazy("Approved"),
    "budget.return_": gettext_lazy("Returned to its maker"),
    "budget.cancel": gettext_lazy("Cancelled"),
}


def items(user: Any) -> Iterable[Item]:
    """Who approves: budgets that somebody else submitted. The maker: those that came back."""
    found = []
    if holds(user, Role.APPROVER, Role.MANAGER):
        waiting = Budget.objects.filter(state=Budget.State.SUBMITTED).exclude(maker=user).count()
        title = ngettext("Approve a budget", "Approve %(count)s budgets", waiting) % {"count": waiting}
        found += [Item(title, reverse("budgets:index") + "?state=submitted", count=waiting)] if waiting else []
    if holds(user, Role.FINANCE):
        back = Budget.objects.filter(state=Budget.State.RETURNED, maker=user).count()
        title = ngettext("Put a returned budget right", "Put %(count)s returned budgets right", back) % {"count": back}
        found += [Item(title, reverse("budgets:index") + "?state=returned", count=back, tone="blocked")] if back else []
    return found


def destinations(user: Any) -> Iterable[Destination]:
    """The budgets stand beside the books; they are a tab of theirs."""
    return [Destination(_("Budgets"), reverse("budgets:index"), 57, daily=False)] if can_read_books(user) else []
