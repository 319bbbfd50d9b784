"""Vouchers against the books: what a posted voucher says is what its entry holds, no entry claims a voucher
that is not there, and what was prepared comes out of the books as it did."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from trustfund.chain import Finding, advised
from trustfund.ledger import models as books
from trustfund.ledger.facts import ACTOR, Facts, unlike
from trustfund.vouchers import preparing
from trustfund.vouchers.actions import content_of
from trustfund.vouchers.models import Line, Voucher
from trustfund.vouchers.prepared.event import same


@advised("Open the voucher and its entry side by side; what differs was written past the program. The sealed entry is what counts.")
def vouchers() -> list[Finding]:
    """A voucher is posted once, by the entry under its number, with its lines; the checker is who posted it."""
    posted = {each.pk: each for each in Voucher.objects.filter(state=Voucher.State.APPROVED).select_related("entry", "reverses")}
    lines, held = _lines(), _held()
    claimed = books.Entry.objects.filter(reference__startswith="voucher:").exclude(pk__in=[each.entry_id for each in posted.values()])
    return [
        *(finding for pk, voucher in sorted(posted.items()) for finding in _voucher(voucher, lines[pk], held)),
        *(Finding(f"entry {entry.reference}", "a posted voucher of that number", "none") for entry in claimed),
    ]


FACTS = Facts(
    Voucher,
    acts={
        "draft": {"date": "date", "kind": "kind", "maker_id": ACTOR},
        "prepare": {"date": "date", "event": "event", "maker_id": ACTOR},
        "change": {"date": "date"},
        "submit": {"date": "on"},
        "approve": {"checker_id": ACTOR},
    },
    void={"change": ("kind",)},
)


@advised("Somebody wrote into the vouchers past the program: put the row back as the act on record left it, from a backup.")
def vouchers_on_record() -> list[Finding]:
    """Each voucher is as the last acts on it left it: state, people, day."""
    return list(unlike(FACTS))


def _voucher(voucher: Voucher, lines: list[Any], held: dict[int, list[Any]]) -> list[Finding]:
    entry, where = voucher.entry, f"voucher {voucher}"
    if entry is None or entry.reference != f"voucher:{voucher.pk}":
        return [Finding(where, f"the entry voucher:{voucher.pk}", entry.reference if entry else "none")]
    found = []
    if (entry.by_id, entry.date) != (voucher.checker_id, voucher.date):
        found.append(Finding(where, f"its entry's day {entry.date} and person {entry.by_id}", f"{voucher.date} and {voucher.checker_id}"))
    if lines != held[entry.pk]:
        found.append(Finding(where, "the lines of its entry", "other lines"))
    return found + (_worked_out(voucher, where) if voucher.event else [])


def _worked_out(voucher: Voucher, where: str) -> list[Finding]:
    """From the books before its entry, what was entered and the rates of then, a prepared one comes out as it was posted."""
    expected = "lines that come out of the books before it when they are worked out again"
    try:
        rows, day = preparing.again(voucher).rows, preparing.inputs_of(voucher)["date"]
    except (ValidationError, LookupError, ValueError, TypeError, ArithmeticError, ObjectDoesNotExist) as error:
        return [Finding(where, expected, f"no lines: {' '.join(str(error).split())[:200]}")]
    stored = content_of(voucher).rows
    fits = day == voucher.date and len(rows) == len(stored) and all(same(one, other) for one, other in zip(stored, rows, strict=True))
    return [] if fits else [Finding(where, expected, "other lines")]


def _lines() -> dict[int, list[Any]]:
    """What each posted voucher says, line by line, as its entry would hold it."""
    found: dict[int, list[Any]] = defaultdict(list)
    rows = Line.objects.filter(voucher__state=Voucher.State.APPROVED).select_related("voucher").order_by("voucher", "position")
    for line in rows:
        cents = line.usd.minor if line.usd else 0
        sides = (cents, 0) if line.side == Line.Side.DEBIT else (0, cents)
        about = (line.account_id, line.subaccount_id, line.window_id or line.voucher.window_id)
        found[line.voucher_id].append((*about, *sides, line.currency, line.amount_minor, line.rate))
    return found


def _held() -> dict[int, list[Any]]:
    """The lines of the entries of vouchers."""
    found: dict[int, list[Any]] = defaultdict(list)
    rows = books.Line.objects.filter(entry__reference__startswith="voucher:").order_by("entry", "position")
    for row in rows:
        about = (row.account_id, row.subaccount_id, row.window_id)
        found[row.entry_id].append((*about, row.debit, row.credit, row.currency, row.original_minor, row.rate))
    return found
