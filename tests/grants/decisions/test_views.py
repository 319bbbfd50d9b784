"""Pages of the Board: who gets where; a recused trustee finds no trace, on any page."""

import pytest
from django.urls import reverse

from grants.decisions import actions
from grants.decisions.models import Recommendation, Session
from tests.factories.decisions import fresh, make_session, recommend_all
from tests.factories.ngos import make_member, make_organisation, owner_of
from tests.factories.people import make_user, sign_in
from tests.factories.reviews import make_reviewed
from trustfund import clock
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def url(name, session, *more):
    return reverse(f"decisions:{name}", args=[session.pk, *(each.pk for each in more)])


def doors(session, application):
    return [
        url("detail", session),
        url("declare", session),
        url("recommend", session, application),
        url("close", session),
        url("minutes", session),
    ]


def statuses(client, session, application):
    return [client.get(door).status_code for door in doors(session, application)]


def test_who_gets_where(client):
    session, (application, *_rest), board = make_session()
    assert statuses(client, session, application) == [302] * 5
    strangers = [owner_of(application.organisation), owner_of(make_organisation()), make_user()]
    for user in [*strangers, make_user(Role.FINANCE), make_user(Role.REVIEWER)]:
        sign_in(client, user)
        assert statuses(client, session, application) == [404] * 5
        assert client.get(reverse("decisions:list")).status_code == 404
    sign_in(client, make_user(Role.TRUSTEE))  # without a seat
    assert statuses(client, session, application) == [404] * 5
    expected = {Role.PROGRAMME: [200, 403, 200, 200, 404], Role.MANAGER: [200, 403, 403, 403, 404], Role.AUDITOR: [200, 403, 403, 403, 404]}
    for role, found in expected.items():
        sign_in(client, make_user(role))
        assert statuses(client, session, application) == found
    sign_in(client, board[0])
    assert statuses(client, session, application) == [200, 200, 200, 403, 404]


def test_a_trustee_declares_before_anything_shows(client):
    session, (application, *_rest), (trustee,) = make_session(trustees=1, declared=False, quorum=1)
    sign_in(client, trustee)
    assert client.get(url("detail", session)).url == url("declare", session)
    assert client.get(url("recommend", session, application)).status_code == 404
    assert client.get(application.get_absolute_url()).status_code == 404
    assert client.get(reverse("reviews:ranking", args=[session.call_id])).status_code == 404
    data = {f"conflict-{each.pk}": "no" for each in session.call.applications.all()}
    assert client.post(url("declare", session), {"sent": "1"}).status_code == 422
    assert client.post(url("declare", session), data).url == session.get_absolute_url()
    assert client.get(url("detail", session)).status_code == 200
    assert client.get(application.get_absolute_url()).status_code == 200
    assert client.get(reverse("reviews:ranking", args=[session.call_id])).status_code == 200


def test_a_recused_trustee_finds_no_trace(client):
    session, applications, board = make_session(trustees=4)
    hidden, seen = applications[0], applications[1]
    recommend_all(session, applications)
    trustee = board[0]
    sign_in(client, trustee)
    review = hidden.reviews.get()
    closed = [
        hidden.get_absolute_url(),
        reverse("applications:read", args=[hidden.pk]),
        reverse("applications:document", args=[hidden.pk, hidden.documents.first().pk]),
        reverse("reviews:detail", args=[review.pk]),
        reverse("reviews:assign", args=[hidden.pk]),
        url("recommend", session, hidden),
        reverse("decisions:letter", args=[hidden.pk]),
    ]
    data = {f"conflict-{each.pk}": "no" for each in applications}
    assert client.post(url("declare", session), {**data, f"conflict-{hidden.pk}": "money"}).status_code == 302
    assert {client.get(door).status_code for door in closed} == {404}
    assert client.post(url("shortlist", session, hidden)).status_code == 404
    pages = [url("detail", session), url("declare", session), reverse("reviews:ranking", args=[session.call_id])]
    pages += [reverse("reviews:list"), reverse("decisions:list"), reverse("home")]
    for page in pages:
        text = client.get(page).content.decode()
        for trace in (hidden.reference, hidden.title, hidden.organisation.name, "20,000"):
            assert trace not in text, page
    assert seen.reference in client.get(url("detail", session)).content.decode()
    actions.close(session, by=make_user(Role.PROGRAMME))
    assert {client.get(door).status_code for door in [*closed, url("minutes", session)]} == {404}
    assert hidden.reference not in client.get(url("detail", session)).content.decode()


def test_from_opening_to_the_letter(client):
    call, (application,), _people = make_reviewed([[[4, 4, 4]]])
    trustee = make_user(Role.TRUSTEE)
    sign_in(client, make_user(Role.PROGRAMME))
    opening = reverse("decisions:open", args=[call.pk])
    assert opening in client.get(reverse("decisions:list")).content.decode()
    assert client.post(opening, {"sits_on": clock.today().isoformat(), "quorum": "3"}).status_code == 422
    assert client.post(opening, {"sits_on": clock.today().isoformat(), "quorum": "1"}).status_code == 302
    assert client.post(opening, {"sits_on": clock.today().isoformat(), "quorum": "1"}).status_code == 409
    session = Session.objects.get()
    actions.declare(session, by=trustee, conflicts={})
    assert client.post(url("shortlist", session, application)).status_code == 302
    assert client.post(url("shortlist", session, application)).status_code == 409
    deciding = url("recommend", session, application)
    assert client.post(deciding, {"outcome": "recommended", "amount": "90000"}).status_code == 422
    criterion = call.criteria.first()
    data = {"outcome": "recommended", "amount": "20000", f"about-{criterion.pk}": "A clear need."}
    assert client.post(deciding, data).status_code == 302
    assert "A clear need." in client.get(deciding).content.decode()
    assert client.post(url("close", session), {"remarks": "Short."}).status_code == 302
    assert client.post(url("close", session), {"remarks": "Short."}).status_code == 409
    assert client.post(deciding, data).status_code == 409
    assert b"".join(client.get(url("minutes", session)).streaming_content).startswith(b"%PDF-")
    letter = reverse("decisions:letter", args=[application.pk])
    sign_in(client, make_member(application.organisation, "viewer"))
    assert letter in client.get(application.get_absolute_url()).content.decode()
    assert b"".join(client.get(letter).streaming_content).startswith(b"%PDF-")
    sign_in(client, owner_of(make_organisation()))
    assert client.get(letter).status_code == 404
    sign_in(client, trustee)
    assert client.get(letter).status_code == 403


def test_the_secretary_notes_who_is_here(client):
    session, _applications, board = make_session([[[3, 3, 3]]])
    seat = session.seats.get(trustee=board[0])
    door = url("presence", session, seat)
    sign_in(client, board[1])
    assert client.post(door, {"present": "0"}).status_code == 403
    sign_in(client, make_user(Role.PROGRAMME))
    assert client.get(door).status_code == 405
    assert client.post(door, {"present": "0"}).status_code == 302
    seat.refresh_from_db()
    assert seat.present is False


def test_others_open_no_session(client):
    call, _applications, _people = make_reviewed([[[3, 3, 3]]])
    door = reverse("decisions:open", args=[call.pk])
    assert client.get(door).status_code == 302
    for role, status in [(None, 404), (Role.TRUSTEE, 404), (Role.MANAGER, 403), (Role.AUDITOR, 403), (Role.FINANCE, 404)]:
        sign_in(client, make_user(role))
        assert client.get(door).status_code == status


def counted(client, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(100) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_pages_take_as_many_queries_for_many_as_for_one(client, django_assert_max_num_queries, monkeypatch):
    from grants.applications import receipts

    monkeypatch.setattr(receipts, "pdf", lambda *args, **kwargs: b"%PDF-1.4 receipt")
    officer, seen = make_user(Role.PROGRAMME), []
    for amount in (1, 8):
        session, applications, _board = make_session([[[3, 3, 3]]] * amount)
        for number, application in enumerate(applications, 1):
            actions.recommend(session, fresh(application), by=officer, outcome="reserve", rank=number)
        sign_in(client, officer)
        client.get(reverse("decisions:list"))
        addresses = [url("detail", session), reverse("decisions:list")]
        seen.append([counted(client, address, django_assert_max_num_queries) for address in addresses])
    assert seen[0] == seen[1]
    assert Recommendation.objects.count() == 9
