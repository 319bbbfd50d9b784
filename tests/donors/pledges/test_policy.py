"""Which policy holds, and what is current."""

from __future__ import annotations

from datetime import date

import pytest

from donors.pledges.policy import policy_on, within_a_year


@pytest.mark.parametrize(
    "day, code", [(date(2011, 1, 1), "ipsas-23"), (date(2025, 12, 31), "ipsas-23"), (date(2026, 1, 1), "ipsas-47-48")]
)
def test_the_policy_of_a_day(day, code):
    assert policy_on(day).code == code


@pytest.mark.parametrize(
    "due_on, on, current",
    [
        (date(2027, 3, 16), date(2026, 3, 16), True),
        (date(2027, 3, 17), date(2026, 3, 16), False),
        (date(2029, 2, 28), date(2028, 2, 29), True),
        (date(2029, 3, 1), date(2028, 2, 29), False),
        (date(2020, 1, 1), date(2026, 1, 1), True),
    ],
)
def test_what_is_due_within_twelve_months_is_current(due_on, on, current):
    assert within_a_year(due_on, on) is current
