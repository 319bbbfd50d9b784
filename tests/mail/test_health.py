"""/healthz says what is not well, to anybody, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from trustfund import clock, health
from trustfund.mail import outbox, upkeep
from trustfund.mail.delivery import deliver_task
from trustfund.mail.models import Outbox

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.urls")]


def answer(client):
    response = client.get("/healthz")
    return response.status_code, response.json()["checks"]


def write():
    outbox.put(template="x", key="k", recipient=None, address="someone@example.org", language="en", subject="S", body="B")


def test_all_is_well(client):
    status, checks = answer(client)
    assert status == 200
    assert {"database", "outbox", "tasks", "audit"} <= set(checks)
    assert all(check["ok"] for check in checks.values())


def test_a_letter_that_waits_too_long(client):
    with clock.frozen(clock.now() - timedelta(hours=2)):
        write()
    status, checks = answer(client)
    assert (status, checks["outbox"]) == (503, {"ok": False, "stuck": 1, "given_up": 0})
    assert "example.org" not in client.get("/healthz").content.decode()


def test_a_letter_given_up_is_counted_and_is_no_illness(client):
    write()
    Outbox.objects.update(given_up_at=clock.now())
    status, checks = answer(client)
    assert (status, checks["outbox"]) == (200, {"ok": True, "stuck": 0, "given_up": 1})


def test_tasks_that_nobody_takes_up(client):
    deliver_task.enqueue()
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(hours=1))
    status, checks = answer(client)
    assert (status, checks["tasks"]) == (503, {"ok": False, "waiting": 1, "vanished": 0})


def test_a_task_whose_worker_was_killed_is_tidied_by_the_tick(client):
    deliver_task.enqueue()
    task = DBTaskResult.objects.get()
    task.claim("dead")
    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(hours=2))
    assert answer(client)[0] == 503
    upkeep.tidy_tasks(timezone.now())
    assert answer(client)[0] == 200
    task.refresh_from_db()
    assert task.status == "FAILED"


def test_a_check_that_fails_itself_is_ill_and_says_no_more(client, monkeypatch):
    monkeypatch.setitem(health._checks, "odd", lambda: 1 / 0)
    status, checks = answer(client)
    assert (status, checks["odd"]) == (503, {"ok": False, "error": "the check itself failed; see the log"})


def test_a_database_that_is_away(client, monkeypatch):
    monkeypatch.setitem(health._checks, "database", lambda: health.Reading(ok=False))
    assert answer(client)[0] == 503


def test_only_reading_is_possible(client):
    assert client.post("/healthz").status_code == 405


def test_an_audit_head_that_is_not_the_last_event(client, monkeypatch):
    from trustfund.audit import health as audit_health

    monkeypatch.setattr(audit_health, "last_event", lambda: (7, "f" * 64))
    status, checks = answer(client)
    assert (status, checks["audit"]["ok"]) == (503, False)
