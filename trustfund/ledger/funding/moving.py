"""Money of contributions that moves between windows with a transfer: per contribution, so that the donor of every dollar stays known.

It is drawn, by the rule in force, from what the window that gives has free and may use for anything: the general pool, neither reserved
nor spent nor expired; what expired goes back to the window it came from. Two acts of funding, one in each window, say it of each
contribution; a reversal undoes exactly these. See docs/adr/0018.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.chain import Finding, advised
from trustfund.ledger import sealing
from trustfund.ledger.closed.marks import opening_entry
from trustfund.ledger.funding.acting import begin, done, seal
from trustfund.ledger.funding.allocations import split
from trustfund.ledger.funding.headroom import GENERAL_POOL, Headroom, headroom, refuse_overdrawn, rule_on
from trustfund.ledger.funding.models import Allocation, Funding
from trustfund.ledger.funding.splitting import Parts
from trustfund.ledger.models import Entry, Line, Subaccount
from trustfund.money import Money, usd_cents

TRANSFERS = "3900"
NOT_FREE = gettext_lazy("%(amount)s can't be moved: the contributions of this window that may be moved have %(available)s free.")


def drawn(amount: Money, *, window: str, taker: str, on: date, head: int | None = None) -> Parts:
    """From which contributions of a window `amount` would be taken on a day; ValidationError, naming what is free, when it is more.

    First what expired and had come from `taker`: it can only go home, and from there to its donor. Then the pool, by the rule.
    """
    rows = headroom(on, window=window, only_eligible=False, head=head)
    pool = [row for row in rows if row.earmark == GENERAL_POOL]
    over = [row for row in pool if row.expires_on and row.expires_on < on]
    free = [row for row in pool if row not in over]
    return split([*_homing(over, taker, on, head), *free], amount, rule_on(on).split, NOT_FREE)


def _homing(rows: list[Headroom], home: str, on: date, head: int | None) -> list[Headroom]:
    """Those that a window has from `home` alone, before all others."""
    if not rows:
        return []
    gave = {row.instalment: row.moved for row in headroom(on, window=home, head=head)}
    nothing = Money(0, "USD")
    return [replace(row, earmark=0) for row in rows if not row.received and gave.get(row.instalment, nothing) >= row.available]


@transaction.atomic
def transfer(entry: Entry, amount: Money, *, giver: str, taker: str, by: Any, parts: Parts | None = None) -> list[Funding]:
    """`amount` that was transferred by `entry` moves from contributions of the window `giver` to the same ones in `taker`.

    `parts` says from which ones where the rule does not. ValidationError when not enough is free. The same entry moves its money once.
    """
    sealing.lock_heads()
    if done(_reference(entry, giver)) is not None:
        return list(entry.fundings.filter(kind=Funding.Kind.TRANSFER))
    chosen = parts if parts is not None else drawn(amount, window=giver, taker=taker, on=entry.date)
    away = _act(Funding.Kind.TRANSFER, entry, entry, giver, chosen, by)
    return [away, _act(Funding.Kind.TRANSFER, entry, entry, taker, [(pk, -cents) for pk, cents in chosen], by)]


@transaction.atomic
def take_back(entry: Entry, *, mirror: Entry, by: Any) -> list[Funding]:
    """A transfer is reversed by `mirror`: what it moved goes back to each contribution; ValidationError when it is used by now."""
    sealing.lock_heads()
    by_window: dict[str, Parts] = defaultdict(list)
    for window, pk, cents in _moved(Q(payment=entry)):
        by_window[window].append((pk, -cents))
    acts = [_act(Funding.Kind.TAKEBACK, entry, mirror, window, parts, by) for window, parts in sorted(by_window.items())]
    refuse_overdrawn({pk for parts in by_window.values() for pk, _cents in parts})
    return acts


def _moved(which: Q) -> list[tuple[str, int, int]]:
    """Window, instalment and cents that left it, of transfers."""
    rows = Allocation.objects.filter(which).exclude(moved=0).order_by("instalment_id")
    sums = rows.values_list("funding__window_id", "instalment_id").annotate(cents=Sum("moved"))
    return [(window, pk, cents) for window, pk, cents in sums if cents]


def _act(kind: str, transfer: Entry, entry: Entry, window: str, parts: Parts, by: Any) -> Funding:
    amount = Money.from_minor(abs(sum(cents for _pk, cents in parts)), "USD")
    funding = begin(kind, amount, on=entry.date, by=by, reference=_reference(entry, window), window=window, entry=entry)
    return seal(funding, [{"instalment_id": pk, "moved": cents, "payment_id": transfer.pk} for pk, cents in parts])


def _reference(entry: Entry, window: str) -> str:
    return f"{entry.reference}:moved:{window}"


# Reading


@dataclass(frozen=True)
class Move:
    """What one transfer moved of one contribution: `amount` left the window `source` for `target`, less what was moved back."""

    instalment: int
    transfer: Entry
    source: str
    target: str
    amount: Money

    @property
    def sentence(self) -> str:
        """In words, for the pages of the contribution and of the transfer."""
        names = {"amount": self.amount, "source": self.source, "target": self.target}
        return _("%(amount)s moved from the window “%(source)s” to the window “%(target)s”.") % names


def moves_of(instalments: Iterable[Subaccount | None] = (), transfer: Entry | None = None) -> list[Move]:
    """What transfers moved of these contributions, or what one transfer moved, as it stands by now; the oldest first."""
    which = Q(payment=transfer) if transfer is not None else Q(instalment__in=[each.pk for each in instalments if each is not None])
    rows = Allocation.objects.filter(which).exclude(moved=0).order_by("payment_id", "instalment_id")
    sums: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    named = rows.values_list("payment_id", "instalment_id", "funding__window__name").annotate(cents=Sum("moved"))
    for payment, instalment, window, cents in named:
        sums[payment, instalment][window] = cents
    entries = Entry.objects.in_bulk({payment for payment, _instalment in sums})
    return [_move(pk, entries[payment], by_window) for (payment, pk), by_window in sums.items() if any(by_window.values())]


def _move(instalment: int, entry: Entry, by_window: dict[str, int]) -> Move:
    source, target = max(by_window, key=by_window.__getitem__), min(by_window, key=by_window.__getitem__)
    return Move(instalment, entry, source, target, Money.from_minor(by_window[source], "USD"))


def home_of(instalment: Subaccount, window: str) -> tuple[str, int]:
    """From which window money of a contribution came to `window` with transfers, and how many cents of it; ("", 0) for none."""
    sums = {where: cents for where, _pk, cents in _moved(Q(instalment=instalment))}
    came = -sums.get(window, 0)
    return (max(sums, key=sums.__getitem__), came) if came > 0 else ("", 0)


# Verification


@advised("Compare the transfer's entry with its acts of funding. One from before there were any gets them by `manage.py fund_transfers`.")
def transfers() -> list[Finding]:
    """What contributions moved with each transfer is its sum, in each window, and the windows' sums cancel out for each contribution."""
    booked: dict[tuple[int, str], int] = defaultdict(int)
    lines = Line.objects.filter(account_id=TRANSFERS).exclude(opening_entry()).order_by()
    for entry, reverses, window, debits, credits in lines.values_list("entry_id", "entry__reverses_id", "window_id").annotate(
        Sum("debit"), Sum("credit")
    ):
        booked[reverses or entry, window] += debits - credits
    moved: dict[tuple[int, str], int] = defaultdict(int)
    rows = Allocation.objects.exclude(moved=0).order_by()
    for payment, window, cents in rows.values_list("payment_id", "funding__window_id").annotate(Sum("moved")):
        moved[payment, window] = cents
    apart = sorted(key for key in booked.keys() | moved.keys() if booked[key] != moved[key])
    found = [
        Finding(f"transfer {key[0]}, window {key[1]}", f"contributions to move {usd_cents(booked[key])}", str(usd_cents(moved[key])))
        for key in apart
    ]
    uneven = rows.values_list("payment_id", "instalment__code").annotate(sum=Sum("moved")).exclude(sum=0)
    told = "as much to leave as to come"
    return found + [Finding(f"transfer {pk}, {code}", told, f"{usd_cents(cents)} apart") for pk, code, cents in uneven]
