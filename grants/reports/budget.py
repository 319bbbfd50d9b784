"""Expenditure against the budget, line by line. Pure but for reading the rows it is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from trustfund.money import Money, total, zero

By = Mapping[int, Money]
NONE: By = MappingProxyType({})


@dataclass(frozen=True)
class Row:
    """One budget line: budget, accepted before, reported now, disallowed of it, and what is left of the budget. USD."""

    line: Any
    budget: Money
    before: Money
    now: Money
    disallowed: Money

    @property
    def left(self) -> Money:
        return self.budget - self.before - self.now + self.disallowed


def rows(
    lines: Iterable[Any], earlier: Iterable[Any], current: Iterable[Any], before: By = NONE, now: By = NONE
) -> list[Row]:
    """The table of budget lines; `earlier` are the allowed expenditures of accepted reports, `current` those of this one.

    `before` and `now` are what was disallowed of them since they were accepted, by budget line.
    """
    listed = list(current)
    past, reported, refused = _by_line(earlier), _by_line(listed), _by_line(each for each in listed if each.disallowed)

    def at(column: By, line: Any) -> Money:
        return column.get(line.pk, zero())

    return [
        Row(line, line.amount, at(past, line) - at(before, line), at(reported, line), at(refused, line) + at(now, line)) for line in lines
    ]


def sums(table: Iterable[Row]) -> Row:
    """The foot of the table."""
    each = list(table)
    names = ("budget", "before", "now", "disallowed")
    return Row(None, *(total(getattr(row, name) for row in each) for name in names))


def _by_line(expenditures: Iterable[Any]) -> dict[int, Money]:
    found: dict[int, Money] = {}
    for each in expenditures:
        found[each.budget_line_id] = found.get(each.budget_line_id, zero()) + each.amount
    return found
