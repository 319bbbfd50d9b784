"""What rows beside the ledger say of an act on money, against the act on record: who did it, when, of how much, and the state it left.

The rows of rooms change from act to act, so they can't be guarded as sealed ones are; but every act is in the audit trail with its days,
amounts and keys. A room declares which column each of its acts sets; `unlike` walks the trail and compares.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trustfund.audit.models import Event
from trustfund.chain import Finding

ACTOR = "by"
"""In place of a detail: the person who did the act."""
A_ROW = re.compile(r"[a-z_]+\.[a-z_]+:(\d+)")
"""How a row stands among the details of an act."""
Known = dict[str, str]


@dataclass(frozen=True)
class Facts:
    """`acts`: by act, the columns that it sets and the detail that says each; `void`: those of which an act leaves nothing.

    A column may be a path ("bank.code"); `related` and `prefetch` are the rows to read with it, `defer` what
    is not read (a number that no key opens must not hide other rows). `begin` are the states of a row that no
    act has moved (default: that of the model). A detail that an act does not have says nothing: it was done before that was on record.
    """

    model: Any
    acts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    void: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    related: tuple[str, ...] = ()
    prefetch: tuple[str, ...] = ()
    defer: tuple[str, ...] = ()
    begin: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What a row is called."""
        return str(self.model._meta.verbose_name)


def unlike(facts: Facts) -> Iterator[Finding]:
    """The rows that are not as their acts left them; rows without an act are in the state in which they begin."""
    known, seen = _on_record(facts), set()
    begin = facts.begin or (str(facts.model._meta.get_field("state").default),)
    rows = facts.model._base_manager.select_related(*facts.related or (None,)).prefetch_related(*facts.prefetch).defer(*facts.defer)
    for row in rows.order_by("pk").iterator(chunk_size=2000):
        seen.add(str(row.pk))
        first = row.state if row.state in begin else begin[0]
        for column, wanted in {"state": str(first), **known.get(str(row.pk), {})}.items():
            found = _text(row, column)
            if found != wanted:
                yield Finding(f"{facts.name} {row.pk}", f"{column} {wanted}, as on record", found)
    for key in sorted(known.keys() - seen, key=int):
        yield Finding(f"{facts.name} {key}", "to be there, as on record", "no such row")


def _on_record(facts: Facts) -> dict[str, Known]:
    """By primary key as text: what the last act that speaks of it says of each column."""
    found: dict[str, Known] = defaultdict(dict)
    events = Event.objects.filter(object_type=facts.model._meta.label_lower).order_by("seq")
    for key, act, actor, details in events.values_list("object_id", "act", "actor_id", "details").iterator(chunk_size=2000):
        name = act.rpartition(".")[2]
        _apply(found[key], facts, name, {**details, ACTOR: actor})
    return found


def _apply(known: Known, facts: Facts, name: str, details: dict[str, Any]) -> None:
    if "target" in details:
        known["state"] = details["target"]
    for column in facts.void.get(name, ()):
        known.pop(column, None)
    for column, detail in facts.acts.get(name, {}).items():
        if details.get(detail) is not None:
            text = str(details[detail])
            row = A_ROW.fullmatch(text)
            known[column] = row[1] if row else text


def _text(row: Any, path: str) -> str:
    for name in path.split("."):
        row = getattr(row, name, None)
    return str(row)
