"""manage.py ledger_docs: docs/ledger.md from the code; --check fails when it is not fresh."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from trustfund.ledger.guide import page


class Command(BaseCommand):
    help = "Write docs/ledger.md from the chart and the postings."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the document is not fresh")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "ledger.md"
        fresh = path.exists() and path.read_text() == page()
        if options["check"] and not fresh:
            raise CommandError("docs/ledger.md is not fresh. Run: python manage.py ledger_docs")
        if not fresh:
            path.write_text(page())
        self.stdout.write("docs/ledger.md is fresh.")
