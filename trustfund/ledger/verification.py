"""Checking the books: every rule again, from the rows alone, each finding in a sentence (where, expected, found)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from trustfund import guards
from trustfund.audit.verification import verify_chain as verify_audit_chain
from trustfund.chain import GENESIS, Finding
from trustfund.ledger import sealing
from trustfund.ledger.checks import CHECKS
from trustfund.ledger.models import Allocation, Entry, Funding, LedgerHead, Line, Period, Seal, Subaccount
from trustfund.ledger.snapshots import snapshot

CHUNK = 1000
Printed = tuple[int, str] | None


def check_books(printed: Printed = None, printed_audit: Printed = None) -> list[Finding]:
    """Everything that is not as it must be; empty when the books are in order. Reads one snapshot.

    `printed` and `printed_audit` are heads (seq, hash or its beginning) as printed on a statement or an export: a tail that was cut
    together with its head is found by them alone.
    """
    with snapshot():
        findings = _answered("triggers", lambda: guards.installed_vs_declared(connection))
        findings += _answered("audit chain", lambda: verify_audit_chain(printed_audit))
        findings += _answered("ledger chain", lambda: verify_chain(printed))
        for check in CHECKS:
            findings += _answered(f"check of {check.__name__.strip('_').replace('_', ' ')}", check)
    return findings


def _answered(name: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    """What a check finds. Rows that it can't even read (a text for a number, no day at all) are a finding, and the others go on."""
    try:
        with transaction.atomic():
            return check()
    except Exception as error:  # whoever forces the tables may put anything there
        reason = " ".join(str(error).split())[:200]
        return [Finding(name, "rows that can be read", f"{type(error).__name__}: {reason}")]


# The chain


def verify_chain(printed: Printed = None) -> list[Finding]:
    """Every seal again: its number, its link, its hash over what it seals; the head, and a printed one."""
    codes = dict(Subaccount.objects.values_list("pk", "code"))
    periods = dict(Period.objects.values_list("pk", "number"))
    findings, seq, previous, seen = [], 0, GENESIS, ""
    for seal, content in _sealed(codes, periods):
        findings += _check_seal(seal, content, seq + 1, previous)
        seq, previous = seal.seq, seal.hash
        if printed and seq == printed[0]:
            seen = seal.hash
    head = LedgerHead.objects.filter(pk=1).first()
    if head is None or (head.seq, head.hash) != (seq, previous):
        kept = f"{head.seq} ({head.hash[:12]})" if head else "one row"
        found = f"{seq} ({previous[:12]}): the tail was cut or the head lost"
        findings.append(Finding("ledger head", f"the last seal to be {kept}", found))
    if printed and printed[0] and not (seen and seen.startswith(printed[1])):
        findings.append(Finding("ledger chain", f"seal {printed[0]} with the printed hash {printed[1][:12]}", seen[:12] or "no such seal"))
    return findings


def _sealed(codes: dict[int, str], periods: dict[int, int]) -> Iterator[tuple[Seal, dict[str, Any]]]:
    """Each seal with the content that it covers, read in chunks."""
    last = Seal.objects.aggregate(last=Max("seq"))["last"] or 0
    for start in range(0, last, CHUNK):
        within = {"gt": start, "lte": start + CHUNK}
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
