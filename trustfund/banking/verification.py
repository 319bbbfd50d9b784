"""Matches against the books: a line of the bank is lines of the same account and the same sum."""

from __future__ import annotations

from trustfund.banking.models import Match
from trustfund.chain import Finding, advised
from trustfund.ledger.postings import BANKS
from trustfund.money import Money


@advised("Take the match back on the page of the bank's line, and confirm what the line really is.")
def bank_matches() -> list[Finding]:
    """Each match is of lines on the bank's account in the books, which add up to what the bank booked."""
    found = Match.objects.select_related("bank_line__bank", "bank_line__statement").prefetch_related("parts__line")
    return [finding for match in found.order_by("pk") for finding in _match(match)]


def _match(match: Match) -> list[Finding]:
    bank_line = match.bank_line
    where = f"line {bank_line.position} of the bank's statement {bank_line.statement}"
    lines = [part.line for part in match.parts.all()]
    findings = [
        Finding(where, f"lines on the account {bank_line.bank.code}", f"a line on {line.account_id} of entry {line.entry_id}")
        for line in lines
        if (line.account_id, line.subaccount_id) not in {(code, bank_line.bank_id) for code in BANKS}
    ]
    minor = sum(line.original_minor if line.debit else -line.original_minor for line in lines)
    if minor != bank_line.amount_minor:
        reached = Money.from_minor(minor, bank_line.currency)
        findings.append(Finding(where, f"lines of the books that add up to {bank_line.amount}", str(reached)))
    return findings
