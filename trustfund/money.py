"""Money: an exact amount of one currency.

Amounts are `decimal.Decimal`, quantised to the minor unit of ISO 4217 (JPY 0, USD 2, KWD 3). Nothing here is
ever a float, and two currencies never mix: that raises `CurrencyMismatch`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import total_ordering
from typing import Literal

# ISO 4217 (list one, 2026): the active currencies by number of minor units; all others have two.
NO_MINOR_UNIT = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
THREE_DIGITS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
FOUR_DIGITS = frozenset("CLF UYW".split())
TWO_DIGITS = frozenset(
    """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP
    CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR
    IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN
    NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
    STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG""".split()
)
CURRENCIES = NO_MINOR_UNIT | TWO_DIGITS | THREE_DIGITS | FOUR_DIGITS


class CurrencyMismatch(TypeError):
    """Two currencies met in one sum or comparison."""


class UnknownCurrency(ValueError):
    """Not an active ISO 4217 currency code."""


class TooPrecise(ValueError):
    """More digits than the currency's minor unit has."""


def minor_units(currency: str) -> int:
    """The number of digits of the currency's minor unit; `UnknownCurrency` if ISO 4217 has no such code."""
    if currency in TWO_DIGITS:
        return 2
    if currency in NO_MINOR_UNIT:
        return 0
    if currency in THREE_DIGITS:
        return 3
    if currency in FOUR_DIGITS:
        return 4
    raise UnknownCurrency(currency)


def quantum(currency: str) -> Decimal:
    """The smallest amount of the currency, as `Decimal("0.01")` for USD."""
    return Decimal(1).scaleb(-minor_units(currency))


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency; raises `TooPrecise` for more digits than the currency has."""

    amount: Decimal
    currency: str

    def __init__(self, amount: Decimal | int | str, currency: str) -> None:
        if isinstance(amount, float):
            raise TypeError("Money is never a float.")
        try:
            exact = Decimal(amount)
            quantised = exact.quantize(quantum(currency))
        except InvalidOperation as error:
            raise ValueError(f"{amount!r} is not an amount of money.") from error
        if quantised != exact:
            raise TooPrecise(f"{amount} has more digits than {currency} has.")
        object.__setattr__(self, "amount", quantised if quantised else abs(quantised))
        object.__setattr__(self, "currency", currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Money:
        """The money that `minor` minor units are: 1234 of USD is 12.34."""
        return cls(Decimal(minor).scaleb(-minor_units(currency)), currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Money:
        """`amount` rounded half to even to the currency's minor unit."""
        return cls(amount.quantize(quantum(currency), rounding=ROUND_HALF_EVEN), currency)

    @property
    def minor(self) -> int:
        """The amount in minor units, exact."""
        return int(self.amount.scaleb(minor_units(self.currency)))

    def _same(self, other: object) -> Decimal:
        if not isinstance(other, Money) or other.currency != self.currency:
            raise CurrencyMismatch(f"{self} and {other} are not of one currency.")
        return other.amount

    def __add__(self, other: Money | Literal[0]) -> Money:
        if not isinstance(other, Money) and other == 0:  # the start of sum()
            return self
        return Money(self.amount + self._same(other), self.currency)

    __radd__ = __add__

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,f}"

    def times(self, factor: Decimal | int) -> Money:
        """This money times a factor, rounded half to even."""
        return Money.rounded(self.amount * factor, self.currency)

    def split(self, weights: Sequence[int | Decimal]) -> list[Money]:
        """Parts in proportion to `weights` that add up exactly (largest remainder; ties go to the earlier part).

        Raises ValueError when no weight is positive.
        """
        total = sum(weights, Decimal(0))
        if total <= 0 or any(weight < 0 for weight in weights):
            raise ValueError("The weights of a split must be positive in sum, none of them negative.")
        exact = [Decimal(self.minor) * weight / total for weight in weights]
        parts = [int(share.to_integral_value(rounding=ROUND_DOWN)) for share in exact]
        left = self.minor - sum(parts)
        step = 1 if left > 0 else -1
        by_remainder = sorted(range(len(parts)), key=lambda i: (-abs(exact[i] - parts[i]), i))
        for index in by_remainder[: abs(left)]:
            parts[index] += step
        return [Money.from_minor(part, self.currency) for part in parts]


def usd(amount: Decimal | int | str) -> Money:
    """United States dollars, the fund's functional currency."""
    return Money(amount, "USD")


def usd_cents(cents: int) -> Money:
    """United States dollars from cents, as the books keep them: 1234 is 12.34."""
    return Money.from_minor(cents, "USD")


def zero(currency: str = "USD") -> Money:
    """Nothing, in a currency."""
    return Money(0, currency)


def total(amounts: Iterable[Money], currency: str = "USD") -> Money:
    """The sum of any number of amounts, none included."""
    return sum(amounts, zero(currency))
