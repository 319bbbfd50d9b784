"""Ranks: exact, fair to the strict and the mild, explicit about ties."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from grants.reviews.ranking import FEWEST_TO_SHIFT, normalised, rank, ranks, raw, shifts

WEIGHTS = {"a": 50, "b": 50}


def marks(*rows):
    """rows: application -> {reviewer: (mark a, mark b)}"""
    return {name: {who: dict(zip("ab", given, strict=True)) for who, given in by.items()} for name, by in rows}


@st.composite
def tables(draw):
    people = draw(st.integers(1, 4))
    count = draw(st.integers(FEWEST_TO_SHIFT, 7))
    values = st.fractions(0, 100, max_denominator=20)
    return {n: {p: draw(values) for p in range(people)} for n in range(count)}


def test_equals_share_a_rank_and_the_next_is_counted_on():
    assert ranks({"w": Fraction(9), "x": Fraction(5), "y": Fraction(5), "z": Fraction(1)}) == {"w": 1, "x": 2, "y": 2, "z": 4}


def test_places():
    table = marks(("one", {1: (5, 5), 2: (3, 3)}), ("two", {1: (4, 4), 2: (4, 4)}), ("three", {1: (1, 1), 2: (2, 2)}))
    found = {place.application: place for place in rank(table, WEIGHTS)}
    assert [place.application for place in rank(table, WEIGHTS)] == ["one", "two", "three"]
    assert (found["one"].rank, found["one"].tied, found["two"].rank, found["three"].rank) == (1, True, 1, 3)
    assert (found["one"].spread, found["one"].disagreement) == (50, True)
    assert (found["two"].spread, found["two"].disagreement) == (0, False)
    assert found["three"].raw == Fraction(25, 2)


def test_disagreement_begins_at_one_mark_everywhere():
    (place,) = rank(marks(("one", {1: (3, 3), 2: (4, 4)})), WEIGHTS)
    assert place.disagreement is True
    (place,) = rank(marks(("one", {1: (3, 3), 2: (3, 4)})), WEIGHTS)
    assert place.disagreement is False


def test_moving_weights_moves_ranks_that_hang_on_one_criterion():
    table = marks(("x", {1: (5, 1)}), ("y", {1: (1, 5)}), ("low", {1: (1, 1)}))
    found = {place.application: place for place in rank(table, WEIGHTS)}
    assert (found["x"].best, found["x"].worst, found["x"].stable) == (1, 2, False)
    assert (found["low"].best, found["low"].worst, found["low"].stable) == (3, 3, True)


def test_an_incomplete_review_does_not_count():
    table = {"one": {1: {"a": 5, "b": None}, 2: {"a": 3, "b": 3}}, "none": {1: {"a": 5}}}
    assert [(place.application, place.raw) for place in rank(table, WEIGHTS)] == [("one", 50)]
    assert rank({}, WEIGHTS) == []


def test_a_strict_reviewer_does_not_sink_who_they_scored():
    """Two reviewers agree on the order, one is 40 points stricter; each application was scored by one of them alone."""
    scores = {n: {"mild": Fraction(60 + n)} for n in range(3)} | {n + 10: {"strict": Fraction(20 + n)} for n in range(3)}
    assert ranks(raw(scores))[12] == 4
    assert ranks(normalised(scores))[12] == 1


def test_who_scored_fewer_than_three_is_not_shifted():
    scores = {n: {"often": Fraction(50)} for n in range(3)} | {9: {"once": Fraction(90)}}
    assert shifts(scores)["once"] == 0


@given(tables())
def test_the_mean_of_everything_stays(table):
    every = [value for given in table.values() for value in given.values()]
    moved = shifts(table)
    after = [value + moved[who] for given in table.values() for who, value in given.items()]
    assert sum(every) == sum(after)


@given(tables(), st.integers(0, 3), st.fractions(-20, 20, max_denominator=10))
def test_being_stricter_on_the_whole_changes_no_normalised_rank(table, who, by):
    stricter = {n: {p: value + by if p == who else value for p, value in given.items()} for n, given in table.items()}
    assert ranks(normalised(table)) == ranks(normalised(stricter))


@given(tables())
def test_names_of_reviewers_do_not_matter(table):
    renamed = {n: {f"reviewer {p}": value for p, value in reversed(given.items())} for n, given in table.items()}
    assert raw(table) == raw(renamed)
    assert normalised(table) == normalised(renamed)


@given(st.dictionaries(st.integers(), st.fractions(0, 100), min_size=1))
def test_ranks_follow_values(values):
    found = ranks(values)
    assert min(found.values()) == 1
    for one in values:
        assert found[one] == 1 + sum(values[other] > values[one] for other in values)


@given(st.dictionaries(st.integers(1, 5), st.dictionaries(st.integers(1, 3), st.tuples(*[st.integers(1, 5)] * 2), min_size=1), min_size=1))
def test_the_rank_lies_within_its_reach(table):
    for place in rank(marks(*table.items()), WEIGHTS):
        assert place.best <= place.rank <= place.worst
        assert place.tied is (sum(other.rank == place.rank for other in rank(marks(*table.items()), WEIGHTS)) > 1)


def test_nothing_is_a_float():
    (place,) = rank(marks(("one", {1: (3, 4), 2: (5, 2), 3: (1, 1)})), WEIGHTS)
    assert all(isinstance(value, Fraction) for value in (place.raw, place.normalised, place.spread))
