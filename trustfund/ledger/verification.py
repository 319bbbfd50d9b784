"""Checking the books: every rule again, from the rows alone, each finding in a sentence (where, expected, found)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from trustfund import guards
from trustfund.audit.verification import verify_chain as verify_audit_chain
from trustfund.chain import GENESIS, Finding
from trustfund.ledger import sealing
from trustfund.ledger.checks import CHECKS
from trustfund.ledger.funding.models import Allocation, Funding
from trustfund.ledger.models import Entry, LedgerHead, Line, Period, Seal, Subaccount
from trustfund.ledger.snapshots import snapshot

CHUNK = 1000
Printed = tuple[int, str] | None


def check_books(printed: Printed = None, printed_audit: Printed = None) -> list[Finding]:
    """Everything that is not as it must be; empty when the books are in order. Reads one snapshot.

    `printed` and `printed_audit` are heads (seq, hash or its beginning) as printed on a statement or an export: a tail that was cut
    together with its head is found by them alone.
    """
    return list(findings(printed, printed_audit))


def findings(printed: Printed = None, printed_audit: Printed = None) -> Iterator[Finding]:
    """The findings of `check_books`, one check after the other, for whoever wants to know only whether there is one."""
    with snapshot():
        for name, check in every_check(printed, printed_audit):
            yield from answered(name, check)


RESTORE = "Sealed rows were altered past the program: stop posting, keep the database as it is, compare it with the last export or backup."
TODO = {
    "triggers": "Somebody changed the rules of the database: find out who, run `manage.py migrate`, then verify again.",
    "audit chain": RESTORE,
    "ledger chain": RESTORE,
}
"""What to do about the findings of a check that does not say it itself."""


def triggers() -> list[Finding]:
    """The rules of the tables that are not installed as declared."""
    return guards.installed_vs_declared(connection)


def every_check(printed: Printed = None, printed_audit: Printed = None) -> list[tuple[str, Callable[[], list[Finding]]]]:
    """The rules of the tables, both chains, then every other check, each with what it is called."""
    chains = [("audit chain", lambda: verify_audit_chain(printed_audit)), ("ledger chain", lambda: verify_chain(printed))]
    return [("triggers", triggers), *chains, *named_checks()]


def named_checks() -> list[tuple[str, Callable[[], list[Finding]]]]:
    """Every check beside the chains and the triggers, with what it is called."""
    return [(f"check of {check.__name__.strip('_').replace('_', ' ')}", check) for check in CHECKS]


def answered(name: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    """What a check finds, with its name and what to do about it. Rows that it can't even read (a text for a number, no day at all) are a
    finding, and the others go on."""
    todo = getattr(check, "todo", TODO.get(name, RESTORE))
    try:
        with transaction.atomic():
            found = check()
    except Exception as error:  # whoever forces the tables may put anything there
        reason = " ".join(str(error).split())[:200]
        found = [Finding(name, "rows that can be read", f"{type(error).__name__}: {reason}")]
    return [replace(finding, check=name, todo=finding.todo or todo) for finding in found]


# The chain


@dataclass
class Walk:
    """How far a walk along the chain has come: the number and the hash of the last seal that was looked at."""

    seq: int = 0
    previous: str = GENESIS


def verify_range(first: int, last: int, walk: Walk | None = None) -> list[Finding]:
    """The seals numbered `first` to `last` again: number, link, hash over what each seals. `walk` goes on from where it stopped; without
    one the link of the first seal is taken from the seal before it."""
    walk = walk or Walk(first - 1, Seal.objects.filter(seq=first - 1).values_list("hash", flat=True).first() or GENESIS)
    findings = []
    for seal, content in sealed(first, last):
        findings += _check_seal(seal, content, walk.seq + 1, walk.previous)
        walk.seq, walk.previous = seal.seq, seal.hash
    return findings


def last_of_chain() -> int:
    """The number of the newest seal, whatever the head says."""
    return Seal.objects.aggregate(last=Max("seq"))["last"] or 0


def verify_head(walk: Walk, printed: Printed = None) -> list[Finding]:
    """The head that is kept apart, and a printed one, against a chain that was walked to its end."""
    findings = []
    head = LedgerHead.objects.filter(pk=1).first()
    if head is None or (head.seq, head.hash) != (walk.seq, walk.previous):
        kept = f"{head.seq} ({head.hash[:12]})" if head else "one row"
        found = f"{walk.seq} ({walk.previous[:12]}): the tail was cut or the head lost"
        findings.append(Finding("ledger head", f"the last seal to be {kept}", found))
    return findings + verify_printed(printed)


def verify_printed(printed: Printed) -> list[Finding]:
    """That the chain has the seal that was printed."""
    seen = Seal.objects.filter(seq=printed[0]).values_list("hash", flat=True).first() or "" if printed else ""
    if printed and printed[0] and not (seen and seen.startswith(printed[1])):
        return [Finding("ledger chain", f"seal {printed[0]} with the printed hash {printed[1][:12]}", seen[:12] or "no such seal")]
    return []


def verify_chain(printed: Printed = None) -> list[Finding]:
    """Every seal again: its number, its link, its hash over what it seals; the head, and a printed one."""
    walk = Walk()
    return verify_range(1, last_of_chain(), walk) + verify_head(walk, printed)


def sealed(first: int, last: int) -> Iterator[tuple[Seal, dict[str, Any]]]:
    """Each seal from one number to another with the content that it covers, read in chunks."""
    codes = dict(Subaccount.objects.values_list("pk", "code"))
    periods = dict(Period.objects.values_list("pk", "number"))
    for start in chunks(first, last):
        within = {"gt": start, "lte": min(start + CHUNK, last)}
        lines = _grouped(Line.objects.filter(**_range("entry", within)).order_by("entry", "position"), "entry_id")
        parts = _grouped(Allocation.objects.filter(**_range("funding", within)).order_by("funding", "position"), "funding_id")
        entries = {each.pk: each for each in Entry.objects.filter(**_range("seal", within))}
        fundings = {each.pk: each for each in Funding.objects.filter(**_range("seal", within))}
        for seal in Seal.objects.filter(**_range("seq", within)).order_by("seq"):
            content: dict[str, Any] = {}
            if seal.seq in entries:
                entry = entries[seal.seq]
                content |= sealing.entry_content(entry, lines[seal.seq], codes, periods.get(entry.period_id, 0))
            if seal.seq in fundings:
                content |= sealing.funding_content(fundings[seal.seq], parts[seal.seq], codes)
            yield seal, content


def chunks(first: int, last: int, size: int = CHUNK) -> Iterator[int]:
    """The number before each chunk that has seals: one that was numbered anew, however far away, is the next step and no endless walk."""
    start = _before_the_next(first - 1, last)
    while start is not None:
        yield start
        start = _before_the_next(start + size, last)


def _before_the_next(start: int, last: int) -> int | None:
    following = Seal.objects.filter(seq__gt=start, seq__lte=last).order_by("seq").values_list("seq", flat=True).first()
    return None if following is None else following - 1


def _range(name: str, within: dict[str, int]) -> dict[str, int]:
    return {f"{name}__{lookup}": value for lookup, value in within.items()}


def _grouped(rows: Any, key: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _check_seal(seal: Seal, content: dict[str, Any], expected: int, previous: str) -> list[Finding]:
    where = f"seal {seal.seq} ({_named(content)})"
    findings = []
    if seal.seq != expected:
        findings.append(Finding(where, f"number {expected} to come next", f"number {seal.seq}: seals are missing before it"))
    if seal.previous_hash != previous:
        findings.append(Finding(where, f"the hash of the seal before, {previous[:12]}", seal.previous_hash[:12]))
    if not content:
        findings.append(Finding(where, "an entry or an act of funding under it", "nothing: it was deleted"))
    computed = sealing.hash_of(seal, content)
    if seal.hash != computed:
        found = f"{computed[:12]}: a column or a line was altered"
        findings.append(Finding(where, f"its content to give its hash {seal.hash[:12]}", found))
    return findings


def _named(content: dict[str, Any]) -> str:
    if "entry" in content:
        return f"entry {content['entry']['year']}/{content['entry']['number']:06}, {content['entry']['reference']}"
    return str(content["funding"]["reference"]) if "funding" in content else "nothing under it"
