"""Checking the audit chain: every hash again, every number, and the head that is kept apart."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import TextField
from django.db.models.functions import Cast

from trustfund.audit.models import AuditHead, Event
from trustfund.audit.recording import content
from trustfund.chain import GENESIS, Finding, link


def verify_chain(printed: tuple[int, str] | None = None) -> list[Finding]:
    """What is wrong with the chain, nothing if all is well; `printed` is a head (seq, hash) that was printed or kept elsewhere.

    Finds an altered row, a gap, a wrong link, and a truncated tail: one that the head still knows, or the printed head does.
    """
    findings, seq, previous, hashes = [], 0, GENESIS, {}
    for event in _events():
        findings += _check(event, seq + 1, previous)
        seq, previous = event.seq, event.hash
        if printed and seq == printed[0]:
            hashes[seq] = event.hash
    return findings + _check_head(seq, previous) + _check_printed(printed, hashes)


def _events() -> Iterator[Event]:
    """With the text of the details as it is stored: whatever stands there is hashed, never read."""
    stored = Event.objects.order_by("seq").defer("details").annotate(stored_details=Cast("details", TextField()))
    return stored.iterator(chunk_size=2000)


def _check(event: Event, expected_seq: int, previous: str) -> list[Finding]:
    where = f"audit event {event.seq}"
    findings = []
    if event.seq != expected_seq:
        findings.append(Finding(where, f"number {expected_seq} to come next", f"number {event.seq}: events are missing before it"))
    if event.previous_hash != previous:
        findings.append(Finding(where, f"the hash of the event before, {previous[:12]}", f"{event.previous_hash[:12]}"))
    computed = link(event.previous_hash, content(event, event.stored_details))  # type: ignore[attr-defined]
    if event.hash != computed:
        findings.append(Finding(where, f"its content to give its hash {event.hash[:12]}", f"{computed[:12]}: a column was altered"))
    return findings


def _check_head(seq: int, last: str) -> list[Finding]:
    head = AuditHead.objects.filter(pk=1).first()
    if head is None:
        return [Finding("audit head", "one row", "none")]
    if (head.seq, head.hash) != (seq, last):
        return [Finding("audit head", f"the last event to be {head.seq} ({head.hash[:12]})", f"{seq} ({last[:12]}): the tail was cut")]
    return []


def _check_printed(printed: tuple[int, str] | None, hashes: dict[int, str]) -> list[Finding]:
    if not printed or printed[0] == 0 or hashes.get(printed[0], "")[: len(printed[1])] == printed[1]:
        return []
    found = hashes.get(printed[0], "no event")[:12]
    return [Finding("audit chain", f"event {printed[0]} with the printed hash {printed[1][:12]}", found)]
