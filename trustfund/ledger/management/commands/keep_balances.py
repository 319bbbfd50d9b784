"""manage.py keep_balances: the balances of closed periods with all that statements ask for now, safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from trustfund.ledger.closed.anew import keep_anew


class Command(BaseCommand):
    help = "Keep the balances of periods that were closed before an upgrade, so that the new release reads them as quickly as others."

    def handle(self, *args: Any, **options: Any) -> None:
        days = keep_anew()
        for day in days:
            self.stdout.write(f"Balances kept as of {day}.")
        self.stdout.write(f"{len(days)} closed periods kept anew.")
