"""What marks come to: exact, within bounds, and more for more."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.reviews.scoring import BadMark, exact, missing, score, share

MARK = st.integers(1, 5)
WEIGHTS = {"need": 40, "approach": 35, "capacity": 25}


@st.composite
def rubrics(draw):
    weights = draw(st.dictionaries(st.integers(1, 9), st.integers(1, 100), min_size=1, max_size=6))
    return {key: draw(MARK) for key in weights}, weights


@pytest.mark.parametrize("mark, points", [(1, 0), (2, 25), (3, 50), (4, 75), (5, 100)])
def test_the_same_mark_everywhere(mark, points):
    assert score(dict.fromkeys(WEIGHTS, mark), WEIGHTS) == points


def test_weights_count():
    assert score({"need": 5, "approach": 1, "capacity": 3}, WEIGHTS) == Fraction(40) + Fraction(25, 2)


def test_a_missing_mark_is_no_score():
    assert score({"need": 5, "approach": 1}, WEIGHTS) is None
    assert missing({"need": 5, "approach": None}, WEIGHTS) == ["approach", "capacity"]
    assert score({}, {}) is None


@pytest.mark.parametrize("mark", [0, 6, -1, True, 2.0, "3", Decimal(3)])
def test_what_is_no_mark(mark):
    with pytest.raises(BadMark):
        share(mark)


@given(rubrics())
def test_a_score_lies_between_the_worst_and_the_best_mark(rubric):
    marks, weights = rubric
    assert share(min(marks.values())) * 100 <= score(marks, weights) <= share(max(marks.values())) * 100


@given(rubrics(), st.data())
def test_a_better_mark_never_lowers_the_score(rubric, data):
    marks, weights = rubric
    key = data.draw(st.sampled_from(sorted(marks)))
    better = {**marks, key: data.draw(st.integers(marks[key], 5))}
    assert score(better, weights) >= score(marks, weights)


@given(rubrics(), st.integers(1, 50))
def test_only_the_proportion_of_weights_matters(rubric, factor):
    marks, weights = rubric
    assert score(marks, {key: weight * factor for key, weight in weights.items()}) == score(marks, weights)


@given(st.fractions(0, 100), st.integers(0, 6))
def test_rounding_is_off_by_half_a_unit_at_most(value, places):
    assert abs(Fraction(exact(value, places)) - value) <= Fraction(1, 2 * 10**places)


def test_rounding_is_half_to_even():
    assert [exact(Fraction(n, 2), 0) for n in (1, 3, 5)] == [Decimal(0), Decimal(2), Decimal(2)]
