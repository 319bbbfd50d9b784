"""Exchange rates: units of a currency per USD, from their effective day until the next one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.ledger import standing
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.fields import plain
from trustfund.money import CURRENCIES, Money

FUNCTIONAL = "USD"
MAX_AGE_DAYS = 45
"""A rate older than this is stale: the United Nations set one every month. The setting RATE_MAX_AGE_DAYS overrides it."""


class MissingRate(ValidationError):
    """No rate for a currency on a day, or only a stale one; the message names both."""


def rate_for(currency: str, on: date) -> Rate:
    """The rate with the newest effective day not after `on`; 1 for USD. MissingRate when there is none, or only a stale one."""
    if currency == FUNCTIONAL:
        return Rate(currency=FUNCTIONAL, effective_on=on, value=Decimal(1), source="functional currency")
    found: Rate | None = Rate.objects.filter(currency=currency, effective_on__lte=on).order_by("-effective_on").first()
    names = {"currency": currency, "date": on.isoformat()}
    if found is None:
        raise MissingRate(_("There is no exchange rate for %(currency)s on %(date)s. Import it first.") % names, code="missing_rate")
    if on - found.effective_on > timedelta(days=getattr(settings, "RATE_MAX_AGE_DAYS", MAX_AGE_DAYS)):
        names["last"] = found.effective_on.isoformat()
        message = _("The newest exchange rate for %(currency)s on %(date)s is of %(last)s, which is too old. Import a newer one first.")
        raise MissingRate(message % names, code="stale_rate")
    return found


def convert(money: Money, rate: Decimal) -> Money:
    """An amount in USD at a rate (units per USD), rounded half to even to the cent."""
    return Money.rounded(money.amount / rate, FUNCTIONAL)


def to_usd(money: Money, on: date) -> tuple[Money, Decimal]:
    """An amount in USD at the rate of the day, and that rate."""
    rate = rate_for(money.currency, on).value
    return convert(money, rate), rate


@transaction.atomic
def add(currency: str, effective_on: date, value: Decimal, *, source: str, by: Any = None) -> Rate:
    """One rate, by hand; the same once more is the first one, another value for the same day a ValidationError."""
    added, _known = add_all([(currency, effective_on, value)], source=source, by=by)
    return added[0] if added else Rate.objects.get(currency=currency, effective_on=effective_on)


@transaction.atomic
def add_all(found: list[tuple[str, date, Decimal]], *, source: str, by: Any = None) -> tuple[list[Rate], int]:
    """Rates of one import: those that are new, and how many were known. ValidationError lists what is wrong; then none is added."""
    wanted, problems = _consistent(found)
    days = {day for _currency, day in wanted}
    known = {(rate.currency, rate.effective_on): rate.value for rate in Rate.objects.filter(effective_on__in=days)}
    for key, value in wanted.items():
        if key in known and known[key] != value:
            problems.append(_problem(*key, value, _("it is %(value)s already") % {"value": plain(known[key])}))
    if problems:
        raise ValidationError(problems)
    now = clock.now()
    rows = [
        Rate(currency=currency, effective_on=day, value=value, source=source, added_at=now, added_by=by)
        for (currency, day), value in wanted.items()
        if (currency, day) not in known
    ]
    added = Rate.objects.bulk_create(rows)
    for rate in added:
        standing.put("rate.add", rate, by=by)
    return added, len(wanted) - len(added)


def _consistent(found: list[tuple[str, date, Decimal]]) -> tuple[dict[tuple[str, date], Decimal], list[str]]:
    wanted: dict[tuple[str, date], Decimal] = {}
    problems = []
    for currency, day, value in found:
        if currency == FUNCTIONAL:
            continue
        if currency not in CURRENCIES or value <= 0:
            problems.append(_problem(currency, day, value, _("no such currency, or not above zero")))
        elif wanted.setdefault((currency, day), value) != value:
            problems.append(_problem(currency, day, value, _("the file has two different rates for that day")))
    return wanted, problems


def _problem(currency: str, day: date, value: Decimal, why: str) -> str:
    return _("%(currency)s on %(date)s, %(value)s: %(why)s.") % {
        "currency": currency,
        "date": day.isoformat(),
        "value": plain(value),
        "why": why,
    }


def currencies() -> list[tuple[str, str]]:
    """The currencies that have rates, as choices of a filter."""
    codes = Rate.objects.order_by("currency").values_list("currency", flat=True).distinct()
    return [(code, code) for code in codes]
