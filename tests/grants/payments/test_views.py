"""The pages of payments: two people, fresh sign-ins, and what an NGO does not read."""

import pytest
from django.urls import reverse

from grants.payments.home import items
from grants.payments.models import Payment
from tests.factories.agreements import copies, make_grant, make_payment, make_tranche
from tests.factories.books import make_bank
from tests.factories.ngos import make_bank_account, make_organisation, make_screening, owner_of
from tests.factories.people import make_user, sign_in
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.ledger.models import Entry
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
STAFF = [Role.PROGRAMME, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR]


@pytest.fixture(autouse=True)
def _checker():
    make_user(Role.APPROVER)


def url(name, payment):
    return reverse(f"payments:{name}", args=[payment.pk])


def status(client, person, address):
    return sign_in(client, person).get(address).status_code


def test_who_sees_a_payment(client):
    payment = make_payment("exported")
    address = payment.get_absolute_url()
    seen = {role: status(client, make_user(role), address) for role in [*STAFF, Role.TRUSTEE, Role.REVIEWER]}
    assert seen == {**dict.fromkeys(STAFF, 200), Role.TRUSTEE: 404, Role.REVIEWER: 404}
    assert status(client, owner_of(payment.grant.organisation), address) == 200
    assert status(client, owner_of(make_organisation()), address) == 404
    client.logout()
    assert client.get(address).status_code == 302


def test_the_order_names_the_account_so_only_finance_and_audit_read_it(client):
    payment = make_payment("exported")
    answers = {role: status(client, make_user(role), url("order", payment)) for role in STAFF}
    assert answers == {Role.PROGRAMME: 403, Role.MANAGER: 403, Role.FINANCE: 200, Role.APPROVER: 200, Role.AUDITOR: 200}
    assert status(client, owner_of(payment.grant.organisation), url("order", payment)) == 403
    page = sign_in(client, make_user(Role.PROGRAMME)).get(payment.get_absolute_url()).content.decode()
    assert payment.bank_account.account_number not in page
    assert payment.bank_account.masked in page


def test_who_took_the_order_is_on_record(client):
    payment, reader = make_payment("exported"), make_user(Role.FINANCE)
    sign_in(client, reader).get(url("order", payment))
    event = trail_for(payment).last()
    assert (event.act, event.actor, event.details) == ("payment.take_order", reader, {"order": payment.order_id})


def test_an_ngo_reads_its_payment_not_who_handled_it(client):
    payment = make_payment("held")
    page = sign_in(client, owner_of(payment.grant.organisation)).get(payment.get_absolute_url()).content.decode()
    assert payment.certified_by.name not in page
    assert payment.note not in page
    assert payment.reference in page


ACTS = [
    ("approve", "certified", [Role.APPROVER]),
    ("reject", "certified", [Role.APPROVER]),
    ("export", "approved", [Role.FINANCE]),
    ("settle", "exported", [Role.FINANCE]),
    ("refuse", "exported", [Role.FINANCE]),
    ("return", "paid", [Role.FINANCE]),
    ("cancel", "approved", [Role.FINANCE]),
    ("hold", "approved", [Role.FINANCE, Role.APPROVER, Role.MANAGER]),
]


@pytest.mark.parametrize("name, state, may", ACTS)
def test_each_act_is_of_its_roles(client, name, state, may):
    payment = make_payment(state)
    answers = {role: status(client, make_user(role), url(name, payment)) for role in STAFF}
    assert answers == {role: 200 if role in may else 403 for role in STAFF}
    assert status(client, owner_of(payment.grant.organisation), url(name, payment)) == 403
    assert status(client, owner_of(make_organisation()), url(name, payment)) == 404


@pytest.mark.parametrize("name, role", [(name, may[0]) for name, _state, may in ACTS if name != "return"])
def test_out_of_order_is_409(client, name, role):
    payment = make_payment("paid")
    sign_in(client, make_user(role))
    assert [client.get(url(name, payment)).status_code, client.post(url(name, payment)).status_code] == [409, 409]


@pytest.mark.parametrize("name, state, role", [("approve", "certified", Role.APPROVER), ("export", "approved", Role.FINANCE)])
def test_money_asks_for_a_fresh_sign_in(client, name, state, role):
    payment = make_payment(state)
    client.force_login(make_user(role))
    assert "reauthenticate" in client.get(url(name, payment))["Location"]
    assert "reauthenticate" in client.post(url(name, payment))["Location"]
    payment.refresh_from_db()
    assert payment.state == state


def test_certifying_shows_the_gates_and_has_no_button_while_one_is_closed(client):
    tranche = make_tranche("ready")
    bank = make_bank()
    address = reverse("payments:certify", args=[tranche.pk])
    answers = {role: status(client, make_user(role), address) for role in STAFF}
    assert answers == {role: 200 if role == Role.FINANCE else 403 for role in STAFF}
    make_screening(tranche.grant.organisation, "match")
    sign_in(client, make_user(Role.FINANCE))
    assert "before every gate is open" in client.get(address).content.decode()
    assert client.post(address, {"paid_from": bank.pk}).status_code == 422
    make_screening(tranche.grant.organisation, "clear")
    assert client.post(address, {"paid_from": bank.pk}).status_code == 302
    assert client.post(address, {"paid_from": bank.pk}).status_code == 409
    assert Payment.objects.get().state == "certified"


def test_from_certified_to_returned_by_pages(client):
    payment = make_payment("certified")
    finance, checker = make_user(Role.FINANCE), make_user(Role.APPROVER)
    bank = {"on": clock.today(), "bank_reference": "TRX9"}
    steps = [
        (checker, "approve", {}),
        (finance, "export", {}),
        (finance, "settle", bank),
        (finance, "return", {**bank, "charges": "0"}),
    ]
    for person, name, data in steps:
        sign_in(client, person)
        assert (name, client.post(url(name, payment), data).status_code) == (name, 302)
        assert client.get(payment.get_absolute_url()).status_code == 200
    payment.refresh_from_db()
    assert (payment.state, payment.bank_reference) == ("returned", "TRX9")
    assert Entry.objects.filter(source__startswith="payment.").count() == 2


def test_held_and_taken_up_again_by_pages(client):
    payment = make_payment("certified")
    sign_in(client, make_user(Role.FINANCE))
    assert client.post(url("hold", payment), {"note": ""}).status_code == 422
    assert client.post(url("hold", payment), {"note": "We ask."}).status_code == 302
    assert client.post(url("release", payment)).status_code == 302
    assert client.post(url("cancel", payment), {"note": "Not now."}).status_code == 302
    payment.refresh_from_db()
    assert payment.state == "cancelled"


def test_an_exception_is_shown_and_answered_for(client):
    payment = make_payment("exported")
    make_bank_account(payment.grant.organisation, "active", account_number="AT483200000012345864")
    sign_in(client, make_user(Role.FINANCE))
    assert client.post(url("settle", payment), {"on": clock.today(), "bank_reference": "T"}).status_code == 302
    assert client.get(url("exception", payment)).status_code == 403
    manager = make_user(Role.MANAGER)
    assert [item.tone for item in items(manager)] == ["blocked"]
    sign_in(client, manager)
    listed = client.get(reverse("payments:index"), {"exception": "open"}).content.decode()
    assert payment.reference in listed
    assert "Bank account changed" in client.get(url("exception", payment)).content.decode()
    assert client.post(url("exception", payment), {"note": "We asked the bank."}).status_code == 302
    assert list(items(manager)) == []


def test_the_list_asks_as_many_queries_for_fifty_as_for_one(client, django_assert_max_num_queries):
    payment = make_payment("certified")
    grant = make_grant("approved")
    sign_in(client, make_user(Role.AUDITOR))
    client.get(reverse("payments:index"))
    with django_assert_max_num_queries(12) as one:
        client.get(reverse("payments:index"))
    values = {f.attname: getattr(payment, f.attname) for f in Payment._meta.concrete_fields if not f.primary_key}
    for number, made in enumerate(copies(grant, 49)):
        row = {**values, "reference": f"P-{number}", "grant_id": made.pk, "tranche_id": made.tranches.get().pk}
        Payment.objects.create(**row)
    with django_assert_max_num_queries(len(one)):
        assert client.get(f"{reverse('payments:index')}?size=50").status_code == 200


def test_a_grant_s_payments_are_a_tab_for_whom_they_concern(client):
    payment = make_payment("certified")
    address = reverse("payments:of_grant", args=[payment.grant_id])
    assert status(client, make_user(Role.AUDITOR), address) == 200
    assert status(client, owner_of(payment.grant.organisation), address) == 200
    assert status(client, make_user(Role.TRUSTEE), address) == 404


@pytest.mark.parametrize(
    "state, role, count", [("certified", Role.APPROVER, 1), ("approved", Role.FINANCE, 1), ("exported", Role.FINANCE, 1)]
)
def test_what_waits_stands_on_the_home_page(state, role, count):
    make_payment(state)
    assert [item.count for item in items(make_user(role))] == [count]


def test_a_ready_tranche_waits_for_finance():
    make_tranche("ready")
    assert [item.count for item in items(make_user(Role.FINANCE))] == [1]
