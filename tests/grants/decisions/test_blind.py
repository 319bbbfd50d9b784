"""A blind call stays blind before the Board: trustees weigh projects, and say of organisations only whether they have a conflict."""

import pytest
from django.urls import reverse

from grants.reviews.models import ConflictOfInterest
from tests.factories.decisions import make_session
from tests.factories.people import make_user, sign_in
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def page(client, name, session, *more):
    return client.get(reverse(f"decisions:{name}", args=[session.pk, *more])).content.decode()


def make_blind(**fields):
    session, applications, board = make_session(**fields)
    session.call.blind = True
    session.call.save(update_fields=["blind"])
    return session, applications, board


def test_trustees_read_no_name_beside_a_project(client):
    session, (application, *_rest), board = make_blind()
    sign_in(client, board[0])
    for found in (page(client, "detail", session), page(client, "recommend", session, application.pk)):
        assert application.title in found
        assert application.organisation.name not in found


def test_the_secretariat_does(client):
    session, (application, *_rest), _board = make_blind()
    sign_in(client, make_user(Role.PROGRAMME))
    assert application.organisation.name in page(client, "detail", session)


def test_conflicts_are_declared_by_organisation_without_saying_which_project_is_whose(client):
    session, applications, (trustee,) = make_blind(trustees=1, declared=False, quorum=1)
    sign_in(client, trustee)
    found = page(client, "declare", session)
    for application in applications:
        assert application.organisation.name in found
        assert application.reference not in found
        assert application.title not in found
        assert f'conflict-{application.pk}"' not in found
    mine = {f"conflict-of-{each.organisation_id}": "no" for each in applications}
    mine[f"conflict-of-{applications[0].organisation_id}"] = "family"
    client.post(reverse("decisions:declare", args=[session.pk]), mine)
    assert list(ConflictOfInterest.objects.filter(user=trustee).values_list("application", flat=True)) == [applications[0].pk]
