"""Write all statements as of a day, with a manifest of hashes."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from trustfund import clock
from trustfund.ledger.models import Subaccount
from trustfund.statements import contributions, grant, pdf
from trustfund.statements.books import Books, books_at, snapshot
from trustfund.statements.catalogue import STATEMENTS, whole_set
from trustfund.statements.making import FORMATS, filename, set_name
from trustfund.statements.shape import Statement


class Command(BaseCommand):
    help = (
        "Write Statements I to VII, the trial balance, contributions, grants, ageings, one statement per donor (VIII) and per grant (IX), "
        "as PDF and XLSX, and the set I to VI as one PDF; print a manifest (sha256, name). "
        "With the same day, head and act it writes the same bytes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, default=None, help="the day (YYYY-MM-DD), today by default")
        parser.add_argument("--since", type=date.fromisoformat, default=None, help="the period's first day, 1 January by default")
        parser.add_argument("--head", type=int, default=None, help="the number of the ledger's head, the newest by default")
        parser.add_argument("--act", type=int, default=None, help="the act that is printed beside the head, the newest by default")
        parser.add_argument("--language", default="en")
        parser.add_argument("--output", type=Path, required=True, help="the folder, made if it is not there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Files are written one by one; the manifest is also kept as MANIFEST.sha256."""
        folder: Path = options["output"]
        folder.mkdir(parents=True, exist_ok=True)
        with translation.override(options["language"]), snapshot():
            try:
                books = books_at(options["as_of"] or clock.today(), options["head"], act=options["act"])
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            rows = [self._statement(folder, found, format) for found in everything(books, options["since"]) for format in FORMATS]
            found = whole_set(books, options["since"])
            rows.append(self._write(folder, set_name(found), pdf.made_set(found)))
        (folder / "MANIFEST.sha256").write_text("\n".join(rows) + "\n", encoding="utf-8")

    def _statement(self, folder: Path, found: Statement, format: str) -> str:
        return self._write(folder, filename(found, format), FORMATS[format][1](found))

    def _write(self, folder: Path, name: str, content: bytes) -> str:
        (folder / name).write_bytes(content)
        row = f"{hashlib.sha256(content).hexdigest()}  {name}"
        self.stdout.write(row)
        return row


def everything(books: Books, since: date | None) -> Iterator[Statement]:
    """All statements of the books."""
    for kind in STATEMENTS.values():
        yield kind.make(books, since, None)
    for donor in Subaccount.objects.filter(kind=Subaccount.Kind.DONOR).order_by("code"):
        yield contributions.donor_statement(books, donor, since)
    for each in Subaccount.objects.filter(kind=Subaccount.Kind.GRANT).order_by("code"):
        yield grant.grant_statement(books, each)
