"""Posting a two-leg entry with everything on (triggers, chain, numbering, idempotency), one commit each, against the raw limit.

The raw limit is the same rows' bytes inserted by three bare statements into plain tables without triggers, one commit each.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date

from django.db import connection, transaction

from trustfund.ledger import periods, posting, postings, subaccounts
from trustfund.money import usd

ROUNDS, ENTRIES = 5, 200
DAY = date(2026, 3, 16)


def run() -> None:
    """Print both rates (medians of the rounds) and their ratio."""
    periods.open_year(DAY.year)
    bank = subaccounts.open("bank", "BENCH", name="Bench", public_label="Bench", currency="USD")
    _raw_tables()
    ours, raw = [], []
    for number in range(ROUNDS):
        ours.append(_rate(lambda n, r=number: _post(bank, f"bench:{r}:{n}")))
        raw.append(_rate(lambda n, r=number: _insert(r * ENTRIES + n)))
    mine, limit = statistics.median(ours), statistics.median(raw)
    print(f"{connection.vendor}, {ROUNDS} rounds of {ENTRIES} entries, medians")
    print(f"  posting.post            {mine:9,.0f} entries/s")
    print(f"  three bare statements   {limit:9,.0f} entries/s")
    print(f"  ratio                   {mine / limit:9.2f}")


def _rate(act: Callable[[int], None]) -> float:
    begin = time.perf_counter()
    for number in range(ENTRIES):
        act(number)
    return ENTRIES / (time.perf_counter() - begin)


def _post(bank: object, reference: str) -> None:
    posting.post(postings.interest(bank, usd("1.00")), reference=reference, on=DAY, by=None, source="bench")


def _raw_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_entry (id bigint PRIMARY KEY, day text, reference text)")
        cursor.execute("CREATE TABLE bench_line (id bigint PRIMARY KEY, entry bigint, account text, debit bigint, credit bigint)")


def _insert(number: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_entry VALUES (%s, %s, %s)", [number, str(DAY), f"raw:{number}"])
        cursor.execute("INSERT INTO bench_line VALUES (%s, %s, '1010', 100, 0)", [2 * number, number])
        cursor.execute("INSERT INTO bench_line VALUES (%s, %s, '4100', 0, 100)", [2 * number + 1, number])
