"""manage.py demo: the demonstration fund, in a database of its own."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.test.utils import override_settings

from grants import demo
from grants.demo.cast import PASSWORD, sign_ins
from trustfund import clock
from trustfund.mail import delivery
from trustfund.people import demo as installation


class Command(BaseCommand):
    help = "Build the demonstration fund in an empty database, or say how to sign in to it. Refuses any other database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="http://localhost:8000")
        parser.add_argument("--today", type=date.fromisoformat, default=None, help="the day the demo is built for (default: today)")

    def handle(self, *args: Any, address: str, today: date | None, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        with transaction.atomic():
            try:
                new = installation.claim()
            except ValidationError as error:
                raise CommandError(error.messages[0]) from error
            if new:
                self.stdout.write("Building the demo fund ...")
                demo.build(today or clock.today())
        if new:
            self._send_what_is_past()
        self._how_to_sign_in(address)

    def _send_what_is_past(self) -> None:
        """The letters of the past count as sent; what the reader causes goes to the console."""
        with override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
            delivery.deliver_all()

    def _how_to_sign_in(self, address: str) -> None:
        self.stdout.write(f"\nThe demo fund is at {address}\nEverybody's password is: {PASSWORD}\n")
        for what, email in sign_ins():
            self.stdout.write(f"  {what:38} {email}")
        self.stdout.write(
            "\nNames and countries of the 2011 grantees are published facts; amounts per grant, people, reports and outcomes are invented."
        )
