"""What a version of the texts of a year says, as its digest covers it. Also for the rows that a migration sees."""

from __future__ import annotations

from typing import Any


def content_of(disclosure: Any) -> dict[str, Any]:
    """Year, version, who wrote it, and each text by its subject."""
    passages = [[each.subject, each.text] for each in disclosure.passages.all()]
    return {"year": disclosure.year, "number": disclosure.number, "maker": disclosure.maker_id, "passages": passages}
