"""The pages of the books: who reads them, what they show, what a person does there."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.factories.books import give, make_bank, make_instalment, open_years, post
from tests.factories.people import make_user
from tests.ledger import books_of_a_year
from trustfund import clock, lists
from trustfund.ledger import periods, postings
from trustfund.ledger.exchange import rates
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.models import Entry, FiscalYear, Period, Subaccount
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
PAGES = ["index", "entries", "headroom", "banks", "rates", "periods", "check"]


@pytest.fixture
def books():
    books_of_a_year.keep()


def sign_in(client, *roles):
    user = make_user(*roles)
    client.force_login(user)
    return user


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR])
def test_the_books_are_read_by_those_who_keep_and_check_them(client, name, role):
    sign_in(client, role)
    assert client.get(reverse(f"ledger:{name}")).status_code == 200


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.ADMINISTRATOR])
def test_nobody_else_reads_them(client, name, role):
    sign_in(client, role)
    assert client.get(reverse(f"ledger:{name}")).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_the_anonymous_are_asked_to_sign_in(client, name):
    assert client.get(reverse(f"ledger:{name}")).status_code == 302


def test_the_trial_balance_is_as_of_a_day(client, books):
    sign_in(client, Role.AUDITOR)
    early = client.get(reverse("ledger:index"), {"as_of": "2026-01-31"})
    late = client.get(reverse("ledger:index"), {"as_of": "2026-12-31"})
    assert [row.account.code for row in early.context["rows"]] == ["1010", "4010"]
    for page in (early, late):
        assert page.context["sums"]["debit"] == page.context["sums"]["credit"]
    assert len(late.context["rows"]) > 10
    assert client.get(reverse("ledger:index"), {"as_of": "yesterday"}).status_code == 422


def test_an_accounts_ledger_runs(client, books):
    sign_in(client, Role.FINANCE)
    page = client.get(reverse("ledger:account", args=["1200"]), {"start": "2026-09-01", "end": "2026-11-01"})
    rows = list(page.context["listing"].rows)
    assert [str(row.balance_usd.amount) for row in rows] == ["29888.89", "888.89", "29888.89"]
    assert (page.context["opening"], page.context["closing"]) == (usd("888.89"), usd("29888.89"))
    assert client.get(reverse("ledger:account", args=["0000"])).status_code == 404


def test_an_accounts_ledger_of_one_subaccount(client, books):
    sign_in(client, Role.FINANCE)
    grant = Subaccount.objects.get(kind="grant")
    url = reverse("ledger:account", args=["5010"])
    assert len(client.get(url, {"of": grant.code, "end": "2026-11-30"}).context["listing"].rows) == 2
    assert "There is no subaccount" in client.get(url, {"of": "nobody"}).content.decode()
    assert "The first day is after the last" in client.get(url, {"start": "2026-02-02", "end": "2026-01-01"}).content.decode()


def test_far_pages_are_the_same_rows_with_the_same_balances(client, monkeypatch):
    """Found by their keys, from the nearer end: page by page what the whole list is."""
    monkeypatch.setattr(lists, "FAR", 2)
    monkeypatch.setattr(lists, "PAGE_SIZES", (2, 200))
    open_years(2026)
    for number in range(1, 10):
        post(postings.interest(make_bank(), usd(number)), date(2026, 1, (number + 1) // 2))
    sign_in(client, Role.AUDITOR)
    for address, shown in ((account_of("1010"), "balance_usd"), (reverse("ledger:entries"), "amount_usd")):
        whole = [(row.pk, getattr(row, shown)) for row in client.get(address, {"size": 200}).context["listing"].rows]
        pages = [client.get(address, {"size": 2, "page": number}).context["listing"].rows for number in range(1, 6)]
        assert [(row.pk, getattr(row, shown)) for rows in pages for row in rows] == whole
        assert len(whole) == 9
    rows = client.get(account_of("1010"), {"size": 200, "start": "2026-01-03"}).context["listing"].rows
    assert [row.balance_usd for row in rows] == [usd(each) for each in (15, 21, 28, 36, 45)]
    upside_down = client.get(account_of("1010"), {"size": 200, "start": "2026-01-03", "sort": "-date"}).context["listing"].rows
    assert {(row.pk, row.balance_usd) for row in upside_down} == {(row.pk, row.balance_usd) for row in rows}


def account_of(code):
    return reverse("ledger:account", args=[code])


@pytest.mark.parametrize("asked, amount", [
    ({}, 111), ({"year": "2025"}, 1), ({"year": "2026"}, 110), ({"year": "1999"}, 111), ({"as_of": "2026-01-31"}, 11), ({"q": "late"}, 100),
    ({"kind": "normal"}, 111), ({"kind": "reversal"}, 0), ({"year": "2026", "as_of": "2026-01-31"}, 10), ({"head": 2}, 11),
])  # fmt: skip
def test_the_amounts_of_entries_are_added_up_as_they_are_filtered(client, asked, amount):
    open_years(2025, 2026)
    for day, of, name in ((date(2025, 6, 1), 1, "early"), (date(2026, 1, 5), 10, "next"), (date(2026, 3, 1), 100, "late")):
        post(postings.interest(make_bank(), usd(of)), day, reference=name)
    post(postings.pledge_announced(make_instalment(), usd(5)), date(2026, 3, 1))  # memo accounts alone
    sign_in(client, Role.AUDITOR)
    listing = client.get(reverse("ledger:entries"), asked).context["listing"]
    assert listing.totals[-1] == usd(amount)
    assert sum((row.amount_usd for row in listing.rows), usd(0)) == usd(amount)


@pytest.mark.parametrize("asked, sums", [
    ({}, [111, 0]), ({"start": "2026-01-01"}, [110, 0]), ({"end": "2026-01-31"}, [11, 0]), ({"of": "BANK-USD"}, [111, 0]),
    ({"start": "2026-01-01", "end": "2026-01-31"}, [10, 0]), ({"start": "2026-02-01", "as_of": "2026-01-31"}, [0, 0]),
    ({"head": 2}, [11, 0]),
])  # fmt: skip
def test_the_sums_of_an_account_are_those_of_its_lines(client, asked, sums):
    open_years(2025, 2026)
    for day, of in ((date(2025, 6, 1), 1), (date(2026, 1, 5), 10), (date(2026, 3, 1), 100)):
        post(postings.interest(make_bank(), usd(of)), day)
    sign_in(client, Role.AUDITOR)
    listing = client.get(account_of("1010"), asked).context["listing"]
    assert listing.totals[-3:-1] == [usd(each) for each in sums]
    assert sum((row.debit_usd for row in listing.rows), usd(0)) == usd(sums[0])


def test_a_lists_totals_are_money(client, books):
    sign_in(client, Role.FINANCE)
    page = client.get(reverse("ledger:entries"), {"kind": "closing"})
    assert page.context["listing"].totals[-1] == page.context["listing"].rows[0].amount_usd


def test_every_entry_has_its_page(client, books):
    sign_in(client, Role.AUDITOR)
    for entry in Entry.objects.all():
        page = client.get(entry.get_absolute_url())
        assert page.status_code == 200
        assert entry.seal.hash in page.content.decode()


def test_an_entry_is_invisible_to_others(client, books):
    sign_in(client, Role.PROGRAMME)
    assert client.get(Entry.objects.first().get_absolute_url()).status_code == 404


@pytest.mark.parametrize("name", ["entries", "rates", "periods", "headroom", "banks"])
def test_a_page_costs_the_same_for_one_row_and_for_many(client, django_assert_max_num_queries, name):
    sign_in(client, Role.FINANCE)
    client.get(reverse("home"))
    counts = []
    for number in (1, 12):
        for step in range(number):
            give("100")
            rates.add("EUR", date(2026, 1, 1 + step + number), Decimal("0.9"), source="test")
            Subaccount.objects.create(kind="bank", code=f"B{number}-{step}", name="B", public_label="B", currency="USD")
        with django_assert_max_num_queries(18) as found:
            client.get(reverse(f"ledger:{name}"))
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_an_accounts_ledger_costs_the_same_for_one_line_and_for_many(client, django_assert_max_num_queries):
    sign_in(client, Role.FINANCE)
    client.get(reverse("home"))
    counts = []
    for number in (1, 12):
        for _step in range(number):
            give("100")
        with django_assert_max_num_queries(16) as found:
            client.get(reverse("ledger:account", args=["4010"]))
        counts.append(len(found))
    assert counts[0] == counts[1]


# Rates


XML = b"""<?xml version="1.0"?><UN_OPERATIONAL_RATES_DATASET><UN_OPERATIONAL_RATES><f_curr_code>EUR</f_curr_code><rate>0.92</rate>
<eff_date>1 Jan 2026</eff_date></UN_OPERATIONAL_RATES></UN_OPERATIONAL_RATES_DATASET>"""


def test_finance_imports_rates(client):
    sign_in(client, Role.FINANCE)
    url = reverse("ledger:import_rates")
    page = client.post(url, {"file": SimpleUploadedFile("rates.xml", XML)}, follow=True)
    assert "1 rates added, 0 known already." in page.content.decode()
    assert Rate.objects.get().value == Decimal("0.92")
    other = SimpleUploadedFile("rates.xml", XML.replace(b"0.92", b"0.93"))
    refused = client.post(url, {"file": other})
    assert refused.status_code == 422
    assert "it is 0.92 already" in refused.content.decode()
    assert client.post(url, {}).status_code == 422


def test_finance_adds_a_rate_by_hand(client):
    sign_in(client, Role.FINANCE)
    values = {"currency": "CHF", "effective_on": "2026-01-01", "value": "0.81", "source": "UN Treasury"}
    assert client.post(reverse("ledger:new_rate"), values).status_code == 302
    assert client.post(reverse("ledger:new_rate"), {**values, "value": "0.82"}).status_code == 422


@pytest.mark.parametrize("name", ["import_rates", "new_rate", "new_bank"])
@pytest.mark.parametrize("role, status", [(Role.FINANCE, 200), (Role.AUDITOR, 403), (Role.APPROVER, 403), (None, 403)])
def test_only_finance_adds(client, name, role, status):
    sign_in(client, role)
    assert client.get(reverse(f"ledger:{name}")).status_code == status


def test_finance_adds_a_bank_account(client):
    sign_in(client, Role.FINANCE)
    values = {"code": "BANK-EUR", "name": "Bank of Vienna, euro", "currency": "EUR"}
    assert client.post(reverse("ledger:new_bank"), values).status_code == 302
    assert client.post(reverse("ledger:new_bank"), values).status_code == 422
    assert Subaccount.objects.get(kind="bank").currency == "EUR"


def test_bank_balances_are_in_both_currencies(client, books):
    sign_in(client, Role.MANAGER)
    rows = client.get(reverse("ledger:banks"), {"as_of": "2026-12-31"}).context["rows"]
    euro = next(row for row in rows if row.bank.currency == "EUR")
    assert (str(euro.own), str(euro.usd)) == ("EUR 9,989.99", "USD 10,979.10")


# Periods


def test_a_year_is_opened_once(client):
    sign_in(client, Role.FINANCE)
    for _time in range(2):
        assert client.post(reverse("ledger:open_year"), {"year": "2026"}).status_code == 302
    assert (FiscalYear.objects.count(), Period.objects.count()) == (1, 13)
    assert client.post(reverse("ledger:open_year"), {"year": "26"}).status_code == 422


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MANAGER, Role.APPROVER])
def test_only_finance_opens_a_year(client, role):
    sign_in(client, role)
    assert client.post(reverse("ledger:open_year"), {"year": "2026"}).status_code == 403


# Verification


def test_the_books_are_verified_on_screen(client, books):
    sign_in(client, Role.AUDITOR)
    assert "in order" not in client.get(reverse("ledger:check")).content.decode()
    assert "The books are in order" in client.post(reverse("ledger:check")).content.decode()


def test_home_and_header_lead_to_the_books(client):
    open_years()
    sign_in(client, Role.FINANCE)
    period = Period.objects.get(number=1)
    periods.propose_closing(period, by=make_user(Role.FINANCE))
    assert reverse("ledger:index") in client.get(reverse("home")).content.decode()
    sign_in(client, Role.APPROVER)
    assert reverse("ledger:periods") in client.get(reverse("home")).content.decode()
    sign_in(client, Role.AUDITOR)
    assert reverse("ledger:check") in client.get(reverse("home")).content.decode()


def test_the_periods_of_this_year_and_the_last_stand_open_and_the_others_are_folded(client, books):
    sign_in(client, Role.FINANCE)
    open_years(2020)
    page = client.get(reverse("ledger:periods")).content.decode()
    assert '<details class="more"><summary><strong>2020</strong>' in page
    assert f'<details class="more" open><summary><strong>{clock.today().year}</strong>' in page
