"""What of this room waits for a person, and where its pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from donors.contributions.models import Contribution
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds


def items(user: Any) -> Iterable[Item]:
    """Finance: receipts whose donor nobody has named yet."""
    if not holds(user, Role.FINANCE):
        return []
    waiting = Contribution.objects.filter(state=Contribution.State.UNIDENTIFIED).count()
    title = ngettext("Identify a receipt", "Identify %(count)s receipts", waiting) % {"count": waiting}
    return [Item(title, reverse("contributions:index") + "?state=unidentified", count=waiting)] if waiting else []


def destinations(user: Any) -> Iterable[Destination]:
    """The list of contributions, for finance and the fund manager."""
    if not holds(user, Role.FINANCE, Role.MANAGER):
        return []
    return [Destination(_("Contributions"), reverse("contributions:index"), 41, daily=holds(user, Role.FINANCE))]
