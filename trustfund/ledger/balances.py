"""Balances: sums of lines, where periods are closed by way of what was kept at their closing (`closed.kept`).

Debit less credit in USD, so that a liability's balance is negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from trustfund.ledger.chart import BY_CODE, Definition
from trustfund.ledger.closed import kept
from trustfund.ledger.closed.marks import YEAR_END
from trustfund.ledger.models import Entry, Line, Subaccount
from trustfund.money import Money

NOTHING = Money(0, "USD")
SIGNED = F("debit") - F("credit")
ORIGINAL = kept.ORIGINAL

ESTIMATED = "voucher.year_end_estimate"
"""The source of entries that estimate, at year-end, what NGOs have spent and not yet reported."""

ESTIMATE = Q(entry__source=ESTIMATED) | Q(entry__reverses__source=ESTIMATED)
"""That a line is of such an estimate, or of what reversed one: it is an expense of the year, and no report was accepted."""



def estimating() -> QuerySet[Entry]:
    """The entries that estimate: vouchers post them, and what they are about has an index."""
    return Entry.objects.filter(source=ESTIMATED, object_type="vouchers.voucher")


def estimates() -> list[int]:
    """The entries that estimate, and what reversed them."""
    found = list(estimating().order_by().values_list("pk", flat=True))
    return [*found, *Entry.objects.filter(reverses__in=found).order_by().values_list("pk", flat=True)] if found else []


WRITING_OFF = "voucher.write_off_contribution"
"""The source of entries that write a contribution receivable off."""

WRITTEN_OFF = Q(entry__source=WRITING_OFF) | Q(entry__reverses__source=WRITING_OFF)
"""That a line is of such a write-off, or of what reversed one."""


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
    sums = _totals(["account_id"], as_of, head, window=window, closing=closing)
    return [TrialRow(BY_CODE[code], _usd(debits), _usd(credits)) for (code,), (debits, credits, _own) in sorted(sums.items())]


def _totals(
    by: list[str], as_of: date | None, head: int | None, *, window: str | None = None, closing: bool = True, **narrow: Any
) -> kept.Totals:
    """Sums from kept balances and the lines beside them, in a window or all, with or without year-end closing."""
    if window is not None:
        narrow["window_id"] = window
    without = None if closing else kept.year_end_entries()
    return kept.Reading.at(as_of, head).totals(by, without=without, **narrow)


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
    if of is None and closing:
        return _usd(kept.balance(code, as_of, head, window))
    if of is None or of.kind == Subaccount.Kind.BANK:
        narrow = {"subaccount_id": of.pk} if of else {}
        sums = _totals([], as_of, head, window=window, closing=closing, account_id=code, **narrow).get((), (0, 0, 0))
        return _usd(sums[0] - sums[1])
    found = lines(as_of=as_of, head=head, of=of, window=window, closing=closing).filter(account_id=code)
    return _usd(found.aggregate(balance=Sum(SIGNED))["balance"])


def original_balance(code: str, of: Subaccount, as_of: date | None = None) -> Money:
    """The balance of a subaccount in its own currency, as a bank account's statement shows it."""
    currency = of.currency or "USD"
    if of.kind == Subaccount.Kind.BANK:
        sums = _totals([], as_of, None, account_id=code, subaccount_id=of.pk, currency=currency)
        return Money.from_minor(sums.get((), (0, 0, 0))[2], currency)
    found = lines(as_of=as_of, of=of).filter(account_id=code, currency=currency)
    return Money.from_minor(found.aggregate(balance=Sum(ORIGINAL))["balance"] or 0, currency)


def movements(
    code: str, start: date | None = None, end: date | None = None, of: Subaccount | None = None, *, head: int | None = None
) -> tuple[Money, QuerySet[Line]]:
    """The balance of an account before `start`, and its lines from `start` to `end` (both included; None is no bound), unordered."""
    found = lines(as_of=end, head=head, of=of).filter(account_id=code)
    if start is None:
        return NOTHING, found
    day = start - timedelta(days=1) if end is None else min(start - timedelta(days=1), end)
    return balance(code, day, of, head=head), found.filter(date__gte=start)


@dataclass(frozen=True)
class BankRow:
    """A bank account of the Fund: its balance in its own currency, as the bank states it, and in USD as booked."""

    bank: Subaccount
    own: Money
    usd: Money


def bank_balances(as_of: date | None = None, head: int | None = None) -> list[BankRow]:
    """Every bank account of the Fund with its balances, by code."""
    sums = _totals(["subaccount_id"], as_of, head, account_id__in=("1010", "1020"))
    found = Subaccount.objects.filter(kind=Subaccount.Kind.BANK).order_by("code")
    return [_bank(bank, sums.get((bank.pk,), (0, 0, 0))) for bank in found]


def _bank(bank: Subaccount, sums: tuple[int, int, int]) -> BankRow:
    debit, credit, own = sums
    return BankRow(bank, Money.from_minor(own, bank.currency or "USD"), _usd(debit - credit))


def unclosed_results(year: int) -> list[tuple[str, str, Subaccount | None, Money]]:
    """What year-end closing takes to 3010: the balances of revenue and expense by (code, window, subaccount)."""
    codes = [definition.code for definition in BY_CODE.values() if definition.period_result]
    sums = _totals(["account_id", "window_id", "subaccount_id"], date(year, 12, 31), None, account_id__in=codes)
    rows = [(*key, debits - credits) for key, (debits, credits, _own) in sums.items() if debits != credits]
    names = Subaccount.objects.in_bulk({row[2] for row in rows if row[2]})
    rows.sort(key=lambda row: (row[0], row[1], row[2] or 0))
    return [(code, window, names.get(of), _usd(cents)) for code, window, of, cents in rows]
