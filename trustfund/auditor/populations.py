"""What samples are drawn from: entries or lines of a period, up to a head, in the order of the books; memo accounts aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum

from trustfund.auditor.models import Sample
from trustfund.auditor.sampling import Unit
from trustfund.ledger import chart
from trustfund.ledger.models import Entry, Line

Population = Sample.Population


def lines_of(population: str, *, since: date, until: date, head: int, account: str | None = None, source: str = "") -> QuerySet[Line]:
    """The lines that a population is made of; those of an account with its memo lines, all others without."""
    found = Line.objects.filter(date__gte=since, date__lte=until, entry_id__lte=head).order_by()
    if population == Population.LINES:
        return found.filter(account_id=account)
    found = found.exclude(account__type=chart.MEMO)
    return found.filter(entry__source=source) if population == Population.SOURCE else found


def units_of(population: str, **bounds: Any) -> list[Unit]:
    """The items with their values in cents: a line's amount, an entry's debits."""
    found = lines_of(population, **bounds)
    if population == Population.LINES:
        rows = found.order_by("id").values_list("id", "debit", "credit")
        return [Unit(f"line:{pk}", debit + credit) for pk, debit, credit in rows.iterator()]
    sums = found.values("entry_id").annotate(value=Sum("debit")).order_by("entry_id")
    return [Unit(f"entry:{row['entry_id']}", row["value"]) for row in sums.iterator()]


def entry_of(key: str) -> int:
    """The entry (number of its seal) that an item of a population belongs to."""
    kind, _colon, number = key.partition(":")
    return int(number) // 100_000 if kind == "line" else int(number)


def sources() -> Iterator[str]:
    """The acts that entries came from."""
    return iter(Entry.objects.order_by("source").values_list("source", flat=True).distinct())
