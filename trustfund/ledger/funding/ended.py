"""Money that returns to a contribution whose agreement has ended: it is the donor's again (2300), unless the donor lets the fund keep it.

A consent takes the expiry off the agreement's subaccounts (`subaccounts.keep`), so that nothing of it counts as ended any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models

from trustfund.ledger import balances, finance_postings, posting, postings, subaccounts
from trustfund.ledger.funding import headroom, moving
from trustfund.ledger.funding.models import Allocation
from trustfund.ledger.models import Entry, FundWindow, Subaccount
from trustfund.money import Money

DUE = ":ended:"
"""In the references of these entries, before the instalment's key."""


def give_back(rows: Iterable[Allocation], *, on: date, by: Any, source: str, of: models.Model) -> list[Entry]:
    """Of what an act gave back to contributions (its allocations), what belongs to ended agreements is due to the donors from `on`.

    What had come from another window goes back there first. With its programme support, which is charged on accepted expenditure only.
    Dr 2200 as far as a condition is open, else 4090 / Cr 2300.
    """
    returned: dict[int, int] = defaultdict(int)
    reference = window = ""
    for row in rows:
        returned[row.instalment_id] -= row.reserved + row.allocated
        reference, window = reference or row.funding.reference, window or row.funding.window_id
    found = Subaccount.objects.filter(pk__in=returned).select_related("parent__parent").order_by("pk")
    ended = [each for each in found if returned[each.pk] > 0 and (day := headroom.expiry_of(each)) is not None and day < on]
    about: dict[str, Any] = {"on": on, "by": by, "source": source, "of": of}
    return [_given_back(each, returned[each.pk], window, reference, about) for each in ended]


def _given_back(instalment: Subaccount, cents: int, window: str, reference: str, about: dict[str, Any]) -> Entry:
    """It is due in the window where the contribution was received."""
    home = _home(instalment, cents, window, reference=reference, **about)
    return posting.post(_legs(instalment, cents), reference=f"{reference}{DUE}{instalment.pk}", window=home, **about)


def _home(instalment: Subaccount, cents: int, window: str, *, reference: str, on: date, by: Any, **about: Any) -> str:
    """What returned to a contribution in a window to which it had been moved is moved back, in the books and in the trace.

    Gives the window where it is by then.
    """
    home, came = moving.home_of(instalment, window)
    amount = Money.from_minor(min(cents, came), "USD")
    if amount:
        between = [_window(code, by) for code in (window, home)]
        legs = finance_postings.window_transfer(amount, giver=between[0], taker=between[1], windows=(window, home))
        entry = posting.post(legs, reference=f"{reference}:home:{instalment.pk}", on=on, by=by, **about)
        moving.transfer(entry, amount, giver=window, taker=home, by=by, parts=[(instalment.pk, amount.minor)])
    return home or window


def _window(code: str, by: Any) -> Subaccount:
    window = FundWindow.objects.get(pk=code)
    return subaccounts.open("window", subaccounts.window_code(window), name=window.name, public_label=window.name, by=by)


def _legs(instalment: Subaccount, cents: int) -> list[Any]:
    due = _with_support(instalment, cents)
    liability = min(-balances.balance("2200", of=instalment), due)
    return [
        *postings.donor_refund_due(instalment, max(liability, postings.NOTHING), conditional=True),
        *postings.donor_refund_due(instalment, due - max(liability, postings.NOTHING)),
    ]


def _with_support(instalment: Subaccount, cents: int) -> Money:
    """What was returned and its programme support: as much as leaves the contribution with what it could fund before."""
    rate = headroom.psc_rate_of(instalment)
    there = Money.from_minor(headroom.brought([instalment.pk]).get(instalment.pk, 0), "USD")
    returned = Money.from_minor(cents, "USD")
    due = min(returned + returned.times(rate or 0), there)
    cent = Money.from_minor(1, "USD")
    while due > returned and _lost(there, due, rate) > returned:
        due -= cent
    return due


def _lost(there: Money, due: Money, rate: Any) -> Money:
    """By how much less can be granted without `due`."""
    left = there - due
    return due - headroom.set_aside(there, rate) + headroom.set_aside(left, rate)


def taken_back(instalments: Iterable[Subaccount], *, on: date, by: Any, reference: str) -> list[Entry]:
    """The donor lets the fund keep what returned: what is due for it and not paid yet is the contribution's again."""
    mirrors = []
    for instalment in instalments:
        due = Entry.objects.filter(reference__endswith=f"{DUE}{instalment.pk}", reversed_by__isnull=True).order_by("pk")
        for entry in due:
            amount = Money.from_minor(sum(line.credit for line in entry.lines.filter(account="2300")), "USD")
            if -balances.balance("2300", of=instalment) >= amount:
                mirrors.append(posting.reverse(entry, on=max(on, entry.date), by=by, reference=f"{reference}:{entry.pk}"))
    return mirrors
