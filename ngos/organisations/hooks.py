"""What rooms above want to be told about an organisation; filled in their `AppConfig.ready()`.

A listener is called inside the transaction of the act, after it: `listener(organisation, changed, by)`, `changed` the names of columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Listener = Callable[[Any, Sequence[str], Any], None]

on_updated: list[Listener] = []
"""The profile changed: what names the organisation elsewhere follows it."""


def listen(listener: Listener) -> None:
    """Register a listener, once."""
    if listener not in on_updated:
        on_updated.append(listener)


def tell(organisation: Any, changed: Sequence[str], by: Any) -> None:
    """Tell every listener, in the order in which they registered."""
    for listener in on_updated:
        listener(organisation, changed, by)
