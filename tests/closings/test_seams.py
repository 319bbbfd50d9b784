"""The list of a closing beside the rooms that do the work: prepared vouchers and the allocation of the fund's own costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from tests.factories.books import make_grant, make_instalment, post
from tests.factories.people import make_user
from tests.factories.prepared import make_prepared, reversed_by_two
from tests.vouchers.test_every_event import eur, keep, on
from tests.vouchers.test_prepared import estimate
from trustfund.closings import checks
from trustfund.ledger import periods, postings
from trustfund.ledger.funding import costs
from trustfund.ledger.models import Period
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.vouchers import actions

pytestmark = pytest.mark.django_db
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 2)
YEAR_END = date(2026, 12, 31)


@pytest.fixture
def books():
    periods.open_year(2027)
    made = keep()
    with on(APRIL):
        yield made


def month(number, year=2026):
    return Period.objects.get(year=year, number=number)


def status(period, key):
    return next(each for each in checks.statuses(period) if each.key == key)


# Revaluation


def test_a_month_is_revalued_when_a_revaluation_would_change_nothing(books):
    found = status(month(3), "revaluation")
    assert (found.state, found.found.url) == ("open", reverse("vouchers:prepare", args=["revaluation"]))
    make_prepared("revaluation", date=MARCH)
    assert status(month(3), "revaluation").state == "done"


def test_one_that_only_waits_for_approval_is_none(books):
    make_prepared("revaluation", "submitted", date=MARCH)
    assert status(month(3), "revaluation").state == "open"


def test_one_that_was_reversed_on_its_day_is_none(books):
    voucher = make_prepared("revaluation", date=MARCH)
    reversed_by_two(voucher, MARCH)
    assert status(month(3), "revaluation").state == "open"


def test_what_was_posted_after_it_opens_the_item_again(books):
    make_prepared("revaluation", date=MARCH)
    late = {"donor_kind": "state", "original": eur("90"), "rate": Decimal("0.90")}
    post(postings.bank_gift(make_instalment(), books[4], usd("100"), **late), MARCH)
    assert status(month(3), "revaluation").state == "open"


# The estimate


def test_the_reversal_of_last_years_estimate_is_no_estimate_of_this_year(books):
    with on(YEAR_END):
        voucher = estimate(books)
        assert status(month(13), "estimate").state == "done"
    with on(date(2027, 1, 2)):
        mirror = voucher.reversals.get()
        actions.approve(actions.submit(mirror, by=mirror.maker), by=make_user(Role.APPROVER))
    with on(date(2028, 1, 5)):
        assert status(month(13, 2027), "estimate").state == "open"


def test_an_advance_that_was_entered_after_the_estimate_is_named(books):
    late = make_grant()
    with on(YEAR_END):
        estimate(books)
        post(postings.tranche_paid(late, books[3], usd("10")), date(2026, 12, 30))
        found = status(month(13), "estimate")
        assert (found.state, found.found.text) == ("open", late.code)


def test_an_estimate_that_was_taken_back_in_its_year_is_none(books):
    with on(YEAR_END):
        voucher = estimate(books)
        mirror = voucher.reversals.get()
        actions.cancel(mirror, by=mirror.maker)
        reversed_by_two(voucher, YEAR_END)
        assert status(month(13), "estimate").state == "open"


def test_an_estimate_that_was_never_reversed_is_open_in_january(books):
    with on(YEAR_END):
        voucher = estimate(books)
    with on(date(2027, 2, 2)):
        mirror = voucher.reversals.get()
        found = status(month(1, 2027), "estimate_reversed")
        assert (found.state, found.found.text) == ("open", str(voucher.entry))
        actions.approve(actions.submit(mirror, by=mirror.maker), by=make_user(Role.APPROVER))
        assert status(month(1, 2027), "estimate_reversed").state == "done"
        assert status(month(11), "estimate_reversed").state == "nothing"


def test_an_estimate_under_way_holds_up_the_year_and_not_december(books):
    with on(YEAR_END):
        voucher = estimate(books, state="submitted")
        assert status(month(13), "vouchers").found.text == voucher.number
        assert status(month(12), "vouchers").state == "done"


def test_support_cost_of_an_estimate_is_not_to_be_settled(books):
    with on(YEAR_END):
        assert status(month(12), "support_costs").state == "nothing"
        estimate(books)
        assert status(month(12), "support_costs").state == "done"
        post(postings.programme_support(books[2], usd("1000"), Decimal("0.13")), YEAR_END)
        assert status(month(12), "support_costs").found.text == "USD 130.00"


# The fund's own costs


def test_a_month_is_charged_to_contributions_before_it_is_closed(books):
    post(postings.direct_cost("5200", usd("75")), date(2026, 3, 30))
    found = status(month(3), "costs")
    assert (found.state, found.found.url) == ("open", reverse("ledger:costs_month", args=[month(3).pk]))
    costs.allocate(month(3), by=make_user(Role.FINANCE))
    assert status(month(3), "costs").state == "done"


def test_a_month_without_costs_has_nothing_to_charge(books):
    assert status(month(11), "costs").state == "nothing"
