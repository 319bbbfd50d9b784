"""The ledger's export against the raw limits: COPY TO through the same driver, and xlsxwriter alone with values that are there already.

The lines are put past the triggers (this database is thrown away), because a million postings would take half an hour.
"""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from django.db import connection

from trustfund import guards
from trustfund.ledger import periods, subaccounts
from trustfund.ledger.exports import tables
from trustfund.ledger.exports.source import Book
from trustfund.ledger.models import Period
from trustfund.ledger.snapshots import snapshot

LINES, ROUNDS = 1_000_000, 3
WORKBOOK_LINES, WORKBOOK_ROUNDS = 20_000, 3
LONG_WORKBOOK = 100_000
"""Lines of the workbook whose memory is looked at: five times as long as those that are compared, and no more memory."""
YEAR = 2026
JOIN = "COPY TO of the same join and columns"


class Superuser:
    """What guards.drop and guards.install need of a schema editor."""

    connection = connection

    def execute(self, sql: str, params: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)


def run() -> None:
    """Print lines per second and ratios, and how much memory the whole run took at most."""
    if connection.vendor != "postgresql":
        print("exports: on PostgreSQL only (pg_virtualenv .venv/bin/python -m bench exports)")
        return
    _fill()
    before = _memory()
    acts = {"ledger as CSV, 21 columns": _ours, JOIN: _copy_join, "COPY TO of the bare line table": _copy_table}
    _compare(f"{LINES:,} lines to CSV, medians of {ROUNDS}", acts, LINES, ROUNDS, JOIN)
    print(f"  memory: {before} MB before, {_memory()} MB at most while a file of {_size(_ours)} MB was written")
    _long_workbook()
    rows = list(tables.rows_of(Book(until=_day_of(WORKBOOK_LINES))))
    books = {"ledger as XLSX": lambda path: tables.write_xlsx(Book(until=_day_of(WORKBOOK_LINES)), path), "xlsxwriter alone": _alone(rows)}
    _compare(f"{len(rows):,} lines to XLSX, medians of {WORKBOOK_ROUNDS}", books, len(rows), WORKBOOK_ROUNDS, "xlsxwriter alone")


def _long_workbook() -> None:
    """How much memory a long workbook takes beyond a short one."""
    with tempfile.TemporaryDirectory() as folder:
        used = []
        for lines in (WORKBOOK_LINES, LONG_WORKBOOK):
            tables.write_xlsx(Book(until=_day_of(lines)), Path(folder) / "export.xlsx")
            used.append(_memory())
        size = (Path(folder) / "export.xlsx").stat().st_size >> 20
    print(
        f"  memory: {used[0]} MB at most with {WORKBOOK_LINES:,} lines to XLSX, {used[1]} MB with {LONG_WORKBOOK:,} ({size} MB)", flush=True
    )


def _day_of(lines: int) -> date:
    """The day by which so many lines are posted: they are spread evenly over a year of 360 days."""
    day = 360 * lines // LINES
    return date(YEAR, max(1, (day - 1) // 30 + 1), max(1, (day - 1) % 28 + 1))


def _compare(title: str, acts: dict[str, Callable[[Path], Any]], lines: int, rounds: int, base: str) -> None:
    rates: dict[str, list[float]] = {name: [] for name in acts}
    with tempfile.TemporaryDirectory() as folder:
        for _round in range(rounds):
            for name, act in acts.items():
                begin = time.perf_counter()
                act(Path(folder) / "export")
                rates[name].append(lines / (time.perf_counter() - begin))
    print(title)
    limit = statistics.median(rates[base])
    for name, found in rates.items():
        rate = statistics.median(found)
        print(f"  {name:40}{rate:11,.0f} lines/s   ratio {rate / limit:5.2f}")


def _ours(path: Path) -> None:
    with snapshot(), path.open("wb") as file:
        file.writelines(tables.csv_blocks(Book()))


def _copied(select: str, path: Path) -> None:
    with path.open("wb") as file, connection.cursor() as cursor, cursor.cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)") as copy:
        file.writelines(copy)


def _copy_join(path: Path) -> None:
    columns = (
        "l.date, e.year_id, e.number, p.number, e.kind, e.reference, e.source, e.object_type, e.object_id, e.by_id, l.position, "
        "l.account_id, a.name, l.window_id, u.code, l.debit, l.credit, l.currency, l.original_minor, l.rate, l.entry_id, s.hash"
    )
    _copied(f"SELECT {columns} FROM {tables.JOINED} ORDER BY l.date, l.entry_id, l.position", path)


def _copy_table(path: Path) -> None:
    _copied("SELECT * FROM ledger_line", path)


def _alone(rows: list[list[Any]]) -> Callable[[Path], None]:
    """The same cells by xlsxwriter's own `write_row`, from values that are in memory."""

    def write(path: Path) -> None:
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        book.close()

    return write


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _size(act: Callable[[Path], Any]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        act(Path(folder) / "export")
        return (Path(folder) / "export").stat().st_size >> 20


ENTRIES = """
INSERT INTO ledger_seal (seq, at, version, previous_hash, hash)
SELECT n, now(), 1, md5((n - 1)::text) || md5(n::text), md5(n::text) || md5((n + 1)::text) FROM generate_series(1, %(many)s) n;
INSERT INTO ledger_entry (seal_id, year_id, number, period_id, date, kind, reference, source, object_type, object_id)
SELECT n, %(year)s, n, p.id, make_date(%(year)s, m, 1 + n %% 28), 'normal', 'bench:' || n, 'bench.post', 'bench.thing', n::text
FROM (SELECT n, 1 + (n - 1) * 12 / %(many)s AS m FROM generate_series(1, %(many)s) n) x
JOIN ledger_period p ON p.year_id = %(year)s AND p.number = m;
INSERT INTO ledger_line
(id, entry_id, position, date, account_id, window_id, subaccount_id, debit, credit, currency, original_minor, rate)
SELECT e.seal_id * 100000 + k, e.seal_id, k, e.date, CASE k WHEN 1 THEN '1010' ELSE '4100' END, 'general',
       CASE k WHEN 1 THEN %(bank)s END, CASE k WHEN 1 THEN e.seal_id ELSE 0 END, CASE k WHEN 2 THEN e.seal_id ELSE 0 END,
       'USD', e.seal_id, '1'
FROM ledger_entry e CROSS JOIN generate_series(1, 2) k;
UPDATE ledger_ledgerhead SET seq = s.seq, hash = s.hash FROM ledger_seal s WHERE s.seq = %(many)s;
ANALYZE;
"""


def _fill() -> None:
    """Half as many entries of two lines each, in a year of its own."""
    if not Period.objects.filter(year=YEAR).exists():
        periods.open_year(YEAR)
    bank = subaccounts.open("bank", "BENCH", name="Bench", public_label="Bench", currency="USD")
    guards.drop(Superuser(), "ledger")
    with connection.cursor() as cursor:
        for statement in ENTRIES.split(";\n")[:-1]:
            cursor.execute(statement, {"many": LINES // 2, "year": YEAR, "bank": bank.pk} if "%(" in statement else None)
