"""Acts on organisations: done, refused, and what must stay true."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from ngos.organisations import actions
from ngos.organisations.models import Membership, Organisation, OrganisationDocument, membership_of
from tests.factories.ngos import make_document, make_member, make_organisation, membership, owner_of
from tests.factories.people import make_user
from trustfund import clock
from trustfund.audit.models import Event
from trustfund.people import actions as people_actions
from trustfund.people import duties, invitations
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def acts(obj):
    return list(Event.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk)).values_list("act", flat=True))


def test_who_registers_owns_and_signs():
    user = make_user()
    organisation = actions.register(by=user, name=" House of Hope ", country="NP")
    found = membership_of(user)
    assert (organisation.name, found.organisation, found.right, found.signatory) == ("House of Hope", organisation, "owner", True)
    assert list(organisation.contacts()) == list(organisation.signatories()) == [user]
    assert acts(organisation) == ["organisation.register"]


@pytest.mark.parametrize("role", list(Role))
def test_staff_never_registers(role):
    with pytest.raises(PermissionDenied):
        actions.register(by=make_user(role), name="A", country="AT")


def test_a_person_acts_for_one_organisation():
    organisation = make_organisation()
    with pytest.raises(ValidationError):
        actions.register(by=owner_of(organisation), name="Another", country="AT")


def test_a_registration_number_is_registered_once_per_country():
    make_organisation(country="AT", registration_number="zvr 1")
    make_organisation(country="NP", registration_number="ZVR 1")
    with pytest.raises(ValidationError):
        make_organisation(country="AT", registration_number="ZVR 1")


@pytest.mark.parametrize("country", ["XX", "", "EU"])
def test_a_country_is_one_of_iso_3166(country):
    with pytest.raises(ValidationError) as error:
        make_organisation(country=country)
    assert list(error.value.message_dict) == ["country"]


def test_an_editor_changes_the_profile_and_a_viewer_does_not():
    organisation = make_organisation()
    editor, viewer = make_member(organisation), make_member(organisation, "viewer")
    actions.update(organisation, by=editor, city="Graz")
    assert Organisation.objects.get(pk=organisation.pk).city == "Graz"
    for stranger in (viewer, owner_of(make_organisation()), make_user(Role.PROGRAMME)):
        with pytest.raises(PermissionDenied):
            actions.update(Organisation.objects.get(pk=organisation.pk), by=stranger, city="Linz")


def test_nothing_changed_is_not_on_record():
    organisation = make_organisation()
    actions.update(organisation, by=owner_of(organisation), name=organisation.name)
    assert acts(organisation) == ["organisation.register"]


def test_staff_is_no_member_and_a_member_gets_no_role():
    organisation = make_organisation()
    with pytest.raises(ValidationError):
        make_member(organisation, user=make_user(Role.REVIEWER))
    assert duties.reasons_against(owner_of(organisation)) == [f"Acts for an organisation: {organisation.name}."]
    assert duties.reasons_against(make_user()) == []


def test_the_last_owner_and_the_last_signatory_stay():
    organisation = make_organisation()
    owner = owner_of(organisation)
    other = make_member(organisation, "owner")
    mine = membership(organisation, owner)
    with pytest.raises(ValidationError):  # the only signatory
        actions.remove(mine, by=owner)
    with pytest.raises(ValidationError):
        actions.change_right(mine, right="owner", signatory=False, by=other)
    actions.change_right(membership(organisation, other), right="owner", signatory=True, by=owner)
    actions.remove(mine, by=owner)
    assert membership_of(owner) is None
    last = membership(organisation, other)
    with pytest.raises(ValidationError):
        actions.remove(last, by=other)
    with pytest.raises(ValidationError):
        actions.change_right(last, right="editor", signatory=True, by=other)


def test_a_membership_ends_once():
    organisation = make_organisation()
    editor = make_member(organisation)
    ended = actions.remove(membership(organisation, editor), by=editor)
    with pytest.raises(ValidationError):
        actions.remove(ended, by=owner_of(organisation))


def test_only_an_owner_ends_another_membership():
    organisation = make_organisation()
    editor, viewer = make_member(organisation), make_member(organisation, "viewer")
    with pytest.raises(PermissionDenied):
        actions.remove(membership(organisation, viewer), by=editor)


def test_the_database_knows_that_who_left_is_inactive():
    organisation = make_organisation()
    mine = membership(organisation, owner_of(organisation))
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=mine.pk).update(active=False)


def invited(organisation, email="new@example.org", right="editor", signatory=False):
    return actions.invite(organisation, by=owner_of(organisation), email=email, name="New", right=right, signatory=signatory)


def test_an_invitation_makes_a_member_when_it_is_accepted():
    organisation = make_organisation()
    invitation = invited(organisation, signatory=True)
    assert list(actions.open_invitations(organisation)) == [invitation]
    person = invitations.accept(invitation, by=None, password="a long password it is")
    found = membership_of(person)
    assert (found.organisation, found.right, found.signatory) == (organisation, "editor", True)
    assert not actions.open_invitations(organisation)


def test_an_invitation_of_who_no_longer_owns_is_refused():
    organisation = make_organisation()
    invitation, owner = invited(organisation), owner_of(organisation)
    other = make_member(organisation, "owner", signatory=True)
    actions.remove(membership(organisation, owner), by=other)
    with pytest.raises(ValidationError):
        invitations.accept(invitation, by=None, password="a long password it is")


def test_who_works_for_the_fund_or_another_ngo_is_not_invited():
    organisation = make_organisation()
    for person in (make_user(Role.TRUSTEE), owner_of(make_organisation())):
        with pytest.raises(ValidationError):
            invited(organisation, email=person.email)


def test_invitations_of_one_organisation_are_not_those_of_another():
    one = make_organisation()
    invited(one)
    assert not actions.open_invitations(make_organisation())


def test_a_document_is_superseded_and_not_deleted():
    organisation = make_organisation()
    older = make_document(organisation)
    newer = make_document(organisation, replaces=older)
    older.refresh_from_db()
    assert older.superseded_by == newer
    assert list(organisation.documents.current()) == [newer]
    with pytest.raises(ValidationError):
        make_document(organisation, replaces=older)


def test_a_document_of_another_organisation_is_not_replaced():
    with pytest.raises(ValidationError):
        make_document(make_organisation(), replaces=make_document(make_organisation()))


def test_who_sees_organisations_and_documents():
    organisation = make_organisation()
    document = make_document(organisation)
    seeing = [make_user(role) for role in (Role.PROGRAMME, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR)]
    seeing += [owner_of(organisation), make_member(organisation, "viewer")]
    blind = [make_user(role) for role in (Role.REVIEWER, Role.TRUSTEE, Role.ADMINISTRATOR)] + [make_user(), owner_of(make_organisation())]
    for user in seeing:
        assert organisation in Organisation.objects.visible_to(user)
        assert document in OrganisationDocument.objects.visible_to(user)
    for user in blind:
        assert organisation not in Organisation.objects.visible_to(user)
        assert document not in OrganisationDocument.objects.visible_to(user)


def test_who_left_sees_nothing():
    organisation = make_organisation()
    editor = make_member(organisation)
    actions.remove(membership(organisation, editor), by=editor)
    assert not Organisation.objects.visible_to(editor).exists()
    assert editor not in organisation.contacts()


def test_who_will_work_for_the_fund_from_tomorrow_joins_no_organisation():
    organisation, person = make_organisation(), make_user()
    people_actions.give_role(person, Role.FINANCE, by=None, since=clock.today() + timedelta(days=1))
    with pytest.raises(ValidationError, match="works for the Fund"):
        actions.add_member(organisation, user=person, right="editor", by=owner_of(organisation))
    with pytest.raises(ValidationError, match="works for the Fund"):
        actions.register(by=person, name="House of Hope", country="NP")
