"""The cash position: what is on the Fund's accounts, what of it is set aside for whom, and what is free."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from trustfund.ledger import balances, chart
from trustfund.ledger.closed.kept import Reading
from trustfund.ledger.funding.headroom import Headroom, room_by_window
from trustfund.ledger.funding.models import Allocation
from trustfund.money import Money, total, zero
from trustfund.treasury.posted import CASH, OWED, posted


@dataclass(frozen=True)
class Held:
    """One row of the position: what it is, in its own currency where that is another one, in USD, and where its lines are."""

    label: str
    amount: Money
    own: Money | None = None
    url: str = ""


@dataclass(frozen=True)
class Position:
    """The cash as of a day, account by account; what of it is set aside; the rest is free, and may be less than nothing.

    `sums` are debits less credits by account; `rows` what each contribution can still fund; `uncharged` their support cost to come;
    `posted` what all other lines come to, by what they are about.
    """

    as_of: date
    banks: list[Held]
    aside: list[Held]
    sums: dict[str, Money]
    rows: list[Headroom]
    uncharged: Money
    posted: dict[str, Money]

    def owed(self, code: str) -> Money:
        """What one of the accounts that are set aside holds."""
        return -self.sums.get(code, zero())

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
    sums, rows = _by_account(as_of), list(itertools.chain.from_iterable(room_by_window(as_of).values()))
    others = posted(as_of)
    uncharged = uncharged_psc(rows, others.get("support", zero()))
    banks, aside = [*_banks(as_of), *_others(sums, as_of)], _aside(sums, uncharged, as_of)
    return Position(as_of, banks, aside, sums, rows, uncharged, others)


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


def _aside(sums: dict[str, Money], uncharged: Money, as_of: date) -> list[Held]:
    """Each amount that is not the Fund's to spend freely; what is nothing is left out."""
    owed = [Held(_label(code), -sums[code], None, account_url(code, as_of)) for code in OWED if sums.get(code)]
    list_url = f"{reverse('ledger:headroom')}?{urlencode({'as_of': as_of.isoformat()})}"
    others = [
        Held(_("Reserved for certified grants, still to be paid"), reserved(as_of), None, list_url),
        Held(_("Programme support cost of contributions, not charged yet"), uncharged, None, list_url),
    ]
    return [*owed, *(row for row in others if row.amount)]


def reserved(as_of: date) -> Money:
    """What is reserved for grants whose funds are certified, as of a day."""
    cents = Allocation.objects.filter(date__lte=as_of).aggregate(held=Sum("reserved"))["held"]
    return Money.from_minor(cents or 0, "USD")


def uncharged_psc(rows: Iterable[Headroom], charged: Money) -> Money:
    """The programme support cost that receipts set aside, less what accepted expenditure was charged with so far; never below nothing."""
    kept = total(row.psc for row in rows)
    return max(kept - charged, zero())
