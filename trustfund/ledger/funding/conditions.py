"""Cash of a conditional agreement that was spent for its purpose: accepted expenditure releases the liability, by the trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Sum

from trustfund.ledger import posting, postings
from trustfund.ledger.funding import headroom
from trustfund.ledger.funding.models import Allocation
from trustfund.ledger.funding.trace import accepted_shares
from trustfund.ledger.models import Entry, Line, Subaccount
from trustfund.money import Money

SOURCE = "condition.follow"
OTHER_DONORS = "4020"
_revenue: list[Callable[[Subaccount], str]] = []


def revenue_by(account_of: Callable[[Subaccount], str]) -> None:
    """Register who knows the revenue account of a contribution ("" when it does not)."""
    if account_of not in _revenue:
        _revenue.append(account_of)


def follow(grant: Subaccount, *, on: date, by: Any, reference: str, of: models.Model) -> list[Entry]:
    """After what was paid to a grant or accepted of it changed: Dr 2200 / Cr revenue for what is spent of conditional cash by now.

    Spent is accepted expenditure, counted to the grant's oldest payments first, and its programme support at the contribution's rate. What
    is accepted no more (disallowed, returned) is a liability again, unless the condition was met meanwhile.
    """
    funders = Allocation.objects.filter(grant=grant).values("instalment")
    conditional = Subaccount.objects.filter(pk__in=funders, lines__account="2200").distinct().select_related("parent__parent")
    entries = [_followed(each, on, by, f"{reference}:spent:{each.pk}", of) for each in conditional.order_by("pk")]
    return [entry for entry in entries if entry is not None]


def _followed(instalment: Subaccount, on: date, by: Any, reference: str, of: models.Model) -> Entry | None:
    change = _to_release(instalment)
    if not change:
        return None
    legs = postings.conditional_spent(instalment, change, revenue_of(instalment))
    return posting.post(legs, reference=reference, on=on, by=by, source=SOURCE, of=of, window=_window_of(instalment))


def _window_of(instalment: Subaccount) -> str | None:
    """Where its cash was received: the liability stands there, whichever window spent what was moved of it."""
    lines = Line.objects.filter(subaccount=instalment, account="2200", credit__gt=0).order_by("pk")
    return lines.values_list("window_id", flat=True).first()


def _to_release(instalment: Subaccount) -> Money:
    """What becomes revenue now; below zero what is a liability again."""
    lines = Line.objects.filter(subaccount=instalment, account="2200")
    held, released = -_sum(lines), _sum(lines.filter(entry__source=SOURCE))
    change = spent(instalment).minor - released
    others = _sum(lines.exclude(entry__source=SOURCE).filter(debit__gt=0))
    if change < 0:
        return Money.from_minor(0 if others else max(change, -released), "USD")
    return Money.from_minor(min(change, max(held, 0)), "USD")


def _sum(lines: models.QuerySet[Line]) -> int:
    """Cents of debits less credits."""
    return lines.aggregate(sum=Sum(F("debit") - F("credit")))["sum"] or 0


def spent(instalment: Subaccount) -> Money:
    """Accepted expenditure that a contribution paid for, with its programme support; all it brought once all of that can be granted."""
    grants = set(Allocation.objects.filter(instalment=instalment, grant__isnull=False).values_list("grant_id", flat=True))
    shares = accepted_shares(grants)
    accepted = Money.from_minor(sum(cents for (pk, _grant), cents in shares.items() if pk == instalment.pk), "USD")
    there = Money.from_minor(headroom.brought([instalment.pk]).get(instalment.pk, 0), "USD")
    rate = headroom.psc_rate_of(instalment)
    if accepted >= there - headroom.set_aside(there, rate):
        return there
    return accepted + accepted.times(rate or Decimal(0))


def revenue_of(instalment: Subaccount) -> str:
    """The revenue account of a contribution, as whoever knows its donor says; of other donors when nobody does."""
    return next((code for account_of in _revenue if (code := account_of(instalment))), OTHER_DONORS)
