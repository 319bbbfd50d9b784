"""What was disallowed of accepted reports, by budget line: for the budget tables, the statements and what may still be disallowed."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, Sum

from grants.agreements.models import Grant
from grants.reports.disallowances.models import Disallowance, DisallowedLine
from grants.reports.models import Expenditure, Report
from trustfund.money import Money, zero

By = dict[int, Money]
"""Amounts in USD by the primary key of a budget line."""


def disallowed(grant: Grant, *, on: date | None = None, seq: int | None = None) -> dict[int, By]:
    """What was disallowed of each report of a grant after it was accepted, by report and budget line; one query.

    Up to a day and a head of the ledger where they are given.
    """
    lines = DisallowedLine.objects.filter(disallowance__report__grant=grant, disallowance__state=Disallowance.State.APPROVED)
    lines = lines if on is None else lines.filter(disallowance__decided_on__lte=on)
    lines = lines if seq is None else lines.filter(disallowance__entry__lte=seq)
    found: dict[int, By] = {}
    for report, line, amount in lines.values_list("disallowance__report_id", "budget_line_id", "amount"):
        of = found.setdefault(report, {})
        of[line] = of.get(line, zero()) + amount
    return found


def by_line(found: dict[int, By]) -> By:
    """All reports together."""
    sums: By = {}
    for of in found.values():
        for line, amount in of.items():
            sums[line] = sums.get(line, zero()) + amount
    return sums


def still_accepted(report: Report, *, but: Disallowance | None = None) -> By:
    """What of a report is accepted and not disallowed or proposed to be, by budget line; `but` leaves one proposal out."""
    rows = Expenditure.objects.filter(report=report, disallowed=False).order_by().values_list("budget_line_id")
    live = Q(disallowance__report=report, disallowance__in=Disallowance.objects.live())
    gone = DisallowedLine.objects.filter(live).exclude(disallowance=but).order_by().values_list("budget_line_id")
    left = dict(rows.annotate(sum=Sum("amount")))
    for line, amount in gone.annotate(sum=Sum("amount")):
        left[line] -= amount
    return {line: amount for line, amount in left.items() if amount > zero()}
