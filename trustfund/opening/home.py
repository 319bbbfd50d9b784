"""Which openings wait for a person, and where they are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.ledger.permissions import can_read_books
from trustfund.opening.models import Opening, State
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds

ACTS = {
    "opening.stage": gettext_lazy("Workbook brought"),
    "opening.approve": gettext_lazy("Approved and posted"),
    "opening.refuse": gettext_lazy("Refused"),
    "opening.undo": gettext_lazy("Undone"),
}


def items(user: Any) -> Iterable[Item]:
    """The approving officer: openings that somebody else brought."""
    if not holds(user, Role.APPROVER):
        return []
    waiting = Opening.objects.filter(state=State.STAGED).exclude(staged_by=user).count()
    return [Item(_("Approve the opening of an existing fund"), reverse("opening:index"), count=waiting)] if waiting else []


def destinations(user: Any) -> Iterable[Destination]:
    """Beside the books, off the header: it is done once."""
    return [Destination(_("Opening of an existing fund"), reverse("opening:index"), 95, daily=False)] if can_read_books(user) else []
