"""The tabs of a grant's page: each later room adds its own, so that the page knows no room above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tab:
    """One tab: a key that the open page names, its label, where it leads, its place in the row."""

    key: str
    label: str
    url: str
    order: int = 50


Provider = Callable[[Any, Any], Iterable[Tab]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Called from `AppConfig.ready()`; `provider(grant, user)` gives tabs, at no more than one query."""
    if provider not in _providers:
        _providers.append(provider)


def tabs_of(grant: Any, user: Any) -> list[Tab]:
    """The tabs of a grant's page for a reader, in their order."""
    found = [tab for provider in _providers for tab in provider(grant, user)]
    return sorted(found, key=lambda tab: (tab.order, tab.label))
