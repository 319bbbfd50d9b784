"""What of this room waits for a person, and where its pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from donors.donors.models import acts_for_a_donor
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds


def items(user: Any) -> Iterable[Item]:
    """Nothing waits in the list of donors itself."""
    return []


def destinations(user: Any) -> Iterable[Destination]:
    """The list of donors, for finance and the fund manager."""
    if not holds(user, Role.FINANCE, Role.MANAGER):
        return []
    return [Destination(_("Donors"), reverse("donors:index"), 40, daily=holds(user, Role.MANAGER))]


def against_a_role(user: Any) -> str | None:
    """Why the user can hold no staff role: a donor's contact never does."""
    return _("This person acts for a donor.") if acts_for_a_donor(user) else None
