"""What the books hold of an instalment: the receivable and the memo, and the share of each that a payment or a reduction takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from donors.pledges.policy import within_a_year
from trustfund.ledger import balances
from trustfund.money import Money, zero

if TYPE_CHECKING:
    from donors.pledges.models import Instalment


@dataclass(frozen=True)
class Carrying:
    """A part of a receivable: USD at which it stands, the part in the pledge's currency, whether it is current (1100) or not (1110)."""

    usd: Money
    original: Money
    current: bool

    @property
    def rate(self) -> Decimal:
        """Units of the pledge's currency per USD, as carried."""
        if self.original.currency == "USD" or not self.usd:
            return Decimal(1)
        return (self.original.amount / self.usd.amount).quantize(Decimal("1E-10"), rounding=ROUND_HALF_EVEN)


def receivable(instalment: Instalment) -> tuple[Money, bool]:
    """The receivable's balance in USD and whether it stands on 1100 (else on 1110)."""
    current = balances.balance("1100", of=instalment.subaccount)
    return (current, True) if current else (balances.balance("1110", of=instalment.subaccount), False)


def becomes_current(instalment: Instalment, on: date) -> Money:
    """The balance (USD) that stands on 1110 although the instalment is due within a year of the day; nothing where none does."""
    balance, current = receivable(instalment)
    return zero("USD") if current or not within_a_year(instalment.due_on, on) else balance


def share(whole: Money, part: Money, of: Money) -> Money:
    """The share of `whole` (USD) that `part` is of `of`; all of it when `part` is all of `of`."""
    if not of or part >= of:
        return whole
    return Money.from_minor(int((Decimal(whole.minor) * part.minor / of.minor).to_integral_value(ROUND_HALF_EVEN)), whole.currency)


def carried(instalment: Instalment, part: Money) -> Carrying:
    """What `part` (in the pledge's currency) of the outstanding stands at in the books."""
    balance, current = receivable(instalment)
    return Carrying(share(balance, part, instalment.outstanding), part, current)


def memo(instalment: Instalment, part: Money | None = None) -> Money:
    """What the memo accounts hold (USD) for `part` of the outstanding, or for all of it."""
    balance = balances.balance("9030", of=instalment.subaccount)
    if not balance:
        return zero("USD")
    return balance if part is None else share(balance, part, instalment.outstanding)


def held(instalment: Instalment) -> Money:
    """Cash of a conditional agreement (USD) that is a liability (2200) until the condition is met."""
    return -balances.balance("2200", of=instalment.subaccount)
