"""Balances: always a query of the lines. Debit less credit in USD, so that a liability's balance is negative."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, When

from trustfund.ledger.chart import BY_CODE, Definition
from trustfund.ledger.models import Entry, Line, Subaccount
from trustfund.money import Money

NOTHING = Money(0, "USD")
SIGNED = F("debit") - F("credit")
ORIGINAL = Case(When(debit__gt=0, then=F("original_minor")), default=-F("original_minor"))

YEAR_END = Q(entry__kind=Entry.Kind.CLOSING) | Q(entry__reverses__kind=Entry.Kind.CLOSING)
"""That a line is of a year-end closing entry, or of what reversed one: it moves results, and is none."""


@dataclass(frozen=True)
class TrialRow:
    """One account of the trial balance: the sums of its debits and credits, and the balance on the side where it is."""

    account: Definition
    debit: Money
    credit: Money

    @property
    def balance(self) -> Money:
        """Debit less credit."""
        return self.debit - self.credit

    @property
    def debit_balance(self) -> Money:
        return max(self.balance, _usd(0))

    @property
    def credit_balance(self) -> Money:
        return max(-self.balance, _usd(0))


def _usd(cents: int | None) -> Money:
    return Money.from_minor(cents or 0, "USD")


def lines(
    *, as_of: date | None = None, head: int | None = None, of: Subaccount | None = None, window: str | None = None, closing: bool = True
) -> QuerySet[Line]:
    """Lines dated not after `as_of`, sealed not after link `head`, of a subaccount or of what stands under it, in a window.

    `closing=False` leaves the year-end closing entries out, and what reversed them, as statement II does.
    """
    found = Line.objects.order_by()
    if as_of is not None:
        found = found.filter(date__lte=as_of)
    if head is not None:
        found = found.filter(entry__lte=head)
    if of is not None:
        found = found.filter(Q(subaccount=of) | Q(subaccount__parent=of) | Q(subaccount__parent__parent=of))
    if window is not None:
        found = found.filter(window_id=window)
    return found if closing else found.exclude(YEAR_END)


def trial_balance(as_of: date, head: int | None = None, *, window: str | None = None, closing: bool = True) -> list[TrialRow]:
    """Every account that has lines, in the order of the chart."""
    found = lines(as_of=as_of, head=head, window=window, closing=closing)
    rows = found.values("account_id").annotate(debits=Sum("debit"), credits=Sum("credit")).order_by("account_id")
    return [TrialRow(BY_CODE[row["account_id"]], _usd(row["debits"]), _usd(row["credits"])) for row in rows]


def balance(
    code: str,
    as_of: date | None = None,
    of: Subaccount | None = None,
    *,
    head: int | None = None,
    window: str | None = None,
    closing: bool = True,
) -> Money:
    """The balance of one account, of a subaccount (or all under a donor or agreement) if one is named, in USD: debit less credit."""
    found = lines(as_of=as_of, head=head, of=of, window=window, closing=closing).filter(account_id=code)
    return _usd(found.aggregate(balance=Sum(SIGNED))["balance"])


def original_balance(code: str, of: Subaccount, as_of: date | None = None) -> Money:
    """The balance of a subaccount in its own currency, as a bank account's statement shows it."""
    currency = of.currency or "USD"
    found = lines(as_of=as_of, of=of).filter(account_id=code, currency=currency)
    return Money.from_minor(found.aggregate(balance=Sum(ORIGINAL))["balance"] or 0, currency)


def movements(
    code: str, start: date | None = None, end: date | None = None, of: Subaccount | None = None, *, head: int | None = None
) -> tuple[Money, QuerySet[Line]]:
    """The balance of an account before `start`, and its lines from `start` to `end` (both included; None is no bound), unordered."""
    found = lines(as_of=end, head=head, of=of).filter(account_id=code)
    if start is None:
        return NOTHING, found
    before = found.filter(date__lt=start).aggregate(balance=Sum(SIGNED))["balance"]
    return _usd(before), found.filter(date__gte=start)


@dataclass(frozen=True)
class BankRow:
    """A bank account of the Fund: its balance in its own currency, as the bank states it, and in USD as booked."""

    bank: Subaccount
    own: Money
    usd: Money


def bank_balances(as_of: date | None = None, head: int | None = None) -> list[BankRow]:
    """Every bank account of the Fund with its balances, by code."""
    banked = lines(as_of=as_of, head=head).filter(account_id__in=("1010", "1020"))
    sums = {row["subaccount_id"]: row for row in banked.values("subaccount_id").annotate(usd=Sum(SIGNED), own=Sum(ORIGINAL))}
    nothing: dict[str, Any] = {"usd": 0, "own": 0}
    found = Subaccount.objects.filter(kind=Subaccount.Kind.BANK).order_by("code")
    return [_bank(bank, sums.get(bank.pk, nothing)) for bank in found]


def _bank(bank: Subaccount, sums: Mapping[str, Any]) -> BankRow:
    return BankRow(bank, Money.from_minor(sums["own"], bank.currency or "USD"), _usd(sums["usd"]))


def unclosed_results(year: int) -> list[tuple[str, str, Subaccount | None, Money]]:
    """What year-end closing takes to 3010: the balances of revenue and expense by (code, window, subaccount)."""
    codes = [definition.code for definition in BY_CODE.values() if definition.period_result]
    found = lines(as_of=date(year, 12, 31)).filter(account_id__in=codes)
    sums = found.values("account_id", "window_id", "subaccount_id").annotate(balance=Sum(SIGNED))
    rows = [row for row in sums.order_by("account_id", "window_id", "subaccount_id") if row["balance"]]
    names = Subaccount.objects.in_bulk({row["subaccount_id"] for row in rows if row["subaccount_id"]})
    return [(row["account_id"], row["window_id"], names.get(row["subaccount_id"]), _usd(row["balance"])) for row in rows]
