"""The one chain: its heads are locked, its canonical form written, its links added, here and nowhere else.

A seal covers one entry with its lines, or one act of funding with its allocations: every stored column of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trustfund import clock
from trustfund.audit import recording
from trustfund.chain import canonical, link, lock_head
from trustfund.ledger.columns import EntryRow, LineRow
from trustfund.ledger.fields import plain
from trustfund.ledger.funding.models import Allocation, Funding
from trustfund.ledger.models import Entry, LedgerHead, Line, Seal

VERSION = 1
"""The version of the canonical form; an old seal keeps being checked by the form it was written in."""

WIDTH = 100_000
"""A line is named by its entry's number times this, plus its position."""


def head() -> LedgerHead:
    """The ledger's head: number and hash of the last seal, as printed on statements and exports."""
    return LedgerHead.objects.get(pk=1)


def lock_heads() -> LedgerHead:
    """Lock the heads of both chains until the transaction ends and give the ledger's: always the audit's first, against waiting in a
    circle. SQLite has locked everything already: its transactions are IMMEDIATE.
    """
    recording.lock_head()
    return lock_head(LedgerHead)


def entry_content(entry: Entry | EntryRow, lines: Iterable[Line | LineRow], codes: dict[int, str], period: int) -> dict[str, Any]:
    """An entry and its lines as the chain hashes them; `codes` gives each subaccount's code, `period` the period's number."""
    return {
        "entry": {
            "number": entry.number,
            "year": entry.year_id,
            "period": period,
            "date": entry.date,
            "kind": entry.kind,
            "reference": entry.reference,
            "source": entry.source,
            "object": [entry.object_type, entry.object_id],
            "by": entry.by_id,
            "reverses": entry.reverses_id,
        },
        "lines": [_line(line, codes) for line in lines],
    }


def _line(line: Line | LineRow, codes: dict[int, str]) -> list[Any]:
    subaccount = _code(line.subaccount_id, codes)
    original = [line.currency, line.original_minor, plain(line.rate)]
    return [line.id, line.position, line.date, line.account_id, line.window_id, subaccount, line.debit, line.credit, *original]


def funding_content(funding: Funding, allocations: Iterable[Allocation], codes: dict[int, str]) -> dict[str, Any]:
    """An act of funding and its allocations as the chain hashes them.

    What acts on costs alone have (a period, an account with cents charged), and what moved between windows, is added where it is there:
    acts that were sealed before there were such keep their form.
    """
    return {
        "funding": {
            "kind": funding.kind,
            "reference": funding.reference,
            "date": funding.date,
            "grant": _code(funding.grant_id, codes),
            "window": funding.window_id,
            "amount": funding.amount_minor,
            "split": funding.split,
            "reservation": funding.reservation_id,
            "entry": funding.entry_id,
            "by": funding.by_id,
            **({} if funding.period_id is None else {"period": funding.period_id}),
        },
        "allocations": [_allocation(allocation, codes) for allocation in allocations],
    }


def _allocation(each: Allocation, codes: dict[int, str]) -> list[Any]:
    between = [codes.get(each.instalment_id), _code(each.grant_id, codes)]
    costs = [] if each.account_id is None and not each.charged and not each.moved else [each.account_id, each.charged]
    costs += [each.moved] if each.moved else []
    return [each.id, each.position, each.date, each.reservation_id, *between, each.payment_id, each.reserved, each.allocated, *costs]


def _code(subaccount: int | None, codes: dict[int, str]) -> str | None:
    """The code of a subaccount; a key of no row is not none."""
    return None if subaccount is None else codes.get(subaccount, str(subaccount))


def hash_of(seal: Seal, content: dict[str, Any]) -> str:
    """The hash that the seal must have."""
    return link(seal.previous_hash, canonical({"version": seal.version, "seq": seal.seq, "at": seal.at, **content}))


def add(content: dict[str, Any], last: LedgerHead) -> Seal:
    """Seal what was just written under the number after `last`; the database checks it whole and moves the head."""
    seal = Seal(seq=last.seq + 1, at=clock.now(), version=VERSION, previous_hash=last.hash)
    seal.hash = hash_of(seal, content)
    seal.save(force_insert=True)
    return seal
