"""What is to be paid and when: the ground does not know grants and pledges, whoever does tells it here.

Amounts that donors owe are the ledger's own (1100, 9030); only which of them hang on a condition is asked for, and `statements.dues`
knows their days. What grants are still to be paid is known to their calendars alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from trustfund.money import Money


@dataclass(frozen=True)
class Due:
    """An amount in USD that is to come or to be paid: its kind (see `forecast.KINDS`), its day (None: nobody knows), what it is, where it
    is shown."""

    kind: str
    on: date | None
    amount: Money
    label: str
    url: str = ""


Payments = Callable[[], Iterable[Due]]
Conditional = Callable[[list[int]], set[int]]
"""From subaccounts of instalments (primary keys) to those whose money hangs on a condition that is not met yet."""

_payments: list[Payments] = []
_conditional: list[Conditional] = []


def register_payments(provider: Payments) -> None:
    """Called from `AppConfig.ready()` by whoever keeps a calendar of payments."""
    if provider not in _payments:
        _payments.append(provider)


def register_conditional(provider: Conditional) -> None:
    """Called from `AppConfig.ready()` by whoever knows what was promised on a condition."""
    if provider not in _conditional:
        _conditional.append(provider)


def payments() -> list[Due]:
    """Everything that calendars say is to be paid."""
    return [due for provider in _payments for due in provider()]


def conditional(subaccounts: Iterable[int]) -> set[int]:
    """Those of these instalments that hang on a condition."""
    wanted = list(subaccounts)
    return {pk for provider in _conditional for pk in provider(wanted)}
