"""Reading the trace: contribution to grant, and back. Queries only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, When

from trustfund.ledger.balances import ESTIMATE
from trustfund.ledger.closed.marks import YEAR_END
from trustfund.ledger.funding.models import Allocation
from trustfund.ledger.models import Line, Subaccount
from trustfund.money import Money, usd_cents

ACCEPTED = ("5010", "4900")
"""Accepted expenditure of a grant: grants expense (but for year-end estimates), less what was recovered of earlier years."""
DUE = "tranche.due"
"""The source of entries by which a tranche of an outright grant is due: it counts as accepted before it is paid."""


@dataclass(frozen=True)
class TraceRow:
    """One contribution's part in one grant, in USD.

    `reserved` is still to be paid; `paid` was paid and not returned or refunded; `accepted` is expenditure accepted of what was paid;
    `advance` is paid and not yet accepted; below zero it is due of an outright grant and not yet paid.
    """

    instalment: Subaccount
    grant: Subaccount
    reserved: Money
    paid: Money
    accepted: Money

    @property
    def advance(self) -> Money:
        return self.paid - self.accepted

    @property
    def allocated(self) -> Money:
        """Reserved and paid together."""
        return self.reserved + self.paid


def trace_of(subaccount: Subaccount, as_of: date | None = None, head: int | None = None) -> list[TraceRow]:
    """The trace of an instalment, an agreement or a donor (to grants), or of a grant (to instalments), as of a day.

    `head` is the number of the last seal that counts: a statement is made again as it was.
    """
    rows = _of(subaccount, as_of, head)
    pairs = rows.order_by().values("instalment_id", "grant_id").annotate(held=Sum("reserved"), given=Sum("allocated"))
    sums = {(row["instalment_id"], row["grant_id"]): (row["held"], row["given"]) for row in pairs if row["held"] or row["given"]}
    accepted = accepted_shares({grant for _instalment, grant in sums}, as_of, head)
    wanted = {pk for pair in sums for pk in pair}
    names = {each.pk: each for each in Subaccount.objects.filter(pk__in=wanted).select_related("parent__parent")}
    found = [
        TraceRow(names[pair[0]], names[pair[1]], usd_cents(held), usd_cents(given), usd_cents(accepted.get(pair, 0)))
        for pair, (held, given) in sums.items()
    ]
    return sorted(found, key=lambda row: (row.instalment.code, row.grant.code))


def _until(rows: Any, as_of: date | None, head: int | None, link: str) -> Any:
    """Lines or allocations dated not after `as_of` and sealed not after `head`."""
    rows = rows if as_of is None else rows.filter(date__lte=as_of)
    return rows if head is None else rows.filter(**{f"{link}__lte": head})


def _of(subaccount: Subaccount, as_of: date | None, head: int | None) -> QuerySet[Allocation]:
    found: QuerySet[Allocation] = _until(Allocation.objects.all(), as_of, head, "funding_id")
    if subaccount.kind == Subaccount.Kind.GRANT:
        return found.filter(grant=subaccount)
    below = Q(instalment=subaccount) | Q(instalment__parent=subaccount) | Q(instalment__parent__parent=subaccount)
    return found.filter(below)


def accepted_shares(grants: set[int], as_of: date | None = None, head: int | None = None) -> dict[tuple[int, int], int]:
    """Cents of accepted expenditure per (instalment, grant): it consumes the grant's payments oldest first, each by its own split.

    What is due of an outright grant and not paid yet is that of the contributions that hold it reserved.
    """
    accepted = _accepted(grants, as_of, head)
    shares: dict[tuple[int, int], int] = defaultdict(int)
    for grant, rows in groupby(_payments(grants, as_of, head), key=lambda row: row[0]):
        left = accepted.get(grant, 0)
        for _payment, parts in groupby(rows, key=lambda row: row[1]):
            left -= _consume(shares, grant, [(row[2], row[3]) for row in parts if row[3] > 0], left)
        accepted[grant] = left
    for grant, held in _still_due({each for each, left in accepted.items() if left > 0}, as_of, head).items():
        _consume(shares, grant, held, accepted[grant])
    return shares


def _still_due(grants: set[int], as_of: date | None, head: int | None) -> dict[int, list[tuple[int, int]]]:
    """Of these grants the outright ones: instalments and the cents that each holds reserved."""
    if not grants:
        return {}
    due = _until(Line.objects.filter(subaccount_id__in=grants, account_id="5010", entry__source=DUE), as_of, head, "entry_id")
    held = _until(Allocation.objects.filter(grant_id__in=due.order_by().values("subaccount_id")), as_of, head, "funding_id")
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = held.order_by("grant_id", "instalment_id").values_list("grant_id", "instalment_id").annotate(cents=Sum("reserved"))
    for grant, instalment, cents in rows:
        found[grant] += [(instalment, cents)] if cents > 0 else []
    return found


def _consume(shares: dict[tuple[int, int], int], grant: int, parts: list[tuple[int, int]], left: int) -> int:
    """Spread up to `left` cents over one payment's instalments; gives what it took."""
    taken = max(0, min(left, sum(cents for _pk, cents in parts)))
    if taken:
        split = Money.from_minor(taken, "USD").split([cents for _pk, cents in parts])
        for (instalment, _cents), part in zip(parts, split, strict=True):
            shares[instalment, grant] += part.minor
    return taken


def _accepted(grants: set[int], as_of: date | None, head: int | None) -> dict[int, int]:
    lines = Line.objects.filter(subaccount_id__in=grants, account_id__in=ACCEPTED).exclude(YEAR_END).exclude(ESTIMATE)
    lines = _until(lines, as_of, head, "entry_id")
    rows = lines.order_by().values("subaccount_id").annotate(spent=Sum(F("debit") - F("credit")))
    return {row["subaccount_id"]: row["spent"] for row in rows}


def _payments(grants: set[int], as_of: date | None, head: int | None) -> list[tuple[int, int, int, int]]:
    """Grant, payment, instalment, cents; each grant's payments oldest first."""
    found = _until(Allocation.objects.filter(grant_id__in=grants, payment__isnull=False), as_of, head, "funding_id")
    rows = found.order_by().values("grant_id", "payment_id", "payment__date", "instalment_id").annotate(cents=Sum("allocated"))
    ordered = rows.order_by("grant_id", "payment__date", "payment_id", "instalment_id")
    return [(row["grant_id"], row["payment_id"], row["instalment_id"], row["cents"]) for row in ordered]


def cash_to_grants(as_of: date | None = None, head: int | None = None) -> dict[int, int]:
    """Cents of cash that each grant got, by the ledger's lines: what its lines lack to balance (PSC, closing and memo aside)."""
    lines = Line.objects.filter(subaccount__kind=Subaccount.Kind.GRANT).exclude(YEAR_END)
    lines = lines.exclude(account_id__in=["5100", "9010", "9020"])
    lines = _until(lines, as_of, head, "entry_id")
    signed = Case(When(debit__gt=0, then=F("debit")), default=-F("credit"))
    return {row["subaccount_id"]: row["cash"] for row in lines.order_by().values("subaccount_id").annotate(cash=Sum(signed))}
