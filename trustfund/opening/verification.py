"""Openings against the acts that brought and decided them."""

from __future__ import annotations

from trustfund.chain import Finding, advised
from trustfund.ledger.facts import ACTOR, Facts, unlike
from trustfund.opening.models import Opening

FACTS = Facts(
    Opening,
    acts={"stage": {"sha256": "sha256", "audited_on": "audited_on", "staged_by_id": ACTOR}, "approve": {"approved_by_id": ACTOR}},
)


@advised("Somebody wrote into the openings past the program: put the row back as the act on record left it, from a backup.")
def openings_on_record() -> list[Finding]:
    """Each opening is as it was brought and decided: file, day, people, state."""
    return list(unlike(FACTS))
