"""When the server's own means fail, a page says what to do: the disk is full (507), the database does not answer (503)."""

import errno
import sqlite3

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError
from django.test import Client

from tests.donors.support import signed_in
from tests.factories.people import make_user
from trustfund import failing
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def full() -> OperationalError:
    """As SQLite says it, through Django."""
    cause = sqlite3.OperationalError("database or disk is full")
    cause.sqlite_errorname = "SQLITE_FULL"
    error = OperationalError("database or disk is full")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error, status, said",
    [
        (full(), 507, "Nothing of it was saved"),
        (OSError(errno.ENOSPC, "No space left on device"), 507, "Nothing of it was saved"),
        (OperationalError("the connection is closed"), 503, "look whether it is there already"),
        (InterfaceError("connection already closed"), 503, "look whether it is there already"),
    ],
)
def test_what_a_view_raises(monkeypatch, error, status, said):
    def fails(**_values):
        raise error

    monkeypatch.setattr("trustfund.ledger.actions.open_bank", fails)
    answer = signed_in(Role.FINANCE).post("/books/banks/new/", {"code": "BANK-B", "name": "Bank", "currency": "USD"})
    assert (answer.status_code, said in answer.content.decode()) == (status, True)


def test_what_can_not_be_saved_after_the_act_is_not_said_to_be_undone(monkeypatch, settings):
    """The act is done, the session that should remember it is not."""

    def fails(*_args, **_more):
        raise full()

    client = Client(raise_request_exception=False)
    client.force_login(make_user(Role.FINANCE))
    monkeypatch.setattr(SessionStore, "save", fails)
    session_is_written = {"code": "BANK-B", "name": "Bank", "currency": "USD"}
    settings.SESSION_SAVE_EVERY_REQUEST = True
    answer = client.post("/books/banks/new/", session_is_written)
    page = answer.content.decode()
    assert answer.status_code == 507
    assert "look whether it is there already" in page
    assert "Nothing of it was saved" not in page


@pytest.mark.parametrize("error", [ValueError("x"), OSError(errno.EACCES, "no"), KeyError("k")])
def test_other_errors_stay_what_they_are(error):
    assert failing.answer_to(error, undone=True) is None


def test_an_error_that_came_from_a_full_disk_is_one():
    error = RuntimeError("could not store")
    error.__cause__ = OSError(errno.EDQUOT, "quota")
    assert failing.is_full(error)
    assert not failing.is_full(None)
