"""The books at a moment: what is dated not after a day and sealed not after a head, and the exchange rates of that day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db.models import Sum

from trustfund.ledger import balances
from trustfund.ledger.balances import ORIGINAL, SIGNED
from trustfund.ledger.closed.kept import Reading
from trustfund.ledger.exchange import rates
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.models import Subaccount
from trustfund.money import Money, zero


@dataclass(frozen=True)
class Held:
    """A balance in one currency: `usd` as booked and `own` in its currency, both debit less credit."""

    code: str
    window: str
    of: Subaccount | None
    usd: Money
    own: Money

    @property
    def foreign(self) -> bool:
        return self.own.currency != rates.FUNCTIONAL

    @property
    def carried_at(self) -> Decimal | None:
        """Units of its currency per USD, as it stands in the books; None for USD."""
        if not self.foreign or not self.usd:
            return None
        return abs(self.own.amount / self.usd.amount).quantize(Decimal("1E-10"), rounding=ROUND_HALF_EVEN)

    def share(self, usd: Money) -> Money | None:
        """What `usd` of it is in its currency, all of it for all; None for USD."""
        if not self.foreign:
            return None
        if abs(usd) >= abs(self.usd):
            return abs(self.own)
        return abs(Money.rounded(self.own.amount * usd.amount / self.usd.amount, self.own.currency))


KEYS = ("account_id", "window_id", "subaccount_id", "currency")


def _in_order(row: tuple[Any, Any]) -> tuple[Any, ...]:
    """By account, window, subaccount (none last) and currency."""
    code, window, subaccount, currency = row[0]
    return code, window, subaccount is None, subaccount or 0, currency


@dataclass(frozen=True)
class Moment:
    """`fixed` are the rates that were used before ({"EUR": ["0.92", "2026-03-01"]}); without them those in force. `used` gathers them."""

    on: date
    head: int | None = None
    fixed: dict[str, Any] | None = None
    used: dict[str, list[str]] = field(default_factory=dict)

    def held(
        self,
        codes: Iterable[str],
        *,
        of: Subaccount | None = None,
        window: str | None = None,
        ever: bool = False,
        estimates: bool = True,
    ) -> list[Held]:
        """What stands on accounts, by account, window, subaccount and currency.

        `ever` counts what is dated later too; `estimates=False` leaves year-end estimates out, which are reversed and never paid.
        """
        narrow: dict[str, Any] = {"account_id__in": list(codes)}
        narrow |= {"window_id": window} if window is not None else {}
        narrow |= {"subaccount_id": of.pk} if of is not None else {}
        sums = self._sums(narrow, ever=ever, estimates=estimates)
        names = Subaccount.objects.in_bulk({subaccount for _code, _window, subaccount, _currency in sums if subaccount})
        return [
            Held(code, of_window, names.get(subaccount), Money.from_minor(usd, "USD"), Money.from_minor(own, currency))
            for (code, of_window, subaccount, currency), (usd, own) in sorted(sums.items(), key=_in_order)
        ]

    def _sums(self, narrow: dict[str, Any], *, ever: bool, estimates: bool) -> dict[Any, tuple[int, int]]:
        """Cents of USD and minor units of the currency by account, window, subaccount and currency, where there is any."""
        as_of = None if ever else self.on
        totals = Reading.at(as_of, self.head).totals(KEYS, **narrow)
        found = {key: (debits - credits, own) for key, (debits, credits, own) in totals.items()}
        if not estimates:
            lines = balances.lines(as_of=as_of, head=self.head).filter(entry_id__in=balances.estimates(), **narrow)
            for *key, usd, own in lines.values_list(*KEYS).annotate(usd=Sum(SIGNED), own=Sum(ORIGINAL)):
                before = found.get(tuple(key), (0, 0))
                found[tuple(key)] = (before[0] - usd, before[1] - own)
        return {key: sums for key, sums in found.items() if any(sums)}

    def balance(self, *codes: str, **about: Any) -> Money:
        """The sum of accounts in USD on the day, debit less credit; `about` as for `held`."""
        return sum((each.usd for each in self.held(codes, **about)), zero())

    def per_subaccount(self, *codes: str) -> dict[int, Money]:
        """The sum of accounts in USD by subaccount (primary key); from what was kept at closings."""
        narrow: dict[str, Any] = {"account_id__in": codes, "subaccount_id__isnull": False}
        sums = Reading.at(self.on, self.head).totals(["subaccount_id"], **narrow)
        return {pk: Money.from_minor(debits - credits, "USD") for (pk,), (debits, credits, _own) in sums.items()}

    def least(self, *codes: str, **about: Any) -> Money:
        """The balance on the day, or by now where that is nearer to nothing: what may still be taken from it."""
        then, now = self.balance(*codes, **about), self.balance(*codes, ever=True, **about)
        return min(then, now, key=abs) if (then.minor > 0) == (now.minor > 0) else zero()

    def rate(self, currency: str) -> tuple[Decimal, date]:
        """Units per USD and since when; MissingRate (a ValidationError) when there is none, or only a stale one."""
        if self.fixed is not None and currency in self.fixed:
            value, since = self.fixed[currency]
            return Decimal(value), date.fromisoformat(since)
        rate: Rate = rates.rate_for(currency, self.on)
        if currency != rates.FUNCTIONAL:
            self.used[currency] = [f"{rate.value.normalize():f}", rate.effective_on.isoformat()]
        return rate.value.normalize(), rate.effective_on

    def worth(self, money: Money) -> tuple[Money, Money | None, Decimal | None]:
        """An amount in USD at the rate of the day, and for another currency the amount itself and the rate."""
        if money.currency == rates.FUNCTIONAL:
            return money, None, None
        rate, _since = self.rate(money.currency)
        return rates.convert(money, rate), money, rate
