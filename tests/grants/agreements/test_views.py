"""The pages of grants: who sees what, who may do what, and what each act answers."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grants.agreements.models import Grant
from tests.factories.agreements import AMOUNT, copies, make_grant
from tests.factories.applications import make_application
from tests.factories.books import give
from tests.factories.ngos import make_assessment, make_member, make_organisation, make_ready_organisation, owner_of
from tests.factories.people import make_user, sign_in
from trustfund import clock
from trustfund.ledger.models import Entry
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
STAFF = [Role.PROGRAMME, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR]
ROLES = [*STAFF, Role.TRUSTEE, Role.REVIEWER]


def url(name, grant, *more):
    return reverse(f"agreements:{name}", args=[grant.pk, *more])


def status(client, person, address):
    return sign_in(client, person).get(address).status_code


# Seeing


def test_who_sees_a_grant_that_is_not_offered_yet(client):
    grant = make_grant("certified")
    seen = {role: status(client, make_user(role), grant.get_absolute_url()) for role in ROLES}
    assert seen == {**dict.fromkeys(STAFF, 200), Role.TRUSTEE: 404, Role.REVIEWER: 404}
    assert status(client, owner_of(grant.organisation), grant.get_absolute_url()) == 404


def test_who_sees_a_grant_in_force(client):
    grant = make_grant("active")
    seen = {role: status(client, make_user(role), grant.get_absolute_url()) for role in ROLES}
    assert seen == {**dict.fromkeys(STAFF, 200), Role.TRUSTEE: 200, Role.REVIEWER: 404}
    assert status(client, make_member(grant.organisation, "viewer"), grant.get_absolute_url()) == 200
    assert status(client, owner_of(make_organisation()), grant.get_absolute_url()) == 404
    client.logout()
    assert client.get(grant.get_absolute_url()).status_code == 302


def test_an_ngo_reads_nothing_of_who_decided_in_the_secretariat(client):
    grant = make_grant("offered")
    page = sign_in(client, owner_of(grant.organisation)).get(grant.get_absolute_url()).content.decode()
    assert grant.certified_by.name not in page
    assert "Read and sign" in page
    assert "Certify funds" not in page


def test_the_agreement_is_downloaded_by_who_sees_the_grant(client):
    grant = make_grant("active")
    address, offered = url("pdf", grant, 1), url("offered_pdf", grant, 1)
    for person, expected in ((owner_of(grant.organisation), 200), (make_user(Role.AUDITOR), 200), (owner_of(make_organisation()), 404)):
        assert (status(client, person, address), status(client, person, offered)) == (expected, expected)
    response = sign_in(client, make_user(Role.AUDITOR)).get(address)
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content) != b"".join(client.get(offered).streaming_content)


# Acts: 200 for whom they are, 403 for others who see the grant, 404 for a stranger, the sign-in for nobody

ACTS = [
    ("certify", "approved", Role.FINANCE),
    ("offer", "certified", Role.PROGRAMME),
    ("countersign", "signed", Role.MANAGER),
    ("lapse", "offered", Role.MANAGER),
    ("suspend", "active", Role.MANAGER),
    ("resume", "suspended", Role.MANAGER),
    ("terminate", "active", Role.MANAGER),
]


@pytest.mark.parametrize("name, state, may", ACTS)
def test_each_act_is_of_one_role(client, name, state, may):
    grant = make_grant(state)
    address = url(name, grant)
    answers = {role: status(client, make_user(role), address) for role in STAFF}
    assert answers == {role: 200 if role == may else 403 for role in STAFF}
    assert status(client, owner_of(make_organisation()), address) == 404
    client.logout()
    assert client.get(address)["Location"].startswith("/accounts/")


@pytest.mark.parametrize("name, may", [(name, may) for name, _state, may in ACTS])
def test_an_act_out_of_order_is_409_before_and_after_the_button(client, name, may):
    grant = make_grant("declined")
    sign_in(client, make_user(may))
    assert [client.get(url(name, grant)).status_code, client.post(url(name, grant)).status_code] == [409, 409]


@pytest.mark.parametrize("name", ["sign", "decline"])
def test_only_signatories_sign_and_decline(client, name):
    grant = make_grant("offered")
    editor = make_member(grant.organisation, "editor")
    people = [owner_of(grant.organisation), editor, make_user(Role.MANAGER), owner_of(make_organisation())]
    assert [status(client, person, url(name, grant)) for person in people] == [200, 403, 403, 404]


def test_signing_asks_for_a_fresh_sign_in(client):
    grant = make_grant("offered")
    client.force_login(owner_of(grant.organisation))
    assert "reauthenticate" in client.get(url("sign", grant))["Location"]


# The way through, by pages


def test_an_award_goes_from_approval_to_force_by_pages(client):
    application = make_application("recommended", organisation=make_ready_organisation())
    give("24000")
    sign_in(client, make_user(Role.MANAGER))
    assert application.title in client.get(reverse("agreements:awards")).content.decode()
    approve = reverse("agreements:approve", args=[application.pk])
    assert client.get(approve).status_code == 200
    assert client.post(approve, {"amount": "24000.01", "starts_on": clock.today()}).status_code == 422
    assert client.post(approve, {"amount": "24000", "starts_on": clock.today()}).status_code == 302
    grant = Grant.objects.get()
    sign_in(client, make_user(Role.FINANCE))
    assert client.post(url("certify", grant)).status_code == 302
    sign_in(client, make_user(Role.PROGRAMME))
    assert client.post(url("offer", grant), {"valid_until": clock.today()}).status_code == 422
    assert client.post(url("offer", grant), {"valid_until": "2999-01-01"}).status_code == 302
    owner = owner_of(grant.organisation)
    sign_in(client, owner)
    assert client.get(url("sign", grant)).status_code == 200
    signature = {"typed_name": "Nobody", "publication": "country", "version": "1"}
    assert client.post(url("sign", grant), signature).status_code == 422
    assert client.post(url("sign", grant), {**signature, "typed_name": owner.name}).status_code == 302
    manager = make_user(Role.MANAGER)
    sign_in(client, manager)
    assert client.post(url("countersign", grant), {"typed_name": manager.name, "version": "1"}).status_code == 302
    grant.refresh_from_db()
    assert (grant.state, grant.publication, grant.amount) == ("active", "country", AMOUNT)
    assert client.post(url("countersign", grant), {"typed_name": manager.name, "version": "1"}).status_code == 409
    assert Entry.objects.filter(source="grant.countersign").count() == 1


def test_too_little_money_is_said_on_the_page(client):
    grant = make_grant("approved", funded=False)
    give("1000")
    response = sign_in(client, make_user(Role.FINANCE)).post(url("certify", grant))
    assert response.status_code == 422
    assert "1,000.00" in response.content.decode()


def test_ends_by_pages(client):
    active, offered = make_grant("active"), make_grant("offered")
    sign_in(client, make_user(Role.MANAGER))
    assert client.post(url("suspend", active), {"reason": ""}).status_code == 422
    for name in ("suspend", "resume", "terminate", "close_reporting"):
        assert (name, client.post(url(name, active), {"reason": "We say why."}).status_code) == (name, 302)
    assert client.post(url("lapse", offered), {"reason": "We say why."}).status_code == 302
    declined = make_grant("offered")
    sign_in(client, owner_of(declined.organisation))
    assert client.post(url("decline", declined), {"reason": "We say why."}).status_code == 302
    assert sorted(Grant.objects.values_list("state", flat=True)) == ["declined", "lapsed", "reporting_closed"]


def test_reporting_of_an_active_grant_is_closed_by_its_final_report_only(client):
    grant = make_grant("active")
    assert status(client, make_user(Role.FINANCE), url("close_reporting", grant)) == 409


def test_publishing_less_by_page(client):
    grant = make_grant("active")
    address = url("publication", grant)
    assert status(client, make_user(Role.FINANCE), address) == 403
    sign_in(client, make_user(Role.PROGRAMME))
    assert client.post(address, {"publication": "full"}).status_code == 422
    assert client.post(address, {"publication": "unnamed"}).status_code == 302
    grant.subaccount.refresh_from_db()
    assert grant.subaccount.public_label == "An organisation that is not named for safety"


def test_only_the_fund_manager_has_the_page_of_awards(client):
    application = make_application("recommended")
    address = reverse("agreements:approve", args=[application.pk])
    answers = {role: status(client, make_user(role), reverse("agreements:awards")) for role in STAFF}
    assert answers == {role: 200 if role == Role.MANAGER else 403 for role in STAFF}
    assert status(client, make_user(Role.PROGRAMME), address) == 403
    assert status(client, owner_of(application.organisation), address) == 403


# Lists and home


def test_the_list_asks_as_many_queries_for_fifty_as_for_one(client, django_assert_max_num_queries):
    grant = make_grant("approved")
    sign_in(client, make_user(Role.AUDITOR))
    client.get(reverse("agreements:index"))
    with django_assert_max_num_queries(12) as one:
        client.get(reverse("agreements:index"))
    copies(grant, 49)
    with django_assert_max_num_queries(len(one)):
        page = client.get(f"{reverse('agreements:index')}?size=50").content.decode()
    assert page.count("COPY-") >= 49
    assert "1,200,000" in page


def test_the_list_is_searched_filtered_and_taken_away(client):
    grant = make_grant("approved")
    sign_in(client, make_user(Role.AUDITOR))
    address = reverse("agreements:index")
    assert grant.reference in client.get(address, {"q": grant.organisation.name, "state": "approved"}).content.decode()
    assert grant.reference not in client.get(address, {"state": "closed"}).content.decode()
    exported = client.get(address, {"export": "csv"})
    assert grant.reference in b"".join(exported.streaming_content).decode()


@pytest.mark.parametrize(
    "state, role", [("approved", Role.FINANCE), ("certified", Role.PROGRAMME), ("signed", Role.MANAGER), ("offered", None)]
)
def test_what_waits_stands_on_the_home_page(state, role):
    from grants.agreements.home import items

    grant = make_grant(state)
    person = owner_of(grant.organisation) if role is None else make_user(role)
    (item,) = items(person)
    assert item.count == 1 or grant.title in item.title
    assert list(items(make_user(Role.AUDITOR))) == list(items(make_user())) == []


def test_a_chosen_ngo_whose_due_diligence_is_in_the_way_waits_for_the_programme():
    from grants.agreements.home import items

    officer = make_user(Role.PROGRAMME)
    ready = make_application("recommended", requested=usd(10_000), organisation=make_ready_organisation())
    assert list(items(officer)) == []
    never = make_application("recommended", requested=usd(10_000)).organisation
    make_application("reserve", requested=usd(10_000))
    assert [item.title for item in items(officer)] == [f"Due diligence before the award: {never.name}"]
    make_assessment(never, state="failed")
    assert [item.url for item in items(officer)] == [reverse("due_diligence:of", args=[never.pk])]
    make_assessment(never)
    with clock.frozen(clock.now() + timedelta(days=800)):
        expired = {item.title.removeprefix("Due diligence before the award: ") for item in items(officer)}
    assert expired == {never.name, ready.organisation.name}


def test_a_recommended_application_waits_for_the_fund_manager():
    from grants.agreements.home import items

    make_application("recommended", requested=usd(10_000))
    assert [item.count for item in items(make_user(Role.MANAGER))] == [1]
