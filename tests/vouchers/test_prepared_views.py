"""The pages of prepared vouchers: who gets in, what is worked out and kept, and that nothing typed is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from tests.donors.support import queries, signed_in
from tests.factories.books import make_grant, make_instalment, post
from tests.factories.people import make_user, sign_in
from tests.factories.prepared import make_prepared
from tests.factories.vouchers import make_voucher
from tests.vouchers.test_every_event import eur, keep, on
from trustfund.ledger import postings
from trustfund.ledger.models import FundWindow
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.vouchers import actions, preparing
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.prepared import inputs as entered
from trustfund.vouchers.prepared.registry import EVENTS

pytestmark = pytest.mark.django_db
MARCH, APRIL, YEAR_END = date(2026, 3, 31), date(2026, 4, 2), date(2026, 12, 31)
AT = "/books/vouchers/prepared/"
NOT_FINANCE = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.MANAGER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR]


@pytest.fixture
def books():
    made = keep()
    with on(APRIL):
        yield made


def text(response):
    return response.content.decode().replace("\xa0", " ")


@pytest.mark.parametrize("path", [AT, f"{AT}revaluation/"])
def test_only_finance_gets_in(books, path):
    for role in NOT_FINANCE:
        assert signed_in(role).get(path).status_code == 403
    assert Client().get(path).status_code == 302
    assert signed_in(Role.FINANCE).get(path).status_code == 200
    assert signed_in(Role.FINANCE).get(f"{AT}nothing/").status_code == 404


def test_every_event_is_offered_with_what_it_does(books):
    page = text(signed_in(Role.FINANCE).get(AT))
    for event in EVENTS.values():
        assert str(event.title) in page.replace("&#x27;", "'")
        assert f"{AT}{event.name}/" in page


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_its_page_asks_and_an_empty_one_is_not_kept(books, name):
    browser = signed_in(Role.FINANCE)
    assert browser.get(f"{AT}{name}/").status_code == 200
    answer = browser.post(f"{AT}{name}/", {"date": "", "narrative": "Kept as typed", "save": "1"})
    assert answer.status_code == 422
    assert "Kept as typed" in text(answer)
    assert not Voucher.objects.exists()


def fresh():
    """The browser of a checker who has just signed in."""
    browser = Client()
    sign_in(browser, make_user(Role.APPROVER))
    return browser


def typed(books, name):
    """What a browser sends for each event, and the sum of the debits that comes of it."""
    gift, owed, grant, bank, euro = books
    make_prepared("goes_back", of=gift, amount=usd("100")) if name == "donor_refund" else None
    post(postings.programme_support(grant, usd("1000"), Decimal("0.13")), date(2026, 4, 1)) if name == "support_settled" else None
    windows = {"giver": "general", "taker": "emergency", "amount": "300"}
    if name == "windows_settled":
        made = {each.pk: each for each in FundWindow.objects.all()}
        make_prepared("window_transfer", giver=made["general"], taker=made["emergency"], amount=usd("300"))
    if name.endswith("_partner"):
        return {"of": grant.pk, "amount": "2000"}, "2,000.00"
    return {
        "revaluation": ({"date": "2026-03-31"}, "1,500.00"),
        "impair_contribution": ({"of": owed.pk, "amount": "5000"}, "5,000.00"),
        "write_off_contribution": ({"of": owed.pk, "amount": ""}, "10,000.00"),
        "goes_back": ({"of": gift.pk, "amount": "100"}, "100.00"),
        "donor_refund": ({"of": gift.pk, "bank": bank.pk}, "100.00"),
        "conversion": ({"old": euro.pk, "out": "900", "new": bank.pk, "came": "1100"}, "1,100.00"),
        "support_settled": ({"bank": bank.pk}, "130.00"),
        "window_transfer": (windows, "600.00"),
        "windows_settled": ({**windows, "old": bank.pk, "new": bank.pk}, "600.00"),
        "operating_reserve": ({"plan": "20000", "percent": "15"}, "3,000.00"),
        "year_end_estimate": ({"date": "2026-12-31", f"grant_{grant.pk}": "10000"}, "11,300.00"),
    }[name]


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_it_is_worked_out_then_kept_then_posted(books, name):
    fields, total = typed(books, name)
    data = {"date": "2026-04-02", "window": "general", "narrative": "As the advice says", **fields}
    before, maker = Voucher.objects.count(), make_user(Role.FINANCE)
    browser = signed_in(user=maker)
    with on(YEAR_END if name == "year_end_estimate" else APRIL):
        shown = browser.post(f"{AT}{name}/", data)
        assert (shown.status_code, Voucher.objects.count()) == (200, before)
        assert "How it was worked out" in text(shown)
        assert f'<td class="number">{total}</td><td class="number">{total}</td></tr></tfoot>' in text(shown)
        assert browser.post(f"{AT}{name}/", {**data, "save": "1"}).status_code == 302
        voucher = Voucher.objects.latest("pk")
        page = text(browser.get(voucher.get_absolute_url()))
        assert (str(EVENTS[name].title) in page.replace("&#x27;", "'"), "How it was worked out" in page) == (True, True)
        again = browser.get(f"/books/vouchers/{voucher.pk}/prepare/")
        assert again.status_code == 200
        assert browser.post(f"/books/vouchers/{voucher.pk}/prepare/", {**data, "narrative": "Anew", "save": "1"}).status_code == 302
        voucher.refresh_from_db()
        assert (voucher.narrative, entered.kept(preparing.inputs_of(voucher))) == ("Anew", voucher.inputs["of"])
        assert browser.post(f"/books/vouchers/{voucher.pk}/submit/").status_code == 302
        checker = fresh()
        answer = checker.post(f"/books/vouchers/{voucher.pk}/approve/", {"seen": str(actions.version_of(voucher))}, follow=True)
        assert "The voucher is approved and posted." in text(answer)
        assert "How it was worked out" in text(checker.get(voucher.get_absolute_url()))


def test_what_stands_against_it_is_said_beside_its_field(books):
    sent = {"date": "2026-04-02", "of": books[1].pk, "amount": "10000.01", "narrative": "x"}
    answer = signed_in(Role.FINANCE).post(f"{AT}impair_contribution/", sent)
    assert answer.status_code == 422
    assert "be more than the USD 10,000.00 in the books" in text(answer)
    assert 'value="10000.01"' in text(answer)


def test_the_checker_is_told_that_it_went_back(books):
    voucher = make_prepared("revaluation", "submitted", date=MARCH)
    post(postings.bank_gift(make_instalment(), books[4], usd("100"), donor_kind="state", original=eur("90"), rate=Decimal("0.90")), MARCH)
    page = f"/books/vouchers/{voucher.pk}/approve/"
    answer = fresh().post(page, {"seen": str(actions.version_of(voucher))}, follow=True)
    assert "The voucher was not posted but returned to its maker: The books have moved since: line 1" in text(answer)


def test_only_its_maker_works_it_out_again(books):
    voucher = make_prepared("revaluation", "draft", date=MARCH)
    page = f"/books/vouchers/{voucher.pk}/prepare/"
    assert signed_in(Role.FINANCE).get(page).status_code == 403
    assert signed_in(Role.PROGRAMME).get(page).status_code == 404
    assert signed_in(user=voucher.maker).get(page).status_code == 200
    other = make_voucher(maker=voucher.maker)
    assert signed_in(user=voucher.maker).get(f"/books/vouchers/{other.pk}/prepare/").status_code == 409
    assert signed_in(user=voucher.maker).get(f"/books/vouchers/{voucher.pk}/change/").status_code == 409


def test_the_list_takes_the_same_queries_for_one_and_for_fifty(books):
    browser = signed_in(Role.FINANCE)
    make_prepared("operating_reserve", "draft", plan=usd("1000"), percent=Decimal(15))
    queries(browser, "/books/vouchers/")
    one = queries(browser, "/books/vouchers/")
    for _each in range(49):
        make_prepared("operating_reserve", "draft", plan=usd("1000"), percent=Decimal(15), maker=Voucher.objects.first().maker)
    assert queries(browser, "/books/vouchers/") == one


def test_the_estimate_takes_the_same_queries_for_one_grant_and_for_fifty(books):
    browser = signed_in(Role.FINANCE)
    with on(YEAR_END):
        queries(browser, f"{AT}year_end_estimate/")
        one = queries(browser, f"{AT}year_end_estimate/")
        for _each in range(49):
            post(postings.tranche_paid(make_grant(), books[3], usd("10")), date(2026, 4, 2))
        assert queries(browser, f"{AT}year_end_estimate/") == one
