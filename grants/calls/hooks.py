"""What later rooms do when a call changes: this room can't know applications, so they listen here from `AppConfig.ready()`.

A listener is called in the transaction of the act itself, after it: `listener(call)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Listener = Callable[[Any], Any]
on_extended: list[Listener] = []
on_cancelled: list[Listener] = []


def listen(moment: list[Listener], listener: Listener) -> None:
    """Add a listener once."""
    if listener not in moment:
        moment.append(listener)


def tell(moment: list[Listener], call: Any) -> None:
    for listener in moment:
        listener(call)
