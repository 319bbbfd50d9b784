"""Which exchange rate was used where: every line in another currency, beside the rate that was in force on its day.

A line whose rate is not that one says why: that of its day was added only later, rounded amounts give another, it clears what was carried
at an older rate, the bank converted at its own, a revaluation, a reversal, or books that were taken over.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.ledger.exchange import rates
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.models import Entry, Line
from trustfund.ledger.postings import BANKS
from trustfund.ui.formatting import short_day_text

FOREVER = date(9999, 12, 31)

CURRENCIES = """
WITH RECURSIVE found(currency) AS (
  SELECT MIN(currency) FROM ledger_line WHERE currency <> 'USD'
  UNION ALL
  SELECT (SELECT MIN(l.currency) FROM ledger_line l WHERE l.currency <> 'USD' AND l.currency > found.currency) FROM found
  WHERE found.currency IS NOT NULL
) SELECT currency FROM found WHERE currency IS NOT NULL
"""
"""From one currency to the next by the index of lines in another currency, however many lines there are of each."""


def currencies() -> list[str]:
    """The other currencies that the books have, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(CURRENCIES)
        return [currency for (currency,) in cursor.fetchall()]


def foreign_lines() -> QuerySet[Any]:
    """Lines in another currency, each with the rate of its day: `in_force` (its key), `wanted` (its value), `wanted_on` and `added_at`.

    Beside it `then`, the value of the newest rate that was there when the entry was sealed (`sealed_at`), and `carried_on`, the newest
    earlier day whose rate the line has.
    """
    of_currency = Rate.objects.filter(currency=OuterRef("currency")).order_by("-effective_on")
    of_day = of_currency.filter(effective_on__lte=OuterRef("date"))
    known = of_day.filter(value=OuterRef("rate"))
    then = of_day.filter(added_at__lte=OuterRef("entry__seal__at"))
    found: QuerySet[Any] = Line.objects.exclude(currency="USD").annotate(
        in_force=Subquery(of_day.values("pk")[:1]),
        wanted=Subquery(of_day.values("value")[:1]),
        wanted_on=Subquery(of_day.values("effective_on")[:1]),
        sealed_at=F("entry__seal__at"),
        added_at=Subquery(of_day.values("added_at")[:1]),
        then=Subquery(then.values("value")[:1]),
        carried_on=Subquery(known.values("effective_on")[:1]),
    )
    return found


def used_by(rate: Rate) -> QuerySet[Any]:
    """The lines on which a rate was used while it was in force."""
    later = Rate.objects.filter(currency=rate.currency, effective_on__gt=rate.effective_on).order_by("effective_on").first()
    found: QuerySet[Any] = foreign_lines().filter(currency=rate.currency, rate=rate.value, date__gte=rate.effective_on)
    return found.filter(date__lt=later.effective_on) if later else found


def other_rates() -> QuerySet[Any]:
    """The lines whose rate is not the one in force on their day."""
    return foreign_lines().filter(Q(wanted=None) | ~Q(rate=F("wanted")))


def posted_before(added: list[Rate]) -> QuerySet[Any]:
    """The lines of the days of rates that were added just now, which were posted at another."""
    if not added:
        return Line.objects.none()
    of_days = {"currency__in": {rate.currency for rate in added}, "date__gte": min(rate.effective_on for rate in added)}
    return other_rates().filter(**of_days).filter(in_force__in=[rate.pk for rate in added])


def with_uses(rates: QuerySet[Rate]) -> QuerySet[Any]:
    """Rates, each with the number of lines on which it was used while it was in force, `uses`."""
    later = Rate.objects.filter(currency=OuterRef("currency"), effective_on__gt=OuterRef("effective_on")).order_by("effective_on")
    rates = rates.annotate(until=Coalesce(Subquery(later.values("effective_on")[:1]), FOREVER))
    of_rate = Line.objects.exclude(currency="USD").filter(currency=OuterRef("currency"), date__gte=OuterRef("effective_on"))
    of_rate = of_rate.filter(date__lt=OuterRef("until"), rate=OuterRef("value"))
    counted = of_rate.order_by().values("currency").annotate(many=Count("pk")).values("many")
    return rates.annotate(uses=Coalesce(Subquery(counted), 0))


def reason(line: Any) -> str:
    """Why a line of `foreign_lines` has not the rate in force on its day; nothing where it has."""
    if line.wanted is not None and line.rate == line.wanted:
        return ""
    if line.entry.kind == Entry.Kind.OPENING:
        return _("taken over with the books before")
    if line.entry.kind == Entry.Kind.REVERSAL:
        return _("the rate of the entry that it reverses")
    if line.added_at is not None and line.added_at > line.sealed_at and _at(line, line.then):
        return _("the newest that was known: that of its day was added on %(day)s") % {"day": short_day_text(clock.day_of(line.added_at))}
    if _at(line, line.wanted):
        return _("the rate of its day, from amounts that are rounded")
    if "revalu" in line.entry.source:
        return _("revaluation")
    if line.account_id in BANKS:
        return _("the bank’s own conversion")
    if line.carried_on is not None:
        return _("carrying rate, of %(day)s") % {"day": short_day_text(line.carried_on)}
    return _("carrying rate, averaged or of an amount that was fixed")


def _at(line: Any, value: Decimal | None) -> bool:
    """Whether a line is at this rate: it says so, or its amount in USD is what the rate makes of its own, to the cent."""
    if value is None:
        return False
    return line.rate == value or (bool(line.original_minor) and rates.convert(abs(line.original), value) == abs(line.amount))
