"""Give each transfer between windows that was posted before transfers moved contributions its acts of funding."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.db.models import Sum

from trustfund.ledger.closed.marks import opening_entry
from trustfund.ledger.funding import moving
from trustfund.ledger.models import Entry, Line
from trustfund.money import Money


class Command(BaseCommand):
    help = "Move the money of contributions with the transfers between windows that were posted before it did. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        for entry in without_acts():
            try:
                self.stdout.write(f"{entry.reference}: {_moved(entry)}")
            except ValidationError as error:
                self.stderr.write(f"{entry.reference}: {' '.join(error.messages)}")


def without_acts() -> list[Entry]:
    """Transfers that stand (neither reversed nor a reversal) and moved nothing of contributions, the oldest first."""
    lines = Line.objects.filter(account_id=moving.TRANSFERS).exclude(opening_entry())
    found = Entry.objects.filter(pk__in=lines.values("entry"), reverses=None, reversed_by=None)
    return list(found.exclude(fundings__kind="transfer").order_by("pk"))


def _moved(entry: Entry) -> Money:
    """The two windows of the entry say who gave and who took."""
    lines = entry.lines.filter(account_id=moving.TRANSFERS).order_by().values_list("window_id")
    sums = {window: debits - credits for window, debits, credits in lines.annotate(Sum("debit"), Sum("credit"))}
    giver, taker = max(sums, key=sums.__getitem__), min(sums, key=sums.__getitem__)
    amount = Money.from_minor(sums[giver], "USD")
    moving.transfer(entry, amount, giver=giver, taker=taker, by=entry.by)
    return amount
