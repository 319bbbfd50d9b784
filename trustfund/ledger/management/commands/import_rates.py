"""manage.py import_rates FILE: UN operational rates of exchange from the Treasury's XML, from CSV or XLSX."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from trustfund.ledger.exchange import rate_files, rates


class Command(BaseCommand):
    help = "Import exchange rates (units per USD). Known rates are left, a different rate for a known day is an error."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            found = rate_files.read(path.name, path.read_bytes())
            added, known = rates.add_all(found.rates, source=path.name[:100])
        except OSError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(f"{len(added)} rates added, {known} known already.")
        if found.unknown:
            self.stdout.write(f"Left out, no active currency: {', '.join(found.unknown)}.")
