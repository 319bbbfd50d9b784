"""The pages of the monthly allocation: who reads them, what is shown before the act, the act, and the result."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.books import give, make_bank, open_years, post
from tests.factories.people import make_user
from trustfund import clock
from trustfund.ledger import postings
from trustfund.ledger.funding.models import Allocation
from trustfund.ledger.home import items
from trustfund.ledger.models import Period
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
JANUARY = date(2026, 1, 31)


@pytest.fixture(autouse=True)
def in_february():
    with clock.frozen(date(2026, 2, 10)):
        yield


@pytest.fixture
def january():
    """300 and 100 unspent, 40 of costs, 8 of interest."""
    give("300", date(2026, 1, 5)), give("100", date(2026, 1, 6))
    post(postings.direct_cost("5200", usd(40)), JANUARY)
    post(postings.interest(make_bank(), usd(8)), JANUARY)
    return Period.objects.get(number=1)


def sign_in(client, *roles):
    user = make_user(*roles)
    client.force_login(user)
    return user


def month(period):
    return reverse("ledger:costs_month", args=[period.pk])


def act(period):
    return reverse("ledger:costs_allocate", args=[period.pk])


def seen(page):
    return {"seen": page.context["form"]["seen"].value()}


@pytest.mark.parametrize("role", [Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR])
def test_the_months_are_read_by_those_who_read_the_books(client, january, role):
    sign_in(client, role)
    assert client.get(reverse("ledger:costs")).status_code == 200
    assert client.get(month(january)).status_code == 200


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.ADMINISTRATOR])
def test_a_stranger_reads_nothing(client, january, role):
    sign_in(client, role)
    for url in (reverse("ledger:costs"), month(january), act(january)):
        assert client.get(url).status_code == 403


def test_only_finance_opens_the_act(client, january):
    for role, status in ((Role.APPROVER, 403), (Role.AUDITOR, 403), (Role.FINANCE, 200)):
        sign_in(client, role)
        assert client.get(act(january)).status_code == status
        assert client.post(act(january), {"seen": "x"}).status_code == (422 if status == 200 else 403)
    assert not Allocation.objects.filter(charged__gt=0).exists()


def test_a_month_shows_what_would_be_charged_to_whom(client, january):
    sign_in(client, Role.FINANCE)
    page = client.get(month(january))
    assert page.context["sums"] == {"due": usd(32), "charged": usd(32), "rest": usd(0)}
    assert [(row.costs, row.income, row.net) for row in page.context["shares"]] == [
        (usd(30), usd(6), usd(24)),
        (usd(10), usd(2), usd(8)),
    ]
    assert act(january) in page.content.decode()


def test_it_is_allocated_by_one_button_and_shown_afterwards(client, january):
    sign_in(client, Role.FINANCE)
    page = client.get(act(january))
    assert dict(page.context["facts"])["Costs"] == usd(40)
    done = client.post(act(january), seen(page))
    assert (done.status_code, done["Location"]) == (302, month(january))
    after = client.get(month(january))
    assert sorted(row.charged_usd.amount for row in after.context["listing"].rows) == [-6, -2, 10, 30]
    assert not after.context["possible"]
    assert act(january) not in after.content.decode()
    (row,) = client.get(reverse("ledger:costs")).context["months"]
    assert (row.costs, row.income, row.charged, row.left, str(row.get_state_display())) == (usd(40), usd(8), usd(32), usd(0), "Allocated")


def test_it_is_not_allocated_twice(client, january):
    sign_in(client, Role.FINANCE)
    page = client.get(act(january))
    client.post(act(january), seen(page))
    again = client.post(act(january), seen(page))
    assert again.status_code == 422
    assert "done already" in again.content.decode()


def test_what_moved_since_the_page_was_opened_is_looked_at_again(client, january):
    sign_in(client, Role.FINANCE)
    page = client.get(act(january))
    post(postings.direct_cost("5200", usd(1)), JANUARY)
    refused = client.post(act(january), seen(page))
    assert refused.status_code == 422
    assert "Look at the figures again" in refused.content.decode()


def test_a_month_that_is_not_over_says_so(client, january):
    sign_in(client, Role.FINANCE)
    february = Period.objects.get(number=2)
    assert "not over yet" in client.get(month(february)).content.decode()
    assert client.post(act(february), {"seen": "x"}).status_code == 422


def test_an_empty_fund_has_nothing_to_allocate(client):
    sign_in(client, Role.FINANCE)
    assert "no costs and no income" in client.get(reverse("ledger:costs")).content.decode()


def test_finance_is_told_of_months_that_wait(january):
    finance = make_user(Role.FINANCE)
    assert [(str(item.title), item.count) for item in items(finance)] == [("Allocate the costs of a month", 1)]
    assert not list(items(make_user(Role.APPROVER)))


def test_many_months_and_contributions_take_as_many_queries_as_few(client, january):
    sign_in(client, Role.FINANCE)

    def queries(url):
        client.get(url)
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).status_code == 200
        return len(found)

    few = queries(reverse("ledger:costs")), queries(month(january))
    for number in range(50):
        give("10", date(2026, 1, 7))
        post(postings.direct_cost("5210", usd(1)), date(2026, 1 + number % 12, 3))
    assert (queries(reverse("ledger:costs")), queries(month(january))) == few


def test_the_headroom_shows_the_share_of_each(client, january):
    sign_in(client, Role.FINANCE)
    client.post(act(january), seen(client.get(act(january))))
    page = client.get(reverse("ledger:headroom"), {"as_of": "2026-02-01"})
    assert page.context["sums"]["charged"] == usd(32)


def test_there_is_no_such_month(client):
    open_years()
    sign_in(client, Role.FINANCE)
    assert client.get(reverse("ledger:costs_month", args=[99999])).status_code == 404


def test_the_costs_of_an_earlier_year_stand_on_a_page_of_their_own(client):
    open_years(2024, 2025, 2026)
    for year in (2024, 2026):
        post(postings.direct_cost("5220", usd(7)), date(year, 1, 20))
    sign_in(client, Role.AUDITOR)
    pages = [client.get(reverse("ledger:costs"), asked) for asked in ({}, {"year": "2024"}, {"year": "x"})]
    shown = [[str(row.period) for row in page.context["months"]] for page in pages]
    assert shown == [["2026-01"], ["2024-01"], ["2026-01"]]
