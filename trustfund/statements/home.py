"""Where the statements are reached from; nothing of them waits for anybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from trustfund.people.navigation import Destination
from trustfund.statements import permissions


def destinations(user: Any) -> Iterable[Destination]:
    """The statements, for whoever sees any."""
    return [Destination(_("Statements"), reverse("statements:index"), 60)] if permissions.can_see_any(user) else []
