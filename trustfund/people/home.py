"""What waits for a person. Every room registers a provider; the home page knows no room."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _


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


@dataclass(frozen=True)
class Group:
    """What waits, by when: a heading, its tone, the items."""

    title: str
    tone: str
    items: list[Item]


def grouped(items: Iterable[Item], today: date) -> list[Group]:
    """Overdue, today, the next seven days, later, whenever; only the groups that hold something."""
    week = today + timedelta(days=7)
    shelves: dict[str, list[Item]] = {"overdue": [], "today": [], "week": [], "later": [], "whenever": []}
    for item in items:
        shelves[_shelf(item.due, today, week)].append(item)
    heads = {
        "overdue": (_("Overdue"), "blocked"),
        "today": (_("Due today"), "waiting"),
        "week": (_("In the next seven days"), "waiting"),
        "later": (_("Later"), "neutral"),
        "whenever": (_("Waiting for you"), "waiting"),
    }
    return [Group(title, tone, shelves[name]) for name, (title, tone) in heads.items() if shelves[name]]


def _shelf(due: date | None, today: date, week: date) -> str:
    if due is None:
        return "whenever"
    if due < today:
        return "overdue"
    if due == today:
        return "today"
    return "week" if due <= week else "later"
