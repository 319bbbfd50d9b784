"""Sending: each letter once, whatever happens to workers and servers."""

from __future__ import annotations

import smtplib
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connection

from trustfund import clock, ticking
from trustfund.mail import delivery, outbox, upkeep
from trustfund.mail.models import Outbox

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def letter(number=1, **fields):
    with clock.frozen(fields.pop("at", START)):
        address = f"a{number}@example.org"
        outbox.put(template="x", key=f"k{number}", recipient=None, address=address, language="en", subject=f"S{number}", body="B")
    return Outbox.objects.get(key=f"k{number}")


class Refusing(EmailBackend):
    """A mail server that is away, or that knows no such mailbox."""

    error: Exception = ConnectionRefusedError("no server")

    def send_messages(self, messages):
        raise self.error


@pytest.fixture
def refusing(settings):
    settings.EMAIL_BACKEND = "tests.mail.test_delivery.Refusing"
    yield Refusing
    Refusing.error = ConnectionRefusedError("no server")


@pytest.mark.django_db
def test_a_letter_goes_out_once(settings):
    row = letter()
    assert [delivery.deliver(START), delivery.deliver(START + timedelta(days=1))] == [1, 0]
    [message] = mail.outbox
    assert (message.subject, message.body, message.to) == ("S1", "B", ["a1@example.org"])
    assert message.extra_headers["Message-ID"] == f"<outbox-{row.pk}@localhost>"


@pytest.mark.django_db
def test_what_opens_an_account_is_erased_once_sent():
    letter()
    delivery.deliver(START)
    row = Outbox.objects.get()
    assert (row.body, row.sent_at is not None, row.attempts) == ("", True, 1)


@pytest.mark.django_db
def test_a_failure_is_recorded_and_tried_again_later(refusing, settings):
    letter()
    assert delivery.deliver(START) == 0
    row = Outbox.objects.get()
    assert (row.sent_at, row.attempts, row.last_error) == (None, 1, "ConnectionRefusedError: no server")
    assert row.next_try_at == START + timedelta(minutes=1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert delivery.deliver(START + timedelta(seconds=59)) == 0
    assert delivery.deliver(START + timedelta(seconds=61)) == 1
    assert (Outbox.objects.get().last_error, len(mail.outbox)) == ("", 1)


@pytest.mark.django_db
def test_the_waits_grow_and_end(refusing):
    letter()
    now, waits = START, []
    for _attempt in range(delivery.MOST_ATTEMPTS):
        delivery.deliver(now)
        row = Outbox.objects.get()
        waits.append(row.next_try_at - now)
        now = row.next_try_at
    assert waits[:6] == [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360)]
    assert row.given_up_at is not None
    assert delivery.deliver(now + timedelta(days=9)) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("code, given_up", [(550, True), (450, False)])
def test_an_address_refused_for_good_is_given_up_at_once(refusing, code, given_up):
    letter()
    Refusing.error = smtplib.SMTPRecipientsRefused({"a1@example.org": (code, b"no")})
    delivery.deliver(START)
    assert (Outbox.objects.get().given_up_at is not None) is given_up


@pytest.mark.django_db
def test_one_bad_letter_does_not_hold_up_the_others(settings, monkeypatch):
    letter(1), letter(2)
    send = delivery._message
    monkeypatch.setattr(delivery, "_message", lambda row, link: 1 / 0 if row.key == "k1" else send(row, link))
    assert delivery.deliver(START) == 1
    assert [message.subject for message in mail.outbox] == ["S2"]


@pytest.mark.django_db
def test_a_worker_that_died_leaves_the_letter_for_the_tick(monkeypatch):
    monkeypatch.setattr(ticking, "_jobs", [upkeep.take_up_mail])
    row = letter()
    assert delivery.claim(row, START)  # and then it is killed
    with clock.frozen(START + delivery.LEASE - timedelta(seconds=1)):
        call_command("tick")
    assert mail.outbox == []
    with clock.frozen(START + delivery.LEASE + timedelta(seconds=1)):
        call_command("tick")
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_two_workers_holding_the_same_row_send_it_once():
    row, same = letter(), Outbox.objects.get()
    assert [delivery.claim(row, START), delivery.claim(same, START)] == [True, False]


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_send_each_letter_once():
    if connection.vendor != "postgresql":
        pytest.skip("threads that write at once: PostgreSQL only")
    for number in range(20):
        letter(number)
    barrier = threading.Barrier(8)

    def work():
        barrier.wait()
        delivery.deliver(START)
        connection.close()

    workers = [threading.Thread(target=work) for _worker in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(message.to[0] for message in mail.outbox) == sorted(f"a{number}@example.org" for number in range(20))
    assert set(Outbox.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db
def test_a_job_that_fails_does_not_stop_the_tick(monkeypatch):
    done = []

    def broken(now):
        raise RuntimeError("broken")

    monkeypatch.setattr(ticking, "_jobs", [broken, done.append])
    with clock.frozen(START), pytest.raises(CommandError, match="broken"):
        call_command("tick")
    assert done == [START]


@pytest.mark.django_db
def test_all_of_it_goes_out_whatever_the_batch(monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 2)
    for number in range(5):
        letter(number)
    assert delivery.deliver_all() == 5
    assert delivery.deliver_all() == 0
