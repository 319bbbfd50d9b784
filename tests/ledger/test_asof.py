"""As of a day and a head, everywhere: what came later is not there, and every link carries the choice on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from tests.factories.books import make_bank
from tests.factories.people import make_user
from tests.factories.vouchers import make_voucher
from tests.ledger import books_of_a_year
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.ledger import balances, evidence, posting, postings
from trustfund.ledger.models import Entry, Line
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
CHOICE = {"as_of": "2026-08-31", "head": "12"}
PAGES = ["index", "entries", "headroom", "banks"]


@pytest.fixture(autouse=True)
def _signed_in(client):
    books_of_a_year.keep()
    client.force_login(make_user(Role.AUDITOR))


def links(page):
    """Addresses of the page's own content, tabs included."""
    content = page.content.decode().split("<main", 1)[1].split("</main>")[0]
    return [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]+)"', content)]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_was_chosen_and_its_links_carry_it(client, name):
    page = client.get(reverse(f"ledger:{name}"), CHOICE)
    assert page.status_code == 200
    assert "ledger head 12" in page.content.decode()
    books = ("/books/accounts", "/books/entries", "/books/headroom", "/books/banks")
    carried = [link for link in links(page) if link.startswith(books) and link != reverse(f"ledger:{name}")]  # but for the way back
    assert carried
    assert all("as_of=2026-08-31&head=12" in link for link in carried)


@pytest.mark.parametrize("name", PAGES)
def test_a_head_that_never_was_is_said(client, name):
    page = client.get(reverse(f"ledger:{name}"), {"head": "999999"})
    assert "The books have no seal number 999999." in page.content.decode()


def test_the_trial_balance_is_as_of_a_head(client):
    rows = client.get(reverse("ledger:index"), {"as_of": "2026-12-31", "head": "3"}).context["rows"]
    assert {row.account.code for row in rows} == set(Line.objects.filter(entry_id__lte=3).values_list("account_id", flat=True))


def test_an_accounts_ledger_is_as_of_a_day_and_a_head(client):
    page = client.get(reverse("ledger:account", args=["1010"]), {**CHOICE, "start": "2026-01-01", "end": "2026-12-31"})
    rows = list(page.context["listing"].rows)
    assert rows
    assert all(line.entry_id <= 12 and str(line.date) <= "2026-08-31" for line in rows)
    assert page.context["closing"] == balances.balance("1010", page.context["point"].as_of, head=12)
    assert all("as_of=2026-08-31&head=12" in cells["url"] for cells in page.context["listing"].cells())


def test_the_list_of_entries_is_as_of_a_day_and_a_head(client):
    rows = client.get(reverse("ledger:entries"), {**CHOICE, "size": "200"}).context["listing"].rows
    found = Entry.objects.filter(seal__lte=12, date__lte="2026-08-31")
    assert {entry.pk for entry in rows} == {entry.pk for entry in found}


def test_an_entry_that_was_not_there_yet_says_so(client):
    last = Entry.objects.last()
    assert "This entry was not there yet" in client.get(last.get_absolute_url(), {"head": "3"}).content.decode()
    assert "This entry was not there yet" not in client.get(last.get_absolute_url(), {"head": str(last.pk)}).content.decode()


def test_headroom_counts_what_was_there_at_the_head(client):
    early = client.get(reverse("ledger:headroom"), {"as_of": "2026-12-31", "head": "1"}).context
    assert early["sums"]["received"] == usd(113_000)
    assert early["sums"]["allocated"] == usd(0)


def test_vouchers_are_those_that_were_posted_by_then(client):
    voucher = make_voucher("approved")
    before = client.get(reverse("vouchers:index"), {"head": str(voucher.entry_id - 1)})
    after = client.get(reverse("vouchers:index"), {"head": str(voucher.entry_id)})
    assert [len(page.context["listing"].rows) for page in (before, after)] == [0, 1]
    assert f"?head={voucher.entry_id}" in after.content.decode()


def test_lines_behind_a_figure_open_their_entries_as_of_its_day_and_head(client):
    page = client.get(reverse("statements:lines", args=["1010", "2026-01-01", "2026-08-31", 12]))
    assert all(cells["cells"][1]["url"].endswith("?as_of=2026-08-31&head=12") for cells in page.context["listing"].cells())


# The walk


def test_an_entry_names_the_act_that_posted_it_and_its_documents(client):
    voucher = make_voucher("approved")
    page = client.get(voucher.entry.get_absolute_url())
    assert page.context["act"].act == "voucher.approve"
    assert page.context["act_number"] == 3
    assert "To be approved → Posted" in page.content.decode()
    assert voucher.get_absolute_url() in links(page)


def test_an_entry_of_nothing_has_no_act_and_is_about_the_books(client):
    entry = Entry.objects.first()
    assert evidence.act_of(entry, entry.seal.at) == (None, 0)
    assert "The books themselves, period 2026-01" in client.get(entry.get_absolute_url()).content.decode()


def test_rooms_register_documents_once():
    before = {label: list(found) for label, found in evidence._of_objects.items()}
    for label, found in before.items():
        evidence.register(label, found[0])
    assert before == evidence._of_objects


def test_an_act_that_is_put_on_record_just_after_its_entry_is_the_one():
    bank, noon = make_bank(), datetime(2026, 3, 16, 12, tzinfo=UTC)
    with clock.frozen(noon - timedelta(hours=1)):
        record("thing.begin", of=bank, by=None)
    with clock.frozen(noon):
        legs = postings.interest(bank, usd(1))
        entry = posting.post(legs, reference="paid", on=noon.date(), by=None, source="thing.pay", of=bank)
    assert evidence.act_of(entry, entry.seal.at)[0].act == "thing.begin"
    with clock.frozen(noon + timedelta(seconds=2)):
        record("thing.pay", of=bank, by=None)
    act, number = evidence.act_of(entry, entry.seal.at)
    assert (act.act, number) == ("thing.pay", len(evidence.Event.objects.filter(object_id=str(bank.pk), object_type="ledger.subaccount")))
