"""Encrypt every payment order and every batch's file anew with the first of ENCRYPTION_KEYS, so that older keys can be dropped."""

from typing import Any

from django.core.management.base import BaseCommand

from grants.payments.actions import reseal


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{reseal()} payment orders sealed with the first key")
