"""What waits for a person. Every room registers a provider; the home page knows no room."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Item:
    """One thing to do: a title, where, by when, how many, and its tone ("waiting", "blocked", "money", "neutral")."""

    title: str
    url: str
    due: date | None = None
    count: int | None = None
    tone: str = "waiting"


Provider = Callable[[Any], Iterable[Item]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Called from `AppConfig.ready()`, once per room."""
    if provider not in _providers:
        _providers.append(provider)


def items_for(user: Any) -> list[Item]:
    """Everything that waits for the user: what has a day first, by day."""
    found = [item for provider in _providers for item in provider(user)]
    return sorted(found, key=lambda item: (item.due is None, item.due or date.max, item.title))
