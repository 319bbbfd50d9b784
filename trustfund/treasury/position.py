"""The cash position: what is on the Fund's accounts, what of it is set aside for whom, and what is free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from trustfund.ledger import balances, chart
from trustfund.ledger.closed.kept import Reading, year_end_entries
from trustfund.ledger.funding.headroom import room_by_window
from trustfund.ledger.funding.models import Allocation
from trustfund.ledger.history import TAKEN_OVER_GRANTS
from trustfund.ledger.models import Subaccount
from trustfund.money import Money, total, zero

CASH = ("1010", "1020", "1030", "1050")
"""What Statement I shows as cash and cash equivalents."""

OWED = ("2400", "2410", "3100", "2200", "2300", "2100", "2010")
"""Accounts whose balance is set aside of the cash: owed to others, hung on a condition, nobody's yet, or the reserve."""


@dataclass(frozen=True)
class Held:
    """One row of the position: what it is, in its own currency where that is another one, in USD, and where its lines are."""

    label: str
    amount: Money
    own: Money | None = None
    url: str = ""


@dataclass(frozen=True)
class Position:
    """The cash as of a day, account by account; what of it is set aside; the rest is free, and may be less than nothing."""

    as_of: date
    banks: list[Held]
    aside: list[Held]

    @property
    def cash(self) -> Money:
        return total(row.amount for row in self.banks)

    @property
    def set_aside(self) -> Money:
        return total(row.amount for row in self.aside)

    @property
    def free(self) -> Money:
        return self.cash - self.set_aside


def position(as_of: date) -> Position:
    """The position as of a day, of all windows together."""
    sums = _by_account(as_of)
    return Position(as_of, [*_banks(as_of), *_others(sums, as_of)], _aside(sums, as_of))


def cash(as_of: date) -> Money:
    """Cash and cash equivalents as of a day, as in Statement I."""
    sums = _by_account(as_of)
    return total(sums.get(code, zero()) for code in CASH)


def _by_account(as_of: date) -> dict[str, Money]:
    """Debit less credit per account."""
    sums = Reading.at(as_of).totals(["account_id"], account_id__in=[*CASH, *OWED])
    return {code: Money.from_minor(debits - credits, "USD") for (code,), (debits, credits, _own) in sums.items()}


def account_url(code: str, as_of: date, of: str = "") -> str:
    """The lines of an account to a day, of one subaccount if one is named."""
    return f"{reverse('ledger:account', args=[code])}?{urlencode({'end': as_of.isoformat(), **({'of': of} if of else {})})}"


def _banks(as_of: date) -> list[Held]:
    return [
        Held(f"{row.bank.code} {row.bank.name}", row.usd, row.own, account_url(_code(row.bank.currency), as_of, row.bank.code))
        for row in balances.bank_balances(as_of)
    ]


def _code(currency: str) -> str:
    return "1010" if currency in ("", "USD") else "1020"


def _others(sums: dict[str, Money], as_of: date) -> list[Held]:
    """Stripe's clearing and the cash pool, where there is anything."""
    return [Held(_label(code), sums[code], None, account_url(code, as_of)) for code in CASH[2:] if sums.get(code)]


def _label(code: str) -> str:
    return f"{code} {chart.BY_CODE[code].label}"


def _aside(sums: dict[str, Money], as_of: date) -> list[Held]:
    """Each amount that is not the Fund's to spend freely; what is nothing is left out."""
    owed = [Held(_label(code), -sums[code], None, account_url(code, as_of)) for code in OWED if sums.get(code)]
    list_url = f"{reverse('ledger:headroom')}?{urlencode({'as_of': as_of.isoformat()})}"
    others = [
        Held(_("Reserved for certified grants, still to be paid"), reserved(as_of), None, list_url),
        Held(_("Programme support cost of contributions, not charged yet"), uncharged_psc(as_of), None, list_url),
    ]
    return [*owed, *(row for row in others if row.amount)]


def reserved(as_of: date) -> Money:
    """What is reserved for grants whose funds are certified, as of a day."""
    cents = Allocation.objects.filter(date__lte=as_of).aggregate(held=Sum("reserved"))["held"]
    return Money.from_minor(cents or 0, "USD")


def uncharged_psc(as_of: date) -> Money:
    """The programme support cost that receipts set aside, less what accepted expenditure was charged with so far; never below nothing."""
    kept = total(row.psc for rows in room_by_window(as_of).values() for row in rows)
    return max(kept - _charged(as_of), zero())


def _charged(as_of: date) -> Money:
    """Programme support cost as of a day, year-end closing and what was taken over aside."""
    reading, apart = Reading.at(as_of), year_end_entries()
    narrow: list[dict[str, Any]] = [{}, *({"subaccount_id": pk} for pk in _taken_over())]
    sums = [reading.totals([], without=apart, account_id="5100", **each).get((), (0, 0, 0)) for each in narrow]
    cents = [debits - credits for debits, credits, _own in sums]
    return Money.from_minor(cents[0] - sum(cents[1:]), "USD")


def _taken_over() -> Iterable[int]:
    return Subaccount.objects.filter(code=TAKEN_OVER_GRANTS).values_list("pk", flat=True)
