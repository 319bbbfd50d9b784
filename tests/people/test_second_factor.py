"""Whoever holds a role has a second factor: everywhere, but in the demo's own database."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.core.exceptions import ValidationError

from tests.factories.people import PASSWORD, add_second_factor, code_of, factors, make_user, sign_in
from trustfund.audit.models import Event
from trustfund.mail.models import Outbox
from trustfund.people import demo
from trustfund.people.models import Installation
from trustfund.people.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.urls")]


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


def begin(client, user):
    return client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_brought_to_set_one_up(client, role):
    client.force_login(make_user(role, second_factor=False))
    for path in ["/home/", "/people/account/", "/sensitive/", "/"]:
        response = client.get(path)
        assert (response.status_code, response.url) == (302, "/people/account/second-factor/")
    assert client.get("/people/account/second-factor/").status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_every_role_with_one_goes_on(client, role):
    client.force_login(make_user(role))
    assert client.get("/home/").status_code == 200


def test_whoever_holds_no_role_may_go_without(client):
    client.force_login(make_user())
    assert client.get("/home/").status_code == 200


def test_the_way_to_it_and_the_way_out_are_open(client):
    sign_in(client, make_user(Role.FINANCE, second_factor=False))
    for path in ["/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/", "/healthz"]:
        assert client.get(path).status_code == 200, path
    assert client.post("/language/", {"language": "fr", "next": "/home/"}).status_code == 302
    assert client.post("/accounts/logout/").url == "/"


def test_recovery_codes_alone_are_none(client):
    user = make_user(Role.FINANCE, second_factor=False)
    RecoveryCodes.activate(user)
    client.force_login(user)
    assert client.get("/home/").url == "/people/account/second-factor/"


def test_a_role_given_later_needs_one_from_then_on(client):
    from trustfund.people.actions import give_role

    user = make_user()
    client.force_login(user)
    assert client.get("/home/").status_code == 200
    give_role(user, Role.REVIEWER, by=None)
    assert client.get("/home/").url.startswith("/accounts/login/")  # its sessions ended
    user.refresh_from_db()
    client.force_login(user)
    assert client.get("/home/").url == "/people/account/second-factor/"


def test_waived_in_the_demo(client):
    assert demo.claim() is True
    client.force_login(make_user(Role.FINANCE, second_factor=False))
    response = client.get("/home/")
    assert response.status_code == 200
    assert response.context["demo"] is True


@pytest.mark.parametrize("name", ["DEMO", "DEBUG", "MFA_OPTIONAL"])
def test_waived_by_no_setting(client, settings, name):
    setattr(settings, name, True)
    client.force_login(make_user(Role.FINANCE, second_factor=False))
    assert client.get("/home/").url == "/people/account/second-factor/"


def test_the_demo_takes_an_empty_database_once():
    assert [demo.claim(), demo.claim()] == [True, False]
    assert Installation.objects.count() == 1


def test_the_demo_refuses_a_database_in_which_people_work():
    make_user()
    with pytest.raises(ValidationError, match="refuses"):
        demo.claim()
    assert not demo.is_demo()


def test_sign_in_asks_for_the_code(client):
    user = make_user(Role.FINANCE, password=PASSWORD, second_factor=False)
    secret = add_second_factor(user)
    response = begin(client, user)
    assert response.url == "/accounts/2fa/authenticate/"
    assert client.get("/home/").status_code == 302
    assert client.post(response.url, {"code": "000000"}).status_code == 200
    assert not client.session.get("_auth_user_id")
    assert client.post(response.url, {"code": code_of(secret)}).url == "/home/"
    assert client.get("/home/").status_code == 200


def test_a_code_is_good_once(client, client2):
    user = make_user(Role.FINANCE, password=PASSWORD, second_factor=False)
    code = code_of(add_second_factor(user))
    for browser, url in [(client, "/home/"), (client2, None)]:
        response = browser.post(begin(browser, user).url, {"code": code})
        assert getattr(response, "url", None) == url


def test_guessing_codes_is_throttled(client):
    user = make_user(Role.FINANCE, password=PASSWORD, second_factor=False)
    secret = add_second_factor(user)
    url = begin(client, user).url
    for _attempt in range(6):
        client.post(url, {"code": "000000"})
    response = client.post(url, {"code": code_of(secret)})
    assert not client.session.get("_auth_user_id"), response


def test_a_recovery_code_is_good_once(client, client2):
    user = make_user(Role.FINANCE, password=PASSWORD)
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    assert client.post(begin(client, user).url, {"code": code}).url == "/home/"
    response = client2.post(begin(client2, user).url, {"code": code})
    assert response.status_code == 200
    assert not client2.session.get("_auth_user_id")


def test_secrets_are_encrypted_at_rest():
    user = make_user(second_factor=False)
    secret = add_second_factor(user)
    RecoveryCodes.activate(user)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert factors(user) == ["recovery_codes", "totp"]


def test_setting_up_an_app_is_on_record_and_told(client, django_capture_on_commit_callbacks):
    user = sign_in_person(client)
    page = client.get("/accounts/2fa/totp/activate/")
    code = code_of(page.context["form"].secret)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    assert "totp" in factors(user)
    assert Event.objects.filter(act="account.totp_activated", actor=user).count() == 1
    assert Outbox.objects.filter(template="mfa/email/totp_activated", recipient=user).count() == 1
    assert client.get("/home/").status_code == 200


def sign_in_person(client):
    user = make_user(Role.FINANCE, second_factor=False)
    sign_in(client, user)
    return user


def test_the_last_one_of_a_role_holder_stays(client):
    user = make_user(Role.FINANCE)
    sign_in(client, user)
    response = client.post("/accounts/2fa/totp/deactivate/")
    assert response.status_code == 200
    assert factors(user) == ["totp"]


def test_whoever_has_no_role_may_take_theirs_away(client):
    user = make_user()
    add_second_factor(user)
    sign_in(client, user)
    client.post("/accounts/2fa/totp/deactivate/")
    assert factors(user) == []


def test_removing_the_last_passkey_leads_back_to_setting_one_up(client):
    user = make_user(Role.FINANCE, second_factor=False)
    key = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}})
    sign_in(client, user)
    assert client.get("/home/").status_code == 200
    key.delete()
    client.post("/accounts/2fa/recovery-codes/generate/")
    assert client.get("/home/").url == "/people/account/second-factor/"


def test_the_passkey_page_works_under_the_content_policy(client):
    sign_in(client, make_user(Role.FINANCE, second_factor=False))
    response = client.get("/accounts/2fa/webauthn/add/")
    html = response.content.decode()
    assert response.status_code == 200
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "publickey-credentials-create=(self)" in response["Permissions-Policy"]
    for tag in html.split("<script")[1:]:
        head, _end, _body = tag.partition(">")
        assert 'src="/static/' in head or "application/json" in head, head
    assert " style=" not in html
    assert " onclick" not in html
    assert 'id="js_data"' in html


def test_passkeys_want_the_owner_verified(client):
    sign_in(client, make_user(Role.FINANCE, second_factor=False))
    data = client.get("/accounts/2fa/webauthn/add/").context["js_data"]
    options = data.get("creation_options", data)["publicKey"]
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["rp"]["id"] == "testserver"


def test_sign_in_with_a_passkey_is_offered(client):
    html = client.get("/accounts/login/").content.decode()
    assert 'id="passkey_login"' in html
    assert 'form="mfa_login"' in html
    assert client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"}).status_code == 200
