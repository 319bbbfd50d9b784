"""What later phases want to be told about a grant; filled in `grants/apps.py`, because an earlier phase imports no later one.

A listener is called inside the transaction of the act, after it: `listener(grant, by)`, `by` a User or None (the clock).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from trustfund.money import Money, total

Listener = Callable[[Any, Any], None]
Heard = TypeVar("Heard")

on_active: list[Listener] = []
"""The agreement came into force: tranches and reports are laid out."""

on_terminated: list[Listener] = []
"""The agreement was ended early: what is not paid is stopped."""

on_reporting_closed: list[Listener] = []
"""The final report is accepted: what is unspent becomes due."""

on_reopened: list[Listener] = []
"""A payment came back: a closing that was prepared or confirmed begins again."""

Rows = Callable[[Any], Iterable[Any]]
moved: list[Rows] = []
"""`rows(grant)`: what an act that ends the agreement moves of a later room: locked with the grant, before anything is on record."""


def rows_of(grant: Any) -> list[Any]:
    """All that moves with a grant."""
    return [row for rows in moved for row in rows(grant)]


Sums = Callable[[Any], Money]
to_pay: list[Sums] = []
"""`sum(grant)`: what is certified to be paid to the NGO and has not left the bank yet."""


def under_way(grant: Any) -> Money:
    """What payments under way will pay of the grant, with what they keep from the NGO."""
    return total(each(grant) for each in to_pay)


def listen(event: list[Heard], listener: Heard) -> None:
    """Register a listener, once."""
    if listener not in event:
        event.append(listener)


def tell(event: list[Listener], grant: Any, by: Any) -> None:
    """Tell every listener, in the order in which they registered."""
    for listener in event:
        listener(grant, by)
