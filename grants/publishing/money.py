"""The public figures on money, all of them queries of the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from trustfund import clock
from trustfund.ledger.funding import headroom, trace
from trustfund.money import Money, zero


@dataclass(frozen=True)
class Figures:
    """USD, in all fund windows: `received` from donors since the beginning, `paid` to NGOs and not given back; `grants` that were paid."""

    received: Money
    paid: Money
    grants: int


def figures() -> Figures:
    """As of today."""
    today = clock.today()
    paid = {grant: cents for grant, cents in trace.cash_to_grants(today).items() if cents > 0}
    received = headroom.totals(headroom.over_windows(today).values()).get("received", zero())
    return Figures(received, Money.from_minor(sum(paid.values()), "USD"), len(paid))
