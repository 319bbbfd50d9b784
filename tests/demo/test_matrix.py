"""Role x act x object: every URL of the project, knocked at by everybody, with GET and with an empty POST.

`matrix.txt` holds what each of them gets. A new URL is not in it, and the test fails until somebody has thought about it:
write it anew with `MATRIX=write`, read the difference, and commit it. What must hold whatever the file says is tested apart.
"""

from __future__ import annotations

import os
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from tests.demo import doors
from tests.demo.personas import PERSONAS, STAFF, STRANGERS, user_of
from tests.factories.people import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only]
CLOSED_ROOMS = ("calls:", "ledger:", "statements:", "banking:", "batches:", "vouchers:", "treasury:", "opening:", "erp:", "budgets:")
"""A published call is everybody's to see; the books refuse whoever has no business there, whatever is asked for."""
BOOKS = ("ledger", "statements", "banking", "batches", "vouchers", "auditor", "treasury", "opening", "erp", "budgets")
MONEY = (*BOOKS, "agreements", "tranches", "payments", "reports", "closing", "outcomes", "reviews", "decisions")
MATRIX = Path(__file__).with_name("matrix.txt")


def names() -> list[str]:
    """Every named URL of ours, the packages' sign-in pages included."""
    return sorted(set(_walk(get_resolver(), "")))


def _walk(resolver: Any, prefix: str) -> Any:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern, prefix + (f"{pattern.namespace}:" if pattern.namespace else ""))
        elif pattern.name:
            yield prefix + pattern.name


@pytest.fixture(autouse=True)
def _bare_pages(monkeypatch):
    """Whether somebody gets a page is asked here, and not what it looks like: `make test-upgrade` opens every page for everybody."""
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda *_args, **_kwargs: "")


@pytest.fixture(scope="module")
def sessions(django_db_setup, django_db_blocker) -> dict[str, SimpleCookie]:
    """The cookies of everybody, signed in once, a moment ago."""
    found = {}
    with django_db_blocker.unblock():
        for persona in PERSONAS:
            client, user = Client(), user_of(persona)
            found[persona] = sign_in(client, user).cookies if user else client.cookies
    return found


def knock(cookies: SimpleCookie, path: str, method: str) -> str:
    """The status, with the place a redirect to the sign-in leads to; nothing of it stays."""
    client = Client()
    client.cookies = SimpleCookie({key: morsel.value for key, morsel in cookies.items()})
    with transaction.atomic():
        response = getattr(client, method)(path)
        transaction.set_rollback(True)
    return "login" if response.status_code == 302 and response["Location"].startswith("/accounts/login/") else str(response.status_code)


def row(name: str, sessions: dict[str, SimpleCookie]) -> str:
    """One line of the matrix: the URL's name, then for each persona what GET and POST give."""
    path = reverse(name, kwargs=doors.kwargs_of(name))
    cells = [f"{knock(sessions[persona], path, 'get')}/{knock(sessions[persona], path, 'post')}" for persona in PERSONAS]
    return f"{name:42} " + " ".join(f"{cell:13}" for cell in cells).rstrip()


def head() -> str:
    return f"{'# GET/POST by':42} " + " ".join(f"{persona.replace(' ', '-'):13}" for persona in PERSONAS).rstrip()


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    """The matrix as it was committed, by URL."""
    lines = MATRIX.read_text().splitlines() if MATRIX.exists() else []
    return {line.split()[0]: line for line in lines if not line.startswith("#")}


def test_every_url_has_a_door_to_knock_at():
    assert [name for name in names() if not doors.has(name)] == []


@pytest.mark.skipif(os.environ.get("MATRIX") == "write", reason="the matrix is being written anew")
@pytest.mark.parametrize("name", names())
def test_everybody_gets_what_the_matrix_says(name, known, sessions):
    assert row(name, sessions) == known.get(name, f"{name} is not in tests/demo/matrix.txt yet")


@pytest.mark.skipif(os.environ.get("MATRIX") != "write", reason="only with MATRIX=write")
def test_the_matrix_is_written_anew(sessions):
    MATRIX.write_text("\n".join([head(), *(row(name, sessions) for name in names())]) + "\n")


def cells(line: str) -> dict[str, tuple[str, str]]:
    """(GET, POST) by persona."""
    return dict(zip(PERSONAS, (tuple(cell.split("/")) for cell in line.split()[1:]), strict=True))  # type: ignore[arg-type]


def test_no_stranger_gets_at_anything_that_is_somebodys(known):
    """An object's page does not exist for strangers: 404, or the sign-in (for the script 401) for nobody. Only what is public is open."""
    for name, line in known.items():
        if name in doors.OPEN or not doors.kwargs_of(name):
            continue
        for persona in STRANGERS:
            for status in cells(line)[persona]:
                refused = {"404", "login", "405", "401"} | ({"403"} if name.startswith(CLOSED_ROOMS) else set())
                assert status in refused, (name, persona, status)


def test_nobody_who_is_not_signed_in_sees_more_than_public_pages(known):
    for name, line in known.items():
        if name not in doors.OPEN:
            assert not set(cells(line)["nobody"]) & {"200", "422", "409", "403"}, name


def test_auditors_change_nothing(known):
    """But for their own papers: visits, samples, what was verified and packed."""
    for name, line in known.items():
        if name not in doors.OWN and not name.startswith("auditor:"):
            get, post = cells(line)["auditor"]
            assert post in ("403", "404", "405", "login") or post == get, (name, post)  # a page that only shows takes no notice


def test_administrators_see_no_money_and_no_grants(known):
    """Lists are there for everybody and hold what one may see; an object of these rooms is nothing for the administrator."""
    for name, line in known.items():
        if name.split(":")[0] in MONEY and doors.kwargs_of(name):
            assert not set(cells(line)["administrator"]) & {"200", "422"}, name


def test_no_door_breaks(known):
    for name, line in known.items():
        assert not {status for pair in cells(line).values() for status in pair} & {"500", "501", "502"}, name


def test_outcomes_are_for_the_ngo_and_the_programme_alone(known):
    for name, line in known.items():
        if name.startswith("outcomes:"):
            for persona in set(STAFF) - {"programme", "manager"}:
                assert set(cells(line)[persona]) <= {"404", "405", "403"}, (name, persona)
