"""What the Board can recommend, and what is left. Pure."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.decisions.feedback import band, lines
from grants.decisions.money import limits, purse
from trustfund.money import Money, usd

CENTS = st.integers(0, 10**9).map(lambda minor: Money.from_minor(minor, "USD"))


@given(CENTS, st.lists(st.none() | CENTS, max_size=8))
def test_what_is_left_and_what_is_recommended_make_what_is_available(available, amounts):
    found = purse(available, amounts)
    assert found.left + found.recommended == available
    assert found.exceeded is (found.recommended > available)


@pytest.mark.parametrize(
    "requested, floor, ceiling, expected",
    [
        (usd(20), usd(5), usd(60), (usd(5), usd(20))),
        (usd(90), usd(5), usd(60), (usd(5), usd(60))),
        (usd(3), usd(5), usd(60), (usd(3), usd(3))),
        (usd(20), None, None, (usd("0.01"), usd(20))),
    ],
)
def test_limits(requested, floor, ceiling, expected):
    assert limits(requested, floor, ceiling) == expected


@pytest.mark.parametrize(
    "mean, expected", [("5", "strength"), ("4", "strength"), ("3.9", "sound"), ("3", "sound"), ("2.9", "weakness"), ("1", "weakness")]
)
def test_bands(mean, expected):
    assert band(Decimal(mean)) == expected
    assert band(None) == "sound"


class Criterion:
    def __init__(self, pk, name):
        self.pk, self.name = pk, name

    def anchor(self, mark):
        return f"anchor {mark}"


def test_a_line_has_the_chosen_words_or_the_rubric_s():
    criteria = [Criterion(1, "Need"), Criterion(2, "Safety"), Criterion(3, "Budget")]
    found = lines(criteria, {1: Decimal("2.5"), 2: Decimal("4.4")}, {"2": " Well thought out. ", "3": ""})
    assert [(line.name, line.band, line.text) for line in found] == [
        ("Need", "weakness", "anchor 3"),
        ("Safety", "strength", "Well thought out."),
        ("Budget", "sound", ""),
    ]
