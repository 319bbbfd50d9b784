"""What statements say beside their figures (budgets, texts of a year) is approved version by version and bound to both chains.

A version counts in the books of a head from its approval on: it keeps the number of the ledger's head at that moment, and the number of
the act that approved it, both taken while both heads are locked. The act holds a digest of all that the version says, so that an approved
version can't be altered, put in or taken out by SQL without `check_books` saying so.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db import models

from trustfund.audit.models import AuditHead, Event
from trustfund.chain import Finding, canonical, link
from trustfund.ledger import sealing
from trustfund.ledger.standing import TAKE_IN
from trustfund.workflow import Digest, Stateful

APPROVED = "approved"


def new_salt() -> str:
    """Goes into a digest, so that a text can't be guessed from what is on record for ever."""
    return secrets.token_hex(16)


class Version(Stateful):
    """A version of something that statements print: `head` and `act` say when it was approved, on both chains."""

    head = models.BigIntegerField(null=True)
    act = models.BigIntegerField(null=True)
    salt = models.CharField(max_length=32, default=new_salt)

    class Meta:
        abstract = True

    def content(self) -> dict[str, Any]:
        """All that it says, and who made it: what its digest covers."""
        raise NotImplementedError

    @property
    def digest(self) -> Digest:
        """The hash of what it says."""
        return Digest(link(self.salt, canonical(self.content())))


def moment() -> dict[str, int]:
    """The ledger's head, and the number that the next act on record will have: both chains stand still until the transaction ends."""
    return {"head": sealing.lock_heads().seq, "event": AuditHead.objects.get(pk=1).seq + 1}


def upto(versions: models.QuerySet[Any], head: int, act: int | None) -> models.QuerySet[Any]:
    """Those of the versions that were approved up to a head of the ledger, and up to an act on record (None: the newest)."""
    found = versions.filter(state=APPROVED, head__lte=head)
    return found if act is None else found.filter(act__lte=act)


# Checks


def findings(model: Any, what: str, columns: Callable[[Any], models.QuerySet[Any]]) -> list[Finding]:
    """Approved versions that are not as they were approved, and approvals whose version is gone; `columns` reads what they need."""
    approvals, digests = _on_record(model)
    held = {str(each.pk): each for each in columns(model._default_manager.filter(state=APPROVED))}
    gone = [Finding(f"{what} {key}", "to be there and approved, as on record", "not so") for key in sorted(approvals.keys() - held.keys())]
    return gone + [
        Finding(f"{what} {key}", wanted, found)
        for key, row in held.items()
        for wanted, found in _unlike(row, approvals.get(key), digests.get(key, set()))
    ]


def _on_record(model: Any) -> tuple[dict[str, Event], dict[str, set[str]]]:
    """By primary key as text: the act that approved a version, and the digests that are on record of it."""
    approvals: dict[str, Event] = {}
    digests: dict[str, set[str]] = defaultdict(set)
    acts = (f"{model._meta.model_name}.approve", TAKE_IN)
    for event in Event.objects.filter(object_type=model._meta.label_lower, act__in=acts).order_by("seq"):
        if event.act != TAKE_IN:
            approvals[event.object_id] = event
        digests[event.object_id].add(event.details.get("digest", ""))
    return approvals, digests


def _unlike(row: Any, approval: Event | None, digests: set[str]) -> list[tuple[str, str]]:
    if approval is None:
        return [("an act that approved it", "none on record")]
    wanted = {"head": approval.details.get("head"), "act": approval.seq, "checker_id": approval.actor_id}
    found = {name: getattr(row, name) for name in wanted}
    told = [(f"{name} {wanted[name]}, as on record", str(found[name])) for name in wanted if found[name] != wanted[name]]
    return told if row.digest in digests else [*told, ("what it says to be what was approved", "something else: it was altered")]


# For migrations


def take_in(model: Any, content: Callable[[Any], dict[str, Any]], put: Callable[..., Any]) -> None:
    """Bind versions that were approved before they were bound: the number of their act, and their digest put on record now."""
    label = model._meta.label_lower
    acts = dict(Event.objects.filter(object_type=label, act=f"{model._meta.model_name}.approve").values_list("object_id", "seq"))
    for row in model.objects.order_by("pk"):
        row.salt = new_salt()
        row.act = acts.get(str(row.pk)) if row.state == APPROVED else None
        row.save(update_fields=["salt", "act"])
        if row.state == APPROVED:
            put(TAKE_IN, of=row, by=None, digest=link(row.salt, canonical(content(row))))
