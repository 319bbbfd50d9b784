"""Who sees which statement, and that a page, its files and its lines show the same books."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import books
from tests.factories.people import make_user
from tests.ledger import books_of_a_year
from trustfund.ledger import postings, sealing
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
PRINCIPAL = ["position", "performance", "net-assets", "cash-flow", "budget", "source-and-use"]
ALL = [*PRINCIPAL, "notes", "trial-balance", "contributions", "grants", "receivables", "advances"]
SEEN = {
    **dict.fromkeys((Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR), ALL),
    Role.TRUSTEE: PRINCIPAL,
    **{role: [] for role in (Role.PROGRAMME, Role.REVIEWER, Role.ADMINISTRATOR, None)},
}


@pytest.fixture
def finance(client):
    client.force_login(make_user(Role.FINANCE))
    return client


@pytest.mark.parametrize("role", SEEN)
def test_who_sees_what(client, role):
    client.force_login(make_user(role))
    for code in ALL:
        status = 200 if code in SEEN[role] else 403
        assert client.get(f"/statements/{code}/").status_code == status
        assert client.get(f"/statements/{code}.pdf").status_code == status
        assert client.get(f"/statements/{code}.xlsx").status_code == status
    assert client.get("/statements/set.pdf").status_code == (200 if SEEN[role] else 403)
    assert client.get("/statements/").status_code == (200 if SEEN[role] else 403)
    assert client.get("/statements/lines/I.cash/beginning/2026-12-31/0/").status_code == (200 if len(SEEN[role]) == len(ALL) else 403)


@pytest.mark.parametrize("path", ["", "position/", "position.pdf", "lines/I.cash/beginning/2026-12-31/0/"])
def test_strangers_sign_in_first(client, path):
    assert client.get(f"/statements/{path}").status_code == 302


NOTHING = ["nothing/", "nothing.pdf", "position.exe", "position.pdf?head=99999"]
NO_LINES = ["nothing/beginning/2026-12-31", "I.cash/never/2026-12-31", "I.cash/beginning/always"]


@pytest.mark.parametrize("path", [*NOTHING, *(f"lines/{each}/0/" for each in NO_LINES), "lines/I.cash/beginning/2026-12-31/99999/"])
def test_what_is_not_there(finance, path):
    assert finance.get(f"/statements/{path}").status_code == 404


@pytest.mark.parametrize("query", ["as_of=yesterday", "as_of=2026-01-01&since=2026-02-01", "head=99999", "head=-1"])
def test_what_can_not_be_asked(finance, query):
    for path in ("", "position/"):
        response = finance.get(f"/statements/{path}?{query}")
        assert response.status_code == 422
        assert "error" in response.content.decode()


def test_the_page_shows_figures_and_leads_to_their_lines(finance):
    books.give("1234.56", date(2026, 3, 1))
    page = finance.get("/statements/position/?as_of=2026-12-31").content.decode()
    head = sealing.head()
    assert "1,234.56" in page
    assert head.hash in page
    address = f"/statements/lines/I.cash/beginning/2026-12-31/{head.seq}/"
    assert address in page
    lines = finance.get(address).content.decode()
    assert "/books/entries/" in lines
    assert "Lines of Cash and cash equivalents" in lines
    assert "1,234.56" in lines


@pytest.mark.parametrize("code", ALL[:8])
def test_every_link_leads_to_lines(finance, code):
    books_of_a_year.keep()
    page = finance.get(f"/statements/{code}/?as_of=2026-12-31").content.decode()
    addresses = set(re.findall(r'href="(/statements/lines/[^"]+)"', page))
    assert len(addresses) >= 3
    for address in addresses:
        answer = finance.get(address)
        assert answer.status_code == 200
        assert "/books/entries/" in answer.content.decode(), address


def test_the_whole_of_an_instalment_and_of_a_grant_leads_to_its_own_lines(finance):
    owed, grant = books.make_instalment(), books.make_grant()
    books.open_years(2026)
    books.post(postings.agreement_signed(owed, usd(7000), donor_kind="state"), date(2026, 3, 1))
    books.post(postings.agreement_signed(books.make_instalment(), usd(8000), donor_kind="state"), date(2026, 3, 1))
    books.post(postings.tranche_paid(grant, books.make_bank(), usd(900)), date(2026, 3, 2))
    head = sealing.head().seq
    for code, key, name, amount in (
        ("receivables", f"AGE.receivable:{owed.pk}", owed.name, "7,000.00"),
        ("advances", f"AGE.advance:{grant.pk}", grant.name, "900.00"),
    ):
        address = f"/statements/lines/{key}/beginning/2026-12-31/{head}/"
        assert address in finance.get(f"/statements/{code}/?as_of=2026-12-31").content.decode()
        lines = finance.get(address).content.decode()
        assert name in lines
        assert amount in lines
        assert "8,000.00" not in lines


@pytest.mark.parametrize("one, status", [("0", 200), ("*", 200), ("x", 404), ("9" * 30, 404), ("1:2", 404), ("", 404), ("٣", 404)])
def test_lines_of_one_subaccount_or_of_all(finance, one, status):
    assert finance.get(f"/statements/lines/AGE.receivable:{one}/beginning/2026-12-31/0/").status_code == status
    assert finance.get(f"/statements/lines/I.cash:{one}/beginning/2026-12-31/0/").status_code == 404


def test_trustees_see_figures_without_lines(client):
    books.give("1234.56", date(2026, 3, 1))
    client.force_login(make_user(Role.TRUSTEE))
    assert "/statements/lines/" not in client.get("/statements/position/?as_of=2026-12-31").content.decode()


def test_the_same_address_gives_the_same_bytes(finance):
    books.give("1000", date(2026, 3, 1))
    address = f"/statements/{{}}?as_of=2026-12-31&head={sealing.head().seq}"
    first = [finance.get(address.format(f"{code}.{format}")).content for code in ALL for format in ("pdf", "xlsx")]
    books.give("2000", date(2026, 3, 2))
    assert [finance.get(address.format(f"{code}.{format}")).content for code in ALL for format in ("pdf", "xlsx")] == first


def test_the_file_is_a_download_with_a_name_of_its_own(finance):
    books.open_years()
    response = finance.get("/statements/performance.pdf?as_of=2026-06-30&since=2026-04-01")
    name = f"performance_2026-04-01_2026-06-30_head-{sealing.head().seq}.pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("code", ALL)
def test_the_number_of_queries_does_not_grow(finance, code):
    books.open_years(2026)
    counts = []
    for more in (1, 12):
        for number in range(more):
            books.give("100", date(2026, 4, 1))
            books.post(postings.agreement_signed(books.make_instalment(), usd(7), donor_kind="state"), date(2026, 4, 2))
            books.post(postings.tranche_paid(books.make_grant(), books.make_bank(), usd(5)), date(2026, 4, 2))
            books.post(postings.interest(books.make_bank(), usd(number + 1)), date(2026, 4, 2))
        finance.get(f"/statements/{code}/?as_of=2026-12-31")
        with CaptureQueriesContext(connection) as captured:
            finance.get(f"/statements/{code}/?as_of=2026-12-31")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_lines_can_be_searched_and_exported(finance):
    books.give("100", date(2026, 3, 1))
    address = f"/statements/lines/1010/2026-01-01/2026-12-31/{sealing.head().seq}/"
    assert "Nothing fits this search" in finance.get(f"{address}?q=xyz").content.decode()
    response = finance.get(f"{address}?export=csv")
    rows = b"".join(response.streaming_content).decode().splitlines()
    assert len(rows) == 2
    assert "100.00" in rows[1]


def test_donors_and_grants_have_statements_of_their_own(finance):
    gift = books.give("1000", date(2026, 3, 1))
    paper = books.make_grant()
    books.post(postings.grant_committed(paper, usd(500)), date(2026, 3, 2))
    donor = finance.get("/statements/contributions/?as_of=2026-12-31").content.decode()
    assert f"/statements/of/{gift.parent_id}/?as_of=2026-12-31" in donor
    assert "1,000.00" in finance.get(f"/statements/of/{gift.parent_id}/?as_of=2026-12-31").content.decode()
    page = finance.get(f"/statements/of/{paper.pk}/?as_of=2026-12-31").content.decode()
    assert "500.00" in page
    assert paper.name in page
    for format in ("pdf", "xlsx"):
        assert finance.get(f"/statements/of/{paper.pk}.{format}?as_of=2026-12-31").status_code == 200
    assert finance.get(f"/statements/of/{books.make_bank().pk}/").status_code == 404
    assert finance.get(f"/statements/of/{paper.pk}/?head=9999").status_code == 422


@pytest.mark.parametrize("role", [Role.TRUSTEE, Role.PROGRAMME, None])
def test_statements_of_donors_are_for_who_sees_the_books(client, role):
    gift = books.give("1000", date(2026, 3, 1))
    client.force_login(make_user(role))
    assert client.get(f"/statements/of/{gift.parent_id}/").status_code == 403
    assert client.get(f"/statements/of/{gift.parent_id}.pdf").status_code == 403
