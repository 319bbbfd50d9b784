"""The destinations of a person: each room offers its own; five at the most stand in the header, the others on the home page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

IN_THE_HEADER = 5


@dataclass(frozen=True)
class Destination:
    """A page to go to; `daily` says whether the person lives there, which earns it a place in the header.

    `rooms` are the beginnings of other addresses that belong to it: on a page there the header says that the person is here.
    """

    label: str
    url: str
    order: int = 50
    daily: bool = True
    rooms: tuple[str, ...] = ()


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


def header_for(user: Any) -> list[Destination]:
    """The first five of the destinations where the user lives."""
    return [each for each in destinations_for(user) if each.daily][:IN_THE_HEADER]


def elsewhere_for(user: Any) -> list[Destination]:
    """The user's destinations that have no place in the header."""
    shown = header_for(user)
    return [each for each in destinations_for(user) if each not in shown]
