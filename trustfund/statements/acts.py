"""What the acts on record say beside the figures of a statement: which budgets and texts were approved, who certified a year.

A statement is made of two chains: figures of the ledger up to a head, words of the audit trail up to an act. Both numbers are printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Max

from trustfund.audit.models import Event
from trustfund.budgets.models import Budget
from trustfund.ledger.closed.models import Certification
from trustfund.ledger.versions import upto
from trustfund.statements.models import Disclosure

SIGNED = {"certification.prepare": "prepared", "certification.certify": "certified", "certification.approve": "approved"}


def last_act(head: int, act: int | None = None) -> int:
    """The last act, not after `act`, on which a statement made from the books up to a head depends; 0 where there is none."""
    approved = [upto(model.objects.all(), head, act).aggregate(last=Max("act"))["last"] or 0 for model in (Budget, Disclosure)]
    seqs: dict[str, int] = {}
    for event in _certifications(act):
        seqs[event.object_id] = event.details.get("seq", seqs.get(event.object_id, 0))
        if seqs[event.object_id] <= head:
            approved.append(event.seq)
    return max(approved)


def _certifications(act: int | None, **narrow: Any) -> Iterator[Event]:
    found = Event.objects.filter(object_type=Certification._meta.label_lower, **narrow).select_related("actor").order_by("seq")
    return (found if act is None else found.filter(seq__lte=act)).iterator()


def certified(year: int, head: int, act: int | None = None) -> Certification | None:
    """The certification of a year as it stood after an act (None: the newest); None where it was made from a later head, or withdrawn."""
    row: dict[str, Any] = {}
    for event in _certifications(act, object_id=str(year)):
        row = {**row, **_signed(event)} if event.act in SIGNED else {}
    return Certification(year_id=year, **row) if row and row["seq"] <= head else None


def _signed(event: Event) -> dict[str, Any]:
    """What the columns are after somebody signed."""
    name, seq = SIGNED[event.act], {"seq": event.details["seq"]} if "seq" in event.details else {}
    on = date.fromisoformat(event.details["on"])
    return {"state": event.details["target"], f"{name}_by": event.actor, f"{name}_on": on, **seq}
