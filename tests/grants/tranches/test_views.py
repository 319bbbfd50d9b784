"""The pages of tranches."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from grants.tranches.home import items
from tests.factories.agreements import copies, make_grant, make_payment, make_tranche
from tests.factories.ngos import make_member, make_organisation, make_screening, owner_of
from tests.factories.people import make_user, sign_in
from trustfund import clock
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
STAFF = [Role.PROGRAMME, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR]


def url(name, tranche):
    return reverse(f"tranches:{name}", args=[tranche.pk])


def status(client, person, address):
    return sign_in(client, person).get(address).status_code


def test_who_sees_a_tranche_and_the_calendar(client):
    tranche = make_tranche()
    calendar = reverse("tranches:of_grant", args=[tranche.grant_id])
    people = {**{role: make_user(role) for role in [*STAFF, Role.TRUSTEE, Role.REVIEWER]}, "stranger": owner_of(make_organisation())}
    people["viewer"] = make_member(tranche.grant.organisation, "viewer")
    seen = {name: status(client, person, tranche.get_absolute_url()) for name, person in people.items()}
    assert seen == {**dict.fromkeys([*STAFF, Role.TRUSTEE, "viewer"], 200), Role.REVIEWER: 404, "stranger": 404}
    assert {name: status(client, person, calendar) for name, person in people.items()} == seen
    client.logout()
    assert client.get(calendar).status_code == 302


def test_each_gate_is_shown_with_its_reason_and_remedy(client):
    tranche = make_tranche()
    page = sign_in(client, owner_of(tranche.grant.organisation)).get(tranche.get_absolute_url()).content.decode()
    assert "The NGO has not asked for it yet." in page
    assert "An owner or editor of the NGO requests the tranche." in page
    assert "The first tranche needs none." in page
    assert "Request this tranche" in page


@pytest.mark.parametrize("name, state", [("ready", "requested"), ("return", "requested")])
def test_the_programme_judges(client, name, state):
    make_user(Role.APPROVER)
    tranche = make_tranche(state)
    answers = {role: status(client, make_user(role), url(name, tranche)) for role in STAFF}
    assert answers == {role: 200 if role == Role.PROGRAMME else 403 for role in STAFF}
    assert status(client, owner_of(tranche.grant.organisation), url(name, tranche)) == 403
    assert status(client, owner_of(make_organisation()), url(name, tranche)) == 404


def test_from_request_to_ready_by_pages(client):
    make_user(Role.APPROVER)
    tranche = make_tranche()
    sign_in(client, owner_of(tranche.grant.organisation))
    assert client.post(url("request", tranche), {"needs": "Call Anna on +43 1 2345678."}).status_code == 422
    assert client.post(url("request", tranche), {"needs": "Rent."}).status_code == 302
    assert client.post(url("request", tranche), {"needs": "Rent."}).status_code == 409
    sign_in(client, make_user(Role.PROGRAMME))
    assert client.post(url("return", tranche), {"note": ""}).status_code == 422
    assert client.post(url("return", tranche), {"note": "For which months?"}).status_code == 302
    sign_in(client, owner_of(tranche.grant.organisation))
    assert "For which months?" in client.get(tranche.get_absolute_url()).content.decode()
    assert client.post(url("request", tranche), {"needs": "Rent of March."}).status_code == 302
    sign_in(client, make_user(Role.PROGRAMME))
    assert client.post(url("ready", tranche)).status_code == 302
    tranche.refresh_from_db()
    assert tranche.state == "ready"


def test_the_receipt_is_confirmed_by_the_ngo(client):
    make_user(Role.APPROVER)
    tranche = make_payment("paid").tranche
    assert status(client, make_member(tranche.grant.organisation, "viewer"), url("receipt", tranche)) == 403
    sign_in(client, owner_of(tranche.grant.organisation))
    assert client.post(url("receipt", tranche), {"on": clock.today()}).status_code == 302
    assert client.post(url("receipt", tranche), {"on": clock.today()}).status_code == 409


def test_the_list_asks_as_many_queries_for_fifty_as_for_one(client, django_assert_max_num_queries):
    grant = make_grant("approved")
    copies(grant, 1)
    sign_in(client, make_user(Role.AUDITOR))
    client.get(reverse("tranches:index"))
    with django_assert_max_num_queries(12) as one:
        client.get(reverse("tranches:index"))
    copies(grant, 49)
    with django_assert_max_num_queries(len(one)):
        assert client.get(f"{reverse('tranches:index')}?size=50").status_code == 200


def test_the_calendar_asks_as_many_queries_for_three_tranches_as_for_one(client, django_assert_max_num_queries):
    grant = make_grant()
    sign_in(client, make_user(Role.AUDITOR))
    address = reverse("tranches:of_grant", args=[grant.pk])
    client.get(address)
    with django_assert_max_num_queries(24) as three:
        client.get(address)
    grant.tranches.filter(number__gt=1).delete()
    with django_assert_max_num_queries(len(three)) as one:
        client.get(address)
    assert len(one) == len(three)


def test_a_screening_that_is_in_the_way_of_a_payment_waits_for_the_programme():
    tranche = make_tranche("ready")
    officer = make_user(Role.PROGRAMME)
    assert list(items(officer)) == []
    with clock.frozen(clock.now() + timedelta(days=settings.SCREENING_VALID_DAYS + 1)):
        (item,) = items(officer)
    organisation = tranche.grant.organisation
    assert item.title == f"Sanctions screening before the payment: {organisation.name}"
    assert item.url == reverse("screening:of", args=[organisation.pk])
    make_screening(organisation, outcome="possible")
    assert [each.title for each in items(officer)] == [item.title]


def test_what_waits_stands_on_the_home_page():
    tranche = make_tranche()
    owner = owner_of(tranche.grant.organisation)
    assert [item.url for item in items(owner)] == [tranche.get_absolute_url()]
    make_user(Role.APPROVER)
    make_tranche("requested", grant=tranche.grant)
    assert (list(items(owner)), len(list(items(make_user(Role.PROGRAMME))))) == ([], 1)
