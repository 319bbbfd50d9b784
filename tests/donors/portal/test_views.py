"""The donor's own pages: one contribution followed to grants from the ledger alone."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from donors.portal.following import follow
from donors.portal.home import destinations, items
from tests.donors.support import queries, signed_in
from tests.factories.books import make_grant, post
from tests.factories.donors import make_agreement, make_contact, make_contribution, make_donor, make_unidentified
from tests.factories.people import make_user
from trustfund import clock
from trustfund.ledger import postings
from trustfund.ledger.funding import allocations, costs
from trustfund.ledger.models import Period
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.statements.books import books_at
from trustfund.statements.contributions import columns_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 16)


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        yield


def spend(contribution, *, reserved: str, paid: str, accepted: str):
    """A grant funded by what there is, partly paid, partly accepted."""
    grant = make_grant()
    reservation = allocations.reserve(grant, usd(reserved), on=DAY, by=None, reference=f"{grant.code}:certify")
    if usd(paid):
        entry = post(postings.tranche_paid(grant, contribution.bank, usd(paid)))
        allocations.confirm(reservation, entry, usd(paid))
    if usd(accepted):
        post(postings.expenditure_accepted(grant, usd(accepted), advance=usd(paid)))
    return grant


def test_every_dollar_of_a_contribution_is_somewhere():
    gift = make_contribution(usd("1130"), psc_rate=Decimal("0.13"))
    spend(gift, reserved="500", paid="300", accepted="120")
    followed = follow([gift.subaccount], DAY)[gift.subaccount_id]
    assert (followed.psc, followed.reserved, followed.paid, followed.accepted, followed.advance) == tuple(
        map(usd, ("130", "200", "300", "120", "180"))
    )
    assert followed.received == followed.psc + followed.reserve + followed.available + followed.allocated


def test_the_share_of_costs_and_of_interest_is_shown_as_in_the_statement():
    # 1,130 at 13 %: 1,000 can bear 40 of costs and have 15 of interest. 1,130 + 15 = 130 + 40 + 300 + 675.
    gift = make_contribution(usd("1130"), psc_rate=Decimal("0.13"))
    spend(gift, reserved="300", paid="0", accepted="0")
    post(postings.direct_cost("5200", usd(40)), DAY)
    post(postings.interest(gift.bank, usd(15)), DAY)
    later = date(2026, 4, 1)
    with clock.frozen(later):
        costs.allocate(Period.objects.get(year=2026, number=3), by=make_user(Role.FINANCE))
        followed = follow([gift.subaccount], later)[gift.subaccount_id]
        page = signed_in(user=make_contact(gift.donor)).get(f"/donors/portal/contributions/{gift.pk}/").content.decode()
    assert (followed.costs, followed.income, followed.reserved, followed.available) == (usd(40), usd(15), usd(300), usd(675))
    columns = columns_of(books_at(later), [gift.subaccount])[gift.subaccount_id]
    assert (columns.costs, columns.income, columns.psc) == (followed.costs, followed.income, followed.psc)
    assert columns.balance == followed.available + followed.reserved
    assert "Share of the Fund’s own costs" in page
    assert "40.00" in page


def test_the_page_shows_the_figures_the_rule_and_the_public_label_of_the_grant():
    gift = make_contribution(usd("1000"))
    grant = spend(gift, reserved="500", paid="300", accepted="120")
    page = signed_in(user=make_contact(gift.donor)).get(f"/donors/portal/contributions/{gift.pk}/").content.decode()
    assert grant.public_label in page
    assert grant.name not in page
    figures = re.findall(r'<td class="number"><span class="money">([^<]+)</span>', page)
    assert figures[-4:] == ["200.00", "300.00", "120.00", "180.00"]
    for text in ("<title", "<desc", "in proportion to what is unspent", "Numbers of people assisted are not shown here"):
        assert text in page
    assert "<script" not in page.replace('<script src="/static/', "")
    assert "style=" not in page


def test_a_contribution_that_did_nothing_yet_says_so():
    gift = make_contribution(usd("1000"))
    page = signed_in(user=make_contact(gift.donor)).get(f"/donors/portal/contributions/{gift.pk}/").content.decode()
    assert "No grant has been funded from this contribution yet." in page


def test_receipts_of_one_instalment_are_followed_together():
    pledge = make_agreement(usd("1000"))
    first, second = (make_contribution(usd("500"), instalment=pledge.instalments.get()) for _time in range(2))
    page = signed_in(user=make_contact(pledge.donor)).get(f"/donors/portal/contributions/{first.pk}/").content.decode()
    assert f"/donors/portal/contributions/{second.pk}/" in page
    assert "1,000.00" in page


def test_a_stranger_donor_sees_nothing_of_it(client):
    gift = make_contribution()
    stranger = signed_in(user=make_contact(make_donor()))
    for url in (f"/donors/portal/contributions/{gift.pk}/", f"/donors/portal/statements/{gift.donor.pk}/"):
        assert stranger.get(url).status_code == 404
        assert signed_in(Role.PROGRAMME).get(url).status_code == 404
        assert signed_in(Role.AUDITOR).get(url).status_code == 200
        assert client.get(url).status_code == 302
    assert gift.number not in stranger.get("/donors/portal/").content.decode()


def test_an_unidentified_receipt_is_followed_by_nobody():
    found = make_unidentified()
    assert signed_in(Role.FINANCE).get(f"/donors/portal/contributions/{found.pk}/").status_code == 404


def test_my_contributions_and_pledges():
    donor = make_donor()
    gift, pledge = make_contribution(usd("1000"), donor=donor), make_agreement(usd("50"), donor=donor)
    page = signed_in(user=make_contact(donor)).get("/donors/portal/").content.decode()
    assert (gift.number in page, pledge.reference in page, gift.receipt_number in page) == (True, True, True)


def test_staff_have_the_lists_and_strangers_an_empty_page():
    assert signed_in(Role.FINANCE).get("/donors/portal/")["Location"] == "/donors/contributions/"
    assert "has not received a contribution from you yet" in signed_in().get("/donors/portal/").content.decode()


def test_the_statement_is_a_page_a_pdf_and_a_workbook_of_the_same_books():
    gift = make_contribution(usd("1000"), psc_rate=Decimal("0.13"))
    spend(gift, reserved="500", paid="300", accepted="120")
    own, stranger = signed_in(user=make_contact(gift.donor)), signed_in(user=make_contact(make_donor()))
    url = f"/donors/portal/statements/{gift.donor.pk}"
    for format, start in (("pdf", b"%PDF-"), ("xlsx", b"PK")):
        assert own.get(f"{url}.{format}").content[: len(start)] == start
        assert own.get(f"{url}.{format}").content == own.get(f"{url}.{format}").content
        assert stranger.get(f"{url}.{format}").status_code == 404
    assert own.get(f"{url}.csv").status_code == 404
    assert own.get(f"{url}/?as_of=2026-13-01").status_code == 422


def test_the_statement_adds_up():
    donor = make_donor()
    for amount in ("1000", "500"):
        make_contribution(usd(amount), donor=donor)
    make_contribution(usd("77"))
    page = signed_in(user=make_contact(donor)).get(f"/donors/portal/statements/{donor.pk}/").content.decode()
    assert "1,500.00" in page


def test_the_pages_take_as_many_queries_for_fifty():
    donor = make_donor()
    client = signed_in(user=make_contact(donor))
    spend(make_contribution(usd("10"), donor=donor), reserved="5", paid="3", accepted="1")
    urls = ("/donors/portal/", f"/donors/portal/statements/{donor.pk}/")
    client.get(urls[0])
    make_contribution(usd("10"), donor=donor)
    few = [queries(client, url) for url in urls]
    for _number in range(48):
        make_contribution(usd("10"), donor=donor)
    spend(make_contribution(usd("10"), donor=donor), reserved="5", paid="3", accepted="1")
    assert [queries(client, url) for url in urls] == few


def test_a_contact_is_told_at_home_and_has_one_destination():
    gift = make_contribution()
    contact = make_contact(gift.donor)
    assert [item.url for item in items(contact)] == [f"/donors/portal/contributions/{gift.pk}/"]
    assert [str(each.label) for each in destinations(contact)] == ["My contributions"]
