"""Published outcomes of grants, for donor statements. Only a room that publishes them may register a source; today none does.

Numbers of people helped never reach a statement from anywhere else: what is not released is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from trustfund.ledger.models import Subaccount

Provider = Callable[[Iterable[Subaccount], date], dict[int, list[str]]]
"""Asked with grants and the day of the books; by the primary key of each, sentences that are released."""

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Have this room say what it has published; for `AppConfig.ready()`."""
    if provider not in _providers:
        _providers.append(provider)


def published(grants: Iterable[Subaccount], as_of: date) -> dict[int, list[str]]:
    """What is published of these grants."""
    found: dict[int, list[str]] = {}
    known = list(grants)
    for provider in _providers:
        for pk, sentences in provider(known, as_of).items():
            found.setdefault(pk, []).extend(sentences)
    return found
