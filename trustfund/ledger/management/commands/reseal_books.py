"""Put the names and labels of the books on record anew with the first of ENCRYPTION_KEYS, so that older keys can be dropped."""

from typing import Any

from django.core.management.base import BaseCommand

from trustfund.ledger.standing import reseal


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{reseal()} rows of the books put on record with the first key")
