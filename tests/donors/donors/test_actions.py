"""Donors and their contacts: registered, changed, relabelled, who may act for them."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from donors.donors import actions
from donors.donors.home import against_a_role
from donors.donors.models import Contact, Donor
from tests.factories.donors import make_agreement, make_contact, make_contribution, make_donor
from tests.factories.people import make_user
from trustfund.audit.recording import trail_for
from trustfund.ledger.models import Subaccount
from trustfund.people import invitations
from trustfund.people.actions import give_role
from trustfund.people.models import Invitation
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def register(by, **fields):
    return actions.register(by=by, **{"name": "Austria", "kind": "state", "country": "AT", **fields})


def test_a_registered_donor_has_a_subaccount_under_a_neutral_code():
    donor = register(make_user(Role.FINANCE))
    account = donor.subaccount
    assert (account.kind, account.code, account.name, account.public_label) == ("donor", donor.code, "Austria", "Austria")
    assert [event.act for event in trail_for(donor)] == ["donor.register"]


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_nobody_but_finance_and_the_manager_registers(role):
    with pytest.raises(PermissionDenied):
        register(make_user(role))
    assert not Donor.objects.exists()


def test_a_state_is_registered_once():
    manager = make_user(Role.MANAGER)
    register(manager)
    with pytest.raises(ValidationError) as caught:
        register(manager, name="Republic of Austria")
    assert "registered already" in str(caught.value)


def test_two_organisations_of_one_country_are_two_donors():
    manager = make_user(Role.MANAGER)
    assert register(manager, kind="organisation").pk != register(manager, kind="organisation").pk


def test_what_is_no_country_is_refused_by_field():
    with pytest.raises(ValidationError) as caught:
        register(make_user(Role.MANAGER), country="XX")
    assert list(caught.value.message_dict) == ["country"]


def test_an_anonymous_donor_is_read_as_such_wherever_the_public_reads():
    donor = register(make_user(Role.MANAGER), kind="person", name="Jane Doe", anonymous_in_public=True)
    assert (donor.subaccount.name, donor.subaccount.public_label) == (donor.code, "Anonymous donor")


def test_a_person_is_named_in_the_ledger_by_code_only():
    gift = make_contribution(donor=make_donor("person", name="Jane Doe"))
    assert not Subaccount.objects.filter(name__contains="Jane").exists()
    assert gift.subaccount.public_label == f"Jane Doe, {gift.number}"


def test_labels_follow_when_a_donor_becomes_anonymous_and_back():
    donor = make_donor(name="Austria", country="AT")
    agreement, gift = make_agreement(donor=donor), make_contribution(donor=donor)
    for anonymous, label in [(True, "Anonymous donor"), (False, "Austria")]:
        actions.change(donor, by=make_user(Role.FINANCE), name="Austria", country="AT", anonymous_in_public=anonymous)
        found = dict(Subaccount.objects.exclude(kind="bank").values_list("code", "public_label"))
        assert found == {
            donor.code: label,
            agreement.reference: f"{label}, {agreement.reference}",
            f"{agreement.reference}/1": f"{label}, {agreement.reference}/1",
            gift.number: f"{label}, {gift.number}",
        }


def test_a_contact_acts_for_one_donor_and_holds_no_role():
    donor = make_donor()
    contact = make_contact(donor)
    assert list(donor.people()) == [contact]
    assert against_a_role(contact) == "This person acts for a donor."
    with pytest.raises(ValidationError):
        give_role(contact, Role.FINANCE, by=make_user(Role.ADMINISTRATOR))


def test_staff_can_not_become_a_contact():
    with pytest.raises(ValidationError):
        actions.add_contact(make_donor(), user=make_user(Role.AUDITOR), by=make_user(Role.MANAGER))
    assert not Contact.objects.exists()


def test_an_invitation_that_is_accepted_makes_a_contact():
    donor = make_donor()
    actions.invite_contact(donor, by=make_user(Role.FINANCE), email="jo@example.org", name="Jo", language="fr")
    person = invitations.accept(Invitation.objects.get(), by=None, password="a long enough password")
    assert list(donor.people()) == [person]
    with pytest.raises(ValidationError):
        actions.invite_contact(donor, by=make_user(Role.FINANCE), email="JO@example.org", name="Jo")


def test_only_finance_and_the_manager_invite():
    with pytest.raises(PermissionDenied):
        actions.invite_contact(make_donor(), by=make_user(Role.APPROVER), email="jo@example.org", name="Jo")


def test_whose_access_is_ended_sees_nothing_and_is_taken_back_once():
    donor = make_donor()
    person = make_contact(donor)
    manager = make_user(Role.MANAGER)
    actions.end_contact(Contact.objects.get(), by=manager)
    assert not Donor.objects.visible_to(person).exists()
    with pytest.raises(ValidationError):
        actions.end_contact(Contact.objects.get(), by=manager)
    actions.add_contact(donor, user=person, by=manager)
    assert Contact.objects.get().active


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_donors(role):
    make_donor()
    wanted = role in (Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR)
    assert Donor.objects.visible_to(make_user(role)).exists() is wanted


def test_a_contact_sees_their_donor_and_no_other():
    mine, _other = make_donor(), make_donor()
    assert list(Donor.objects.visible_to(make_contact(mine))) == [mine]
    assert not Donor.objects.visible_to(make_user()).exists()
