"""The layout of an award: amounts that add up to the cent, days that follow one another."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.agreements import labels, plan
from trustfund.money import Money, total, usd


def test_tranches_of_a_pattern():
    parts = plan.tranches(usd("24000"), [50, 40, 10], date(2026, 1, 31), 12)
    assert [(part.number, str(part.amount.amount), part.due_on) for part in parts] == [
        (1, "12000.00", date(2026, 1, 31)),
        (2, "9600.00", date(2026, 5, 31)),
        (3, "2400.00", date(2026, 9, 30)),
    ]


def test_a_single_tranche():
    assert plan.tranches(usd(10), [100], date(2026, 1, 1), 8) == [plan.Part(1, usd(10), date(2026, 1, 1))]


def test_a_pattern_that_gives_a_tranche_nothing_is_refused():
    with pytest.raises(ValueError, match="at least a cent"):
        plan.tranches(usd("0.02"), [50, 40, 10], date(2026, 1, 1), 12)


@given(st.integers(100, 10**9), st.lists(st.integers(1, 100), min_size=1, max_size=6), st.integers(6, 60))
def test_tranches_add_up_and_follow_one_another(cents, pattern, months):
    parts = plan.tranches(Money.from_minor(cents, "USD"), pattern, date(2026, 1, 31), months) if cents > 600 else []
    assert not parts or total(part.amount for part in parts).minor == cents
    assert sorted({part.due_on for part in parts}) == [part.due_on for part in parts]


def test_reports_cover_every_day_once():
    periods = plan.reports(date(2026, 1, 15), date(2027, 1, 14), 6, 60)
    assert [(p.kind, p.start, p.end, p.due_on) for p in periods] == [
        ("interim", date(2026, 1, 15), date(2026, 7, 14), date(2026, 9, 12)),
        ("final", date(2026, 7, 15), date(2027, 1, 14), date(2027, 3, 15)),
    ]


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 60), st.integers(1, 24))
def test_reports_leave_no_gap(starts_on, months, every):
    ends_on = plan.last_day(starts_on, months)
    periods = plan.reports(starts_on, ends_on, every, 30)
    assert (periods[0].start, periods[-1].end, periods[-1].kind) == (starts_on, ends_on, "final")
    gaps = {(later.start - earlier.end).days for earlier, later in pairwise(periods)}
    assert gaps <= {1}


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=20), st.integers(1, 10**9))
def test_a_scaled_budget_adds_up_to_the_award(asked, cents):
    parts = plan.scaled([Money.from_minor(each, "USD") for each in asked], Money.from_minor(cents, "USD"))
    assert total(parts).minor == cents
    assert min(part.minor for part in parts) >= 0


@pytest.mark.parametrize(
    "new, old, stricter", [("country", "full", True), ("unnamed", "country", True), ("full", "full", False), ("full", "unnamed", False)]
)
def test_only_less_is_stricter(new, old, stricter):
    assert labels.is_stricter(new, old) is stricter


class Named:
    publication, country = "full", "AL"

    class organisation:
        name, public_name_ok = "Shelter", True


@pytest.mark.parametrize(
    "publication, label",
    [
        ("full", "Shelter (Albania)"),
        ("country", "An organisation in Albania"),
        ("unnamed", "An organisation that is not named for safety"),
    ],
)
def test_labels_say_no_more_than_may_be_published(publication, label):
    grant = Named()
    grant.publication = publication
    assert labels.public_label(grant) == label


def test_who_never_wants_a_name_published_has_none():
    grant = Named()
    grant.organisation = type("Shy", (), {"name": "Shelter", "public_name_ok": False})
    assert labels.public_label(grant) == "An organisation in Albania"
