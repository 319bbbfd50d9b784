"""Invitations: single use, seven days, for the person they were written to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command

from tests.factories.people import PASSWORD, make_user, sign_in
from trustfund import clock
from trustfund.audit.models import Event
from trustfund.mail import delivery
from trustfund.mail.models import Outbox
from trustfund.people import duties, invitations
from trustfund.people.models import Invitation, User
from trustfund.people.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.urls")]
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
ANSWER = {"name": "Ana", "language": "en", "time_zone": "Europe/Vienna", "password": PASSWORD}


@pytest.fixture
def accepted(monkeypatch):
    """A room above that registered an accepter."""
    calls = []
    monkeypatch.setitem(invitations._accepters, "room.thing", lambda reference, user, invitation: calls.append((reference, user)))
    return calls


def invite(email="ana@example.org", on_accept="room.thing:12", by=None, **fields):
    invitations.invite(email, "Ana", by=by or make_user(), on_accept=on_accept, **fields)
    row = Outbox.objects.order_by("-pk").first()
    return re.search(r"http://localhost:8000(/people/invitation/\S+/)", row.body).group(1)


def test_accepting_makes_an_account_and_tells_the_room(client, accepted):
    path = invite()
    assert "ana@example.org" in client.get(path).content.decode()
    assert client.post(path, ANSWER).url == "/home/"
    user = User.objects.get(email="ana@example.org")
    assert accepted == [("12", user)]
    assert EmailAddress.objects.get(user=user).verified
    assert client.get("/home/").status_code == 200
    acts = Event.objects.filter(object_type="people.invitation").order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["invitation.send", "invitation.accept"]


def test_only_the_digest_is_kept_and_the_letter_is_erased_when_sent(accepted):
    token = invite().split("/")[-2]
    invitation = Invitation.objects.get()
    assert token not in str(invitation.__dict__)
    delivery.deliver(clock.now() + timedelta(seconds=1))
    assert token not in str(Outbox.objects.get().__dict__)
    assert token not in str(list(Event.objects.values()))


def test_good_once(client, client2, accepted):
    path = invite()
    client.post(path, ANSWER)
    response = client2.post(path, {**ANSWER, "password": "yet another password"})
    assert response.status_code == 410
    assert len(accepted) == 1


def test_good_in_another_browser_too(client2, accepted):
    assert client2.post(invite(), ANSWER).status_code == 302


@pytest.mark.parametrize("later, status", [(timedelta(days=6, hours=23), 200), (timedelta(days=7, seconds=1), 410)])
def test_good_for_seven_days(client, accepted, later, status):
    with clock.frozen(START):
        path = invite()
    with clock.frozen(START + later):
        assert client.get(path).status_code == status


def test_an_unknown_link_is_no_page(client):
    assert client.get("/people/invitation/" + "x" * 43 + "/").status_code == 404


def test_a_new_invitation_for_the_same_thing_replaces_the_old_one(client, accepted):
    old, new = invite(), invite(email="ANA@example.org ")
    assert [client.get(old).status_code, client.get(new).status_code] == [410, 200]


def test_a_stranger_who_is_signed_in_is_told_that_it_is_not_theirs(client, accepted):
    path = invite()
    sign_in(client, make_user())
    assert [client.get(path).status_code, client.post(path, ANSWER).status_code] == [403, 403]
    assert accepted == []


def test_whoever_has_an_account_signs_in_first_and_keeps_their_password(client, client2, accepted):
    user = make_user(email="ana@example.org", password=PASSWORD)
    path = invite()
    assert client2.post(path, {**ANSWER, "password": "stolen link, new password"}).status_code == 403
    sign_in(client, user)
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert accepted == [("12", user)]


def test_a_weak_password_is_refused_and_nothing_is_made(client, accepted):
    response = client.post(invite(), {**ANSWER, "password": "ana@example.org"})
    assert response.status_code == 422
    assert not User.objects.filter(email="ana@example.org").exists()


def test_what_the_room_refuses_makes_no_account(client, monkeypatch):
    def refuse(reference, user, invitation):
        raise ValidationError("The organisation is gone.")

    monkeypatch.setitem(invitations._accepters, "room.thing", refuse)
    response = client.post(invite(), ANSWER)
    assert response.status_code == 422
    assert "The organisation is gone." in response.content.decode()
    assert not User.objects.filter(email="ana@example.org").exists()
    assert Invitation.objects.get().is_open


def test_an_unknown_purpose_is_an_error():
    with pytest.raises(ValueError, match="nobody registered"):
        invitations.invite("a@example.org", "A", by=None, on_accept="nowhere.thing:1")


def test_a_withdrawn_one_is_closed(client, accepted):
    path, administrator = invite(), make_user(Role.ADMINISTRATOR)
    sign_in(client, administrator)
    assert client.post(f"/people/invitations/{Invitation.objects.get().pk}/withdraw/").status_code == 302
    client.logout()
    assert client.get(path).status_code == 410


def test_the_letter_is_in_the_invited_persons_language(accepted):
    invite(language="fr")
    assert Outbox.objects.get().language == "fr"


def test_an_invitation_to_a_role_gives_it_and_asks_for_a_second_factor(client):
    administrator = make_user(Role.ADMINISTRATOR)
    sign_in(client, administrator)
    response = client.post("/people/invite/", {"name": "Ana", "email": "ana@example.org", "role": "finance", "language": "en"})
    assert response.url == "/people/invitations/"
    path = re.search(r"http://localhost:8000(/people/invitation/\S+/)", Outbox.objects.get().body).group(1)
    client.logout()
    client.post(path, ANSWER)
    user = User.objects.get(email="ana@example.org")
    assert user.roles == {Role.FINANCE}
    assert user.role_grants.get().given_by == administrator
    assert client.get("/home/").url == "/people/account/second-factor/"


def test_who_takes_a_role_on_stays_signed_in_here_only(client, client2):
    user = make_user(email="ana@example.org")
    path = invite(on_accept="people.role:finance", by=make_user(Role.ADMINISTRATOR))
    sign_in(client, user)
    sign_in(client2, user)
    assert client.post(path).status_code == 302
    assert client.get("/home/").url == "/people/account/second-factor/"
    assert client2.get("/home/").url.startswith("/accounts/login/")


def test_who_acts_for_an_ngo_can_not_take_up_a_role(client, monkeypatch):
    monkeypatch.setattr(duties, "_reasons", [lambda user: "Acts for an organisation." if user.email == "ana@example.org" else None])
    user = make_user(email="ana@example.org")
    path = invite(on_accept="people.role:finance", by=make_user(Role.ADMINISTRATOR))
    sign_in(client, user)
    response = client.post(path)
    assert response.status_code == 422
    assert "Acts for an organisation." in response.content.decode()
    assert user.role_grants.count() == 0


def test_accept_is_for_its_owner_alone(accepted):
    invite()
    with pytest.raises(PermissionDenied):
        invitations.accept(Invitation.objects.get(), by=make_user())


def test_the_first_administrator(capsys, client):
    call_command("create_administrator", email="chief@example.org", name="Chief")
    path = re.search(r"http://localhost:8000(/people/invitation/\S+/)", capsys.readouterr().out).group(1)
    assert not Outbox.objects.exists()
    client.post(path, {**ANSWER, "name": "Chief"})
    assert User.objects.get().roles == {Role.ADMINISTRATOR}


def test_there_is_one_first_administrator(capsys):
    make_user(Role.ADMINISTRATOR)
    with pytest.raises(CommandError, match="already"):
        call_command("create_administrator", email="chief@example.org", name="Chief")


def test_the_first_administrator_is_nobody_known(capsys):
    make_user(email="chief@example.org")
    with pytest.raises(CommandError, match="account with this address"):
        call_command("create_administrator", email="Chief@example.org", name="Chief")


@pytest.mark.django_db(transaction=True)
def test_the_same_link_opened_twice_at_once_makes_one_account(accepted):
    import threading

    from django.db import connection

    if connection.vendor != "postgresql":
        pytest.skip("threads that write at once: PostgreSQL only")
    invite()
    invitation, barrier, errors = Invitation.objects.get(), threading.Barrier(4), []

    def take_up():
        barrier.wait()
        try:
            invitations.accept(invitation, by=None, password=PASSWORD)
        except ValidationError as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take_up) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(errors), len(accepted), User.objects.filter(email="ana@example.org").count()) == (3, 1, 1)
