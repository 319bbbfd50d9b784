"""What a version of the texts of a year says, as its digest covers it. Also for the rows that a migration sees."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from trustfund.chain import canonical, link


def content_of(disclosure: Any) -> dict[str, Any]:
    """Year, version, who wrote it, and each text by its subject."""
    passages = [[each.subject, each.text] for each in disclosure.passages.all()]
    return {"year": disclosure.year, "number": disclosure.number, "maker": disclosure.maker_id, "passages": passages}


def handed_out(issue: Any) -> dict[str, Any]:
    """Of a statement that was issued: its size, when, and a digest of what it was for, with its salt, so that it can't be guessed."""
    purpose = link(issue.salt, canonical({"purpose": issue.purpose}))
    return {"size": issue.size, "at": issue.at.astimezone(UTC).isoformat(timespec="microseconds"), "purpose": purpose}
