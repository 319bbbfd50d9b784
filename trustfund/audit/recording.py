"""Putting acts on record."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import connection, models

from trustfund import chain, clock
from trustfund.audit.models import AuditHead, Event
from trustfund.chain import canonical, link

VERSION = 1
"""The version of the canonical form; an old event keeps being checked by the form it was written in."""


def content(event: Event, details: str) -> str:
    """The canonical text of an event, every stored column but its own hash; `details` is the stored text itself."""
    return canonical(_content(event, details))


def _content(event: Event, details: str) -> dict[str, Any]:
    return {
        "version": event.version,
        "seq": event.seq,
        "at": event.at,
        "actor": event.actor_id,
        "act": event.act,
        "object": [event.object_type, event.object_id],
        "details": details,
    }


def lock_head() -> AuditHead:
    """Lock the head until the transaction ends: acts are recorded one after the other. (SQLite: IMMEDIATE has locked already.)"""
    return chain.lock_head(AuditHead)


def record(act: str, *, of: models.Model, by: Any, **details: Any) -> Event:
    """Record that `by` (a User, or None for the clock) did `act` to `of`, in the transaction of the act itself.

    `details` are ids, dates, numbers and amounts as text; never personal data or free text, which could not be erased.
    """
    event = Event(
        at=clock.now(),
        actor_id=getattr(by, "pk", None),
        act=act,
        object_type=of._meta.label_lower,
        object_id=str(of.pk),
        details=details,
        version=VERSION,
    )
    with chain.within():
        if connection.vendor == "postgresql":
            _written_at_once(event, canonical(details))
        else:
            _written(event, canonical(details))
    return event


def _written(event: Event, details: str) -> None:
    head = lock_head()
    event.seq, event.previous_hash = head.seq + 1, head.hash
    event.hash = link(head.hash, content(event, details))
    event.save(force_insert=True)


def _written_at_once(event: Event, details: str) -> None:
    """One statement takes the head, links and adds the event: see `procedures`."""
    cuts = chain.Cuts()
    at, event.at, event.seq = event.at.isoformat(), cuts.instant, cuts.number()
    told = {"at": at, "actor": event.actor_id, "act": event.act, "object_type": event.object_type, "object_id": event.object_id,
            "details": details, "version": event.version, **cuts.told(_content(event, details))}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_record(%s)", [json.dumps(told)])
        event.seq, moment, event.previous_hash, event.hash = cursor.fetchone()
    event.at = datetime.fromisoformat(f"{moment}+00:00")
    event._state.adding, event._state.db = False, connection.alias


def trail_for(obj: models.Model) -> models.QuerySet[Event]:
    """What happened to an object, oldest first, with who did it."""
    found = Event.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))
    return found.select_related("actor").order_by("seq")
