"""Two monthly allocations in one moment, and one beside a certification of the same money: never twice, never below nothing."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from tests.factories.books import give, make_bank, make_grant, post
from tests.factories.people import make_user
from tests.threads import together
from trustfund import clock
from trustfund.ledger import postings
from trustfund.ledger.funding import allocations, costs
from trustfund.ledger.funding.headroom import headroom
from trustfund.ledger.funding.models import Allocation, Funding
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import Period
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
JANUARY = date(2026, 1, 31)


@pytest.fixture(autouse=True)
def at_the_end_of_the_year():
    with clock.frozen(date(2026, 12, 31)):
        yield


def allocate(finance):
    return costs.allocate(Period.objects.get(number=1), by=finance)


def charged():
    return sum(Allocation.objects.values_list("charged", flat=True))


def test_two_allocations_of_a_month_in_one_moment_charge_it_once():
    give("1000", date(2026, 1, 5)), give("500", date(2026, 1, 6))
    post(postings.direct_cost("5200", usd(90)), JANUARY)
    finance = make_user(Role.FINANCE)
    done = together(*[lambda: allocate(finance)] * 4)
    assert [each.code for each in done if isinstance(each, ValidationError)] == ["nothing"] * 3
    assert (Funding.objects.filter(kind="costs").count(), charged()) == (1, 9000)
    assert check_books() == []


def test_an_allocation_beside_certifications_of_the_same_money_never_passes_the_headroom():
    # 100 are there: costs of 40 and three certifications of 30. Whoever comes first, nobody takes what is not there.
    instalment = give("100", date(2026, 1, 5))
    post(postings.direct_cost("5200", usd(40)), JANUARY)
    finance = make_user(Role.FINANCE)
    grants = [make_grant() for _number in range(3)]

    def certify(grant):
        return lambda: allocations.reserve(grant, usd(30), on=JANUARY, by=None, reference=f"r:{grant.code}")

    together(lambda: allocate(finance), *[certify(grant) for grant in grants])
    (row,) = [row for row in headroom(date(2026, 12, 31)) if row.instalment == instalment]
    assert row.available >= usd(0)
    assert row.reserved + row.charged + row.available == usd(100)
    assert row.charged in (usd(10), usd(40))  # three certifications leave 10 for the costs; else all 40 found their money
    assert check_books() == []


def test_a_charge_back_beside_an_allocation_leaves_nothing_below_zero():
    gift = give("100", date(2026, 1, 5))
    give("100", date(2026, 1, 5))
    post(postings.direct_cost("5200", usd(80)), JANUARY)
    post(postings.interest(make_bank(), usd(5)), JANUARY)
    finance = make_user(Role.FINANCE)
    legs = [debit("4090", usd(100), gift), credit("1030", usd(100))]
    together(lambda: allocate(finance), lambda: post(legs, date(2026, 2, 2), replaced=True))
    assert all(row.available >= usd(0) for row in headroom(date(2026, 12, 31)))
    assert check_books() == []
