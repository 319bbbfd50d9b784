"""Acts at the same moment, each in a thread and with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connections

Refusals = type[Exception] | tuple[type[Exception], ...]


def together(*acts: Callable[[], Any], refused: Refusals = ValidationError) -> list[Any]:
    """Run acts in threads that start together: each one's result, or its refusal. Whatever else one raises is raised here."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(30)
            return act()
        except refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))
