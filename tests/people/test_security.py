"""Headers on every response, and what a production start refuses."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as configured
from django.test import Client

from tests.factories.people import make_user, sign_in
from trustfund import security

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.urls")]
PATHS = {
    "/": 200,
    "/accounts/login/": 200,
    "/home/": 302,
    "/forbidden/": 403,
    "/nowhere/": 404,
    "/out-of-order/": 409,
    "/broken/": 500,
    "/download/": 200,
    "/healthz": 200,
    "/language/": 405,
}


@pytest.fixture
def quiet():
    """A client that answers an error with its page."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("path, status", PATHS.items())
def test_every_response_carries_the_headers(quiet, path, status):
    response = quiet.get(path)
    assert response.status_code == status
    policy = response["Content-Security-Policy"]
    for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]:
        assert part in policy
    assert "unsafe" not in policy
    assert {name: response[name] for name in security.ALWAYS} == security.ALWAYS


@pytest.mark.parametrize("path", ["/home/", "/forbidden/", "/nowhere/", "/broken/", "/download/", "/out-of-order/"])
def test_what_a_signed_in_person_sees_is_kept_by_no_cache(quiet, path):
    sign_in(quiet, make_user())
    assert quiet.get(path)["Cache-Control"] == "no-store, private"


def test_signing_out_is_kept_by_no_cache_either(client):
    sign_in(client, make_user())
    assert client.post("/accounts/logout/")["Cache-Control"] == "no-store, private"


def test_public_pages_may_be_kept(client):
    assert "no-store" not in client.get("/").get("Cache-Control", "")


def test_a_forged_post_is_refused_with_a_page_and_headers():
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@example.org", "password": "x"})
    assert response.status_code == 403
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_an_error_page_tells_nothing(quiet):
    sign_in(quiet, make_user(name="Somebody Secret"))
    html = quiet.get("/broken/").content.decode()
    assert "secret detail" not in html
    assert "Somebody Secret" not in html
    assert "went wrong" in html


def test_pages_have_no_inline_script_or_style(client):
    sign_in(client, make_user())
    for path in ["/home/", "/people/account/", "/accounts/2fa/", "/accounts/password/set/", "/accounts/email/"]:
        html = client.get(path).content.decode()
        assert " style=" not in html, path
        assert " onclick=" not in html, path


# A production start


GOOD = {
    "DEBUG": "false",
    "SECRET_KEY": "k3y" * 30 + "!abcdefghijklmnopqrstuvwxyz",
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "fund.example",
    "SITE_URL": "https://fund.example",
    "DATABASE_URL": "sqlite:///:memory:",
    "EMAIL_URL": "smtp://mail.example:25",
}
BAD = [
    ("SECRET_KEY", None),
    ("SECRET_KEY", "short"),
    ("ENCRYPTION_KEYS", None),
    ("ENCRYPTION_KEYS", configured.INSECURE_ENCRYPTION_KEY),
    ("ALLOWED_HOSTS", None),
    ("ALLOWED_HOSTS", "*"),
    ("SITE_URL", None),
    ("SITE_URL", "http://fund.example"),
    ("DATABASE_URL", None),
    ("EMAIL_URL", None),
]


def start(code, **changes):
    wanted = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PYTHONPATH", "LANG")}
    options = {"env": {**kept, **wanted}, "cwd": configured.BASE_DIR, "capture_output": True, "text": True, "timeout": 60}
    return subprocess.run([sys.executable, "-c", code], **options)


@pytest.mark.parametrize("name, value", BAD)
def test_a_production_start_refuses_what_is_insecure(name, value):
    done = start("import trustfund.settings", **{name: value})
    assert done.returncode != 0
    assert "ImproperlyConfigured: Not started" in done.stderr
    assert f"{name}:" in done.stderr


def test_a_production_start_with_all_of_it():
    code = (
        "import trustfund.settings as s\n"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT,"
        " s.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN)"
    )
    done = start(code)
    assert done.stdout.split() == ["__Host-session", "__Host-csrf", "True", "True", "True", "False"], done.stderr


def test_django_finds_nothing_insecure_in_production():
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE']='trustfund.settings'\n"
        "import django; django.setup()\n"
        "from django.core import checks\n"
        "found = checks.run_checks(tags=['security'], include_deployment_checks=True)\n"
        "print([str(each) for each in found])"
    )
    done = start(code)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr[-2000:]


def test_every_variable_is_documented():
    import re

    source = (configured.BASE_DIR / "trustfund" / "settings.py").read_text()
    names = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', source))
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", (configured.BASE_DIR / "docs" / "configuration.md").read_text(), re.M))
    assert len(names) > 15
    assert names == documented


@pytest.mark.parametrize(
    "path, written",
    [
        ("/people/invitation/Ab_3-x/", "/people/invitation/.../"),
        ("/accounts/password/reset/key/1-cz3-abc/", "/accounts/password/reset/key/.../"),
        ("/accounts/confirm-email/MQ:1x:yz/", "/accounts/confirm-email/.../"),
        ("/people/invitations/5/withdraw/", "/people/invitations/5/withdraw/"),
    ],
)
def test_the_secret_of_a_link_is_written_to_no_log(path, written):
    record = logging.makeLogRecord({"msg": "%s: %s", "args": ("Unprocessable Entity", path)})
    assert security.SecretsLeftOut().filter(record) is True
    assert record.getMessage() == f"Unprocessable Entity: {written}"


def test_every_handler_of_the_log_leaves_secrets_out():
    handlers = configured.LOGGING["handlers"].values()
    assert [each["filters"] for each in handlers] == [["secrets"]] * len(handlers)
    assert configured.LOGGING["filters"] == {"secrets": {"()": "trustfund.security.SecretsLeftOut"}}
