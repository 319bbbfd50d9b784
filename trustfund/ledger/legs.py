"""The legs of an entry, as plain values: what a posting function returns and what `posting.post` takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from trustfund.money import Money

if TYPE_CHECKING:
    from trustfund.ledger.models import Subaccount


@dataclass(frozen=True)
class Leg:
    """One debit or credit: USD `amount` on account `code`, of a subaccount where the account wants one.

    `original` is the amount in the currency of the transaction and `rate` its units per USD; both are the USD amount and 1
    when they are not given. `window` is the fund window's code when it is not the entry's.
    """

    side: str
    code: str
    amount: Money
    of: Subaccount | None = None
    original: Money | None = None
    rate: Decimal | None = None
    window: str | None = None

    @property
    def debit(self) -> int:
        """Cents on the debit side."""
        return self.amount.minor if self.side == "debit" else 0

    @property
    def credit(self) -> int:
        """Cents on the credit side."""
        return self.amount.minor if self.side == "credit" else 0

    def turned(self) -> Leg:
        """The same leg on the other side."""
        return replace(self, side="credit" if self.side == "debit" else "debit")


def debit(code: str, amount: Money, of: Subaccount | None = None, original: Money | None = None, rate: Decimal | None = None) -> Leg:
    """A debit of `amount` USD on account `code`."""
    return Leg("debit", code, amount, of, original, rate)


def credit(code: str, amount: Money, of: Subaccount | None = None, original: Money | None = None, rate: Decimal | None = None) -> Leg:
    """A credit of `amount` USD on account `code`."""
    return Leg("credit", code, amount, of, original, rate)
