"""What stands behind an entry: the act that posted it, the object that it is about, and documents. Upper rooms say which documents.

The walk of an auditor: figure > lines > entry > act > object > document. The ground knows entries and acts; whoever knows an object fills
the registry in `AppConfig.ready()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps

from trustfund.audit.models import Event
from trustfund.files.models import StoredFile
from trustfund.ledger.models import Entry


@dataclass(frozen=True)
class Document:
    """A document behind an entry: what it is, the name of its file, where it is opened, its hash where it has one, since when it is there.

    `read` gives its bytes for an audit pack; None for what is read on screen only (an account number in full).
    """

    label: str
    name: str
    url: str
    sha256: str = ""
    at: datetime | None = None
    read: Callable[[], bytes] | None = None


def of_file(label: Any, stored: StoredFile, url: str) -> Document:
    """A stored file as a document."""

    def read() -> bytes:
        with stored.content.open("rb") as content:
            return bytes(content.read())

    return Document(str(label), stored.name, url, stored.sha256, stored.uploaded_at, read)


MOMENT = timedelta(seconds=10)
"""How far an act's record and its entry's seal lie apart at most: they are of one transaction."""

OfObject = Callable[[Any, Any], Iterable[Document]]
OfEntry = Callable[[Entry, Any], Iterable[Document]]
_of_objects: dict[str, list[OfObject]] = {}
_of_entries: list[OfEntry] = []


def register(label: str, provider: OfObject) -> None:
    """Documents of an object ("grants.payment") that a user may open: `provider(object, user)`."""
    found = _of_objects.setdefault(label, [])
    if provider not in found:
        found.append(provider)


def register_for_entries(provider: OfEntry) -> None:
    """Documents of any entry: `provider(entry, user)`."""
    if provider not in _of_entries:
        _of_entries.append(provider)


def documents_of(entry: Entry, about: Any, user: Any) -> list[Document]:
    """All documents behind an entry that the user may open; `about` is the object it is about, or None."""
    own = [document for provider in _of_objects.get(entry.object_type, []) for document in provider(about, user)] if about else []
    return own + [document for provider in _of_entries for document in provider(entry, user)]


def act_of(entry: Entry, at: datetime) -> tuple[Event | None, int]:
    """The act on record that posted an entry sealed `at`, and the how-manieth act on its object it was.

    An act puts itself on record in the transaction of its posting, just before it (some just after it); of those in that moment it is the
    one that the entry names, or else the last one before.
    """
    if not entry.object_type:
        return None, 0
    events = list(Event.objects.filter(object_type=entry.object_type, object_id=entry.object_id).select_related("actor").order_by("seq"))
    before = [event for event in events if event.at <= at]
    moment = [event for event in events if abs(event.at - at) <= MOMENT]
    verb = entry.source.rpartition(".")[2]
    named = [event for event in moment if event.act == entry.source or verb in event.act.rpartition(".")[2]]
    candidates = named or before or events
    return (candidates[-1], events.index(candidates[-1]) + 1) if candidates else (None, 0)


def step_of(act: Event | None) -> tuple[str, str] | None:
    """From which state to which an act took its object, in the reader's language; None where it moved none."""
    if act is None or not act.details.get("source"):
        return None
    before, after = act.details["source"], act.details["target"]
    states = [each for each in apps.get_model(act.object_type)._meta.get_fields() if getattr(each, "choices", None)]
    words = next((dict(each.flatchoices) for each in states if {before, after} <= dict(each.flatchoices).keys()), {})
    return str(words.get(before, before)), str(words.get(after, after))
