"""Writing an entry under the heads' lock: numbered, linked to the chain, sealed. `posting` alone calls it, with what it has checked.

On PostgreSQL one statement does it all (`procedures`), for one entry or for thousands; on SQLite the same steps are done here, in a
transaction that has locked everything already.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from trustfund import clock
from trustfund.audit import recording
from trustfund.audit.models import Event
from trustfund.chain import Cuts, at_once
from trustfund.ledger import periods, procedures, sealing
from trustfund.ledger.columns import EntryRow, LineRow
from trustfund.ledger.fields import plain
from trustfund.ledger.legs import Leg
from trustfund.ledger.models import Entry, LedgerHead, Line

ONE = Decimal(1)
"""The rate of what is in USD."""


@dataclass(frozen=True)
class Draft:
    """What is to be posted, before it has a number; `window` is that of the legs which name none, `late` puts it into period 13."""

    legs: list[Leg]
    reference: str
    date: date
    source: str
    object_type: str
    object_id: str
    window: str
    kind: str
    by: int | None = None
    reverses: int | None = None
    late: bool = False

    @property
    def codes(self) -> dict[int, str]:
        """The codes of its subaccounts, by primary key."""
        return {leg.of.pk: leg.of.code for leg in self.legs if leg.of}

    @property
    def period(self) -> int:
        """The number of the period that it goes to."""
        return periods.number_of(self.date, self.kind, late=self.late)


class Written(NamedTuple):
    """An entry, and whether it was written now (or else before, under the same reference)."""

    entry: Entry
    now: bool


def write(drafts: Sequence[Draft], act: Event | None = None) -> list[Written]:
    """Write entries in this order; one whose reference was posted before is left as it is, and given.

    `act` is a draft of what caused the one entry: it goes on record with it, or not at all.
    ValidationError when the period of one is closed, or its year was not opened: then none is written.
    """
    if connection.vendor == "postgresql":
        return _by_function(drafts, act)
    written = [_by_hand(draft, sealing.lock_heads()) for draft in drafts]
    if act is not None and written[0].now:
        recording.add(act)
    return written


# One statement


def _by_function(drafts: Sequence[Draft], act: Event | None) -> list[Written]:
    at = clock.now().isoformat()
    told = json.dumps([_told(draft, at) for draft in drafts])
    if act is None:
        rows = at_once(procedures.POST_ONLY, [told])
    else:
        rows = at_once(procedures.POST_WITH_ACT, [told, recording.told(act)])
    if len(rows) < len(drafts) or rows[-1][0] == "period":
        refused = drafts[len(rows) - 1]
        periods.period_for(refused.date, refused.kind, late=refused.late)  # says why not
    if act is not None and rows[0][0] == "posted":
        recording.added(act, rows[0][4:])
    return [_found(draft, *row[:4]) for draft, row in zip(drafts, rows, strict=True)]


def _found(draft: Draft, outcome: str, seal: int, number: int, period: int) -> Written:
    if outcome != "posted":
        return Written(Entry.objects.get(pk=seal), False)
    entry = Entry(**_entry(draft, seal, number, period)._asdict())
    entry._state.adding, entry._state.db = False, connection.alias
    return Written(entry, True)


def _told(draft: Draft, at: str) -> dict[str, Any]:
    """A draft as the function takes it."""
    cuts = Cuts()
    entry = _entry(draft, 0, cuts.number(), 0)
    lines = [_line(draft, cuts.number(f"{position:05}"), position, leg) for position, leg in enumerate(draft.legs, 1)]
    content = sealing.entry_content(entry, lines, draft.codes, draft.period)
    return {
        "at": at,
        "version": sealing.VERSION,
        "year": entry.year_id,
        "period": draft.period,
        "date": draft.date.isoformat(),
        "kind": str(draft.kind),
        "reference": draft.reference,
        "source": draft.source,
        "object_type": draft.object_type,
        "object_id": draft.object_id,
        "by": draft.by,
        "reverses": draft.reverses,
        "legs": [(*line[4:11], plain(line.rate)) for line in lines],
        **cuts.told({"version": sealing.VERSION, "seq": cuts.number(), "at": cuts.instant, **content}),
    }


# Step by step


PLACE = """
SELECT (SELECT seal_id FROM ledger_entry WHERE reference = %s), (SELECT COALESCE(MAX(number), 0) FROM ledger_entry WHERE year_id = %s),
       p.id, p.state
FROM (SELECT 1 AS one) AS always LEFT JOIN ledger_period p ON p.year_id = %s AND p.number = %s
"""


def _by_hand(draft: Draft, head: LedgerHead) -> Written:
    """Header, lines and seal, in this order; the database refuses anything else."""
    year = draft.date.year
    with connection.cursor() as cursor:
        cursor.execute(PLACE, [draft.reference, year, year, draft.period])
        first, last, period, state = cursor.fetchone()
    if first:
        return Written(Entry.objects.get(pk=first), False)
    if state not in periods.TAKES_POSTINGS:
        periods.period_for(draft.date, draft.kind, late=draft.late)  # says why not
    entry = Entry(**_entry(draft, head.seq + 1, last + 1, period)._asdict())
    entry.save(force_insert=True)
    first = entry.pk * sealing.WIDTH
    rows = [_line(draft, first + position, position, leg, entry.pk) for position, leg in enumerate(draft.legs, 1)]
    lines = Line.objects.bulk_create(Line(**row._asdict()) for row in rows)
    sealing.add(sealing.entry_content(entry, lines, draft.codes, draft.period), head)
    return Written(entry, True)


# The rows


def _entry(draft: Draft, seal: int, number: Any, period: int) -> EntryRow:
    about = (draft.date, draft.kind, draft.reference, draft.source, draft.object_type, draft.object_id, draft.by, draft.reverses)
    return EntryRow(seal, draft.date.year, number, period, *about)


def _line(draft: Draft, number: Any, position: int, leg: Leg, seal: int = 0) -> LineRow:
    original = leg.original if leg.original is not None else leg.amount
    rate = leg.rate if leg.rate is not None else ONE
    of = leg.of.pk if leg.of else None
    amounts = (leg.debit, leg.credit, original.currency, original.minor, rate)
    return LineRow(number, seal, position, draft.date, leg.code, leg.window or draft.window, of, *amounts)
