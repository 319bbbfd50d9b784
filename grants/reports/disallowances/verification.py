"""Disallowances against the acts on record: what was proposed, who decided when, and what exactly was approved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from grants.reports.disallowances.content import digest_of
from grants.reports.disallowances.models import Disallowance
from trustfund.audit.models import Event
from trustfund.chain import Finding, advised

PROPOSE, DECIDED = "disallowance.propose", (Disallowance.State.APPROVED, Disallowance.State.REFUSED)


@advised("The NGO is asked for other money, or for another reason, than was approved. Put the disallowance back from a backup.")
def disallowances_on_record() -> list[Finding]:
    """Each disallowance was proposed and decided as the acts on record say, and what was approved of it says what it said then."""
    acts: dict[str, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(object_type=Disallowance._meta.label_lower).order_by("seq"):
        acts[event.object_id].append(event)
    rows = Disallowance.objects.select_related("document", "entry").prefetch_related("lines").order_by("pk")
    held = {str(each.pk): each for each in rows}
    gone = [Finding(f"disallowance {key}", "to be there, as on record", "no such row") for key in sorted(acts.keys() - held.keys())]
    return gone + [
        Finding(f"disallowance {key}", wanted, found)
        for key, row in held.items()
        for wanted, found in _unlike(row, acts[key])
        if wanted != found
    ]


def _unlike(row: Disallowance, acts: list[Event]) -> Iterator[tuple[str, str]]:
    """Pairs of what is on record and what the row says, in the same words."""
    moves = [each for each in acts if "target" in each.details]
    state = moves[-1].details["target"] if moves else Disallowance.State.PROPOSED.value
    yield f"to be {state}, as the last act on record left it", f"to be {row.state}, as the last act on record left it"
    yield _proposal(next((each for each in acts if each.act == PROPOSE), None)), _said(row.report_id, row.proposed_by_id, str(row.amount))
    if state in DECIDED:
        yield _decision(moves[-1].actor_id, moves[-1].details.get("on")), _decision(row.decided_by_id, str(row.decided_on))
    if state == Disallowance.State.APPROVED:
        entry = f"disallowance:{row.pk}:posted"
        yield f"the entry {entry}", f"the entry {row.entry.reference}" if row.entry else "none"
        if digest_of(row) not in {each.details.get("digest") for each in acts}:
            yield "what it says to be what was approved", "something else: it was altered"


def _proposal(act: Event | None) -> str:
    return _said(act.details.get("report"), act.actor_id, act.details.get("amount")) if act else "an act on record that proposed it"


def _said(report: int | None, by: int | None, amount: str | None) -> str:
    return f"{amount} of report {report}, proposed by {by}"


def _decision(by: int | None, on: str | None) -> str:
    return f"decided by {by} on {on}"
