"""Pages about donors, by role, and at a constant number of queries."""

from __future__ import annotations

import pytest

from donors.donors.models import Contact, Donor
from tests.donors.support import queries, signed_in
from tests.factories.donors import make_agreement, make_contact, make_contribution, make_donor
from tests.factories.people import make_user
from trustfund.people.models import Invitation
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
NEW = {"name": "Kenya", "kind": "state", "country": "KE"}


def test_a_donor_is_registered_on_the_page():
    response = signed_in(Role.FINANCE).post("/donors/donors/new/", NEW)
    donor = Donor.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/donors/donors/{donor.pk}/")


def test_what_is_wrong_is_shown_with_422():
    client = signed_in(Role.MANAGER)
    client.post("/donors/donors/new/", NEW)
    response = client.post("/donors/donors/new/", NEW)
    assert (response.status_code, "registered already" in response.content.decode()) == (422, True)


@pytest.mark.parametrize(
    "role, status", [(None, 403), (Role.PROGRAMME, 403), (Role.APPROVER, 403), (Role.AUDITOR, 403), (Role.FINANCE, 200)]
)
def test_who_may_open_the_form(role, status):
    assert signed_in(role).get("/donors/donors/new/").status_code == status


@pytest.mark.parametrize(
    "role, status", [(None, 404), (Role.REVIEWER, 404), (Role.PROGRAMME, 404), (Role.AUDITOR, 200), (Role.MANAGER, 200)]
)
def test_who_reads_a_donor(role, status):
    donor = make_contribution().donor
    make_agreement(donor=donor)
    make_contact(donor)
    assert signed_in(role).get(f"/donors/donors/{donor.pk}/").status_code == status


def test_a_stranger_donor_is_404_and_the_own_contact_goes_to_the_portal(client):
    donor = make_donor()
    url = f"/donors/donors/{donor.pk}/"
    assert signed_in(user=make_contact(make_donor())).get(url).status_code == 404
    assert signed_in(user=make_contact(donor)).get(url)["Location"] == "/donors/portal/"
    assert client.get(url).status_code == 302


def test_a_change_relabels():
    donor = make_donor()
    data = {"name": donor.name, "country": donor.country, "anonymous_in_public": "on"}
    assert signed_in(Role.MANAGER).post(f"/donors/donors/{donor.pk}/change/", data).status_code == 302
    donor.refresh_from_db()
    assert donor.subaccount.public_label == "Anonymous donor"
    assert signed_in(Role.AUDITOR).post(f"/donors/donors/{donor.pk}/change/", data).status_code == 403


def test_a_contact_is_invited_and_ended_on_the_page():
    donor, client = make_donor(), signed_in(Role.MANAGER)
    data = {"name": "Jo", "email": "jo@example.org", "language": "en"}
    assert client.post(f"/donors/donors/{donor.pk}/contacts/new/", data).status_code == 302
    assert Invitation.objects.get().purpose == f"donors.contact:{donor.pk}"
    make_contact(donor)
    url = f"/donors/donors/contacts/{Contact.objects.get().pk}/end/"
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 302
    assert not Contact.objects.get().active
    assert signed_in(Role.AUDITOR).post(url).status_code == 403
    assert signed_in().post(url).status_code == 404


def test_the_list_takes_as_many_queries_for_fifty():
    client = signed_in(Role.MANAGER)
    manager = make_user(Role.MANAGER)
    make_donor("organisation", by=manager)
    client.get("/donors/donors/")
    one = queries(client, "/donors/donors/?size=100")
    for _number in range(49):
        make_donor("organisation", by=manager)
    assert queries(client, "/donors/donors/?size=100") == one


def test_the_page_of_a_donor_takes_as_many_queries_for_fifty():
    client, donor = signed_in(Role.FINANCE), make_donor()
    make_contribution(donor=donor)
    url = f"/donors/donors/{donor.pk}/"
    client.get(url)
    one = queries(client, url)
    for _number in range(20):
        make_contribution(donor=donor)
    assert queries(client, url) == one
