"""The budget of a grant by line, for its statement. The room that keeps grants registers where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from trustfund.ledger.models import Subaccount
from trustfund.money import Money


@dataclass(frozen=True)
class PlanLine:
    """A line of a grant's budget, in USD: planned, accepted and disallowed of the reports that are in the books."""

    label: str
    budget: Money
    accepted: Money
    disallowed: Money


Provider = Callable[[Subaccount, date, int], list[PlanLine]]
"""Asked with the grant's subaccount, the day of the books and the number of the ledger's head."""

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Have this room give the budgets of grants; for `AppConfig.ready()`."""
    if provider not in _providers:
        _providers.append(provider)


def plan_of(grant: Subaccount, as_of: date, seq: int) -> list[PlanLine]:
    """The budget lines of a grant; none where nobody knows it."""
    return [line for provider in _providers for line in provider(grant, as_of, seq)]
