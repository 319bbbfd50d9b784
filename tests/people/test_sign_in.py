"""Signing in, signing up, and forgetting a password."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache

from tests.factories.people import PASSWORD, add_second_factor, code_of, factors, make_user
from trustfund.audit.models import Event
from trustfund.mail.models import Outbox
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.urls")]

NEW = {"name": "Ana", "email": "ana@ngo.example", "password1": PASSWORD, "language": "fr", "time_zone": "Africa/Nairobi"}


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


def log_in(client, email, password=PASSWORD):
    return client.post("/accounts/login/", {"login": email, "password": password})


def reset_link(row):
    return re.search(r"http://localhost:8000(/accounts/password/reset/key/\S+)", row.body).group(1)


@pytest.mark.parametrize("typed", ["ana@example.org", "ANA@Example.ORG", " ana@example.org "])
def test_by_e_mail_in_any_case(client, typed):
    make_user(email="Ana@example.org", password=PASSWORD)
    response = log_in(client, typed)
    assert (response.status_code, response.url) == (302, "/home/")


def test_two_accounts_never_differ_by_case_alone():
    make_user(email="ana@example.org")
    with pytest.raises(Exception, match=r"(?i)unique"):
        User.objects.create(email="ANA@example.org", name="Other")


def test_an_unknown_address_and_a_wrong_password_answer_alike(client):
    make_user(email="ana@example.org", password=PASSWORD)
    wrong = log_in(client, "ana@example.org", "not the password")
    unknown = log_in(client, "bob@example.org", "not the password")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    assert len(wrong.context["form"].non_field_errors()) == 1


def test_failing_in_somebody_s_name_does_not_keep_them_out(client):
    """Or a competitor could, in the hour before a deadline."""
    make_user(email="ana@example.org", password=PASSWORD)
    for _attempt in range(6):
        log_in(client, "ana@example.org", "wrong, and from somewhere else")
    assert log_in(client, "ana@example.org").status_code == 200
    answer = client.post("/accounts/login/", {"login": "ana@example.org", "password": PASSWORD}, REMOTE_ADDR="203.0.113.9")
    assert (answer.status_code, answer.url) == (302, "/home/")


def test_after_five_wrong_passwords_even_the_right_one_waits(client):
    make_user(email="ana@example.org", password=PASSWORD)
    for _attempt in range(5):
        log_in(client, "ana@example.org", "wrong")
    response = log_in(client, "Ana@example.org")
    assert response.status_code == 200
    assert "Too many failed login attempts" in str(response.context["form"].non_field_errors())
    assert not client.session.get("_auth_user_id")


def test_the_counts_are_shared_by_all_processes():
    """They are rows: another process, and the next start, sees them."""
    from trustfund.people.models import CachedValue

    cache.set("attempts", [1.0], 60)
    assert CachedValue.objects.filter(cache_key__endswith="attempts").exists()


def test_who_may_not_sign_in_does_not(client):
    make_user(email="ana@example.org", password=PASSWORD, is_active=False)
    assert log_in(client, "ana@example.org").url == "/accounts/inactive/"
    assert not client.session.get("_auth_user_id")


def test_the_session_gets_a_new_key_at_sign_in(client):
    make_user(email="ana@example.org", password=PASSWORD)
    client.get("/accounts/login/")
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    log_in(client, "ana@example.org")
    assert client.session.session_key != before


def test_sign_up_waits_for_the_letter(client):
    response = client.post("/accounts/signup/", NEW)
    assert response.url == "/accounts/confirm-email/"
    user = User.objects.get()
    assert (user.name, user.email, user.language, user.time_zone) == ("Ana", "ana@ngo.example", "fr", "Africa/Nairobi")
    assert not EmailAddress.objects.get().verified
    assert log_in(client, NEW["email"]).url == "/accounts/confirm-email/"
    assert not client.session.get("_auth_user_id")


def test_the_link_of_the_letter_opens_the_account(client):
    client.post("/accounts/signup/", NEW)
    row = Outbox.objects.get()
    assert (row.recipient, row.address, row.language, row.confidential) == (User.objects.get(), "ana@ngo.example", "fr", True)
    path = re.search(r"http://localhost:8000(/accounts/confirm-email/\S+)", row.body).group(1)
    assert client.get(path).status_code == 200
    client.post(path)
    assert EmailAddress.objects.get().verified
    assert log_in(client, NEW["email"]).url == "/home/"


def test_who_signs_up_has_no_role_whatever_they_send(client):
    client.post("/accounts/signup/", {**NEW, "role": "finance", "is_active": "1", "roles": "administrator"})
    assert User.objects.get().roles == frozenset()


def test_sign_up_with_a_known_address_answers_as_with_a_new_one_and_tells_its_owner(client):
    user = make_user(email=NEW["email"], password=PASSWORD)
    response = client.post("/accounts/signup/", NEW)
    assert response.url == "/accounts/confirm-email/"
    row = Outbox.objects.get()
    assert (row.recipient, row.template) == (user, "account/email/account_already_exists")
    assert User.objects.count() == 1


@pytest.mark.parametrize("password", ["short", "qwerty123456", "ana@ngo.example"])
def test_a_weak_password_is_refused(client, password):
    response = client.post("/accounts/signup/", {**NEW, "password1": password})
    assert response.status_code == 200
    assert not User.objects.exists()


def test_sign_ups_from_one_address_are_limited(client):
    for number in range(20):
        client.post("/accounts/signup/", {**NEW, "email": f"ana{number}@ngo.example"})
    response = client.post("/accounts/signup/", {**NEW, "email": "last@ngo.example"})
    assert response.status_code == 429


def test_a_reset_for_an_unknown_address_answers_alike_and_writes_to_nobody(client):
    make_user(email="ana@example.org", password=PASSWORD)
    known = client.post("/accounts/password/reset/", {"email": "ana@example.org"})
    unknown = client.post("/accounts/password/reset/", {"email": "bob@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert list(Outbox.objects.values_list("address", flat=True)) == ["ana@example.org"]


def test_resets_for_one_address_are_limited(client):
    make_user(email="ana@example.org", password=PASSWORD)
    for _attempt in range(7):
        client.post("/accounts/password/reset/", {"email": "ana@example.org"})
    assert Outbox.objects.count() == 5


def test_a_stranger_does_not_use_up_the_owners_resets(client):
    make_user(email="ana@example.org", password=PASSWORD)
    answers = [client.post("/accounts/password/reset/", {"email": "Ana@example.org"}, REMOTE_ADDR="203.0.113.9") for _attempt in range(7)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 302, 302, 200, 200]
    assert answers[-1].context["form"].errors == {"email": ["Be patient, you are sending too many requests."]}
    assert client.post("/accounts/password/reset/", {"email": "ana@example.org"}).status_code == 302
    assert Outbox.objects.count() == 6


def test_resets_for_one_address_are_limited_from_many_places_too(client):
    make_user(email="ana@example.org", password=PASSWORD)
    for place in range(13):
        for _attempt in range(5):
            client.post("/accounts/password/reset/", {"email": "ana@example.org"}, REMOTE_ADDR=f"203.0.113.{place}")
    assert Outbox.objects.count() == 60


def test_the_limit_of_resets_answers_alike_for_an_unknown_address(client):
    make_user(email="ana@example.org", password=PASSWORD)
    known = [client.post("/accounts/password/reset/", {"email": "ana@example.org"}) for _attempt in range(6)]
    unknown = [client.post("/accounts/password/reset/", {"email": "bob@example.org"}) for _attempt in range(6)]
    assert [answer.status_code for answer in known] == [answer.status_code for answer in unknown] == [302] * 5 + [200]


def test_all_of_a_network_of_ipv6_shares_the_five_wrong_passwords(client):
    make_user(email="ana@example.org", password=PASSWORD)
    for number in range(1, 6):
        client.post("/accounts/login/", {"login": "ana@example.org", "password": "wrong"}, REMOTE_ADDR=f"2001:db8::{number}")
    right = {"login": "ana@example.org", "password": PASSWORD}
    assert client.post("/accounts/login/", right, REMOTE_ADDR="2001:db8::6").status_code == 200
    assert client.post("/accounts/login/", right, REMOTE_ADDR="2001:db8:0:1::6").status_code == 302


def test_a_reset_link_never_follows_the_host_that_was_claimed(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    make_user(email="ana@example.org", password=PASSWORD)
    client.post("/accounts/password/reset/", {"email": "ana@example.org"}, headers={"host": "evil.example"})
    body = Outbox.objects.get().body
    assert "evil.example" not in body
    assert reset_link(Outbox.objects.get())


def test_a_reset_keeps_the_second_factor_and_ends_the_sessions(client, client2):
    user = make_user(Role.FINANCE, email="ana@example.org", password=PASSWORD, second_factor=False)
    secret = add_second_factor(user)
    client2.force_login(user)
    assert client2.get("/home/").status_code == 200
    client.post("/accounts/password/reset/", {"email": "ana@example.org"})
    page = client.get(reset_link(Outbox.objects.get()), follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "another long password", "password2": "another long password"})
    assert client2.get("/home/").status_code == 302
    response = log_in(client, "ana@example.org", "another long password")
    assert response.url == "/accounts/2fa/authenticate/"
    assert factors(user) == ["totp"]
    client.post(response.url, {"code": code_of(secret)})
    assert client.get("/home/").status_code == 200


def test_a_reset_link_is_good_once(client):
    make_user(email="ana@example.org", password=PASSWORD)
    client.post("/accounts/password/reset/", {"email": "ana@example.org"})
    link = reset_link(Outbox.objects.get())
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "another long password", "password2": "another long password"})
    client.logout()
    assert b"password1" not in client.get(link, follow=True).content


def test_changes_of_a_password_are_on_record_and_told(client):
    user = make_user(email="ana@example.org", password=PASSWORD)
    log_in(client, "ana@example.org")
    new = "another long password"
    response = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert response.status_code == 302
    assert Event.objects.filter(act="account.password_changed", actor=user).count() == 1
    assert Outbox.objects.filter(template="account/email/password_changed", recipient=user).count() == 1
    assert client.get("/home/").status_code == 200


def test_an_address_changes_only_when_the_new_one_answered(client):
    user = make_user(email="ana@example.org", password=PASSWORD)
    log_in(client, "ana@example.org")
    client.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    user.refresh_from_db()
    assert user.email == "ana@example.org"
    row = Outbox.objects.filter(address="new@example.org").get()
    client.post(re.search(r"http://localhost:8000(/accounts/confirm-email/\S+)", row.body).group(1))
    user.refresh_from_db()
    assert user.email == "new@example.org"
    assert Outbox.objects.filter(template="account/email/email_changed", address="ana@example.org").count() == 1


def test_passwords_are_kept_with_argon2(settings):
    """What the settings say; tests hash cheaply."""
    from trustfund import settings as real

    assert real.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_sign_ins_are_on_record_and_shown_to_their_owner_failed_ones_are_not(client):
    user = make_user(email="ana@example.org", password=PASSWORD)
    log_in(client, "ana@example.org", "wrong")
    log_in(client, "ana@example.org")
    assert list(Event.objects.filter(actor=user).values_list("act", flat=True)) == ["account.sign_in"]
    assert "Your last sign-ins" in client.get("/people/account/").content.decode()


def test_a_new_account_is_on_record(client):
    client.post("/accounts/signup/", NEW)
    assert Event.objects.get().act == "account.sign_up"
