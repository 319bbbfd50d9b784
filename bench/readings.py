"""The figures of a year in large books and in small ones, with what closings kept; and an account's balance beside django-hordak's.

Database time is what the statements' queries took, seen from the client.
"""

from __future__ import annotations

import os
import statistics
from datetime import date
from unittest import mock

from django.db import connection

from bench.books import CLOSED, OPEN, OPEN_LINES, SMALL, ready, use, without_triggers
from bench.peers import Peer
from bench.timing import timed
from trustfund.budgets import lines
from trustfund.budgets.models import Budget, BudgetLine
from trustfund.ledger import balances
from trustfund.ledger.closed import kept
from trustfund.ledger.models import GENERAL
from trustfund.money import usd
from trustfund.people.models import User
from trustfund.statements.books import books_at
from trustfund.statements.catalogue import STATEMENTS

LARGE = int(os.environ.get("BENCH_LINES", "10000000"))
SMALL_NAME, LARGE_NAME = "bench_small", "bench_large"
ROUNDS, LEGS = 21, 100_000
READ = ("trial-balance", "position", "performance", "net-assets", "cash-flow", "budget")
"""The trial balance and Statements I to V."""


def run(peer: Peer | None) -> None:
    """Print the times (medians of rounds, small and large books in turn) and their ratios. Only on PostgreSQL."""
    if connection.vendor != "postgresql":
        print("The figures of a year: measured on PostgreSQL only.")
        return
    for name, many in ((SMALL_NAME, SMALL), (LARGE_NAME, LARGE)):
        ready(name, many)
        _budgeted()
    compare(SMALL_NAME, LARGE_NAME, peer)


def compare(small: str, large: str, peer: Peer | None) -> None:
    """Both databases are there and filled."""
    for day, what in ((CLOSED, "closed to its last day"), (OPEN, f"with a month open ({OPEN_LINES:,} lines)")):
        _print(f"a year {what}", _figures(day, small, large))
    use(small)
    with mock.patch.object(kept, "NEWEST", kept.NEWEST.replace("WHERE b.as_of", "WHERE 1 = 0 AND b.as_of")):
        _print(f"the closed year on {SMALL:,} lines, added up without what was kept", _figures(CLOSED, small, small, rounds=1))
    _balance(peer)


def _budgeted() -> None:
    """An approved budget of the general window for the last years, so that Statement V has something to compare with."""
    if Budget.objects.exists():
        return
    maker, checker = (User.objects.create_user(email=f"{name}@example.org", name=name) for name in ("maker", "checker"))
    without_triggers("budgets_budget", "budgets_budgetline")
    for year in (CLOSED.year - 1, CLOSED.year, OPEN.year):
        about = {"maker": maker, "checker": checker, "approved_on": date(year, 1, 1), "head": 0, "act": 1, "state": Budget.State.APPROVED}
        budget = Budget.objects.create(window_id=GENERAL, year=year, number=1, **about)
        for line in lines.ORDER:
            BudgetLine.objects.create(budget=budget, line=line, amount=usd(1000))


# Measuring


Times = dict[str, list[tuple[float, float]]]
"""Per statement and round: milliseconds of database time, and from beginning to end."""


def _figures(day: date, small: str, large: str, rounds: int = ROUNDS) -> tuple[Times, Times]:
    """The statements of a year on both databases in turn: whatever else the machine does meets both. The first round does not count."""
    found: tuple[Times, Times] = ({}, {})
    for number in range(rounds + 1):
        for times, name in zip(found, (small, large), strict=True):
            use(name)
            books_at(day)
            for code in [code for code in READ if code in STATEMENTS]:
                took = timed(lambda code=code: STATEMENTS[code].make(books_at(day), date(day.year, 1, 1), None))
                times.setdefault(code, []).extend([took] if number else [])
    return found


def _print(title: str, found: tuple[Times, Times]) -> None:
    print(f"The figures of {title}: milliseconds of database time (of all), {SMALL:,} and {LARGE:,} lines")
    for code in found[0]:
        (less, whole), (more, all_) = (tuple(statistics.median(each) for each in zip(*times[code], strict=True)) for times in found)
        print(f"  {code:20}{less:9,.1f} ({whole:,.1f}){more:9,.1f} ({all_:,.1f})   ratio {more / less:5.2f}", flush=True)


def _balance(peer: Peer | None) -> None:
    """One account as of the end of a year: ours with 100,000 lines on several accounts, a peer's with as many legs on two."""
    ours = statistics.median(timed(lambda: balances.balance("1010", date(2025, 6, 30)))[1] for _round in range(100))
    within = statistics.median(timed(lambda: balances.balance("1010", date(2025, 6, 15)))[1] for _round in range(100))
    print(f"The balance of an account as of a day, {SMALL:,} lines: milliseconds from beginning to end")
    print(f"  {'balances.balance, end of a month':34}{ours:9,.2f}\n  {'balances.balance, within a month':34}{within:9,.2f}")
    if peer:
        theirs = peer.ask(f"balance {LEGS}")
        print(f"  {'django-hordak get_balance(as_of)':34}{theirs:9,.2f}   ratio {theirs / ours:5.1f}, {theirs / within:.1f}", flush=True)
