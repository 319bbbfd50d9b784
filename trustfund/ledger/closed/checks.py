"""What closings left behind, again: kept balances from the lines alone, and who certified a year from the acts on record."""

from __future__ import annotations

from typing import Any

from trustfund.audit.models import Event
from trustfund.chain import Finding
from trustfund.ledger.closed import kept
from trustfund.ledger.closed.models import Certification, ClosedBalance, ClosedBooks, ClosedMovement
from trustfund.money import Money

NOTHING = (0, 0, 0)


def _on_record(model: Any) -> list[Event]:
    return list(Event.objects.filter(object_type=model._meta.label_lower).order_by("seq"))


# Balances


def kept_balances() -> list[Finding]:
    """Each kept balance is what its lines come to; what was kept is as it was put on record."""
    told = {event.object_id: event.details for event in _on_record(ClosedBooks)}
    held = {str(each.pk): each for each in ClosedBooks.objects.select_related("base")}
    findings = [Finding(f"balances kept as {key}", "to be there, as on record", "no such row") for key in sorted(told.keys() - held.keys())]
    for key, books in held.items():
        if told.get(key) != kept.told(books):
            findings.append(Finding(f"balances kept at {books}", f"to be as on record: {told.get(key)}", str(kept.told(books))))
        findings += _compared(books)
    return findings + _orphans()


def _orphans() -> list[Finding]:
    kept = ClosedBooks.objects.values("pk")
    return [
        Finding(f"kept balance {row}", "the books that it was kept with", "none")
        for model in (ClosedMovement, ClosedBalance)
        for row in model.objects.exclude(books__in=kept)[:20]
    ]


def _compared(books: ClosedBooks) -> list[Finding]:
    moved: kept.Totals = {}
    movements = ClosedMovement.objects.filter(books=books).values_list(*kept.GROUPS, "marks", "debit", "credit", "original")
    for *key, debit, credit, original in movements:
        moved[tuple(key)] = _plus(moved.get(tuple(key), NOTHING), (debit, credit, original))
    stand = ClosedBalance.objects.filter(books=books).values_list("account_id", "window_id", "marks", "debit", "credit")
    standing = {tuple(key): (debit, credit, 0) for *key, debit, credit in stand}
    wanted = kept.movements(books)
    return [
        *_differences(f"movements kept at {books}", wanted, moved),
        *_differences(f"balances kept at {books}", kept.balances(books, wanted), standing),
    ]


def _plus(one: tuple[int, int, int], other: tuple[int, int, int]) -> tuple[int, int, int]:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _differences(where: str, wanted: kept.Totals, found: kept.Totals) -> list[Finding]:
    return [
        Finding(f"{where}, {_named(key)}", _sums(wanted.get(key, NOTHING)), _sums(found.get(key, NOTHING)))
        for key in sorted(wanted.keys() | found.keys(), key=str)
        if wanted.get(key, NOTHING) != found.get(key, NOTHING)
    ]


def _named(key: tuple[Any, ...]) -> str:
    return f"account {' '.join(str(each).strip() for each in key if each not in (None, ''))}"


def _sums(sums: tuple[int, int, int]) -> str:
    debit, credit, original = sums
    own = f", {original} in minor units of its currency" if original else ""
    return f"debits of {Money.from_minor(debit, 'USD')}, credits of {Money.from_minor(credit, 'USD')}{own}"


# Certification


def certifications() -> list[Finding]:
    """Who prepared, certified and approved the statements of a year is who did so by the acts on record."""
    wanted: dict[str, dict[str, Any]] = {}
    for event in _on_record(Certification):
        wanted[event.object_id] = wanted.get(event.object_id, {}) | _said(event)
    held = {str(each.pk): each for each in Certification.objects.all()}
    gone = [Finding(f"certification of {key}", "to be there, as on record", "no such row") for key in sorted(wanted.keys() - held.keys())]
    return gone + [
        Finding(f"certification of {key}", f"{name} {wanted.get(key, {}).get(name)}, as on record", str(getattr(row, name)))
        for key, row in held.items()
        for name in COLUMNS
        if str(getattr(row, name)) != str(wanted.get(key, {}).get(name))
    ]


COLUMNS = ("state", "seq", "prepared_by_id", "prepared_on", "certified_by_id", "certified_on", "approved_by_id", "approved_on")
ACTS = {"certification.prepare": "prepared", "certification.certify": "certified", "certification.approve": "approved"}


def _said(event: Event) -> dict[str, Any]:
    """What the columns are after an act."""
    said: dict[str, Any] = {"state": event.details.get("target")}
    if event.act in ACTS:
        said |= {f"{ACTS[event.act]}_by_id": event.actor_id, f"{ACTS[event.act]}_on": event.details.get("on")}
        said |= {"seq": event.details["seq"]} if "seq" in event.details else {}
    else:
        said |= {"certified_by_id": None, "certified_on": None}
    return said
