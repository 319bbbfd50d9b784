"""manage.py create_administrator: the first person of a new installation; everybody else is invited by them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trustfund.mail import outbox
from trustfund.people import invitations
from trustfund.people.models import User
from trustfund.people.roles import Role


class Command(BaseCommand):
    help = "Prints a link, good once and for seven days, with which the first administrator sets a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.holding(Role.ADMINISTRATOR).exists():
            raise CommandError("There is an administrator already: ask them for an invitation.")
        if User.objects.filter(email__iexact=options["email"]).exists():
            raise CommandError("There is an account with this address already; an administrator holds no other duty. Take another address.")
        _invitation, token = invitations.prepare(
            options["email"], options["name"], by=None, on_accept=f"people.role:{Role.ADMINISTRATOR}", send=False
        )
        self.stdout.write(f"Hand this link to {options['name']} in person; it is good once, for seven days:")
        self.stdout.write(outbox.absolute(invitations.path_of(token)))
