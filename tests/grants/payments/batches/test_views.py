"""The pages of batches: who sees them, what stands there, and what is typed is not lost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grants.payments.batches.models import PaymentBatch, Spelling
from grants.payments.models import Payment
from tests.factories.agreements import make_batch, make_payment
from tests.factories.books import make_bank
from tests.factories.ngos import owner_of
from tests.factories.people import make_user, sign_in
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.people.home import items_for
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
EVERYBODY = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR]


@pytest.fixture(autouse=True)
def _checker():
    make_user(Role.APPROVER)


def url(name, batch, *more):
    return reverse(f"batches:{name}", args=[batch.pk, *more])


def statuses(client, address, method="get"):
    return {role: getattr(sign_in(client, make_user(role)), method)(address).status_code for role in EVERYBODY}


def only(roles, yes=200, no=403):
    return {role: yes if role in roles else no for role in EVERYBODY}


READERS = [Role.FINANCE, Role.APPROVER, Role.AUDITOR]


def test_who_sees_a_batch_and_who_may_act_on_it(client):
    batch = make_batch("submitted")
    payment = batch.payments.get()
    assert statuses(client, batch.get_absolute_url()) == only(READERS, no=404)
    assert statuses(client, reverse("batches:index")) == only(READERS)
    assert statuses(client, reverse("batches:new")) == only([Role.FINANCE])
    allowed = {"approve": [Role.APPROVER], "send_back": [Role.FINANCE, Role.APPROVER], "cancel": [Role.FINANCE, Role.APPROVER]}
    for name, roles in allowed.items():
        expected = {**only(EVERYBODY, 404, 404), **dict.fromkeys(READERS, 403), **dict.fromkeys(roles, 200)}
        assert statuses(client, url(name, batch)) == expected
    out_of_order = {"make_file": [Role.FINANCE], "refuse": [Role.FINANCE], "change": [], "submit": []}
    for name, roles in out_of_order.items():
        expected = {**only(EVERYBODY, 404, 404), **dict.fromkeys(READERS, 403), **dict.fromkeys(roles, 409)}
        assert statuses(client, url(name, batch)) == expected
    assert sign_in(client, make_user(Role.FINANCE)).get(url("payee", batch, payment.pk)).status_code == 409
    assert sign_in(client, batch.maker).get(url("change", batch)).status_code == 409
    assert sign_in(client, owner_of(payment.grant.organisation)).get(batch.get_absolute_url()).status_code == 404
    client.logout()
    assert client.get(batch.get_absolute_url()).status_code == 302


def test_a_batch_walks_through_its_pages(client):
    payment = make_payment("approved")
    make_batch("cancelled", of=[make_payment("approved")])
    finance = make_user(Role.FINANCE)
    sign_in(client, finance)
    page = client.get(reverse("batches:new")).content.decode()
    assert payment.reference in page
    form = {"payments": [payment.pk], "execution_on": str(clock.today()), "charges": "DEBT"}
    made = client.post(reverse("batches:new"), form)
    batch = PaymentBatch.objects.get(state="draft")
    assert made.url == batch.get_absolute_url()
    assert client.post(url("submit", batch)).status_code == 302
    checker = sign_in(client, make_user(Role.APPROVER))
    page = checker.get(url("approve", batch)).content.decode()
    batch.refresh_from_db()
    assert batch.sha256 in page
    assert payment.bank_account.holder in page
    assert payment.bank_account.account_number not in page
    assert checker.post(url("approve", batch), {"seen": "0" * 64}).status_code == 409
    assert checker.post(url("approve", batch), {"seen": batch.sha256}).status_code == 302
    sign_in(client, finance)
    assert batch.sha256 in client.get(url("make_file", batch)).content.decode()
    assert client.post(url("make_file", batch)).status_code == 302
    page = client.get(batch.get_absolute_url()).content.decode()
    assert url("file", batch) in page
    answer = client.get(url("file", batch))
    assert answer["Content-Disposition"] == f'attachment; filename="{batch.reference}.xml"'
    assert payment.bank_account.account_number.encode() in answer.content
    refused = client.post(url("refuse", batch), {"payments": [payment.pk], "note": "AC01"})
    assert (refused.status_code, Payment.objects.get(pk=payment.pk).state) == (302, "refused")


def test_the_file_is_read_by_finance_and_audit_only(client):
    batch = make_batch("ordered")
    assert statuses(client, url("file", batch)) == only(READERS, no=404)
    assert sign_in(client, make_user(Role.FINANCE)).get(url("file", make_batch("draft"))).status_code == 404


def test_who_took_the_file_is_on_record(client):
    batch, auditor = make_batch("ordered"), make_user(Role.AUDITOR)
    before = trail_for(batch).count()
    sign_in(client, auditor).get(url("file", batch))
    event = trail_for(batch).last()
    assert (trail_for(batch).count() - before, event.act, event.actor, event.details) == (
        1, "paymentbatch.take_file", auditor, {"sha256": batch.sha256},
    )  # fmt: skip
    sign_in(client, make_user(Role.PROGRAMME)).get(url("file", batch))
    assert trail_for(batch).count() == before + 1


def test_what_is_wrong_stands_on_the_form_and_nothing_typed_is_lost(client):
    payment = make_payment("approved")
    sign_in(client, make_user(Role.FINANCE))
    form = {"payments": [payment.pk], "execution_on": "2001-01-01", "charges": "DEBT"}
    answer = client.post(reverse("batches:new"), form)
    assert answer.status_code == 422
    assert "This day has passed." in answer.content.decode()
    assert 'value="2001-01-01"' in answer.content.decode()
    assert client.post(reverse("batches:new"), {**form, "payments": []}).status_code == 422
    assert client.post(reverse("batches:new"), {**form, "payments": [0]}).status_code == 422
    assert not PaymentBatch.objects.exists()


def test_a_spelling_is_corrected_beside_what_is_on_record(client):
    payment = make_payment("approved")
    type(payment.bank_account).objects.filter(pk=payment.bank_account_id).update(holder="Фонд «Надежда»")
    batch = make_batch(of=[Payment.objects.get(pk=payment.pk)])
    sign_in(client, make_user(Role.FINANCE, name="Fiona Ance"))
    page = client.get(url("payee", batch, payment.pk)).content.decode()
    assert "Фонд «Надежда»" in page
    assert 'value="Fond Nadezhda"' in page
    answer = client.post(url("payee", batch, payment.pk), {"name": "Fônd"})
    assert answer.status_code == 422
    assert "Banks can’t write: ô" in answer.content.decode()
    assert client.post(url("payee", batch, payment.pk), {"name": "Nadezhda Fund"}).status_code == 302
    assert Spelling.objects.get().name == "Nadezhda Fund"
    page = client.get(batch.get_absolute_url()).content.decode()
    assert "Nadezhda Fund" in page
    assert "Written by hand by Fiona Ance" in page
    assert client.get(url("payee", batch, payment.pk + 100)).status_code == 404


def test_a_batch_that_was_ordered_keeps_the_names_that_went_out(client):
    batch = make_batch("ordered")
    payment = batch.payments.get()
    Spelling.objects.create(bank_account=payment.bank_account, name="A later spelling", written_by=make_user(Role.FINANCE))
    page = sign_in(client, make_user(Role.FINANCE)).get(batch.get_absolute_url()).content.decode()
    assert payment.bank_account.holder in page
    assert "A later spelling" not in page


def test_a_payment_leads_to_its_batch_and_its_twin(client):
    batch = make_batch("ordered")
    payment = batch.payments.get()
    page = sign_in(client, make_user(Role.FINANCE)).get(payment.get_absolute_url()).content.decode()
    assert batch.reference in page
    other, form = make_payment("exported"), {"on": str(clock.today()), "bank_reference": "SAME-1"}
    finance = sign_in(client, make_user(Role.FINANCE))
    for each in (payment, other):
        answer = finance.post(reverse("payments:settle", args=[each.pk]), form, follow=True)
    assert f"{payment.reference} bears the same bank reference" in answer.content.decode()
    assert "The same bank reference stands on another payment" in answer.content.decode()


def test_what_waits_for_whom():
    batch = make_batch("submitted")
    assert [item.count for item in items_for(make_user(Role.APPROVER)) if "state=submitted" in item.url and "batches" in item.url] == [1]
    from grants.payments.batches import actions

    actions.approve(batch, by=make_user(Role.APPROVER))
    assert [item.count for item in items_for(make_user(Role.FINANCE)) if "batches" in item.url] == [1]
    assert [item for item in items_for(make_user(Role.AUDITOR)) if "batches" in item.url] == []


def test_the_list_takes_the_same_queries_for_one_and_for_fifty(client):
    sign_in(client, make_user(Role.FINANCE))
    about = {"paid_from": make_bank(), "currency": "USD", "execution_on": clock.today()}
    PaymentBatch.objects.create(maker=make_user(Role.FINANCE), **about)
    client.get(reverse("batches:index"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("batches:index"))
    for _number in range(49):
        PaymentBatch.objects.create(maker=make_user(Role.FINANCE, second_factor=False), **about)
    with CaptureQueriesContext(connection) as many:
        assert b"PB-" in client.get(f"{reverse('batches:index')}?size=100").content
    assert len(few) == len(many)
