"""What later rooms add to an application's page: links (decisions' feedback letter, the grant), given by providers.

A room calls `register(provider)` in `AppConfig.ready()`; provider(application, user) gives `Link(label, url)`s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Link:
    label: str
    url: str


Provider = Callable[[Any, Any], Iterable[Link]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    if provider not in _providers:
        _providers.append(provider)


def links_for(application: Any, user: Any) -> list[Link]:
    return [link for provider in _providers for link in provider(application, user)]
