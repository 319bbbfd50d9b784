"""Watches the order of locks: an act locks its rows first, by table and primary key, then the head of the audit trail.

Whoever keeps to it never waits for another in a circle. On SQLite nobody waits for a row, but the order shows there all the same.
"""

from __future__ import annotations

import threading
from typing import Any

from django.db.models import QuerySet
from django.db.models.signals import post_save
from django.db.transaction import Atomic

GATES = ("people_invitation",)
"""Locked before what it is for: nobody who holds that waits for it."""

PARTS = ("grants_answerconflict",)
"""Locked by nobody but who holds the application that it is a part of."""

broken: list[str] = []
"""What was locked out of order since the last look."""


class _Held(threading.local):
    """What this thread's transaction has locked and made so far."""

    depth = 0

    def begin(self) -> None:
        self.rows: list[tuple[str, Any]] = []
        self.made: set[tuple[str, Any]] = set()
        self.on_record = False

    def lock(self, obj: Any) -> None:
        row = (obj._meta.db_table, obj.pk)
        if not self.depth or row in self.made or row in self.rows or row[0] in PARTS:
            return
        if self.on_record:
            broken.append(f"{row[0]} {row[1]} is locked after the head of the audit trail")
        elif self.rows and row < max(self.rows):
            broken.append(f"{row[0]} {row[1]} is locked after {max(self.rows)[0]} {max(self.rows)[1]}")
        if row[0] not in GATES:
            self.rows.append(row)

    def make(self, obj: Any) -> None:
        if self.depth:
            self.made.add((obj._meta.db_table, obj.pk))


_held = _Held()


def watch() -> None:
    """Begin to watch, once per process."""
    from trustfund import chain
    from trustfund.ledger import sealing

    _wrap(Atomic, "__enter__", before=_enter)
    _wrap(Atomic, "__exit__", before=_leave)
    _wrap(QuerySet, "_fetch_all", after=_fetched)
    _wrap(QuerySet, "bulk_create", after=lambda made, *_args: [_held.make(each) for each in made])
    _wrap(chain, "lock_head", before=_recorded)
    sealing.lock_head = chain.lock_head
    post_save.connect(_saved, weak=False)


def _wrap(owner: Any, name: str, *, before: Any = None, after: Any = None) -> None:
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if before:
            before(*args)
        result = original(*args, **kwargs)
        if after:
            after(result, *args)
        return result

    setattr(owner, name, wrapped)


def _enter(atomic: Any) -> None:
    if not atomic._from_testcase:
        if not _held.depth:
            _held.begin()
        _held.depth += 1


def _leave(atomic: Any, *_error: Any) -> None:
    if not atomic._from_testcase:
        _held.depth -= 1


def _fetched(_result: Any, queryset: Any) -> None:
    if queryset.query.select_for_update:
        for each in queryset._result_cache:
            _held.lock(each)


def _recorded(*_args: Any) -> None:
    if _held.depth:
        _held.on_record = True


def _saved(instance: Any, created: bool, **_others: Any) -> None:
    if created:
        _held.make(instance)
