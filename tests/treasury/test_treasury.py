"""The cash position, the forecast, delivery and headroom: figures worked by hand, and who sees them."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from tests.donors.support import queries, signed_in
from tests.factories.agreements import accept, make_grant, make_payment
from tests.factories.books import DAY, give, make_bank, make_instalment, open_years, post
from tests.factories.books import make_grant as make_books_grant
from tests.factories.donors import make_agreement, make_contribution, make_pledge
from tests.factories.people import make_user
from trustfund import clock
from trustfund.ledger import posting, postings
from trustfund.ledger.exchange import rates
from trustfund.ledger.funding import allocations
from trustfund.ledger.legs import credit, debit
from trustfund.money import Money, usd, zero
from trustfund.people.roles import Role
from trustfund.treasury import delivery
from trustfund.treasury.forecast import NO_DAY, forecast
from trustfund.treasury.home import items
from trustfund.treasury.position import position

pytestmark = pytest.mark.django_db
PAGES = ["/treasury/", "/treasury/forecast/", "/treasury/forecast/dues/", "/treasury/delivery/", "/treasury/delivery/lines/?part=accepted"]


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        open_years(2026, 2027)
        yield


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", [Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR])
def test_those_who_read_the_books_see_the_cash(path, role):
    assert signed_in(role).get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.ADMINISTRATOR])
def test_nobody_else_does(path, role):
    assert signed_in(role).get(path).status_code == 403


# The position


def test_an_empty_fund_has_nothing_and_falls_short_of_nothing():
    found = position(DAY)
    assert (found.cash, found.set_aside, found.free) == (zero(), zero(), zero())
    assert forecast().lowest.closing == zero()
    assert signed_in(Role.FINANCE).get("/treasury/").status_code == 200


def test_the_cash_is_there_set_aside_or_free():
    # 113,000 came with 13 % of support cost in it, EUR 900 at 0.9; 40,000 are reserved; 2,000 go back to a donor
    give("113000", psc_rate=Decimal("0.13"))
    rates.add("EUR", date(2026, 3, 1), Decimal("0.9"), source="test")
    euros, gift = make_bank("EUR"), make_instalment()
    post(postings.bank_gift(gift, euros, usd("1000"), donor_kind="person", original=Money(900, "EUR"), rate=Decimal("0.9")))
    allocations.reserve(make_books_grant(), usd("40000"), on=DAY, by=None, reference="r")
    other = give("5000")
    post(postings.donor_refund_due(other, usd("2000")))
    post([debit("3010", usd("7000")), credit("3100", usd("7000"))])
    found = position(DAY)
    assert [(row.label[:8], row.own, row.amount) for row in found.banks] == [
        ("BANK-EUR", Money(900, "EUR"), usd("1000")),
        ("BANK-USD", usd("118000"), usd("118000")),
    ]
    assert {row.label[:8]: row.amount for row in found.aside} == {
        "2300 Pay": usd("2000"),
        "3100 Ope": usd("7000"),
        "Reserved": usd("40000"),
        "Programm": usd("13000"),
    }
    assert (found.cash, found.set_aside, found.free) == (usd("119000"), usd("62000"), usd("57000"))
    assert position(date(2026, 3, 15)).cash == zero()


def test_the_page_exports_exactly_what_it_shows():
    give("113000")
    client = signed_in(Role.AUDITOR)
    response = client.get("/treasury/?table=accounts&export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode().removeprefix("\ufeff"))))
    assert rows == [
        ["Account", "In its own currency", "USD"],
        ["BANK-USD Bank USD", "113000.00", "113000.00"],
        ["Cash and cash equivalents", "", "113000.00"],
    ]
    assert client.get("/treasury/?table=aside&export=xlsx").content[:2] == b"PK"
    assert client.get("/treasury/?as_of=yesterday").status_code == 200


# The forecast


def test_months_add_up_from_what_is_there_to_what_is_left():
    make_contribution(usd("10000"))
    make_agreement(usd("6000"), due_on=date(2026, 5, 20))
    make_pledge(usd("800"), due_on=date(2026, 4, 2))
    post(postings.direct_cost("5220", usd("1500")))
    found = forecast()
    assert len(found.months) == 12
    assert [(each.key, each.opening, each.closing) for each in found.months[:3]] == [
        ("2026-03", usd("10000"), usd("8500")),
        ("2026-04", usd("8500"), usd("8500")),
        ("2026-05", usd("8500"), usd("14500")),
    ]
    assert found.months[1].of("pledge") == usd("800")
    assert found.months[-1].key == "2027-02"
    assert (found.lowest.key, found.lowest.closing) == ("2026-03", usd("8500"))


def test_tranches_count_in_the_month_of_their_day():
    grant = make_grant()
    days = {f"{each.due_on:%Y-%m}": each.amount for each in grant.tranches.all() if each.due_on < date(2027, 3, 1)}
    assert {month.key: month.of("tranche") for month in forecast().months if month.of("tranche")} == days
    assert days


def test_what_hangs_on_a_condition_is_shown_apart_and_less_what_came():
    pledge = make_agreement(usd("5000"), due_on=date(2026, 4, 2), condition="A report is published.")
    make_contribution(usd("2000"), instalment=pledge.instalments.get())
    found = forecast()
    assert found.months[1].of("conditional") == usd("3000")
    assert [month.closing for month in found.months] == [usd("2000")] * 12


def test_a_receivable_without_a_day_is_never_counted():
    post(postings.agreement_signed(make_instalment(), usd("300"), donor_kind="state"))
    found = forecast()
    assert [due.amount for due in found.dues(NO_DAY)] == [usd("300")]
    assert found.months[-1].closing == zero()


def test_the_desk_is_told_when_the_cash_would_not_last():
    finance = make_user(Role.FINANCE)
    assert items(finance) == []
    post(postings.direct_cost("5220", usd("1500")))
    assert [item.title for item in items(finance)] == ["The cash falls short in March 2026"]
    assert items(make_user(Role.AUDITOR)) == []
    page = signed_in(Role.FINANCE).get("/treasury/forecast/").content.decode()
    assert "The cash falls short: at the end of March 2026 it would be USD\u00a0(1,500.00)." in page


def test_each_figure_of_the_forecast_opens_its_list():
    post(postings.direct_cost("5220", usd("1500")))
    client = signed_in(Role.FINANCE)
    assert "/treasury/forecast/dues/?month=2026-03&amp;kind=payable" in client.get("/treasury/forecast/").content.decode()
    page = client.get("/treasury/forecast/dues/?month=2026-03&kind=payable")
    assert "2010 Payables and accruals" in page.content.decode()
    assert client.get("/treasury/forecast/dues/?month=2030-01").status_code == 404
    assert client.get("/treasury/forecast/dues/?kind=nothing").status_code == 404


# Delivery


def test_delivery_is_by_year_and_by_window():
    payment = make_payment("paid")  # 24,000 committed, 12,000 paid
    accept(payment.grant, usd("9000"))
    rows, windows = delivery.delivered(DAY)
    assert [(row.key, row.approved, row.transferred, row.accepted) for row in rows] == [("2026", usd(24000), usd(12000), usd(9000))]
    assert (rows[0].of_transferred, rows[0].of_approved) == (Decimal("0.7500"), Decimal("0.3750"))
    assert [(row.key, row.accepted) for row in windows] == [("general", usd(9000))]
    room = delivery.rooms(DAY)[0]
    assert (room.received, room.reserved, room.paid, room.available) == (usd(24000), usd(12000), usd(12000), zero())


def test_each_figure_of_delivery_is_the_sum_of_the_lines_that_it_opens():
    payment = make_payment("paid")
    accept(payment.grant, usd("9000"))
    for part in delivery.PARTS:
        found = delivery.lines(part, DAY, year=2026, window="general")
        assert sum(line.debit - line.credit for line in found) == getattr(delivery.delivered(DAY)[0][0], part).minor
    client = signed_in(Role.AUDITOR)
    assert client.get("/treasury/delivery/lines/?part=approved&year=2026").status_code == 200
    assert client.get("/treasury/delivery/lines/?part=nothing").status_code == 404
    assert client.get("/books/headroom/?window=general").status_code == 200
    assert client.get("/books/headroom/?window=nowhere").status_code == 422


def test_the_pages_take_the_same_number_of_queries_for_many_rows():
    client = signed_in(Role.FINANCE)

    def one() -> None:
        instalment = give("10000")
        grant = make_books_grant()
        allocations.reserve(grant, usd("100"), on=DAY, by=None, reference=grant.code)
        posting.post(postings.agreement_signed(instalment, usd("5"), donor_kind="state"), reference=grant.code, on=DAY, by=None, source="t")

    one()
    queries(client, PAGES[0])  # the first request signs in
    counts = [queries(client, path) for path in PAGES]
    for _each in range(8):
        one()
    assert [queries(client, path) for path in PAGES] == counts
