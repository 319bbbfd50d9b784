"""What a disallowance says, as the digest covers it that its approval puts on record. Also for the rows that a migration sees."""

from __future__ import annotations

from typing import Any

from trustfund.chain import canonical, link


def content_of(disallowance: Any) -> dict[str, Any]:
    """Report, who proposed it and when, its document, and each line with its cents of USD and the reason."""
    lines = [[each.budget_line_id, each.amount.minor, each.reason] for each in disallowance.lines.all()]
    return {
        "report": disallowance.report_id,
        "proposed": [disallowance.proposed_by_id, disallowance.proposed_on],
        "document": disallowance.document.sha256 if disallowance.document else None,
        "lines": sorted(lines),
    }


def digest_of(disallowance: Any) -> str:
    """The hash of what it says, with its salt: reasons can't be guessed from what is on record."""
    return link(disallowance.salt, canonical(content_of(disallowance)))
