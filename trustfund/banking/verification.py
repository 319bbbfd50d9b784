"""Matches against the books: a line of the bank is lines of the same account and the same sum."""

from __future__ import annotations

from trustfund.banking.models import Match
from trustfund.chain import Finding, advised
from trustfund.ledger.postings import BANKS
from trustfund.money import Money


@advised("Take the match back on the page of the bank's line, and confirm what the line really is.")
def bank_matches() -> list[Finding]:
    """Each match is of lines on the bank's account in the books, which add up to what the bank booked."""
    found = Match.objects.prefetch_related("bank_lines__bank", "bank_lines__statement", "parts__line")
    return [finding for match in found.order_by("pk") for finding in _match(match)]


def _match(match: Match) -> list[Finding]:
    booked, lines = list(match.bank_lines.all()), [part.line for part in match.parts.all()]
    if not booked or not lines:
        return [Finding(f"match {match} of the bank's lines", "lines of the bank and of the books", "one side alone")]
    where = ", ".join(f"line {each.position} of the bank's statement {each.statement}" for each in booked)
    own = {(code, each.bank_id) for code in BANKS for each in booked}
    findings = [
        Finding(where, f"lines on the account {booked[0].bank.code}", f"a line on {line.account_id} of entry {line.entry_id}")
        for line in lines
        if (line.account_id, line.subaccount_id) not in own
    ]
    minor = sum(line.original_minor if line.debit else -line.original_minor for line in lines)
    stated = sum(each.amount_minor for each in booked)
    if minor != stated:
        wanted, reached = (str(Money.from_minor(each, booked[0].currency)) for each in (stated, minor))
        findings.append(Finding(where, f"lines of the books that add up to {wanted}", reached))
    return findings
