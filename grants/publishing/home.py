"""Public pages wait for nobody; only their way in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from trustfund.people.home import Item
from trustfund.people.navigation import Destination


def items(user: Any) -> Iterable[Item]:
    """Nothing ever waits here."""
    return []


def destinations(user: Any) -> Iterable[Destination]:
    """For visitors: the calls and what was awarded."""
    if getattr(user, "is_authenticated", False):
        return []
    return [Destination(_("Calls"), reverse("calls:index"), 10), Destination(_("Grants awarded"), reverse("publishing:awarded"), 20)]
