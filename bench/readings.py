"""The figures of a year in large books and in small ones, with what closings kept; and an account's balance beside django-hordak's.

Ten years of entries are made by the database itself, with the triggers off (a throw-away cluster), the same rows on every run.
Years are closed by what closes them in the product. Database time is what the statements' queries took, seen from the client.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any
from unittest import mock

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Mod
from django.db.models.lookups import Exact

from bench.peers import Peer
from trustfund.ledger import balances, closed, marks, periods, sealing, subaccounts
from trustfund.ledger.models import Period
from trustfund.statements.books import books_at
from trustfund.statements.catalogue import STATEMENTS

SMALL, LARGE = 100_000, int(os.environ.get("BENCH_LINES", "10000000"))
YEARS = range(2016, 2026)
CLOSED = date(2025, 12, 31)
OPEN, OPEN_LINES = date(2026, 1, 31), 2_000
ROUNDS, LEGS = 7, 100_000
READ = ("trial-balance", "position", "performance", "net-assets", "cash-flow", "budget")
"""Statements I to V, where there is one, and the trial balance."""

ACTS = """
(VALUES (0, 1, '1010', 'bank', 100, 0), (0, 2, '4030', 'gift', 0, 100), (0, 3, '5300', '', 2, 0), (0, 4, '1010', 'bank', 0, 2),
        (1, 1, '1200', 'grant', 70, 0), (1, 2, '1010', 'bank', 0, 70), (1, 3, '9020', 'grant', 70, 0), (1, 4, '9010', 'grant', 0, 70),
        (2, 1, '5010', 'grant', 60, 0), (2, 2, '1200', 'grant', 0, 60), (2, 3, '5100', 'grant', 8, 0), (2, 4, '2400', '', 0, 8),
        (3, 1, '1010', 'bank', 5, 0), (3, 2, '4100', '', 0, 5), (3, 3, '1020', 'euro', 3, 0), (3, 4, '4200', '', 0, 3))
AS act (kind, position, account, about, debit, credit)
"""
"""A gift and its charge, a tranche and its commitment, a report and its cost, interest and an exchange gain: four lines each."""

ENTRIES = """
INSERT INTO ledger_entry (seal_id, year_id, number, period_id, date, kind, reference, source, object_type, object_id)
SELECT n, %(year)s, n, p.id, make_date(%(year)s, p.number, 1 + (n %% 28)::int), 'normal', 'bench:' || n, 'bench', '', ''
FROM generate_series(%(first)s::bigint, %(last)s) AS n
JOIN ledger_period p ON p.year_id = %(year)s AND p.number = 1 + (n - %(first)s) * %(months)s / (%(last)s - %(first)s + 1)
"""
LINES = f"""
INSERT INTO ledger_line (id, entry_id, position, date, account_id, window_id, subaccount_id, debit, credit, currency, original_minor, rate)
SELECT e.seal_id * 100000 + act.position, e.seal_id, act.position, e.date, act.account, 'general',
  CASE act.about WHEN 'bank' THEN %(bank)s WHEN 'euro' THEN %(euro)s WHEN 'gift' THEN %(gift)s + e.seal_id %% %(gifts)s
    WHEN 'grant' THEN %(grant)s + e.seal_id %% %(grants)s END,
  act.debit, act.credit, CASE act.about WHEN 'euro' THEN 'EUR' ELSE 'USD' END, act.debit + act.credit, '1'
FROM ledger_entry e JOIN {ACTS} ON act.kind = e.seal_id %% 4 WHERE e.seal_id BETWEEN %(first)s AND %(last)s
"""
GIFTS, GRANTS = 5_000, 2_000


def _kind(*kinds: int) -> Q:
    return Q(*(Exact(Mod("entry_id", 4), kind) for kind in kinds), _connector=Q.OR)


NEVER = Q(entry_id=0)
KNOWN = {
    **dict.fromkeys(("closing", "opening", "impairing", "revaluing", "reserving"), NEVER),
    "paying": _kind(0, 1, 3),
    "partnering": _kind(1, 2),
}
"""What the marks of these rows come to, so that closing the large books takes minutes; the small ones are closed by looking."""


def run(peer: Peer | None) -> None:
    """Print the times (medians of rounds, small and large books in turn) and their ratios. Only on PostgreSQL."""
    if connection.vendor != "postgresql":
        print("The figures of a year: measured on PostgreSQL only.")
        return
    large, small = connection.settings_dict["NAME"], "bench_small"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {small}")
    for name, lines in ((small, SMALL), (large, LARGE)):
        _use(name)
        call_command("migrate", verbosity=0)
        _made(lines)
    compare(small, large, peer)


def compare(small: str, large: str, peer: Peer | None) -> None:
    """Both databases are there and filled."""
    for day, what in ((CLOSED, "closed to its last day"), (OPEN, f"with a month open ({OPEN_LINES:,} lines)")):
        _print(f"a year {what}", _figures(day, small, large))
    _use(small)
    with mock.patch.object(closed, "NEWEST", closed.NEWEST.replace("WHERE b.as_of", "WHERE 1 = 0 AND b.as_of")):
        _print(f"the closed year on {SMALL:,} lines, added up without what was kept", _figures(CLOSED, small, small, rounds=1))
    _balance(peer)


def _use(name: str) -> None:
    """Everything from here on is asked of this database."""
    connection.close()
    connection.settings_dict["NAME"] = name


def _subaccounts() -> dict[str, int]:
    for year in [*YEARS, OPEN.year]:
        periods.open_year(year)
    bank = subaccounts.open("bank", "READ-USD", name="Bench", public_label="Bench", currency="USD")
    euro = subaccounts.open("bank", "READ-EUR", name="Bench", public_label="Bench", currency="EUR")
    found = {"bank": bank.pk, "euro": euro.pk, "gifts": GIFTS, "grants": GRANTS}
    for kind, name, many in (("instalment", "gift", GIFTS), ("grant", "grant", GRANTS)):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_subaccount (kind, code, name, public_label, currency) "
                "SELECT %s, 'READ-' || %s || n, 'Bench', 'Bench', '' FROM generate_series(1, %s) AS n RETURNING id",
                [kind, name, many],
            )
            found[name] = min(row[0] for row in cursor.fetchall())
    return found


def _made(lines: int) -> None:
    """So many lines put in and their years closed; then a month that is open, with lines in it."""
    about, begin = _subaccounts(), time.perf_counter()
    seal = _fill(about, 1, lines)
    made = time.perf_counter()
    with mock.patch.dict(marks.KNOWN, KNOWN if lines > SMALL else {}):
        _close()
    print(f"  ({lines:,} lines made in {made - begin:,.0f} s, closed in {time.perf_counter() - made:,.0f} s)", flush=True)
    _put(about, OPEN.year, seal, seal + OPEN_LINES // 4 - 1, months=1)
    _analyse(seal + OPEN_LINES // 4 - 1)


def _fill(about: dict[str, int], first: int, lines: int) -> int:
    seal, each = first, lines // 4 // len(YEARS)
    indexes = _without_indexes() if lines > SMALL else []
    for year in YEARS:
        _put(about, year, seal, seal + each - 1)
        seal += each
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for definition in indexes:
            cursor.execute(definition)
    _analyse(seal - 1)
    return seal


def _without_indexes() -> list[str]:
    """The indexes of entries and lines are dropped (but for those of constraints), and made again when the rows are in."""
    named = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('ledger_entry', 'ledger_line')"
    with connection.cursor() as cursor:
        cursor.execute(f"{named} AND indexname NOT IN (SELECT conname FROM pg_constraint)")
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


def _put(about: dict[str, int], year: int, first: int, last: int, months: int = 12) -> None:
    values = {**about, "year": year, "first": first, "last": last, "months": months}
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("ledger_entry", "ledger_line"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        cursor.execute(ENTRIES, values)
        cursor.execute(LINES, values)


def _analyse(head: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_ledgerhead DISABLE TRIGGER ALL")
        cursor.execute("UPDATE ledger_ledgerhead SET seq = %s WHERE id = 1", [head])
        cursor.execute("VACUUM ANALYZE ledger_entry")
        cursor.execute("VACUUM ANALYZE ledger_line")
        cursor.execute("ANALYZE ledger_period")


def _close() -> None:
    """Each earlier year at its end, the last one month by month, as `periods.close` does it once two people have agreed."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_period DISABLE TRIGGER ALL")
        cursor.execute("UPDATE ledger_period SET state = 'closed', approved_by_id = 1, proposed_by_id = 2 WHERE year_id < %s", [OPEN.year])
    for period in Period.objects.filter(year__lt=OPEN.year).order_by("year", "number"):
        if period.number == 13 or period.year_id == CLOSED.year:
            with transaction.atomic():
                closed._keep(period.ends_on, sealing.lock_heads().seq, by=None)
    with connection.cursor() as cursor:
        for table in ("ledger_closedbooks", "ledger_closedbalance", "ledger_closedmovement"):
            cursor.execute(f"VACUUM ANALYZE {table}")


# Measuring


Times = dict[str, list[tuple[float, float]]]
"""Per statement and round: milliseconds of database time, and from beginning to end."""


def _figures(day: date, small: str, large: str, rounds: int = ROUNDS) -> tuple[Times, Times]:
    """The statements of a year on both databases in turn: whatever else the machine does meets both. The first round does not count."""
    found: tuple[Times, Times] = ({}, {})
    for number in range(rounds + 1):
        for times, name in zip(found, (small, large), strict=True):
            _use(name)
            books_at(day)
            for code in [code for code in READ if code in STATEMENTS]:
                took = _timed(lambda code=code: STATEMENTS[code].make(books_at(day), date(day.year, 1, 1), None))
                times.setdefault(code, []).extend([took] if number else [])
    return found


def _timed(act: Callable[[], Any]) -> tuple[float, float]:
    spent: list[float] = []

    def watch(execute: Any, *arguments: Any) -> Any:
        begin = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            spent.append(time.perf_counter() - begin)

    begin = time.perf_counter()
    with connection.execute_wrapper(watch):
        act()
    return sum(spent) * 1000, (time.perf_counter() - begin) * 1000


def _print(title: str, found: tuple[Times, Times]) -> None:
    print(f"The figures of {title}: milliseconds of database time (of all), {SMALL:,} and {LARGE:,} lines")
    for code in found[0]:
        (less, whole), (more, all_) = (tuple(statistics.median(each) for each in zip(*times[code], strict=True)) for times in found)
        print(f"  {code:20}{less:9,.1f} ({whole:,.1f}){more:9,.1f} ({all_:,.1f})   ratio {more / less:5.2f}", flush=True)


def _balance(peer: Peer | None) -> None:
    """One account as of the end of a year: ours with 100,000 lines on several accounts, a peer's with as many legs on two."""
    ours = statistics.median(_timed(lambda: balances.balance("1010", date(2025, 6, 30)))[1] for _round in range(100))
    within = statistics.median(_timed(lambda: balances.balance("1010", date(2025, 6, 15)))[1] for _round in range(100))
    print(f"The balance of an account as of a day, {SMALL:,} lines: milliseconds from beginning to end")
    print(f"  {'balances.balance, end of a month':34}{ours:9,.2f}\n  {'balances.balance, within a month':34}{within:9,.2f}")
    if peer:
        theirs = peer.ask(f"balance {LEGS}")
        print(f"  {'django-hordak get_balance(as_of)':34}{theirs:9,.2f}   ratio {theirs / ours:5.1f}, {theirs / within:.1f}", flush=True)
