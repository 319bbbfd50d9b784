"""manage.py export_ledger: the ledger as a file that other programs can check."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trustfund.ledger.exports import journals, tables
from trustfund.ledger.exports.source import Book
from trustfund.ledger.snapshots import snapshot

PIECES: dict[str, Callable[[Book], Iterator[str]]] = {
    "beancount": journals.beancount,
    "hledger": journals.hledger,
    "csv": tables.csv_pieces,
}


class Command(BaseCommand):
    help = "Export the ledger in its functional currency (USD), read in one snapshot."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", required=True, choices=[*PIECES, "xlsx"])
        parser.add_argument("--output", required=True, type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["output"]
        if not path.parent.is_dir():
            raise CommandError(f"There is no folder {path.parent}.")
        with snapshot():
            book = Book()
            if options["format"] == "xlsx":
                tables.write_xlsx(book, path)
            else:
                with path.open("w", encoding="utf-8", newline="") as file:
                    file.writelines(PIECES[options["format"]](book))
        self.stdout.write(f"Ledger up to its head {book.head} written to {path}.")
