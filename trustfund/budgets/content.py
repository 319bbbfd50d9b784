"""What a version of a budget says, as its digest covers it. Also for the rows that a migration sees."""

from __future__ import annotations

from typing import Any


def content_of(budget: Any) -> dict[str, Any]:
    """Window, year, version, reason, document, who made it, and each line with its cents of USD."""
    return {
        "window": budget.window_id,
        "year": budget.year,
        "number": budget.number,
        "reason": budget.reason,
        "document": budget.document.sha256 if budget.document else None,
        "maker": budget.maker_id,
        "lines": [[each.line, each.amount.minor, each.remark] for each in budget.lines.all()],
    }
