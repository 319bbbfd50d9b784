"""Sending letters: each row is claimed by one worker, tried outside any transaction, and tried again later when it fails."""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django_tasks import task

from trustfund import clock
from trustfund.mail.models import Outbox

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180)]
MOST_ATTEMPTS = 24
"""With six hours between the later ones: about five days, then a person has to look."""
BATCH = 200


@task()
def deliver_task() -> int:
    """The nudge: send what is due. Returns how many letters went out."""
    return deliver(clock.now())


def deliver(now: datetime) -> int:
    """Send every letter that is due at `now`, at most `BATCH`; safe with several workers at once. Returns how many went out."""
    due = list(Outbox.objects.due(now)[:BATCH])
    if not due:
        return 0
    connection = get_connection()
    return sum(_try(row, now, connection) for row in due if claim(row, now))


def deliver_all() -> int:
    """Send everything that is due now, however much. Returns how many went out."""
    now, total = clock.now(), 0
    while sent := deliver(now):
        total += sent
    return total


def claim(row: Outbox, now: datetime) -> bool:
    """Take the row for the length of a lease: a compare-and-set, so that of two workers one gets it, on any database.

    A worker that dies leaves the row to be due again when the lease ends.
    """
    mine = Outbox.objects.due(now).filter(pk=row.pk, attempts=row.attempts)
    return mine.order_by().update(attempts=F("attempts") + 1, next_try_at=now + LEASE) == 1


def _try(row: Outbox, now: datetime, connection: BaseEmailBackend) -> bool:
    try:
        _message(row, connection).send()
    except Exception as error:
        _put_off(row, now, error)
        return False
    erased = {"body": ""} if row.confidential else {}
    Outbox.objects.filter(pk=row.pk).update(sent_at=clock.now(), last_error="", **erased)
    return True


def _put_off(row: Outbox, now: datetime, error: Exception) -> None:
    """Try again later; give up on an address that the server refuses for good, and after `MOST_ATTEMPTS`."""
    attempts = row.attempts + 1
    wait = BACKOFF[attempts - 1] if attempts <= len(BACKOFF) else timedelta(hours=6)
    over = refused_for_good(error) or attempts >= MOST_ATTEMPTS
    log.warning("mail: outbox row %s not sent at attempt %s: %s", row.pk, attempts, type(error).__name__)
    Outbox.objects.filter(pk=row.pk, sent_at=None).update(
        next_try_at=now + wait,
        last_error=f"{type(error).__name__}: {error}"[:1000],
        given_up_at=now if over else None,
    )


def refused_for_good(error: Exception) -> bool:
    """The server knows that there is no such mailbox (5xx for every recipient)."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _text in error.recipients.values())


def _message(row: Outbox, connection: BaseEmailBackend) -> EmailMessage:
    """Its Message-ID follows from the row: should it ever be sent twice, the reader's mail program shows it once."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {"Message-ID": f"<outbox-{row.pk}@{host}>", "Auto-Submitted": "auto-generated", "Content-Language": row.language}
    return EmailMessage(row.subject, row.body, settings.DEFAULT_FROM_EMAIL, [row.address], headers=headers, connection=connection)
