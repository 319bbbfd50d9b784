"""What of this room waits for a person, and where its pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trustfund.people.home import Item
from trustfund.people.navigation import Destination


def items(user: Any) -> Iterable[Item]:
    """What waits for the user here."""
    return []


def destinations(user: Any) -> Iterable[Destination]:
    """The entries of the user's header that lead here."""
    return []
