"""Year-end closing entries against the acts that proposed and decided them."""

from __future__ import annotations

from trustfund.chain import Finding, advised
from trustfund.closings.models import YearEnd
from trustfund.ledger.facts import ACTOR, Facts, unlike

FACTS = Facts(
    YearEnd,
    acts={
        "propose": {"year_id": "year", "lines": "lines", "surplus": "surplus", "proposed_by_id": ACTOR},
        **{act: {"decided_by_id": ACTOR} for act in ("approve", "refuse")},
    },
)


@advised("Somebody wrote into the year's closing past the program: put the row back as the act on record left it, from a backup.")
def year_ends_on_record() -> list[Finding]:
    """Each year-end closing is as it was proposed and decided: year, lines, surplus, people, state."""
    return list(unlike(FACTS))
