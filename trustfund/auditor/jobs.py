"""Doing what was asked for: each row is claimed by one worker for the length of a lease; a worker that dies leaves it to the next tick."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from trustfund import clock
from trustfund.audit.recording import record
from trustfund.audit.verification import verify_chain as verify_audit_chain
from trustfund.auditor.models import Asked, Pack, Verification
from trustfund.auditor.packing import archive
from trustfund.chain import Finding
from trustfund.ledger import verification
from trustfund.ledger.snapshots import snapshot

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 3
AT_ONCE = 5
CHUNK = 2000
"""Seals that are verified between two reports of progress."""


def work(now: datetime) -> int:
    """Do what waits, at most a few things at once; returns how many were done. Safe with several workers."""
    due = [row for model in (Verification, Pack) for row in model.objects.due(now)[:AT_ONCE]]
    return sum(_try(row) for row in due if claim(row, now))


def claim(row: Asked, now: datetime) -> bool:
    """Take the row for the length of a lease: a compare-and-set, so that of two workers one gets it, on any database."""
    mine = type(row).objects.due(now).filter(pk=row.pk, attempts=row.attempts)
    return row.move(Asked.State.RUNNING, rows=mine, attempts=F("attempts") + 1, lease_until=now + LEASE)


def _try(row: Asked) -> bool:
    """Do it; what fails is tried again when its lease ends, and given up after some attempts."""
    row.refresh_from_db()
    try:
        DO[type(row)](row)
    except Exception as error:
        log.exception("auditor: %s %s failed at attempt %s", row._meta.model_name, row.pk, row.attempts)
        _failed(row, error)
        return False
    return True


def _failed(row: Asked, error: Exception) -> None:
    if row.attempts < MOST_ATTEMPTS:
        return
    about: dict[str, Any] = {"error": f"{type(error).__name__}: {error}"[:500]} if isinstance(row, Pack) else {}
    row.move(Asked.State.FAILED, finished_at=clock.now(), **about)


def tell(row: Any, *, step: str, done: int, total: int, **more: Any) -> None:
    """Say how far it is, and keep the lease."""
    lease = clock.now() + LEASE
    type(row).objects.filter(pk=row.pk).update(step=step[:200], done=done, total=total, lease_until=lease, **more)


# Verification


def verify(row: Verification) -> None:
    """All of it, or the range that was asked for; what is found is kept as it is found."""
    findings: list[Finding] = []
    first, last = row.first or 1, row.last or max(verification.last_of_chain(), row.head)
    rest = [] if row.first else _rest()
    total = last - first + 1 + len(rest)
    walk = verification.Walk() if first == 1 else None
    for before in verification.chunks(first, last, CHUNK):
        start, end = before + 1, min(before + CHUNK, last)
        with snapshot():
            findings += verification.answered("ledger chain", lambda: verification.verify_range(start, end, walk))  # noqa: B023
        tell(row, step=f"{start}-{end}", done=end - first + 1, total=total, findings=_kept(findings))
    if walk is not None and not row.first:
        with snapshot():
            findings += verification.answered("ledger chain", lambda: _head(row, walk))
    for number, (name, check) in enumerate(rest, 1):
        with snapshot():
            findings += verification.answered(name, check)
        tell(row, step=name, done=last - first + 1 + number, total=total, findings=_kept(findings))
    _verified(row, findings, total)


def _head(row: Verification, walk: verification.Walk) -> list[Finding]:
    """The head, when nothing was posted since the walk ended; and the head as it was when the verification was asked for."""
    grown = verification.last_of_chain() != walk.seq
    if grown:
        return verification.verify_printed((row.head, row.head_hash))
    return verification.verify_head(walk, (row.head, row.head_hash))


def _rest() -> list[tuple[str, Callable[[], list[Finding]]]]:
    return [("triggers", verification.triggers), ("audit chain", verify_audit_chain), *verification.named_checks()]


def _kept(findings: list[Finding]) -> list[dict[str, str]]:
    return [{**asdict(each), "sentence": each.sentence} for each in findings]


@transaction.atomic
def _verified(row: Verification, findings: list[Finding], total: int) -> None:
    row.move(Asked.State.DONE, step="", done=total, total=total, findings=_kept(findings), finished_at=clock.now())
    record("verification.finish", of=row, by=None, findings=len(findings), head=row.head)


# Packs


def pack(row: Pack) -> None:
    """Make the archive and keep it."""
    archive.make(row, lambda step, done, total: tell(row, step=step, done=done, total=total))


def expire(now: datetime) -> None:
    """Packs that were kept long enough go; their hash stays, and they can be made again."""
    for row in Pack.objects.filter(state=Asked.State.DONE, expires_on__lt=clock.day_of(now)).select_related("file"):
        _expire(row)


@transaction.atomic
def _expire(row: Pack) -> None:
    stored = row.file
    if stored is None or not row.move(Asked.State.EXPIRED, came_from=Asked.State.DONE, file=None):
        return
    record("pack.expire", of=row, by=None, sha256=row.sha256)
    stored.delete()
    transaction.on_commit(lambda: stored.content.storage.delete(str(stored.content.name)))


DO: dict[Any, Callable[[Any], None]] = {Verification: verify, Pack: pack}
