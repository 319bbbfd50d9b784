"""The pages of the auditor's desk: who sees which, what they show, that they cost the same for one row and for many."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.people import make_user
from tests.ledger import books_of_a_year
from trustfund import clock
from trustfund.auditor import actions, jobs
from trustfund.auditor.models import Pack, Result, Sample, Verification
from trustfund.ledger.models import LedgerHead, Seal
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
TYPED = {"since": "2026-01-01", "until": "2026-12-31"}
STRANGERS = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.ADMINISTRATOR]


@pytest.fixture
def auditor(client):
    books_of_a_year.keep()
    user = make_user(Role.AUDITOR)
    client.force_login(user)
    return user


@pytest.fixture
def sample(auditor):
    return actions.draw(by=auditor, method="monetary", population="entries", size=5, seed="s", **YEAR)


def page(client, name, *args, **query):
    return client.get(reverse(f"auditor:{name}", args=args), query)


@pytest.mark.parametrize("role", [*STRANGERS, Role.FINANCE, Role.APPROVER, Role.MANAGER])
@pytest.mark.parametrize("name", ["index", "samples", "new_sample"])
def test_the_desk_is_the_auditors(client, name, role):
    client.force_login(make_user(role))
    assert page(client, name).status_code == 403


@pytest.mark.parametrize("role", [*STRANGERS, Role.APPROVER, Role.MANAGER])
@pytest.mark.parametrize("name", ["packs", "new_pack"])
def test_packs_are_for_the_auditor_and_finance(client, name, role):
    client.force_login(make_user(role))
    assert page(client, name).status_code == 403


@pytest.mark.parametrize("role", STRANGERS)
def test_strangers_see_no_verification_no_sample_and_no_pack(client, sample, role):
    verification, pack = actions.ask_verification(by=sample.made_by), actions.ask_pack(by=sample.made_by, **YEAR)
    client.force_login(make_user(role))
    assert page(client, "verifications").status_code == 403
    for row in (verification, pack, sample):
        assert client.get(row.get_absolute_url()).status_code == 404
    assert page(client, "item", sample.pk, 1).status_code == 404
    assert client.post(reverse("auditor:visit")).status_code == 403


def test_finance_finds_its_packs_and_may_have_the_books_verified(client):
    client.force_login(make_user(Role.FINANCE))
    assert page(client, "packs").status_code == page(client, "verifications").status_code == 200
    assert reverse("auditor:packs") in client.get(reverse("home")).content.decode()


def test_the_desk_shows_the_heads_and_carries_the_chosen_day_and_head(client, auditor):
    content = page(client, "index", as_of="2026-06-30", head="9").content.decode()
    assert str(LedgerHead.objects.get()) in content
    assert Seal.objects.get(seq=9).hash[:12] in content
    assert "/statements/position/?as_of=2026-06-30&amp;head=9" in content
    assert "/books/entries/?as_of=2026-06-30&amp;head=9" in content
    assert page(client, "index", head="999999").status_code == 422


def test_what_was_seen_is_not_new_any_more(client, auditor):
    assert "Since the beginning" in page(client, "index").content.decode()
    client.post(reverse("auditor:visit"))
    content = page(client, "index").content.decode()
    assert "Since your last visit" in content
    assert "0 entries were posted" in content


# Verification


def test_progress_refreshes_itself_until_it_is_done(client, auditor):
    answer = client.post(reverse("auditor:verifications"), {"first": "", "last": ""})
    row = Verification.objects.get()
    assert answer["Location"] == row.get_absolute_url()
    assert client.get(row.get_absolute_url())["Refresh"] == "3"
    jobs.work(clock.now())
    done = client.get(row.get_absolute_url())
    assert "Refresh" not in done
    assert "The books are in order" in done.content.decode()


def test_a_range_that_is_not_there_is_said_on_the_page(client, auditor):
    answer = client.post(reverse("auditor:verifications"), {"first": "9", "last": "3"})
    assert "choose a range within them" in answer.content.decode()
    assert not Verification.objects.exists()


def test_findings_are_shown_as_sentences(client, auditor):
    finding = {"sentence": "seal 4: expected <b>this</b>; found that. Restore it."}
    row = Verification.objects.create(asked_by=auditor, head=1, head_hash="x", state="done", findings=[finding])
    content = client.get(row.get_absolute_url()).content.decode()
    assert "seal 4: expected &lt;b&gt;this&lt;/b&gt;; found that. Restore it." in content


# Packs


def test_a_pack_is_asked_for_and_waits(client, auditor):
    answer = client.post(reverse("auditor:new_pack"), TYPED)
    pack = Pack.objects.get()
    assert answer["Location"] == pack.get_absolute_url()
    page = client.get(pack.get_absolute_url())
    assert page["Refresh"] == "3"
    assert pack.head_text in page.content.decode()
    assert client.get(reverse("auditor:download_pack", args=[pack.pk])).status_code == 405
    assert client.post(reverse("auditor:download_pack", args=[pack.pk])).status_code == 404


def test_what_was_typed_is_not_lost(client, auditor):
    answer = client.post(reverse("auditor:new_pack"), {**TYPED, "since": "2027-01-01"})
    assert answer.status_code == 422
    assert 'value="2027-01-01"' in answer.content.decode()


# Samples


def test_a_sample_is_drawn_and_noted_by_its_form(client, auditor):
    typed = {**TYPED, "method": "monetary", "population": "entries", "size": "4", "seed": "abc"}
    answer = client.post(reverse("auditor:new_sample"), typed)
    sample = Sample.objects.get()
    assert answer["Location"] == sample.get_absolute_url()
    content = client.get(sample.get_absolute_url()).content.decode()
    assert all(text in content for text in ("abc", sample.population_hash, "Interval"))
    noted = client.post(reverse("auditor:item", args=[sample.pk, 1]), {"verdict": "exception", "text": "No invoice."})
    assert noted["Location"] == sample.get_absolute_url()
    assert Result.objects.get().text == "No invoice."
    assert client.post(reverse("auditor:item", args=[sample.pk, 1]), {"verdict": "exception", "text": ""}).status_code == 422


@pytest.mark.parametrize("population, field", [("lines", "account"), ("source", "source")])
def test_a_population_wants_its_account_or_act(client, auditor, population, field):
    answer = client.post(reverse("auditor:new_sample"), {**TYPED, "method": "random", "population": population, "size": "4"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_the_population_is_compared_when_that_is_asked_for(client, sample):
    assert client.get(sample.get_absolute_url()).context["same"] is None
    assert client.get(sample.get_absolute_url() + "?check=1").context["same"] is True


@pytest.mark.parametrize("format, magic", [("pdf", b"%PDF"), ("xlsx", b"PK")])
def test_the_worksheet_is_a_file(client, sample, format, magic):
    answer = page(client, "worksheet", sample.pk, format)
    assert answer.content.startswith(magic)
    assert page(client, "worksheet", sample.pk, "doc").status_code == 404
    assert page(client, "worksheet", sample.pk, format).content == answer.content


def queries(client, url):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize("name", ["verifications", "packs", "samples"])
def test_a_list_costs_the_same_for_one_row_and_for_fifty(client, sample, name):
    def add(number):
        for _each in range(number):
            Verification.objects.create(asked_by=make_user(Role.FINANCE), head=1, head_hash="x")
            Pack.objects.create(asked_by=make_user(Role.FINANCE), head=1, head_hash="x", audit_head=1, **YEAR)
            values = {field.attname: getattr(sample, field.attname) for field in Sample._meta.concrete_fields if field.name != "id"}
            Sample.objects.create(**values)

    url = reverse(f"auditor:{name}")
    add(1)
    client.get(url)
    few = queries(client, url)
    add(49)
    assert queries(client, url) == few


def test_a_sample_of_many_items_costs_the_same_as_one_of_few(client, auditor):
    few, many = (actions.draw(by=auditor, method="random", population="entries", size=size, **YEAR) for size in (1, 20))
    client.get(few.get_absolute_url())
    assert queries(client, few.get_absolute_url()) == queries(client, many.get_absolute_url())
