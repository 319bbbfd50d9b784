"""Reviews are spread evenly, and nobody gets what they can't have."""

from hypothesis import given
from hypothesis import strategies as st

from grants.reviews.assignment import spread


def test_the_least_burdened_come_first():
    given_, lacking = spread({"x": 1, "y": 1}, ["a", "b"], {"a": 1}, {})
    assert given_ == {"x": ["b"], "y": ["a"]}
    assert lacking == {}


def test_what_cannot_be_had_is_said():
    given_, lacking = spread({"x": 2}, ["a", "b"], {}, {"x": ["a"]})
    assert given_ == {"x": ["b"]}
    assert lacking == {"x": 1}


@given(
    st.dictionaries(st.integers(1, 30), st.integers(0, 3), max_size=20),
    st.lists(st.integers(100, 108), unique=True, max_size=6),
    st.dictionaries(st.integers(1, 30), st.sets(st.integers(100, 108), max_size=3)),
)
def test_always(wanted, reviewers, barred):
    chosen, lacking = spread(wanted, reviewers, {}, barred)
    for application, people in chosen.items():
        assert len(set(people)) == len(people)
        assert not set(people) & set(barred.get(application, ()))
        assert len(people) + lacking.get(application, 0) == wanted[application]
    assert set(chosen) == set(wanted)


@given(st.integers(1, 40), st.integers(1, 6))
def test_loads_differ_by_one_at_most_when_nobody_is_barred(applications, people):
    chosen, _lacking = spread(dict.fromkeys(range(applications), min(2, people)), list(range(100, 100 + people)), {}, {})
    loads = [sum(person in given_ for given_ in chosen.values()) for person in range(100, 100 + people)]
    assert max(loads) - min(loads) <= 1
