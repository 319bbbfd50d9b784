"""How long a session lasts, what ends it, how fresh it must be, and in which language and zone it speaks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.people import PASSWORD, age_sign_in, make_user, sign_in
from trustfund import clock
from trustfund import settings as real
from trustfund.people import actions
from trustfund.people.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.urls")]
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _real_limits(settings):
    for name in ("SESSION_IDLE_STAFF", "SESSION_IDLE_OTHERS", "SESSION_LONGEST"):
        setattr(settings, name, getattr(real, name))


def at(client, minutes, path="/home/"):
    with clock.frozen(START + timedelta(minutes=minutes)):
        return client.get(path)


@pytest.mark.parametrize("role, idle", [(Role.FINANCE, 30), (None, 8 * 60)])
def test_an_idle_session_ends(client, role, idle):
    client.force_login(make_user(role))
    assert at(client, 0).status_code == 200
    assert at(client, idle - 1).status_code == 200
    client.logout()
    client.force_login(make_user(role))
    assert at(client, 0).status_code == 200
    response = at(client, idle + 1)
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/home/")
    assert not client.session.get("_auth_user_id")


def test_no_session_lasts_longer_than_twelve_hours(client):
    with clock.frozen(START):
        client.force_login(make_user(Role.FINANCE))
    for minutes in range(0, 12 * 60, 20):
        assert at(client, minutes).status_code == 200
    assert at(client, 12 * 60 + 1).status_code == 302


def test_what_was_signed_out_says_so_and_a_post_is_not_repeated(client):
    with clock.frozen(START):
        client.force_login(make_user(Role.FINANCE))
    at(client, 0)
    with clock.frozen(START + timedelta(hours=1)):
        response = client.post("/sensitive/", {"a": "b"})
    assert response.url == "/accounts/login/?next=/home/"
    assert "You were signed out" in client.get("/accounts/login/").content.decode()


def test_a_new_password_ends_every_other_session(client, client2):
    user = make_user(password=PASSWORD)
    sign_in(client, user)
    sign_in(client2, user)
    new = "another long password"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert [client.get("/home/").status_code, client2.get("/home/").status_code] == [200, 302]


def test_sign_out_everywhere_keeps_this_browser(client, client2):
    user = make_user()
    sign_in(client, user)
    sign_in(client2, user)
    assert client.post("/people/account/sessions/").status_code == 302
    assert [client.get("/home/").status_code, client2.get("/home/").status_code] == [200, 302]


@pytest.mark.parametrize("act", [actions.deactivate, actions.end_sessions])
def test_acts_of_the_administrator_end_the_sessions(client, act):
    user = make_user()
    client.force_login(user)
    act(user, by=make_user(Role.ADMINISTRATOR))
    assert client.get("/home/").status_code == 302


def test_giving_and_ending_a_role_end_the_sessions(client):
    administrator, user = make_user(Role.ADMINISTRATOR), make_user()
    client.force_login(user)
    grant = actions.give_role(user, Role.FINANCE, by=administrator)
    assert client.get("/home/").status_code == 302
    user.refresh_from_db()
    client.force_login(user)
    actions.end_role(grant, by=administrator)
    assert client.get("/home/").status_code == 302


@pytest.mark.parametrize("seconds, open_", [(0, True), (599, True), (601, False)])
def test_a_sensitive_page_wants_a_fresh_sign_in(client, seconds, open_):
    user = make_user(Role.FINANCE)
    client.force_login(user)
    age_sign_in(client, user, seconds=seconds)
    response = client.get("/sensitive/?a=b")
    if open_:
        assert response.content == b"form"
    else:
        assert response.url == "/accounts/reauthenticate/?next=%2Fsensitive%2F%3Fa%3Db"


def test_a_form_that_was_open_may_still_be_sent(client):
    user = make_user(Role.FINANCE)
    client.force_login(user)
    age_sign_in(client, user, seconds=601)
    assert client.post("/sensitive/").content == b"done"
    age_sign_in(client, user, seconds=600 + 1801)
    response = client.post("/sensitive/", headers={"referer": "http://testserver/home/"})
    assert response.url == "/accounts/reauthenticate/?next=%2Fhome%2F"


@pytest.mark.parametrize("referer", ["http://evil.example/x", "http://testserver//evil.example/", "", "http://testserver.evil.example/"])
def test_the_way_back_never_leaves_the_site(client, referer):
    user = make_user(Role.FINANCE)
    client.force_login(user)
    assert client.post("/sensitive/", headers={"referer": referer}).url == "/accounts/reauthenticate/?next=%2Fhome%2F"


def test_showing_who_one_is_by_password_leads_back(client):
    user = make_user(Role.FINANCE, password=PASSWORD)
    client.force_login(user)
    url = client.get("/sensitive/").url
    assert client.post(url, {"password": "wrong", "next": "/sensitive/"}).status_code == 200
    assert client.get("/sensitive/").status_code == 302
    assert client.post(url, {"password": PASSWORD, "next": "/sensitive/"}).url == "/sensitive/"
    assert client.get("/sensitive/").content == b"form"


def test_a_stranger_signs_in_first(client):
    assert client.get("/sensitive/").url == "/accounts/login/?next=/sensitive/"


@pytest.mark.parametrize("path", ["/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"])
def test_second_factors_want_it_too(client, path):
    user = make_user(password=PASSWORD)
    client.force_login(user)
    age_sign_in(client, user, seconds=601)
    assert client.get(path).url.startswith("/accounts/reauthenticate/")


def test_the_address_is_not_changed_by_an_old_session(client):
    user = make_user(password=PASSWORD)
    client.force_login(user)
    age_sign_in(client, user, seconds=601)
    response = client.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    assert response.url.startswith("/accounts/reauthenticate/")


def test_pages_speak_the_persons_language_whatever_the_browser_says(client):
    client.force_login(make_user(language="ar"))
    response = client.get("/home/", headers={"accept-language": "fr"})
    assert response["Content-Language"] == "ar"
    assert 'dir="rtl"' in response.content.decode()


def test_the_switcher_is_for_good(client):
    user = make_user()
    client.force_login(user)
    response = client.post("/language/", {"language": "es", "next": "/people/account/"})
    assert response.url == "/people/account/"
    user.refresh_from_db()
    assert user.language == "es"
    assert client.get("/home/")["Content-Language"] == "es"


@pytest.mark.parametrize("language", ["xx", "", "en; --", "x" * 300])
def test_a_language_that_there_is_not_changes_nothing(client, language):
    user = make_user(language="fr")
    client.force_login(user)
    assert client.post("/language/", {"language": language}).status_code == 302
    user.refresh_from_db()
    assert user.language == "fr"


def test_a_stranger_may_switch_too(client):
    client.post("/language/", {"language": "fr", "next": "/"})
    assert client.get("/accounts/login/")["Content-Language"] == "fr"
    assert client.get("/language/").status_code == 405


def test_my_account_page_saves_what_is_mine(client):
    user = make_user()
    client.force_login(user)
    data = {"name": "Ana B", "language": "fr", "time_zone": "Asia/Kathmandu", "email": "evil@example.org", "is_active": ""}
    assert client.post("/people/account/", data).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.language, user.time_zone, user.is_active) == ("Ana B", "fr", "Asia/Kathmandu", True)
    assert user.email != "evil@example.org"


def test_a_time_zone_that_there_is_not_is_refused(client):
    client.force_login(make_user())
    assert client.post("/people/account/", {"name": "A", "language": "fr", "time_zone": "../etc/passwd"}).status_code == 422


def test_a_time_zone_that_vanished_is_vienna():
    assert make_user(time_zone="Mars/Olympus").zone.key == "Europe/Vienna"


def test_the_tick_forgets_what_is_over(client):
    from django.contrib.sessions.models import Session
    from django.core.cache import cache

    from trustfund.people.models import CachedValue
    from trustfund.people.upkeep import forget_what_is_over

    client.force_login(make_user())
    cache.set("attempts", [1.0], 60)
    forget_what_is_over(clock.now())
    assert (Session.objects.count(), CachedValue.objects.count()) == (1, 1)
    forget_what_is_over(clock.now() + timedelta(hours=13))
    assert (Session.objects.count(), CachedValue.objects.count()) == (0, 0)
