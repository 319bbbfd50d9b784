"""The ageing worked by hand: which day falls into which column, and what clears what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.books import make_bank, make_grant, make_instalment, open_years, post
from tests.factories.donors import make_agreement
from trustfund.ledger import postings
from trustfund.ledger.legs import credit, debit
from trustfund.money import usd
from trustfund.statements import ageing, ages
from trustfund.statements.books import books_at

DAY = date(2026, 12, 31)
JAN, MAY, NOV = date(2026, 1, 10), date(2026, 5, 10), date(2026, 11, 10)


def amounts(statement, key):
    return [int(amount.amount) for amount in statement.amounts(key)]


@pytest.mark.parametrize(
    "due, column",
    [
        (date(2028, 1, 1), 0),
        (date(2027, 12, 31), 1),  # twelve months to the day are within twelve months, as for what is current
        (DAY, 1),  # what is due today is not overdue
        (date(2026, 12, 30), 2),
        (date(2026, 10, 2), 2),  # 90 days
        (date(2026, 10, 1), 3),
        (date(2025, 12, 31), 3),  # 365 days
        (date(2025, 12, 30), 4),
    ],
)
def test_columns_of_what_is_due(due, column):
    assert ageing.bucket(due, DAY, ageing.DUE) == column


LEAPS = [((2028, 2, 29), (2029, 2, 28), 1), ((2028, 2, 29), (2029, 3, 1), 0), ((2027, 3, 1), (2028, 3, 1), 1)]


@pytest.mark.parametrize("day, due, column", LEAPS)
def test_a_year_ahead_of_a_leap_day(day, due, column):
    assert ageing.bucket(date(*due), date(*day), ageing.DUE) == column


def test_what_clears_what():
    """The oldest first, what the bank returned the latest first; beyond nothing it turns round."""
    parts = [(JAN, 30), (MAY, 20)]
    assert cleared(parts, NOV, 5, latest=False) == [(JAN, 30), (MAY, 20), (NOV, 5)]
    assert cleared(parts, NOV, -35, latest=False) == [(MAY, 15)]
    assert cleared(parts, NOV, -35, latest=True) == [(JAN, 15)]
    assert cleared(parts, NOV, -50, latest=False) == []
    assert cleared(parts, NOV, -60, latest=True) == [(NOV, -10)]
    assert cleared([(MAY, -10)], NOV, 4, latest=False) == [(MAY, -6)]


@pytest.mark.django_db
def test_advances_by_age():
    """30,000 in January, 20,000 in May, 9,000 in November returned; 12,000 accepted, so 18,000 stand since January, 20,000 since May.

    To 31 December: 10 January is 355 days ago, 10 May 235. Of 38,000, 3,000 become a refund due, taken from January: 15,000 and 20,000.
    """
    open_years(2026, 2027)
    bank, grant = make_bank(), make_grant()
    for day, amount in ((JAN, 30000), (MAY, 20000), (NOV, 9000)):
        post(postings.tranche_paid(grant, bank, usd(amount)), day)
    post(postings.payment_returned(grant, bank, usd(9000)), date(2026, 11, 20))
    post(postings.expenditure_accepted(grant, usd(12000), advance=usd(50000)), date(2026, 12, 1))
    post(postings.closure_unaccounted(grant, usd(3000)), date(2026, 12, 5))
    post([debit("5500", usd(500), grant), credit("1290", usd(500), grant)], DAY)
    found = ageing.advances(books_at(DAY))
    assert found.row(f"advance:{grant.pk}").values[0] == JAN
    assert amounts(found, f"advance:{grant.pk}") == [0, 0, 35000, 0, 35000]
    assert amounts(found, f"due:{grant.pk}") == [3000, 0, 0, 0, 3000]
    assert [amounts(found, key) for key in ("tied", "tied_due")] == [[35000], [2500]]
    later = ageing.advances(books_at(date(2027, 2, 1)))  # 387 and 267 days
    assert amounts(later, f"advance:{grant.pk}") == [0, 0, 20000, 15000, 35000]


@pytest.mark.django_db
def test_a_refund_clears_the_oldest_claim():
    open_years(2026)
    bank, grant = make_bank(), make_grant()
    post(postings.tranche_paid(grant, bank, usd(9000)), JAN)
    for day, amount in ((JAN, 2000), (NOV, 1000)):
        post(postings.closure_unaccounted(grant, usd(amount)), day)
    post(postings.grant_refund(grant, bank, usd(1500)), DAY)
    found = ageing.advances(books_at(DAY))
    assert amounts(found, f"due:{grant.pk}") == [1000, 0, 500, 0, 1500]
    assert amounts(found, f"advance:{grant.pk}") == [0, 0, 6000, 0, 6000]


@pytest.mark.django_db
def test_receivables_without_a_due_date_count_from_their_booking():
    open_years(2026)
    instalment = make_instalment()
    post(postings.agreement_signed(instalment, usd(4000), donor_kind="state"), date(2026, 11, 1))
    post([debit("5500", usd(1000), instalment), credit("1190", usd(1000), instalment)], DAY)
    found = ageing.receivables(books_at(DAY))
    assert found.row(f"receivable:{instalment.pk}").values[0] == date(2026, 11, 1)
    assert amounts(found, f"receivable:{instalment.pk}") == [0, 0, 4000, 0, 0, 4000]
    assert [amounts(found, key) for key in ("AGE.allowance:*", "tied")] == [[-1000], [3000]]


@pytest.mark.django_db
def test_receivables_by_the_due_date_of_their_instalment():
    open_years(2026, 2027)
    pledge = make_agreement(usd(10000), on=date(2026, 3, 2))
    instalment = pledge.instalments.get()
    found = ageing.receivables(books_at(instalment.due_on))
    assert found.row(f"receivable:{instalment.subaccount_id}").values[0] == instalment.due_on
    assert amounts(found, f"receivable:{instalment.subaccount_id}") == [0, 10000, 0, 0, 0, 10000]
    assert amounts(ageing.receivables(books_at(instalment.due_on + timedelta(days=1))), "receivable:total") == [0, 0, 10000, 0, 0, 10000]


def cleared(parts, day, cents, *, latest):
    """What stands after a movement, one after the other: one on the other side clears the oldest parts first, or the latest."""
    left, order = list(parts), -1 if latest else 0
    while left and cents and (left[order][1] > 0) != (cents > 0):
        since, held = left.pop(order)
        cents += held
        if cents and (cents > 0) == (held > 0):
            left.insert(len(left) if latest else 0, (since, cents))
            cents = 0
    return [*left, (day, cents)] if cents else left


@given(moves=st.lists(st.tuples(st.integers(-9, 9).filter(bool), st.booleans()), max_size=12))
def test_what_stands_is_the_same_looked_at_from_the_newest_movement_back(moves):
    parts, walk = [], ageing.Walk(sum(cents for cents, _latest in moves))
    days = [(JAN + timedelta(days=number), cents, latest and cents < 0) for number, (cents, latest) in enumerate(moves)]
    for move in days:
        parts = cleared(parts, move[0], move[1], latest=move[2])
    for day, cents, latest in reversed(days):
        walk.step(day, cents, latest=latest)
    assert walk.parts == parts


@pytest.mark.django_db
def test_an_advance_that_is_older_than_what_is_looked_at_first_is_found():
    open_years(2017, 2026)
    bank, grant = make_bank(), make_grant()
    post(postings.tranche_paid(grant, bank, usd(100)), date(2017, 5, 2))
    post(postings.tranche_paid(grant, bank, usd(50)), MAY)
    found = ageing.partner_ages(books_at(DAY, keys=ageing.KEYS), "1200")
    assert found == {grant.pk: ages.Aged(date(2017, 5, 2), [0, 0, 50_00, 100_00])}
