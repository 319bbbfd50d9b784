"""When instalments are due: the ground does not know pledges, whoever does tells it here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

Provider = Callable[[list[int]], dict[int, date]]
"""From subaccounts of instalments (primary keys) to the days on which they are due; what it does not know it leaves out."""

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Called from `AppConfig.ready()`. A due date never changes once the instalment is there, so that statements can be made again."""
    _providers.append(provider)


def due_dates(subaccounts: Iterable[int]) -> dict[int, date]:
    """The due dates of instalments that have one, by primary key of their subaccount."""
    wanted = list(subaccounts)
    return {pk: day for provider in _providers for pk, day in provider(wanted).items()}
