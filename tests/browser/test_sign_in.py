"""A person signs up, signs in, sets up second factors and uses them: in a real browser, under the real content policy."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from tests.factories.people import PASSWORD, factors, make_user
from tests.people.alone import ground_alone  # noqa: F401
from trustfund.mail.models import Outbox
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.people.urls"), pytest.mark.usefixtures("ground_alone")]


@pytest.fixture(autouse=True)
def _on_localhost(live_server, settings):
    """Passkeys want a name, not a number, and letters link to the server at hand."""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    settings.SITE_URL = f"http://localhost:{urlsplit(live_server.url).port}"


def log_in(page, site, email):
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("javascript", [True, False])
def test_somebody_of_an_ngo_makes_an_account(browser_page, settings, javascript, axe, look):
    page = browser_page(javascript=javascript)
    page.goto(f"{settings.SITE_URL}/accounts/signup/")
    if javascript:
        assert axe(page) == []
        look(page, "sign-up")
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("E-mail").fill("ana@ngo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Time zone").select_option("Africa/Nairobi")
    with page.expect_navigation():
        page.get_by_role("button", name="Make an account").click()
    link = re.search(r"http://localhost:\d+/accounts/confirm-email/\S+", Outbox.objects.get().body).group(0)
    page.goto(link)
    with page.expect_navigation():
        page.get_by_role("button", name="Confirm").click()
    log_in(page, settings.SITE_URL, "ana@ngo.example")
    page.wait_for_url("**/home/")
    assert "Ana" in page.locator("h1").inner_text()
    assert User.objects.get().time_zone == "Africa/Nairobi"


def test_a_passkey_is_added_and_signs_in_alone(browser_page, settings, axe, look):
    user = make_user(Role.FINANCE, email="ana@example.org", password=PASSWORD, second_factor=False)
    page = browser_page()
    debugger = page.context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    debugger.send("WebAuthn.addVirtualAuthenticator", {"options": {**key, "automaticPresenceSimulation": True}})
    log_in(page, settings.SITE_URL, user.email)
    page.wait_for_url("**/people/account/second-factor/")
    assert axe(page) == []
    look(page, "second-factor")
    page.get_by_role("link", name="Add a passkey").click()
    look(page, "passkey-add")
    assert axe(page) == []
    assert page.get_by_label("Sign in with it alone").is_checked()
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/recovery-codes/**")
    look(page, "recovery-codes")
    assert axe(page) == []
    codes = page.locator("main code").all_inner_texts()
    assert len(codes) == 10
    assert factors(user) == ["recovery_codes", "webauthn"]
    page.goto(f"{settings.SITE_URL}/home/")
    page.context.clear_cookies()
    page.goto(f"{settings.SITE_URL}/accounts/login/")
    assert axe(page) == []
    look(page, "sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/home/")
    page.goto(f"{settings.SITE_URL}/accounts/2fa/")
    look(page, "second-factors")
    assert axe(page) == []
    page.context.clear_cookies()
    log_in(page, settings.SITE_URL, user.email)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/home/")
    page.context.clear_cookies()
    log_in(page, settings.SITE_URL, user.email)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/home/")


def test_an_app_is_set_up_and_asked_for(browser_page, settings, axe, look):
    from tests.factories.people import code_of

    user = make_user(Role.FINANCE, email="ana@example.org", password=PASSWORD, second_factor=False)
    page = browser_page()
    log_in(page, settings.SITE_URL, user.email)
    page.get_by_role("link", name="Set up an app").click()
    assert page.locator("img").evaluate("image => image.complete && image.naturalWidth > 0")
    look(page, "app")
    assert axe(page) == []
    secret = page.locator("#authenticator_secret").inner_text()
    page.locator("input[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="Set up the app").click()
    page.wait_for_url("**/recovery-codes/**")
    page.goto(f"{settings.SITE_URL}/people/account/")
    look(page, "account")
    assert axe(page) == []
    page.context.clear_cookies()
    log_in(page, settings.SITE_URL, user.email)
    page.wait_for_url("**/2fa/authenticate/**")
    look(page, "authenticate")
    assert axe(page) == []
