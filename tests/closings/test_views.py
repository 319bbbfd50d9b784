"""The pages of the closing: who sees and does what, the list, reasons that are missing, the year."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from tests.factories.books import give, make_bank, open_years, post
from tests.factories.closings import closed, months_closed, person, proposed, year_closed
from tests.factories.people import make_user
from tests.factories.vouchers import make_voucher
from trustfund import clock
from trustfund.closings import actions, home
from trustfund.closings.models import Checklist, Review, YearEnd
from trustfund.ledger import postings
from trustfund.ledger.closed import certifying
from trustfund.ledger.models import FiscalYear, Period
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.statements import figures, pdf
from trustfund.statements.books import books_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_february():
    with clock.frozen(datetime(2027, 2, 8, 9, tzinfo=UTC)):
        yield


@pytest.fixture
def january():
    open_years(2026, 2027)
    give("1000", date(2026, 1, 12))
    return Period.objects.get(year=2026, number=1)


def sign_in(client, *roles):
    user = make_user(*roles)
    client.force_login(user)
    return user


def act(client, period, name, **answers):
    return client.post(reverse("closings:decide", args=[period.pk, name]), answers).status_code


def page(client, period):
    return client.get(reverse("closings:period", args=[period.pk]))


@pytest.mark.parametrize("role, status", [
    (Role.FINANCE, 200), (Role.APPROVER, 200), (Role.AUDITOR, 200), (Role.MANAGER, 200), (Role.PROGRAMME, 404), (None, 404),
])  # fmt: skip
def test_the_list_and_the_year_are_seen_by_who_reads_the_books(client, january, role, status):
    sign_in(client, role)
    assert page(client, january).status_code == status
    assert client.get(reverse("closings:year", args=[2026])).status_code == status


@pytest.mark.parametrize("role, status", [(Role.FINANCE, 200), (Role.APPROVER, 403), (Role.AUDITOR, 403), (None, 404)])
def test_only_finance_proposes_and_looks(client, january, role, status):
    sign_in(client, role)
    assert client.get(reverse("closings:decide", args=[january.pk, "propose-closing"])).status_code == status
    assert client.get(reverse("closings:review", args=[january.pk, "ageing"])).status_code == status
    wanted = status if status != 200 else 302
    assert client.post(reverse("closings:review", args=[january.pk, "ageing"]), {"note": "Fine"}).status_code == wanted


def test_closing_is_offered_only_when_nothing_stands_in_its_way(client, january):
    sign_in(client, Role.FINANCE)
    give("5", date(2026, 2, 12))
    february = Period.objects.get(year=2026, number=2)
    text = page(client, february).content.decode()
    assert "One item must be done before closing can be proposed." in text
    assert reverse("closings:decide", args=[february.pk, "propose-closing"]) not in text
    assert reverse("closings:decide", args=[january.pk, "propose-closing"]) in page(client, january).content.decode()


def test_each_item_says_how_it_stands_and_where_it_is_mended(client, january):
    make_voucher("submitted", on=date(2026, 1, 20))
    sign_in(client, Role.FINANCE)
    rows = {row["status"].key: row for row in page(client, january).context["rows"]}
    assert (str(rows["vouchers"]["word"]), rows["vouchers"]["url"]) == ("to be done first", reverse("vouchers:index"))
    assert (str(rows["banks"]["word"]), str(rows["cards"]["word"])) == ("open, wants a reason", "nothing to do")
    assert rows["banks"]["url"].startswith(reverse("banking:reconciliation"))
    assert [key for key, row in rows.items() if row["can_tick"]] == ["ageing"]


def test_a_missing_reason_is_said_beside_its_field_and_nothing_typed_is_lost(client, january):
    sign_in(client, Role.FINANCE)
    client.post(reverse("closings:review", args=[january.pk, "ageing"]), {"note": "Nothing is overdue."})
    response = client.post(reverse("closings:decide", args=[january.pk, "propose-closing"]), {"reason_banks": ""})
    assert response.status_code == 422
    assert "reason_banks" in response.context["form"].errors
    assert (Review.objects.count(), Checklist.objects.count()) == (1, 0)
    assert act(client, january, "propose-closing", reason_banks="The bank is late.") == 302


def test_two_people_close_and_reopen(client, january):
    sign_in(client, Role.FINANCE)
    assert act(client, january, "propose-closing", reason_banks="Late", reason_ageing="None yet") == 302
    assert act(client, january, "close") == 403
    approver = sign_in(client, Role.APPROVER)
    shown = page(client, january)
    assert [name for name, _label in shown.context["acts"]] == ["close", "refuse-closing"]
    assert "Late" in shown.content.decode()
    asked = client.get(reverse("closings:decide", args=[january.pk, "close"])).context["facts"]
    assert [why.rpartition("– ")[2] for _label, why in asked[3:]] == ["Late", "None yet"]
    assert act(client, january, "close") == 302
    assert act(client, january, "close") == 409
    assert client.get(reverse("closings:decide", args=[january.pk, "close"])).status_code == 409
    sign_in(client, Role.FINANCE)
    assert act(client, january, "propose-reopening") == 422
    assert act(client, january, "propose-reopening", reason="An invoice came.") == 302
    client.force_login(approver)
    assert "An invoice came." in client.get(reverse("closings:decide", args=[january.pk, "reopen"])).content.decode()
    assert act(client, january, "reopen") == 302
    january.refresh_from_db()
    assert january.state == Period.State.OPEN


def test_whoever_proposed_does_not_decide(client, january):
    sign_in(client, Role.FINANCE, Role.APPROVER)
    assert act(client, january, "propose-closing", reason_banks="Late", reason_ageing="None yet") == 302
    assert act(client, january, "close") == 403
    assert page(client, january).context["acts"] == []


def test_periods_close_in_order(client, january):
    sign_in(client, Role.FINANCE)
    february = Period.objects.get(year=2026, number=2)
    assert act(client, february, "propose-closing", reason_banks="Late", reason_ageing="None yet") == 422


def test_a_proposal_can_be_refused(client, january):
    proposed(january)
    sign_in(client, Role.APPROVER)
    assert act(client, january, "refuse-closing") == 302
    january.refresh_from_db()
    assert (january.state, january.proposed_by) == (Period.State.OPEN, None)
    post(postings.interest(make_bank(), usd(1)), date(2026, 1, 5))


def test_what_is_not_there_is_not_found(client, january):
    sign_in(client, Role.FINANCE)
    assert act(client, january, "burn") == 404
    assert client.get(reverse("closings:review", args=[january.pk, "banks"])).status_code == 404
    for name, args in [
        ("year", [1999]),
        ("certify", [2026, "burn"]),
        ("certify", [2026, "approve"]),
        ("decide_year_end", [2026, "approve"]),
    ]:
        assert client.get(reverse(f"closings:{name}", args=args)).status_code == 404


def test_the_year_end_is_proposed_and_posted_on_its_page(client, january):
    months_closed(2026)
    sign_in(client, Role.FINANCE)
    shown = client.get(reverse("closings:year", args=[2026]))
    assert (shown.context["can_propose"], shown.context["surplus"]) == (True, usd("1000"))
    assert client.get(reverse("closings:propose_year_end", args=[2026])).status_code == 200
    assert client.post(reverse("closings:propose_year_end", args=[2026])).status_code == 302
    assert client.post(reverse("closings:propose_year_end", args=[2026])).status_code == 422
    assert client.post(reverse("closings:decide_year_end", args=[2026, "approve"])).status_code == 403
    sign_in(client, Role.APPROVER)
    assert client.get(reverse("closings:decide_year_end", args=[2026, "approve"])).status_code == 200
    assert client.post(reverse("closings:decide_year_end", args=[2026, "approve"])).status_code == 302
    assert client.post(reverse("closings:decide_year_end", args=[2026, "approve"])).status_code == 409
    assert str(YearEnd.objects.get().entry) in client.get(reverse("closings:year", args=[2026])).content.decode()


def test_three_people_certify_on_the_page(client, january):
    year_closed(2026)
    for role, name in [(Role.FINANCE, "prepare"), (Role.APPROVER, "certify"), (Role.MANAGER, "approve")]:
        sign_in(client, Role.AUDITOR)
        assert client.get(reverse("closings:year", args=[2026])).context["certification_acts"] == []
        assert client.post(reverse("closings:certify", args=[2026, name])).status_code == 403
        sign_in(client, role)
        assert name in [each for each, _label in client.get(reverse("closings:year", args=[2026])).context["certification_acts"]]
        assert client.get(reverse("closings:certify", args=[2026, name])).status_code == 200
        assert client.post(reverse("closings:certify", args=[2026, name])).status_code == 302
    assert client.post(reverse("closings:certify", args=[2026, "approve"])).status_code == 409
    assert FiscalYear.objects.get(year=2026).certification.state == "approved"


def test_statements_say_who_certified_them():
    open_years(2026, 2027)
    give("1000", date(2026, 1, 12))
    year, today = date(2026, 12, 31), date(2027, 2, 8)
    facts = dict(figures.position(books_at(year)).facts)
    assert facts["Status"] == "Draft, not certified"
    found = year_closed(2026)
    made = certifying.prepare(found, by=person(Role.FINANCE), on=today)
    certifying.approve(certifying.certify(made, by=person(Role.APPROVER), on=today), by=person(Role.MANAGER), on=today)
    facts = dict(figures.position(books_at(year)).facts)
    assert (facts["Status"], facts["Prepared by"]) == ("Certified and approved", "The finance, 8 February 2027")
    assert (facts["Certified by"], facts["Approved by"]) == ("The approver, 8 February 2027", "The manager, 8 February 2027")
    assert dict(figures.position(books_at(date(2026, 11, 30))).facts)["Status"] == "Draft, not certified"
    assert pdf.made(figures.position(books_at(year))) == pdf.made(figures.position(books_at(year)))


def test_what_waits_is_on_the_home_page(january):
    items = {item.title: item for item in home.items(person(Role.FINANCE))}
    assert items["Close the month 2026-01"].due == date(2026, 2, 13)
    assert [item.title for item in home.items(person(Role.AUDITOR))] == []
    months_closed(2026)
    made = actions.propose_year_end(FiscalYear.objects.get(year=2026), by=person(Role.FINANCE))
    assert [item.title for item in home.items(person(Role.APPROVER))] == ["Approve the closing entry of 2026"]
    actions.approve_year_end(made, by=person(Role.APPROVER))
    closed(Period.objects.get(year=2026, number=13))
    certifying.prepare(FiscalYear.objects.get(year=2026), by=person(Role.FINANCE), on=date(2027, 2, 8))
    assert [item.title for item in home.items(person(Role.APPROVER))] == ["Certify the statements of 2026"]
    assert [item.title for item in home.items(person(Role.FINANCE))] == []


def test_the_list_takes_as_many_queries_with_fifty_vouchers_as_with_one(client, january, django_assert_max_num_queries):
    sign_in(client, Role.FINANCE)
    maker = make_user(Role.FINANCE)
    make_voucher("submitted", on=date(2026, 1, 20), maker=maker)
    page(client, january)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        page(client, january)
    for _number in range(9):
        make_voucher("submitted", on=date(2026, 1, 20), maker=maker)
    with CaptureQueriesContext(connection) as many:
        page(client, january)
    assert len(many) == len(one)
