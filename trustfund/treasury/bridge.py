"""From the free cash to what can be granted: the steps between the last line of the cash position and the headroom of all windows.

Cash is, by double entry, what all other lines come to. Those that name contributions are what headroom counts as received; those of what is
owed or set aside are off the free cash already. So the difference is the rest of the lines, account by account, against what contributions
were charged with for them, and what only one of the two takes off. Year-end closings count in neither; memo accounts are no money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from trustfund.ledger.funding.headroom import gone_since, totals
from trustfund.ledger.funding.models import Allocation
from trustfund.ledger.history import TAKEN_OVER_GIFTS
from trustfund.money import Money, total, usd_cents, zero
from trustfund.treasury.position import Held, Position, account_url

Steps = Mapping[str, Money]
"""What each step adds, by its name."""


@dataclass(frozen=True)
class Bridge:
    """The free cash, the steps, and the headroom of all windows, in USD; `unexplained` is nothing unless the books or we are wrong."""

    as_of: date
    free: Money
    steps: list[Held]
    available: Money

    @property
    def unexplained(self) -> Money:
        return self.available - self.free - total(step.amount for step in self.steps)


def bridge(found: Position) -> Bridge:
    """From the free cash of a position to the headroom of the same day; a step of nothing is left out."""
    sums, as_of = totals(found.rows), found.as_of
    later = _later(as_of)
    amounts = _only_here(found, sums) | _against(found, sums, later)
    amounts["later"] = -total(later.values()) - gone_since(as_of)
    steps = [Held(label, amounts[name], None, url) for name, label, url in _words(as_of) if amounts[name]]
    return Bridge(as_of, found.free, steps, sums.get("available", zero()))


def _only_here(found: Position, sums: Steps) -> dict[str, Money]:
    """What is off the free cash and not off headroom, or the other way round."""
    return {
        "operating": found.owed("3100"),
        "conditional": found.owed("2200"),
        "share": -sums.get("reserve", zero()),
    }


def _against(found: Position, sums: Steps, later: Steps) -> dict[str, Money]:
    """The lines that name no contribution, debits less credits, against what contributions were charged with for them by the day."""
    posted = found.posted

    def borne(name: str) -> Money:
        return sums.get(name, zero()) - later[name]

    return {
        **{name: posted.get(name, zero()) for name in ("invested", "receivable", "in_kind")},
        "costs": posted.get("costs", zero()) - borne("charged"),
        "partners": posted.get("partners", zero()) - borne("allocated"),
        "support": posted.get("support", zero()) + found.uncharged - sums.get("psc", zero()),
        "windows": posted.get("windows", zero()) - borne("moved"),
        "opening": posted.get("opening", zero()) - found.owed("3100"),
    }


def _later(as_of: date) -> Steps:
    """What was reserved, paid, charged and moved after the day: headroom takes it off today already."""
    names = ("reserved", "allocated", "charged", "moved")
    rows = Allocation.objects.filter(date__gt=as_of).exclude(instalment__code=TAKEN_OVER_GIFTS)
    found = rows.aggregate(**{f"{name}_later": Sum(name) for name in names})
    return {name: usd_cents(found[f"{name}_later"] or 0) for name in names}


def _words(as_of: date) -> list[tuple[str, str, str]]:
    """Each step's name, its words, and where its lines are; in their order."""
    day = urlencode({"as_of": as_of.isoformat()})
    room, months = f"{reverse('ledger:headroom')}?{day}", reverse("ledger:costs")
    return [
        ("operating", _("Operating reserve: set aside in the books, not taken off contributions"), account_url("3100", as_of)),
        ("conditional", _("Conditional cash: set aside until it is earned, but it can be granted"), account_url("2200", as_of)),
        ("costs", _("The Fund’s own costs less income that no contribution bears yet"), months),
        ("share", _("Contributions’ share that the funding rule keeps in reserve"), room),
        ("support", _("Programme support cost beyond what contributions set aside for it"), account_url("5100", as_of)),
        ("partners", _("Paid to partners or written off of it, less what contributions paid"), account_url("1200", as_of)),
        ("invested", _("Cash pool investments: contributions’ money that is no cash now"), account_url("1060", as_of)),
        ("receivable", _("Other receivables"), account_url("1400", as_of)),
        ("in_kind", _("Given in kind and used in kind"), account_url("4040", as_of)),
        ("windows", _("Between windows, on its way"), account_url("1900", as_of)),
        ("opening", _("Taken over with the opening, or moved within the surplus"), account_url("3010", as_of)),
        ("later", _("Reserved, paid, charged or taken back after this day"), room),
    ]
