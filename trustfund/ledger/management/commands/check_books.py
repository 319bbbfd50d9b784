"""manage.py check_books: are the books in order? The exit status tells."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trustfund.audit.models import AuditHead
from trustfund.ledger.models import Entry, LedgerHead, Line
from trustfund.ledger.verification import check_books


def printed_head(text: str) -> tuple[int, str]:
    """SEQ:HASH as printed on a statement; the hash may be its beginning."""
    seq, _colon, digest = text.partition(":")
    if not seq.isdigit() or not digest:
        raise CommandError(f"{text} is not SEQ:HASH, as printed on a statement.")
    return int(seq), digest.lower()


class Command(BaseCommand):
    help = "Check the chains, the balances, the trace and the triggers. Exit status 1 when something is found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="findings as JSON")
        parser.add_argument("--head", type=printed_head, help="the ledger's head as printed on a statement: SEQ:HASH")
        parser.add_argument("--audit-head", type=printed_head, help="the audit trail's head as printed: SEQ:HASH")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = check_books(options["head"], options["audit_head"])
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not findings, "findings": [asdict(each) for each in findings], **self._heads()}, indent=2))
        elif findings:
            for finding in findings:
                self.stdout.write(str(finding))
        else:
            heads = self._heads()
            counts = f"{Entry.objects.count()} entries, {Line.objects.count()} lines"
            self.stdout.write(f"The books are in order: {counts}. Ledger head {heads['ledger']}, audit head {heads['audit']}.")
        if findings:
            sys.exit(1)

    def _heads(self) -> dict[str, str]:
        return {"ledger": str(LedgerHead.objects.first()), "audit": str(AuditHead.objects.first())}
