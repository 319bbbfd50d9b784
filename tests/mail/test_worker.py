"""The worker: takes up tasks and ticks, goes on after errors, ends when it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.db.utils import InterfaceError
from django_tasks_db.models import DBTaskResult

from trustfund import ticking
from trustfund.mail import outbox
from trustfund.mail.management.commands.worker import Loop
from trustfund.mail.models import Outbox


def write(number=1):
    outbox.put(template="x", key=f"k{number}", recipient=None, address="a@example.org", language="en", subject="S", body="B")


@pytest.fixture
def loop(monkeypatch):
    monkeypatch.setattr("trustfund.mail.management.commands.worker.connections.close_all", lambda: None)
    monkeypatch.setattr("trustfund.mail.management.commands.worker.close_old_connections", lambda: None)
    return Loop(poll=0, tick_every=0)


@pytest.mark.django_db
def test_it_runs_tasks_and_ends_after_the_one_that_runs(loop, monkeypatch):
    write()
    monkeypatch.setattr(ticking, "_jobs", [])
    run = loop.tasks.run_task

    def last(task):
        run(task)
        loop.stop()

    monkeypatch.setattr(loop.tasks, "run_task", last)
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    loop.run()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
    assert Outbox.objects.get().sent_at is not None


@pytest.mark.parametrize("error", [OperationalError("database is locked"), InterfaceError("connection already closed"), ValueError("odd")])
def test_it_goes_on_after_errors(loop, monkeypatch, error):
    rounds = []

    def tasks():
        rounds.append(1)
        if len(rounds) == 3:
            loop.stop()
        raise error

    monkeypatch.setattr(loop.tasks, "run", tasks)
    monkeypatch.setattr(ticking, "_jobs", [])
    loop.run()
    assert len(rounds) == 3


def test_it_ticks_every_so_often(monkeypatch):
    monkeypatch.setattr("trustfund.mail.management.commands.worker.close_old_connections", lambda: None)
    loop, ticks, rounds = Loop(poll=0, tick_every=3600), [], []
    monkeypatch.setattr(ticking, "_jobs", [ticks.append])
    monkeypatch.setattr(loop.tasks, "run", lambda: rounds.append(1) or (len(rounds) == 5 and loop.stop()))
    loop.run()
    assert len(ticks) == 1


def url_of_test_database():
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_a_real_one_sends_what_is_written_and_ends_on_sigterm(tmp_path):
    write()
    environment = {**os.environ, "DATABASE_URL": url_of_test_database(), "EMAIL_URL": f"filemail:///{tmp_path}", "DEBUG": "true"}
    environment["DJANGO_SETTINGS_MODULE"] = os.environ.get("DJANGO_SETTINGS_MODULE", settings.SETTINGS_MODULE)
    command = [sys.executable, "manage.py", "worker", "--poll", "1"]
    worker = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        deadline = time.monotonic() + 60
        while Outbox.objects.filter(sent_at=None).exists() and worker.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        worker.send_signal(signal.SIGTERM)
        output, _errors = worker.communicate(timeout=20)
    finally:
        worker.kill()
    assert worker.returncode == 0, output
    assert Outbox.objects.get().sent_at is not None, output
    [letter] = tmp_path.iterdir()
    assert "Subject: S" in letter.read_text()
