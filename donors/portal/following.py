"""One contribution followed: what came, what is set aside, what went to which grant, what was accepted. Queries of the ledger alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trustfund.ledger.funding import allocations, headroom
from trustfund.money import Money, total, zero
from trustfund.statements.books import books_at
from trustfund.statements.contributions import Columns, charges_of


@dataclass(frozen=True)
class Followed:
    """The money of one instalment or gift, in USD at booked rates.

    received + income = psc + reserve + available + reserved + paid + costs; paid = accepted + advance. `costs` are its share of the fund's
    own, `income` its share of interest and other income, with exchange differences. `grants` are the rows of the trace.
    """

    received: Money = field(default_factory=zero)
    psc: Money = field(default_factory=zero)
    reserve: Money = field(default_factory=zero)
    available: Money = field(default_factory=zero)
    reserved: Money = field(default_factory=zero)
    costs: Money = field(default_factory=zero)
    income: Money = field(default_factory=zero)
    grants: list[Any] = field(default_factory=list)

    @property
    def paid(self) -> Money:
        return total(row.paid for row in self.grants)

    @property
    def accepted(self) -> Money:
        return total(row.accepted for row in self.grants)

    @property
    def advance(self) -> Money:
        """Paid to grants and not accounted for by an accepted report yet."""
        return self.paid - self.accepted

    @property
    def credited(self) -> Money:
        """The income, as it is subtracted from its costs."""
        return -self.income

    @property
    def allocated(self) -> Money:
        """Reserved for grants and paid to them."""
        return self.reserved + self.paid


def follow(subaccounts: Iterable[Any], on: date) -> dict[int, Followed]:
    """What became of the money of these instalments and gifts by now, by primary key of the subaccount; `on` is today.

    The number of queries does not grow with the number of contributions, only with the number of donors.
    """
    wanted = {each.pk: each for each in subaccounts if each is not None}
    rows = {pk: row for pk, row in headroom.over_windows(on).items() if pk in wanted}
    traces, charges = _traces(wanted), charges_of(books_at(on), wanted)
    return {pk: _followed(rows.get(pk), charges.get(pk, Columns()), traces.get(pk, [])) for pk in wanted}


def _traces(wanted: dict[int, Any]) -> dict[int, list[Any]]:
    """The rows of the trace by instalment: asked of the instalment itself when it is one, else of all the donors above at once."""
    found: dict[int, list[Any]] = defaultdict(list)
    tops = {_top(each).pk: _top(each) for each in wanted.values()} if len(wanted) > 1 else wanted
    for top in tops.values():
        for row in allocations.trace_of(top):
            found[row.instalment.pk].append(row)
    return found


def _top(subaccount: Any) -> Any:
    """The donor's subaccount."""
    while subaccount.parent is not None:
        subaccount = subaccount.parent
    return subaccount


def _followed(row: Any, charged: Columns, grants: list[Any]) -> Followed:
    if row is None:
        return Followed(grants=grants)
    income = charged.income + charged.exchange
    return Followed(row.received, row.psc, row.reserve, row.available, row.reserved, charged.costs, income, grants)
