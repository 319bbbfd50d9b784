"""The administrator's own destinations in the header."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from trustfund.people.navigation import Destination
from trustfund.people.permissions import can_manage_people


def destinations(user: Any) -> Iterable[Destination]:
    if can_manage_people(user):
        yield Destination(_("People"), "/people/", 10)
        yield Destination(_("Invitations"), "/people/invitations/", 20)
        yield Destination(_("Letters"), "/people/letters/", 30)
