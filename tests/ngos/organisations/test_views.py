"""Pages of organisations: who gets where."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ngos.organisations import home
from ngos.organisations.models import Membership, Organisation
from tests.factories.donors import make_contact, make_donor
from tests.factories.ngos import PDF, make_document, make_member, make_organisation, membership, owner_of
from tests.factories.people import make_user, sign_in
from trustfund import clock
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
STAFF = [Role.PROGRAMME, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR]


def urls(organisation, document):
    member = organisation.memberships.first()
    return [
        reverse("organisations:detail", args=[organisation.pk]),
        reverse("organisations:edit", args=[organisation.pk]),
        reverse("organisations:members", args=[organisation.pk]),
        reverse("organisations:invite", args=[organisation.pk]),
        reverse("organisations:change_right", args=[organisation.pk, member.pk]),
        reverse("organisations:remove", args=[organisation.pk, member.pk]),
        reverse("organisations:documents", args=[organisation.pk]),
        reverse("organisations:upload", args=[organisation.pk]),
        reverse("organisations:document", args=[document.pk]),
    ]


def test_every_page_opens_for_the_owner_and_for_nobody_else(client):
    organisation = make_organisation()
    document = make_document(organisation)
    pages = urls(organisation, document)
    assert {client.get(page).status_code for page in pages} == {302}
    sign_in(client, owner_of(make_organisation()))
    assert {client.get(page).status_code for page in pages} == {404}
    sign_in(client, make_user(Role.TRUSTEE))
    assert {client.get(page).status_code for page in pages} == {404}
    sign_in(client, owner_of(organisation))
    assert [client.get(page).status_code for page in pages] == [200] * len(pages)


@pytest.mark.parametrize("role", STAFF)
def test_staff_reads_and_changes_nothing(client, role):
    organisation = make_organisation()
    document = make_document(organisation)
    sign_in(client, make_user(role))
    assert [client.get(page).status_code for page in urls(organisation, document)] == [200, 403, 200, 403, 403, 403, 200, 403, 200]
    assert client.get(reverse("organisations:list")).status_code == 200


def test_a_visitor_registers(client):
    user = make_user()
    sign_in(client, user)
    assert client.get(reverse("organisations:mine")).url == reverse("organisations:register")
    assert client.get(reverse("organisations:list")).url == reverse("organisations:mine")
    bad = client.post(reverse("organisations:register"), {"name": "", "country": "XX"})
    assert bad.status_code == 422
    answer = client.post(reverse("organisations:register"), {"name": "House", "country": "NP", "local_name": "घर"})
    organisation = Organisation.objects.get()
    assert answer.url == organisation.get_absolute_url()
    assert "घर" in client.get(answer.url).content.decode()
    again = client.get(reverse("organisations:register"))
    assert again.url == organisation.get_absolute_url()


def test_staff_can_not_register(client):
    sign_in(client, make_user(Role.PROGRAMME))
    assert client.get(reverse("organisations:register")).status_code == 403


def test_the_same_registration_number_is_told_on_the_form(client):
    make_organisation(country="AT", registration_number="1")
    sign_in(client, make_user())
    answer = client.post(reverse("organisations:register"), {"name": "Two", "country": "AT", "registration_number": "1"})
    assert answer.status_code == 422
    assert "is here already" in answer.content.decode()


def test_an_owner_saves_the_profile(client):
    organisation = make_organisation()
    sign_in(client, owner_of(organisation))
    data = {"name": "New name", "country": "AT", "founded_on": "2001-05-04", "website": "https://example.org"}
    assert client.post(reverse("organisations:edit", args=[organisation.pk]), data).status_code == 302
    organisation.refresh_from_db()
    assert (organisation.name, organisation.public_name_ok) == ("New name", False)


def test_an_owner_invites_changes_and_ends(client):
    organisation = make_organisation()
    editor = make_member(organisation)
    theirs = membership(organisation, editor)
    sign_in(client, owner_of(organisation))
    data = {"name": "N", "email": "n@example.org", "right": "viewer"}
    assert client.post(reverse("organisations:invite", args=[organisation.pk]), data).status_code == 302
    page = client.get(reverse("organisations:members", args=[organisation.pk])).content.decode()
    assert "n@example.org" in page
    change = reverse("organisations:change_right", args=[organisation.pk, theirs.pk])
    assert client.post(change, {"right": "viewer", "signatory": "on"}).status_code == 302
    end = reverse("organisations:remove", args=[organisation.pk, theirs.pk])
    assert client.post(end).status_code == 302
    assert client.post(end).status_code == 422
    assert Membership.objects.get(pk=theirs.pk).active is False


def test_a_letter_is_withdrawn_by_the_owner_only(client):
    from ngos.organisations import actions

    organisation = make_organisation()
    invitation = actions.invite(organisation, by=owner_of(organisation), email="n@example.org", name="N", right="viewer")
    url = reverse("organisations:withdraw_invitation", args=[organisation.pk, invitation.pk])
    sign_in(client, make_member(organisation))
    assert client.post(url).status_code == 403
    sign_in(client, owner_of(organisation))
    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 302
    assert client.post(url).status_code == 404


def test_a_member_of_another_organisation_has_no_page_here(client):
    organisation, other = make_organisation(), make_organisation()
    sign_in(client, owner_of(organisation))
    stranger = other.memberships.get()
    assert client.get(reverse("organisations:change_right", args=[organisation.pk, stranger.pk])).status_code == 404


def test_a_document_comes_as_an_attachment(client):
    organisation = make_organisation()
    sign_in(client, owner_of(organisation))
    upload = SimpleUploadedFile("statutes.pdf", PDF)
    url = reverse("organisations:upload", args=[organisation.pk])
    assert client.post(url, {"kind": "statutes", "upload": upload, "expires_on": "2030-01-01"}).status_code == 302
    document = organisation.documents.get()
    answer = client.get(document.get_absolute_url())
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    evil = client.post(url, {"kind": "statutes", "upload": SimpleUploadedFile("x.pdf", b"<html><script>1</script>")})
    assert evil.status_code == 422


def test_a_viewer_adds_no_document(client):
    organisation = make_organisation()
    sign_in(client, make_member(organisation, "viewer"))
    assert client.get(reverse("organisations:upload", args=[organisation.pk])).status_code == 403


def queries_of_list(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(100) as captured:
        assert client.get(reverse("organisations:list") + "?size=100").status_code == 200
    return len(captured)


def test_the_list_takes_as_many_queries_for_fifty_as_for_one(client, django_assert_max_num_queries):
    sign_in(client, make_user(Role.PROGRAMME))
    make_organisation()
    queries_of_list(client, django_assert_max_num_queries)
    one = queries_of_list(client, django_assert_max_num_queries)
    for _each in range(49):
        make_organisation()
    assert queries_of_list(client, django_assert_max_num_queries) == one


def test_the_list_is_searched_and_filtered(client):
    make_organisation(name="Alpha", country="NP")
    make_organisation(name="Beta", country="AT")
    sign_in(client, make_user(Role.MANAGER))
    page = client.get(reverse("organisations:list"), {"country": "NP"}).content.decode()
    assert "Alpha" in page
    assert "Beta" not in page
    assert "Beta" in client.get(reverse("organisations:list"), {"q": "bet"}).content.decode()


def test_home_of_members_and_staff():
    organisation = make_organisation(phone="")
    make_document(organisation, expires_on=clock.today())
    owner = owner_of(organisation)
    assert [str(item.title) for item in home.items(owner)] == [
        "Complete the profile of your organisation",
        "Replace a document that expires: Registration certificate",
    ]
    assert not home.items(make_member(organisation, "viewer"))
    assert not home.items(make_user(Role.PROGRAMME))
    assert [each.label for each in home.destinations(owner)] == ["My organisation"]
    assert [each.label for each in home.destinations(make_user(Role.PROGRAMME))] == ["NGOs"]
    assert not home.destinations(make_user())


def test_home_of_a_newcomer_leads_to_registering():
    assert [item.url for item in home.items(make_user())] == [reverse("organisations:register")]
    assert not home.items(make_contact(make_donor()))
