"""The statement of one grant: budget by line against what was reported and accepted, its tranches, and its lines in the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from grants.agreements.models import Grant
from grants.reports import standing
from grants.reports.disallowances import reading
from grants.reports.models import Expenditure, Report
from grants.tranches.models import Tranche
from trustfund.ledger import sealing
from trustfund.ledger.models import Line
from trustfund.money import Money, total, zero

REPORTED = (Report.State.SUBMITTED, Report.State.SUBSTANCE_ACCEPTED, Report.State.ACCEPTED)


@dataclass(frozen=True)
class BudgetRow:
    """One budget line in USD: `reported` is all that was handed in, `accepted` and `disallowed` what became of it."""

    name: str
    budget: Money
    reported: Money
    accepted: Money
    disallowed: Money

    @property
    def balance(self) -> Money:
        return self.budget - self.accepted


@dataclass(frozen=True)
class Statement:
    """Everything that the page, the PDF and the workbook show of a grant, as of a day; USD."""

    grant: Grant
    on: date
    budget: Sequence[BudgetRow]
    totals: BudgetRow
    tranches: Sequence[Tranche]
    position: standing.Position
    lines: Sequence[Line]
    head: Any


def statement_of(grant: Grant, on: date) -> Statement:
    """The statement at the end of a day; a constant number of queries."""
    rows = _budget(grant, on)
    return Statement(
        grant=grant,
        on=on,
        budget=rows,
        totals=_totals(rows),
        tranches=list(grant.tranches.order_by("number")),
        position=standing.position(grant, on),
        lines=_lines(grant, on),
        head=sealing.head(),
    )


def _lines(grant: Grant, on: date) -> list[Line]:
    """The grant's lines in the books but for memo accounts; none before its funds are certified."""
    found = Line.objects.filter(subaccount__isnull=False, subaccount=grant.subaccount_id, date__lte=on).exclude(account__type="memo")
    return list(found.select_related("entry", "account").order_by("entry", "position"))


def _budget(grant: Grant, on: date) -> list[BudgetRow]:
    reported = Expenditure.objects.filter(report__grant=grant, report__state__in=REPORTED, report__submitted_at__date__lte=on)
    sums: dict[int, dict[str, Money]] = {}
    for each in reported.select_related("report").order_by("pk"):
        row = sums.setdefault(each.budget_line_id, {})
        row["reported"] = row.get("reported", zero()) + each.amount
        settled = each.report.accepted_on is not None and each.report.accepted_on <= on
        key = "disallowed" if each.disallowed else "accepted" if settled else ""
        row[key] = row.get(key, zero()) + each.amount
    for pk, amount in reading.by_line(reading.disallowed(grant, on=on)).items():
        sums[pk]["accepted"] -= amount
        sums[pk]["disallowed"] = sums[pk].get("disallowed", zero()) + amount
    return [_row(line, sums.get(line.pk, {})) for line in grant.budget_lines.all()]


def _row(line: Any, found: dict[str, Money]) -> BudgetRow:
    nothing = zero()
    figures = (found.get(key, nothing) for key in ("reported", "accepted", "disallowed"))
    return BudgetRow(f"{line.category_name}: {line.description}", line.amount, *figures)


def _totals(rows: Sequence[BudgetRow]) -> BudgetRow:
    return BudgetRow("", *(total(getattr(row, name) for row in rows) for name in ("budget", "reported", "accepted", "disallowed")))
