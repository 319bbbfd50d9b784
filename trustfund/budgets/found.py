"""The approved budgets of years, as they stood at a head of the ledger: what Statement V compares with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from trustfund.budgets.models import Budget
from trustfund.ledger.versions import upto
from trustfund.money import Money, zero

Amounts = dict[str, Money]
"""USD by budget line."""


@dataclass
class Approved:
    """A window's budget over the years asked for: the original and the final amounts, and how many revisions lie between."""

    original: Amounts = field(default_factory=lambda: defaultdict(zero))
    final: Amounts = field(default_factory=lambda: defaultdict(zero))
    revisions: int = 0


def approved(years: Iterable[int], head: int, act: int | None = None) -> dict[str, Approved]:
    """By the window's code, what was approved up to a head and an act; windows without an approved budget are not there. Two queries."""
    versions = upto(Budget.objects.filter(year__in=list(years)), head, act)
    found: dict[str, Approved] = {}
    by_year: dict[tuple[str, int], list[Budget]] = defaultdict(list)
    for each in versions.order_by("window", "year", "number").prefetch_related("lines"):
        by_year[each.window_id, each.year].append(each)
    for (window, _year), budgets in by_year.items():
        held = found.setdefault(window, Approved())
        held.revisions += len(budgets) - 1
        _add(held.original, budgets[0])
        _add(held.final, budgets[-1])
    return found


def _add(amounts: Amounts, budget: Budget) -> None:
    for each in budget.lines.all():
        amounts[each.line] += each.amount
