"""Pages about pledges, by role and without JavaScript, at a constant number of queries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from donors.pledges import actions as pledges
from donors.pledges.home import items
from donors.pledges.models import Amendment, Instalment, Pledge
from tests.donors.support import queries, signed_in
from tests.factories.books import open_years
from tests.factories.donors import PDF, make_agreement, make_contact, make_contribution, make_document, make_donor, make_pledge
from tests.factories.people import make_user
from trustfund import clock
from trustfund.ledger.models import Entry
from trustfund.money import Money, usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 16)


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        yield


def upload():
    return SimpleUploadedFile("agreement.pdf", PDF, "application/pdf")


def announced(**changes) -> dict:
    open_years(2026)
    return {
        "donor": make_donor().pk,
        "on": "2026-03-16",
        "currency": "USD",
        "amount": "1000",
        "psc_rate": "13",
        "due_1": "2026-06-01",
        "part_1": "400",
        "due_2": "2026-09-01",
        "part_2": "600.00",
        **changes,
    }


def test_a_pledge_is_announced_on_the_page():
    response = signed_in(Role.FINANCE).post("/donors/pledges/announce/", announced())
    pledge = Pledge.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/donors/pledges/{pledge.pk}/")
    assert [part.amount for part in pledge.instalments.select_related("pledge")] == [usd("400"), usd("600")]
    assert (str(pledge.psc_rate), pledge.amount) == ("0.13", usd("1000"))


def test_one_instalment_needs_no_amount():
    signed_in(Role.MANAGER).post("/donors/pledges/announce/", announced(part_1="", due_2="", part_2=""))
    assert Instalment.objects.select_related("pledge").get().amount == usd("1000")


@pytest.mark.parametrize(
    "changes, text",
    [
        ({"part_2": "599"}, "do not add up"),
        ({"due_1": "", "part_1": "", "due_2": "", "part_2": ""}, "at least one instalment"),
        ({"due_2": ""}, "needs a due date and an amount"),
        ({"currency": "CHF"}, "no exchange rate for CHF on 2026-03-16"),
        ({"currency": "JPY", "amount": "10.50"}, "more decimal places than JPY has"),
    ],
)
def test_what_is_wrong_with_a_pledge_is_shown(changes, text):
    response = signed_in(Role.MANAGER).post("/donors/pledges/announce/", announced(**changes))
    assert (response.status_code, text in response.content.decode()) == (422, True)
    assert not Pledge.objects.exists()


def test_an_agreement_is_signed_and_booked_on_the_pages():
    pledge, manager, finance = make_pledge(), signed_in(Role.MANAGER), signed_in(Role.FINANCE)
    url = f"/donors/pledges/{pledge.pk}/"
    assert manager.get(f"{url}sign/").status_code == 200
    assert manager.post(f"{url}sign/", {"on": "2026-03-16", "document": upload()}).status_code == 302
    assert finance.get(f"{url}document/").status_code == 200
    assert finance.post(f"{url}book/", {"on": "2026-03-16"}).status_code == 302
    pledge.refresh_from_db()
    assert pledge.state == "booked"
    assert finance.post(f"{url}book/", {"on": "2026-03-16"}).status_code == 409
    assert manager.post(f"{url}lapse/", {"on": "2026-03-16"}).status_code == 409


def test_the_page_leads_who_reads_the_books_to_its_entries_and_nobody_else():
    pledge = make_agreement(usd("1000"))
    booked = Entry.objects.get(source="pledge.booked")
    page = f"/donors/pledges/{pledge.pk}/"
    assert booked.get_absolute_url() in signed_in(Role.AUDITOR).get(page).content.decode()
    assert "/books/entries/" not in signed_in(user=make_contact(pledge.donor)).get(page).content.decode()


def test_a_signature_without_its_document_is_shown_with_422():
    pledge = make_pledge()
    assert signed_in(Role.MANAGER).post(f"/donors/pledges/{pledge.pk}/sign/", {"on": "2026-03-16"}).status_code == 422
    assert Pledge.objects.get().state == "announced"


def test_a_reduction_and_a_condition_on_the_pages():
    finance, approver = signed_in(Role.FINANCE), signed_in(Role.APPROVER)
    pledge = make_agreement(usd("1000"), condition="A matching gift.")
    data = {"on": "2026-03-16", "amount": "250", "reason": "Agreed.", "document": upload()}
    assert finance.post(f"/donors/pledges/instalments/{pledge.instalments.get().pk}/reduce/", data).status_code == 302
    assert finance.get(f"/donors/pledges/amendments/{Amendment.objects.get().pk}/document/").status_code == 200
    assert approver.post(f"/donors/pledges/{pledge.pk}/condition-met/", {"on": "2026-03-16"}).status_code == 302
    response = finance.get(f"/donors/pledges/{pledge.pk}/")
    assert "A matching gift." in response.content.decode()
    assert approver.post(f"/donors/pledges/{pledge.pk}/condition-met/", {"on": "2026-03-16"}).status_code == 422


def signed(pledge):
    return pledges.sign(pledge, by=make_user(Role.MANAGER), on=pledge.announced_on, document=make_document())


READY = {
    "sign": (make_pledge, Role.MANAGER),
    "book": (lambda: signed(make_pledge()), Role.FINANCE),
    "lapse": (make_pledge, Role.MANAGER),
    "condition-met": (lambda: make_agreement(condition="A matching gift."), Role.APPROVER),
}


@pytest.mark.parametrize("act", READY)
def test_each_act_is_for_its_role_alone(act):
    make, allowed = READY[act]
    pledge = make()
    url = f"/donors/pledges/{pledge.pk}/{act}/"
    seen = {role: signed_in(role).get(url).status_code for role in (Role.FINANCE, Role.APPROVER, Role.AUDITOR)}
    assert {role for role, status in seen.items() if status == 200} <= {allowed}
    assert (signed_in(allowed).get(url).status_code, seen[Role.AUDITOR]) == (200, 403)
    assert signed_in(Role.PROGRAMME).get(url).status_code == 404
    assert signed_in(user=make_contact(make_donor())).get(url).status_code == 404
    assert signed_in(user=make_contact(pledge.donor)).post(url).status_code == 403


@pytest.mark.parametrize("act, role", [("sign", Role.MANAGER), ("book", Role.FINANCE), ("lapse", Role.MANAGER)])
def test_the_page_of_an_act_that_is_out_of_order_says_so(act, role):
    pledge = make_agreement()
    assert signed_in(role).get(f"/donors/pledges/{pledge.pk}/{act}/").status_code == 409
    assert signed_in(Role.AUDITOR).get(f"/donors/pledges/{pledge.pk}/{act}/").status_code == 403


def test_a_contact_reads_their_own_agreement_and_its_document_only():
    pledge = make_agreement()
    own, other = signed_in(user=make_contact(pledge.donor)), signed_in(user=make_contact(make_donor()))
    for url in (f"/donors/pledges/{pledge.pk}/", f"/donors/pledges/{pledge.pk}/document/"):
        assert (own.get(url).status_code, other.get(url).status_code) == (200, 404)
    assert "What happened" not in own.get(f"/donors/pledges/{pledge.pk}/").content.decode()
    assert own.get("/donors/pledges/announce/").status_code == 403


def test_a_pledge_without_document_has_none():
    assert signed_in(Role.FINANCE).get(f"/donors/pledges/{make_pledge().pk}/document/").status_code == 404


def test_the_lists_take_as_many_queries_for_fifty():
    client, donor = signed_in(Role.FINANCE), make_donor()
    make_contribution(usd("50"), instalment=make_agreement(usd("100"), donor=donor).instalments.get())
    urls = ("/donors/pledges/?size=100", "/donors/pledges/instalments/?size=100")
    client.get(urls[0])
    few = [queries(client, url) for url in urls]
    for _number in range(49):
        make_pledge(usd("100"), donor=donor)
    assert [queries(client, url) for url in urls] == few


def test_the_page_of_an_agreement_takes_as_many_queries_for_thirty_instalments():
    client = signed_in(Role.FINANCE)
    one = make_agreement(usd("10"))
    make_contribution(usd("5"), instalment=one.instalments.get())
    many = make_agreement(usd("30"), instalments=[(DAY + timedelta(days=n), usd("1")) for n in range(30)])
    for instalment in many.instalments.all()[:5]:
        make_contribution(usd("1"), instalment=instalment)
    client.get(f"/donors/pledges/{one.pk}/")
    assert queries(client, f"/donors/pledges/{many.pk}/") == queries(client, f"/donors/pledges/{one.pk}/")


def test_what_is_due_is_filtered_and_made_current_by_finance():
    late, later = make_agreement(due_on=DAY - timedelta(days=3)), make_agreement(due_on=DAY + timedelta(days=400))
    finance = signed_in(Role.FINANCE)
    shown = finance.get("/donors/pledges/instalments/?due=overdue").content.decode()
    assert (late.reference in shown, later.reference in shown) == (True, False)
    url = "/donors/pledges/instalments/bring-current/"
    assert finance.get(url).status_code == 200
    assert finance.post(url, {"on": "2026-03-16"}).status_code == 302
    assert signed_in(Role.MANAGER).post(url, {"on": "2026-03-16"}).status_code == 403


def test_an_export_has_what_the_list_shows():
    make_pledge(Money(1000, "USD"))
    text = b"".join(signed_in(Role.AUDITOR).get("/donors/pledges/?export=csv")).decode("utf-8-sig")
    assert "1000.00" in text


def test_what_waits_at_home():
    finance, manager = make_user(Role.FINANCE), make_user(Role.MANAGER)
    make_pledge()
    make_agreement(booked=False)
    make_agreement(due_on=DAY - timedelta(days=3))
    titles = {item.title: item.due for item in items(finance)}
    assert titles == {"Book a signed agreement": None, "Contribution expected from a donor": DAY - timedelta(days=3)}
    assert "Have an announced pledge signed" in [item.title for item in items(manager)]
    assert items(make_user(Role.AUDITOR)) == []
