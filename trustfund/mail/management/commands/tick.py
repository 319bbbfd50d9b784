"""manage.py tick: do what has become due, once. For cron, and for whoever wants no worker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trustfund import clock, ticking


class Command(BaseCommand):
    help = "Does what has become due: letters left in the outbox, calls that close, reminders. Safe to repeat at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        if failed := ticking.run(clock.now()):
            raise CommandError("Failed, to be tried again at the next tick: " + ", ".join(failed))
