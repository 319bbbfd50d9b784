"""manage.py open_year YEAR: the periods of a fiscal year, safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from trustfund.ledger import periods


class Command(BaseCommand):
    help = "Open a fiscal year with its twelve periods and the adjustment period 13."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The fiscal year {periods.open_year(options['year'])} is open.")
