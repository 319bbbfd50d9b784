"""Approved budgets against the acts that approved them."""

from __future__ import annotations

from trustfund.budgets.models import Budget
from trustfund.chain import Finding, advised
from trustfund.ledger import versions


@advised("Statement V would compare with another budget than the approved one. Put it back; a change is a revision, by two people.")
def budgets() -> list[Finding]:
    """Each approved version says what was approved, and none was slipped in or taken out."""
    return versions.findings(Budget, "approved budget", lambda rows: rows.select_related("document").prefetch_related("lines"))
