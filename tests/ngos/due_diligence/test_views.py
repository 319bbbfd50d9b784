"""Pages of due diligence."""

from datetime import timedelta

import pytest
from django.urls import reverse

from ngos.due_diligence.models import Assessment
from tests.factories.ngos import make_assessment, make_organisation, owner_of
from tests.factories.people import make_user, sign_in
from trustfund import clock
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def pages(assessment):
    item = assessment.items.first()
    return [
        reverse("due_diligence:list"),
        reverse("due_diligence:detail", args=[assessment.pk]),
        reverse("due_diligence:judge", args=[item.pk]),
        reverse("due_diligence:clear", args=[assessment.pk]),
        reverse("due_diligence:fail", args=[assessment.pk]),
    ]


def statuses(client, assessment):
    return [client.get(page).status_code for page in pages(assessment)]


def test_who_gets_where(client):
    assessment = make_assessment(state="in_progress")
    assert statuses(client, assessment) == [302] * 5
    for user in (owner_of(assessment.organisation), owner_of(make_organisation()), make_user(Role.TRUSTEE), make_user(Role.REVIEWER)):
        sign_in(client, user)
        assert statuses(client, assessment) == [404] * 5
    for role in (Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR):
        sign_in(client, make_user(role))
        assert statuses(client, assessment) == [200, 200, 403, 403, 403]
    sign_in(client, make_user(Role.PROGRAMME))
    assert statuses(client, assessment) == [200] * 5


def test_out_of_order_is_409(client):
    assessment = make_assessment()
    sign_in(client, make_user(Role.PROGRAMME))
    assert statuses(client, assessment)[3:] == [409, 409]
    judge = reverse("due_diligence:judge", args=[assessment.items.first().pk])
    assert client.post(judge, {"outcome": "ok"}).status_code == 409


def test_the_whole_way_by_pages(client):
    organisation = make_organisation()
    sign_in(client, make_user(Role.PROGRAMME))
    opening = reverse("due_diligence:open", args=[organisation.pk])
    assert client.get(opening).status_code == 405
    assert client.post(opening).status_code == 302
    assert client.post(opening).status_code == 409
    assessment = Assessment.objects.get()
    for item in assessment.items.all():
        url = reverse("due_diligence:judge", args=[item.pk])
        assert client.post(url, {"outcome": "concern"}).status_code == 422
        assert client.post(url, {"outcome": "ok", "note": "Seen by courier."}).status_code == 302
    clear = reverse("due_diligence:clear", args=[assessment.pk])
    assert client.post(clear, {"valid_until": clock.today().isoformat()}).status_code == 422
    assert client.post(clear, {"valid_until": (clock.today() + timedelta(days=90)).isoformat()}).status_code == 302
    assert client.post(clear, {"valid_until": (clock.today() + timedelta(days=90)).isoformat()}).status_code == 409
    sign_in(client, owner_of(organisation))
    page = client.get(reverse("due_diligence:of", args=[organisation.pk])).content.decode()
    assert "Cleared." in page
    assert "courier" not in page


@pytest.mark.parametrize("role, status", [(None, 404), (Role.TRUSTEE, 404), (Role.MANAGER, 403), (Role.FINANCE, 403), (Role.AUDITOR, 403)])
def test_others_open_nothing(client, role, status):
    organisation = make_organisation()
    sign_in(client, make_user(role))
    assert client.post(reverse("due_diligence:open", args=[organisation.pk])).status_code == status


def test_the_list_takes_as_many_queries_for_fifty_as_for_one(client, django_assert_max_num_queries):
    sign_in(client, make_user(Role.AUDITOR))
    make_assessment(state="open")
    address = reverse("due_diligence:list") + "?size=100"
    client.get(address)
    counts = []
    for _round in range(2):
        with django_assert_max_num_queries(100) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
        for _each in range(49):
            make_assessment(state="open")
    assert counts[0] == counts[1]
