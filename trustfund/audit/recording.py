"""Putting acts on record."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
    return add(draft(act, of=of, by=by, **details))


def draft(act: str, *, of: models.Model, by: Any, **details: Any) -> Event:
    """An event as `record` takes it, not yet on record: for `posting.post`, which puts it there in the statement that posts."""
    return Event(
        at=clock.now(),
        actor_id=getattr(by, "pk", None),
        act=act,
        object_type=of._meta.label_lower,
        object_id=str(of.pk),
        details=details,
        version=VERSION,
    )


def add(event: Event) -> Event:
    """Put a draft on record, as the link after the last one."""
    with chain.within():
        if connection.vendor == "postgresql":
            return added(event, chain.at_once("SELECT * FROM audit_record(%s)", [told(event)])[0])
        return _written(event, canonical(event.details))


def _written(event: Event, details: str) -> Event:
    head = lock_head()
    event.seq, event.previous_hash = head.seq + 1, head.hash
    event.hash = link(head.hash, content(event, details))
    event.save(force_insert=True)
    return event


def told(event: Event) -> str:
    """A draft as the database function takes it: one statement takes the head, links and adds the event (`procedures`)."""
    details, cuts = canonical(event.details), chain.Cuts()
    columns = {
        "at": event.at.isoformat(),
        "actor": event.actor_id,
        "act": event.act,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "details": details,
        "version": event.version,
    }
    text = {**_content(event, details), "at": cuts.instant, "seq": cuts.number()}
    return json.dumps({**columns, **cuts.told(text)})


def added(event: Event, row: Sequence[Any]) -> Event:
    """The draft, completed by what the database function says of it."""
    event.seq, moment, event.previous_hash, event.hash = row
    event.at = datetime.fromisoformat(f"{moment}+00:00")
    event._state.adding, event._state.db = False, connection.alias
    return event


def trail_for(obj: models.Model) -> models.QuerySet[Event]:
    """What happened to an object, oldest first, with who did it."""
    found = Event.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))
    return found.select_related("actor").order_by("seq")
