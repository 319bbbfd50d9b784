"""manage.py export_ledger: the ledger as a file that other programs can check."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trustfund.ledger.exports.files import FORMS
from trustfund.ledger.exports.source import Book
from trustfund.ledger.snapshots import snapshot


class Command(BaseCommand):
    help = "Export the ledger, read in one snapshot: in its functional currency (USD), or as journals in the transactions' own currencies."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", required=True, choices=FORMS)
        parser.add_argument("--output", required=True, type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["output"]
        if not path.parent.is_dir():
            raise CommandError(f"There is no folder {path.parent}.")
        with snapshot():
            book = Book()
            FORMS[options["format"]](book, path)
        self.stdout.write(f"Ledger up to its head {book.head} written to {path}.")
