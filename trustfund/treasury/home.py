"""What of the cash waits for a person, and where it is reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from trustfund.ledger.permissions import can_read_books
from trustfund.money import zero
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds
from trustfund.treasury.forecast import forecast
from trustfund.treasury.shown import month_text


def items(user: Any) -> Iterable[Item]:
    """Finance: the cash would not last."""
    if not holds(user, Role.FINANCE):
        return []
    lowest = forecast().lowest
    if lowest.closing >= zero():
        return []
    return [Item(_("The cash falls short in %(month)s") % {"month": month_text(lowest)}, reverse("treasury:forecast"), tone="blocked")]


def destinations(user: Any) -> Iterable[Destination]:
    """The treasury, for those who read the books."""
    return [Destination(_("Cash and forecast"), reverse("treasury:index"), 57, daily=False)] if can_read_books(user) else []
