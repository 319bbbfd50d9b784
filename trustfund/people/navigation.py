"""The destinations in the header: each room offers its own to whom it may serve."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Destination:
    label: str
    url: str
    order: int = 50


Provider = Callable[[Any], Iterable[Destination]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Called from `AppConfig.ready()`, once per room."""
    if provider not in _providers:
        _providers.append(provider)


def destinations_for(user: Any) -> list[Destination]:
    """The user's destinations in their order."""
    found = [destination for provider in _providers for destination in provider(user)]
    return sorted(found, key=lambda destination: (destination.order, destination.label))
