"""The pages of closings and of a grant's statement."""

import pytest
from django.urls import reverse

from grants.closing.home import items
from grants.closing.models import Closure
from tests.factories.agreements import copies, make_closure, make_grant, make_payment
from tests.factories.books import make_bank
from tests.factories.donors import make_contribution
from tests.factories.ngos import make_organisation, owner_of
from tests.factories.people import make_user, sign_in
from trustfund import clock
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
STAFF = [Role.PROGRAMME, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR]


@pytest.fixture(autouse=True)
def _checker():
    make_user(Role.APPROVER)


def url(name, closure):
    return reverse(f"closing:{name}", args=[closure.pk])


def status(client, person, address):
    return sign_in(client, person).get(address).status_code


def test_from_refund_to_closed_by_pages(client):
    closure, bank = make_closure(accepted=usd(5_000)), make_bank()
    finance, checker = make_user(Role.FINANCE), make_user(Role.APPROVER)
    sign_in(client, finance)
    assert "7,000.00 is due from the NGO." in client.get(closure.get_absolute_url()).content.decode()
    assert client.post(url("prepare", closure)).status_code == 422
    refund = {"amount": "7000.01", "received_on": clock.today(), "bank": bank.pk, "bank_reference": "B1"}
    assert client.post(url("refund", closure), refund).status_code == 422
    assert client.post(url("refund", closure), {**refund, "amount": "7000"}).status_code == 302
    assert client.post(url("prepare", closure)).status_code == 302
    assert client.get(url("confirm", closure)).status_code == 403
    sign_in(client, checker)
    assert client.post(url("confirm", closure)).status_code == 302
    assert client.post(url("confirm", closure)).status_code == 409
    closure.refresh_from_db()
    assert (closure.state, closure.grant.state) == ("confirmed", "closed")


def test_who_sees_and_does_what(client):
    closure = make_closure()
    pages = [closure.get_absolute_url(), url("refund", closure), url("prepare", closure)]
    answers = {role: [status(client, make_user(role), page) for page in pages] for role in STAFF}
    assert answers == {role: [200, 200, 200] if role == Role.FINANCE else [200, 403, 403] for role in STAFF}
    assert [status(client, owner_of(closure.grant.organisation), page) for page in pages] == [200, 403, 403]
    assert [status(client, owner_of(make_organisation()), page) for page in pages] == [404, 404, 404]
    client.logout()
    assert [client.get(page).status_code for page in pages] == [302, 302, 302]


def test_the_statement_is_for_staff_and_for_the_ngo(client):
    grant = make_payment("paid").grant
    address = reverse("closing:statement", args=[grant.pk])
    people = [*(make_user(role) for role in STAFF), owner_of(grant.organisation), make_user(Role.TRUSTEE), owner_of(make_organisation())]
    assert [status(client, person, address) for person in people] == [200, 200, 200, 200, 200, 200, 403, 404]
    sign_in(client, owner_of(grant.organisation))
    kinds = {kind: client.get(address, {"format": kind})["Content-Type"].split("/")[-1] for kind in ("pdf", "xlsx")}
    assert kinds == {"pdf": "pdf", "xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    assert "12,000.00" in client.get(address).content.decode()
    assert client.get(address, {"as_of": "nonsense"}).status_code == 200


def test_the_list_asks_as_many_queries_for_fifty_as_for_one(client, django_assert_max_num_queries):
    closure = make_closure()
    grant = make_grant("approved")
    sign_in(client, make_user(Role.AUDITOR))
    client.get(reverse("closing:index"))
    with django_assert_max_num_queries(12) as one:
        client.get(reverse("closing:index"))
    for made in copies(grant, 49):
        Closure.objects.create(
            grant=made, opened_on=closure.opened_on, paid=closure.paid, accepted=closure.accepted, released=closure.released
        )
    with django_assert_max_num_queries(len(one)):
        assert client.get(f"{reverse('closing:index')}?size=50").status_code == 200


def test_what_waits_stands_on_the_home_page():
    make_closure("prepared")
    assert [[item.count for item in items(make_user(role))] for role in (Role.FINANCE, Role.APPROVER, Role.MANAGER)] == [[], [1], []]


def test_an_ngo_finds_on_its_home_page_what_it_owes_until_it_is_refunded(client):
    closure, bank = make_closure(accepted=usd(5_000)), make_bank()
    owner = owner_of(closure.grant.organisation)
    expected = (f"Refund due to the Fund: USD 7,000.00, grant {closure.grant}", reverse("closing:statement", args=[closure.grant_id]))
    assert [(each.title.replace("\xa0", " "), each.url) for each in items(owner)] == [expected]
    assert items(owner_of(make_organisation())) == []
    sign_in(client, make_user(Role.FINANCE))
    refund = {"amount": "7000", "received_on": clock.today(), "bank": bank.pk, "bank_reference": "B1"}
    assert client.post(url("refund", closure), refund).status_code == 302
    assert items(owner) == []


def test_one_line_of_the_bank_is_no_refund_on_two_grants(client):
    first, second, bank = make_closure(accepted=usd(5_000)), make_closure(accepted=usd(5_000)), make_bank()
    sign_in(client, make_user(Role.FINANCE))
    refund = {"amount": "100", "received_on": clock.today(), "bank": bank.pk, "bank_reference": "B 1"}
    assert client.post(url("refund", first), refund).status_code == 302
    again = client.post(url("refund", second), {**refund, "bank_reference": " b  1"})
    message = "This reference was entered already. If one transfer pays back several grants, add /2, /3 to the reference."
    assert (again.status_code, again.context["form"].errors) == (422, {"bank_reference": [message]})
    assert client.post(url("refund", second), {**refund, "bank_reference": "B 1/2"}).status_code == 302
    assert [closure.refunds.get().bank_reference for closure in (first, second)] == ["B 1", "B 1/2"]


def test_what_was_entered_as_a_gift_is_no_refund(client):
    closure, gift = make_closure(accepted=usd(5_000)), make_contribution(bank_reference="B 1")
    sign_in(client, make_user(Role.FINANCE))
    refund = {"amount": "100", "received_on": clock.today(), "bank": gift.bank.pk, "bank_reference": "B 1"}
    assert list(client.post(url("refund", closure), refund).context["form"].errors) == ["bank_reference"]
    assert not closure.refunds.exists()
