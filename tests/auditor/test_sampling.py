"""Samples can be drawn again by anybody: fair by money, never past a large item, the same for the same seed, another for other books."""

from __future__ import annotations

import hashlib
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustfund.auditor.sampling import Unit, monetary_sample, number_of, population_hash, random_sample

VALUES = st.lists(st.integers(0, 10_000_00), min_size=1, max_size=60)
SEEDS = st.text("abcdef0123456789-", min_size=1, max_size=16)
SIZES = st.integers(1, 30)


def units(values):
    return [Unit(f"entry:{number}", value) for number, value in enumerate(values, 1)]


def keys(drawn):
    return [each.unit.key for each in drawn.chosen]


@given(VALUES, SEEDS, SIZES)
def test_the_same_seed_draws_the_same_sample(values, seed, size):
    for draw in (random_sample, monetary_sample):
        assert draw(units(values), seed=seed, size=size) == draw(units(values), seed=seed, size=size)


@given(VALUES, SEEDS, SIZES)
def test_a_random_sample_has_its_size_and_no_item_twice(values, seed, size):
    drawn = random_sample(units(values), seed=seed, size=size)
    assert len(set(keys(drawn))) == len(drawn.chosen) == min(size, len(values))
    assert (drawn.count, drawn.value) == (len(values), sum(values))


@given(VALUES, SEEDS, SIZES)
def test_no_item_outside_has_a_smaller_number_than_one_inside(values, seed, size):
    drawn = random_sample(units(values), seed=seed, size=size)
    inside = [number_of(seed, key) for key in keys(drawn)]
    outside = [number_of(seed, unit.key) for unit in units(values) if unit.key not in keys(drawn)]
    assert inside == sorted(inside)
    assert not outside or max(inside) < min(outside)


@given(VALUES, SEEDS, SIZES)
def test_every_large_item_is_taken_and_nothing_worthless_is(values, seed, size):
    drawn = monetary_sample(units(values), seed=seed, size=size)
    if not sum(values):
        assert drawn.chosen == []
        return
    large = {unit.key for unit in units(values) if unit.value >= drawn.interval}
    assert large <= set(keys(drawn))
    assert large == {each.unit.key for each in drawn.chosen if each.certain}
    assert all(each.unit.value > 0 for each in drawn.chosen)


@given(VALUES, SEEDS, SIZES)
def test_each_hit_lies_in_its_item_and_one_interval_from_the_next(values, seed, size):
    drawn = monetary_sample(units(values), seed=seed, size=size)
    hits = [hit for each in drawn.chosen for hit in each.hits]
    passed, borders = 0, {}
    for unit in units(values):
        borders[unit.key] = (passed, passed := passed + unit.value)
    assert all(borders[each.unit.key][0] < hit <= borders[each.unit.key][1] for each in drawn.chosen for hit in each.hits)
    if drawn.interval:
        assert hits == list(range(drawn.start, sum(values) + 1, drawn.interval))
        assert drawn.interval == max(sum(values) // size, 1)
        assert 1 <= drawn.start <= drawn.interval
        assert min(size, sum(values)) <= len(hits)


@given(VALUES, SEEDS, SIZES, st.data())
def test_a_population_that_changed_is_told_by_its_hash(values, seed, size, data):
    place = data.draw(st.integers(0, len(values) - 1))
    changed = [*values[:place], values[place] + 1, *values[place + 1 :]]
    before, after = (random_sample(units(each), seed=seed, size=size) for each in (values, changed))
    assert before.population_hash != after.population_hash
    assert before.population_hash != population_hash(units(values)[1:])


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=3, max_size=8), st.integers(1, 3))
def test_the_chance_of_an_item_is_its_share_of_the_money(values, size):
    """Over every start that there can be, an item is hit exactly value / interval of the times (and always, if it is as large)."""
    population, interval = units(values), max(sum(values) // size, 1)
    from trustfund.auditor import sampling

    counts = dict.fromkeys((unit.key for unit in population), 0)
    for start in range(1, interval + 1):
        for each in sampling._hit(population, interval, start):
            counts[each.unit.key] += 1
    assert counts == {unit.key: min(unit.value, interval) for unit in population}


def test_over_many_seeds_each_item_of_a_random_sample_comes_equally_often():
    population = units([1] * 10)
    counts = dict.fromkeys((unit.key for unit in population), 0)
    for seed in range(2000):
        for key in keys(random_sample(population, seed=str(seed), size=3)):
            counts[key] += 1
    assert all(500 < count < 700 for count in counts.values())


def test_the_numbers_are_those_of_sha256sum():
    assert number_of("seed-1", "entry:17") == hashlib.sha256(b"seed-1:entry:17").hexdigest()
    if not shutil.which("sha256sum"):
        pytest.skip("sha256sum is not on this machine")
    done = subprocess.run(["sh", "-c", "printf %s 'seed-1:entry:17' | sha256sum"], capture_output=True, text=True)
    assert done.stdout.split()[0] == number_of("seed-1", "entry:17")


def test_a_worked_example():
    """Six items of 10.00 in all, four hits wanted: one each 2.50, from the cent that the seed gives."""
    population = units([100, 300, 0, 50, 400, 150])
    drawn = monetary_sample(population, seed="worked", size=4)
    start = int(hashlib.sha256(b"worked:start").hexdigest(), 16) % 250 + 1
    assert (drawn.count, drawn.value, drawn.interval, drawn.start) == (6, 1000, 250, start)
    assert {"entry:2", "entry:5"} <= set(keys(drawn))
    assert sum(len(each.hits) for each in drawn.chosen) == 4
