"""What a person does elsewhere that excludes a staff role: rooms above say it through this registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Reason = Callable[[Any], str | None]
_reasons: list[Reason] = []


def register(reason: Reason) -> None:
    """`reason(user)` gives the sentence why the user can hold no staff role ("acts for an NGO"), or None. From `AppConfig.ready()`."""
    if reason not in _reasons:
        _reasons.append(reason)


def reasons_against(user: Any) -> list[str]:
    """Every reason why the user can hold no staff role."""
    return [found for reason in _reasons if (found := reason(user))]
