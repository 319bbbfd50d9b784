"""How long an act takes in the database, and from beginning to end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection


def timed(act: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds that an act spent in the database, and from beginning to end."""
    spent: list[float] = []

    def watch(execute: Any, *arguments: Any) -> Any:
        begin = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            spent.append(time.perf_counter() - begin)

    begin = time.perf_counter()
    with connection.execute_wrapper(watch):
        act()
    return sum(spent) * 1000, (time.perf_counter() - begin) * 1000
