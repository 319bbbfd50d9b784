"""Putting acts on record."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from trustfund import chain, clock
from trustfund.audit.models import AuditHead, Event
from trustfund.chain import canonical, link

VERSION = 1
"""The version of the canonical form; an old event keeps being checked by the form it was written in."""


def content(event: Event, details: str) -> str:
    """The canonical text of an event, every stored column but its own hash; `details` is the stored text itself."""
    return canonical(
        {
            "version": event.version,
            "seq": event.seq,
            "at": event.at,
            "actor": event.actor_id,
            "act": event.act,
            "object": [event.object_type, event.object_id],
            "details": details,
        }
    )


def lock_head() -> AuditHead:
    """Lock the head until the transaction ends: acts are recorded one after the other. (SQLite: IMMEDIATE has locked already.)"""
    return chain.lock_head(AuditHead)


@transaction.atomic
def record(act: str, *, of: models.Model, by: Any, **details: Any) -> Event:
    """Record that `by` (a User, or None for the clock) did `act` to `of`, in the transaction of the act itself.

    `details` are ids, dates, numbers and amounts as text; never personal data or free text, which could not be erased.
    """
    head = lock_head()
    event = Event(
        seq=head.seq + 1,
        at=clock.now(),
        actor_id=getattr(by, "pk", None),
        act=act,
        object_type=of._meta.label_lower,
        object_id=str(of.pk),
        details=details,
        version=VERSION,
        previous_hash=head.hash,
    )
    event.hash = link(head.hash, content(event, canonical(details)))
    event.save(force_insert=True)
    return event


def trail_for(obj: models.Model) -> models.QuerySet[Event]:
    """What happened to an object, oldest first, with who did it."""
    found = Event.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))
    return found.select_related("actor").order_by("seq")
