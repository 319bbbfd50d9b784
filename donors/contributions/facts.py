"""What pledges, instalments and contributions say of the acts on them, compared with the acts on record."""

from __future__ import annotations

from donors.contributions.models import Contribution
from donors.pledges.models import Instalment, Pledge
from trustfund.chain import Finding, advised
from trustfund.ledger.facts import ACTOR, Facts, unlike

PLEDGE = Facts(
    Pledge,
    acts={
        "announce": {"amount": "amount", "donor_id": "donor", "announced_by_id": ACTOR},
        "sign": {"signed_on": "on", "signed_by_id": ACTOR, "document_id": "document"},
        "book": {"booked_on": "on", "booked_by_id": ACTOR},
        "meet_condition": {"condition_met_on": "on"},
    },
    void={"reduce": ("amount",)},
)
INSTALMENT = Facts(Instalment)
STATE = {"state": "state"}
CONTRIBUTION = Facts(
    Contribution,
    acts={
        "enter": {"amount": "amount", "received_on": "on", "bank_id": "bank", "donor_id": "donor", "entered_by_id": ACTOR, **STATE},
        "identify": {"identified_on": "on", "donor_id": "donor", "instalment_id": "instalment", "settles": "settles"},
    },
    related=("instalment__pledge",),
    begin=("received", "unidentified"),
)


@advised("Somebody wrote into the room's tables past the program: put the row back as the act on record left it, from a backup.")
def contributions_on_record() -> list[Finding]:
    """Each pledge, instalment and contribution is as the last acts on it left it: state, people, days, amounts."""
    return [finding for facts in (PLEDGE, INSTALMENT, CONTRIBUTION) for finding in unlike(facts)]
