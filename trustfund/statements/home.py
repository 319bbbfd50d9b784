"""Where the statements are reached from, and which texts of theirs wait for a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds
from trustfund.statements import permissions
from trustfund.statements.models import Disclosure

ACTS = {
    "disclosure.propose": gettext_lazy("Texts proposed"),
    "disclosure.rewrite": gettext_lazy("Texts put right"),
    "disclosure.approve": gettext_lazy("Approved"),
    "disclosure.return_": gettext_lazy("Returned to its maker"),
    "disclosure.cancel": gettext_lazy("Cancelled"),
    "issue.make": gettext_lazy("Statement issued"),
}


def items(user: Any) -> Iterable[Item]:
    """Who approves: texts that somebody else proposed. The maker: those that came back."""
    State = Disclosure.State
    found = []
    if holds(user, Role.APPROVER, Role.MANAGER):
        waiting = Disclosure.objects.filter(state=State.PROPOSED).exclude(maker=user).count()
        address = reverse("statements:texts_index") + "?state=proposed"
        found += [Item(_("Approve texts of the statements"), address, count=waiting)] if waiting else []
    if holds(user, Role.FINANCE):
        back = Disclosure.objects.filter(state=State.RETURNED, maker=user).count()
        address = reverse("statements:texts_index") + "?state=returned"
        found += [Item(_("Put returned texts of the statements right"), address, count=back, tone="blocked")] if back else []
    return found


def destinations(user: Any) -> Iterable[Destination]:
    """The statements, for whoever sees any."""
    return [Destination(_("Statements"), reverse("statements:index"), 60)] if permissions.can_see_any(user) else []
