"""The arithmetic of a budget, on random ones too: exact to the cent, caps never passed by rounding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grants.applications import budget
from trustfund.money import Money, total, usd


@dataclass(frozen=True)
class Line:
    category_id: int
    amount: Money
    requested: Money


def category(pk, cap=None, overhead=False):
    return SimpleNamespace(pk=pk, name=f"Category {pk}", cap_percent=cap, overhead=overhead)


def call(ceiling=None, floor=None, overhead=None):
    return SimpleNamespace(ceiling=ceiling, floor=floor, overhead_cap_percent=overhead)


cents = st.integers(0, 10_000_000)
lines = st.lists(st.tuples(st.integers(1, 3), cents, cents), max_size=12).map(
    lambda rows: [Line(pk, Money.from_minor(max(a, b), "USD"), Money.from_minor(min(a, b), "USD")) for pk, a, b in rows]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines)
def test_the_totals_by_category_add_up_to_the_whole(rows):
    found = budget.of(rows, [category(1), category(2), category(3)], call())
    assert total(each.amount for each in found.totals) == found.amount
    assert total(each.requested for each in found.totals) == found.requested
    assert found.own == found.amount - found.requested


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines, st.decimals(0, 100, places=2))
def test_a_cap_is_never_passed_by_a_fraction_of_a_cent(rows, percent):
    found = budget.of(rows, [category(1, percent), category(2), category(3)], call())
    capped = found.totals[0]
    exact = capped.requested.minor * 100 > percent * found.requested.minor
    assert capped.over == exact
    assert any("Category 1" in problem for problem in found.problems) == exact


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.decimals("0.001", "99999.999", places=3), cents)
def test_an_amount_is_the_exact_product_rounded_to_the_cent(quantity, unit):
    unit_cost = Money.from_minor(unit, "USD")
    found = budget.amount(quantity, unit_cost)
    assert abs(found.amount - quantity * unit_cost.amount) <= Decimal("0.005")
    assert budget.is_rounded(quantity, unit_cost) == (found.amount != quantity * unit_cost.amount)


@pytest.mark.parametrize(
    "requested, words",
    [("60000.00", None), ("60000.01", "USD 0.01 too much"), ("5000.00", None), ("4999.99", "at least"), ("0", "Nothing is requested")],
)
def test_ceiling_and_floor_to_the_cent(requested, words):
    row = Line(1, usd(requested), usd(requested))
    problems = budget.of([row], [category(1)], call(usd(60_000), usd(5_000))).problems
    assert [words.replace(" ", "") in problem.replace("\u00a0", "").replace(" ", "") for problem in problems] == ([True] if words else [])


def test_overhead_over_several_categories():
    rows = [Line(1, usd(100), usd(100)), Line(2, usd(6), usd(6)), Line(3, usd(6), usd(6))]
    found = budget.of(rows, [category(1), category(2, overhead=True), category(3, overhead=True)], call(overhead=Decimal(10)))
    assert any("Overhead" in problem for problem in found.problems)
