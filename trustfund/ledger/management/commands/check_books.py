"""manage.py check_books: are the books in order? The exit status tells: 0 in order, 1 something was found, 2 it could not be asked.

`--json` prints one object: `ok` (bool), `findings` (each with `check`, `where`, `expected`, `found`, `todo` and the whole `sentence`),
`checks` (what was looked at, in order), `entries` and `lines` (counts), `ledger` and `audit` (the heads, SEQ:HASH). Keys are only added.
"""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trustfund.audit.models import AuditHead
from trustfund.chain import Finding
from trustfund.ledger.models import Entry, LedgerHead, Line
from trustfund.ledger.verification import check_books, named_checks


def printed_head(text: str) -> tuple[int, str]:
    """SEQ:HASH as printed on a statement; the hash may be its beginning."""
    seq, _colon, digest = text.partition(":")
    if not seq.isdigit() or not digest:
        raise CommandError(f"{text} is not SEQ:HASH, as printed on a statement.", returncode=2)
    return int(seq), digest.lower()


class Command(BaseCommand):
    help = (
        "Check the chains, the rules of the tables, balances and sub-ledgers, the trace, statements, vouchers, payments, reports, "
        "receivables and the bank's lines. Exit status 0: in order; 1: something was found; 2: it could not be asked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="findings as JSON")
        parser.add_argument("--head", type=printed_head, help="the ledger's head as printed on a statement: SEQ:HASH")
        parser.add_argument("--audit-head", type=printed_head, help="the audit trail's head as printed: SEQ:HASH")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = check_books(options["head"], options["audit_head"])
        if options["json"]:
            self.stdout.write(json.dumps(self._told(findings), indent=2))
        elif findings:
            for finding in findings:
                self.stdout.write(finding.sentence)
        else:
            told = self._told(findings)
            counts = f"{told['entries']} entries, {told['lines']} lines"
            self.stdout.write(f"The books are in order: {counts}. Ledger head {told['ledger']}, audit head {told['audit']}.")
        if findings:
            sys.exit(1)

    def _told(self, findings: list[Finding]) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "ok": not findings,
            "findings": [{**asdict(each), "sentence": each.sentence} for each in findings],
            "checks": ["triggers", "audit chain", "ledger chain", *(name for name, _check in named_checks())],
            "entries": Entry.objects.count(),
            "lines": Line.objects.count(),
            "ledger": str(LedgerHead.objects.first()),
            "audit": str(AuditHead.objects.first()),
        }
