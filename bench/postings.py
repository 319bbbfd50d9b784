"""Posting a two-leg entry with everything on, one commit each, against the raw limit and against django-hordak.

Everything: triggers, chain, numbering, idempotency, and the act in the audit trail. The raw limit is the same rows inserted by three
bare statements, by the driver alone without Django, prepared, one commit each, into tables with the ledger's columns and indexes and
nothing else; beside it, the same with a hash chain, and tables with hardly a column. Then thousands of entries in one call,
against COPY of the same rows into the same kind of plain tables.
"""

from __future__ import annotations

import hashlib
import sqlite3
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
from django.db import connection, transaction

from bench.peers import Peer
from trustfund import clock
from trustfund.audit import recording
from trustfund.ledger import periods, posting, postings, sealing, subaccounts
from trustfund.ledger.models import Entry, Line, Seal, Subaccount
from trustfund.ledger.posting import Draft
from trustfund.money import usd

ROUNDS, ENTRIES, MANY = 7, 300, 2000
LINKED = 1_000_000
"""Where the numbers of the linked rows begin."""
DAY = date(2026, 3, 16)
DAY_TEXT = DAY.isoformat()
RAW, COPY = "three bare statements", "COPY into the same tables"


def run(peer: Peer | None) -> None:
    """Print the rates (medians of interleaved rounds) and their ratios; `peer` is django-hordak on the same server, where there is one."""
    periods.open_year(DAY.year)
    bank = subaccounts.open("bank", "BENCH", name="Bench", public_label="Bench", currency="USD")
    _raw_tables()
    driver = _driver()
    acts: dict[str, Callable[[int], float]] = {
        "posting.post": lambda first: _rate(lambda n: _post(bank, f"bench:{n}"), first),
        "posting.post, its act on record": lambda first: _rate(lambda n: _post_on_record(bank, f"act:{n}"), first),
        "record, then posting.post": lambda first: _rate(lambda n: _record_and_post(bank, f"both:{n}"), first),
        RAW: lambda first: _rate(lambda n: _insert(driver, n), first),
        "... and a link of a chain": lambda first: _rate(lambda n: _insert_linked(driver, n), first),
        "... of few columns, one key": lambda first: _rate(lambda n: _insert_bare(driver, n), first),
    }
    if peer:
        acts["django-hordak transfer_to"] = lambda _first: peer.rate(ENTRIES)
    _compare(f"{connection.vendor}, {ROUNDS} rounds of {ENTRIES} entries, one commit each, medians", acts, ROUNDS, RAW)
    many = {"posting.post_all": lambda first: _many(bank, first)}
    if connection.vendor == "postgresql":
        many[COPY] = _copy
    _compare(f"{MANY} entries in one transaction, medians", many, 5, COPY if COPY in many else "posting.post_all")


def _compare(title: str, acts: dict[str, Callable[[int], float]], rounds: int, base: str) -> None:
    rates: dict[str, list[float]] = {name: [] for name in acts}
    for number in range(rounds):
        for name, act in acts.items():
            rates[name].append(act(number * ENTRIES))
    _table(title, rates, base)


def _table(title: str, rates: dict[str, list[float]], base: str) -> None:
    limit = statistics.median(rates[base])
    print(title)
    for name, found in rates.items():
        rate = statistics.median(found)
        print(f"  {name:34}{rate:9,.0f} entries/s   ratio {rate / limit:5.2f}")


def _rate(act: Callable[[int], Any], first: int) -> float:
    begin = time.perf_counter()
    for number in range(first, first + ENTRIES):
        act(number)
    return ENTRIES / (time.perf_counter() - begin)


def _post(bank: Any, reference: str, act: Any = None) -> Any:
    return posting.post(postings.interest(bank, usd("1.00")), reference=reference, on=DAY, by=None, source="bench", act=act)


def _post_on_record(bank: Any, reference: str) -> None:
    _post(bank, reference, recording.draft("bench.post", of=bank, by=None, reference=reference))


@transaction.atomic
def _record_and_post(bank: Any, reference: str) -> None:
    """As after a transition of the workflow, which goes on record by itself."""
    recording.record("bench.post", of=bank, by=None, reference=reference)
    _post(bank, reference)


def _many(bank: Any, first: int) -> float:
    legs = postings.interest(bank, usd("1.00"))
    drafts = [Draft(legs, f"many:{first}:{each}", DAY, "bench", "", "", "general", "normal") for each in range(MANY)]
    begin = time.perf_counter()
    posting.post_all(drafts)
    return MANY / (time.perf_counter() - begin)


@transaction.atomic
def _copy(first: int) -> float:
    """The same rows made ready beforehand (with hashes that mean nothing) and copied into the ledger's own tables, triggers and all.

    The seals can't be copied at once: each is checked against the head that the one before it moved.
    """
    head, period = sealing.lock_heads(), periods.period_for(DAY)
    number = Entry.objects.filter(year_id=DAY.year).latest("number").number
    bank, at = Subaccount.objects.get(code="BENCH").pk, clock.now()
    hashes = [head.hash, *(hashlib.sha256(f"{head.seq}:{each}".encode()).hexdigest() for each in range(MANY))]
    entries, lines, seals = [], [], []
    for each in range(1, MANY + 1):
        seq = head.seq + each
        entries.append((seq, DAY.year, number + each, period.pk, DAY, "normal", f"copy:{seq}", "bench", "", "", None, None))
        lines += [
            (seq * 100_000 + 1, seq, 1, DAY, "1010", "general", bank, 100, 0, "USD", 100, "1"),
            (seq * 100_000 + 2, seq, 2, DAY, "4100", "general", None, 0, 100, "USD", 100, "1"),
        ]
        seals.append((seq, at, 1, hashes[each - 1], hashes[each]))
    begin = time.perf_counter()
    with connection.cursor() as cursor:
        _copy_in(cursor, Entry, entries)
        _copy_in(cursor, Line, lines)
        cursor.executemany(f"INSERT INTO ledger_seal ({_columns(Seal)}) VALUES (%s, %s, %s, %s, %s)", seals)
    connection.check_constraints()
    return MANY / (time.perf_counter() - begin)


def _copy_in(cursor: Any, model: Any, rows: list[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {model._meta.db_table} ({_columns(model)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _columns(model: Any) -> str:
    return ", ".join(field.column for field in model._meta.concrete_fields)


def _raw_tables() -> None:
    """The ledger's columns and indexes without a trigger, a foreign key or a CHECK; and tables with hardly any columns and one key."""
    with connection.cursor() as cursor:
        for table in ("entry", "line", "seal"):
            like = f" (LIKE ledger_{table} INCLUDING INDEXES)" if connection.vendor == "postgresql" else f" AS SELECT * FROM ledger_{table}"
            cursor.execute(f"CREATE TABLE bench_{table}{like}")
        cursor.execute("CREATE TABLE bench_head (id integer PRIMARY KEY, seq bigint, hash text)")
        cursor.execute("INSERT INTO bench_head VALUES (1, 0, '')")
        cursor.execute("CREATE TABLE bench_bare_entry (id bigint PRIMARY KEY, day text, reference text)")
        cursor.execute("CREATE TABLE bench_bare_line (id bigint PRIMARY KEY, entry bigint, account text, debit bigint, credit bigint)")


def _driver() -> Any:
    """A connection of the driver's own, without Django; a statement that comes again is prepared by psycopg on PostgreSQL."""
    if connection.vendor == "sqlite":
        driver = sqlite3.connect(connection.settings_dict["NAME"])
        driver.execute("PRAGMA synchronous=NORMAL")  # as the ledger's own connection
        return driver
    given = connection.get_connection_params()
    return psycopg.connect(**{name: given[name] for name in ("dbname", "user", "password", "host", "port")})


ENTRY = f"INSERT INTO bench_entry ({_columns(Entry)}) VALUES (%s, 2026, %s, 1, %s, 'normal', %s, 'bench', '', '', NULL, NULL)"
LINE = f"INSERT INTO bench_line ({_columns(Line)}) VALUES (%s, %s, %s, %s, %s, 'general', %s, %s, %s, 'USD', 100, '1')"


def _insert(driver: Any, number: int) -> None:
    """The same rows as a posting's, without what it knows and checks."""
    _three(driver, number)
    driver.commit()


def _insert_linked(driver: Any, number: int) -> None:
    """The same with a hash chain under a lock, and nothing else of what a posting keeps: statement by statement, as a program would."""
    mark, waits = _marks(driver), "" if isinstance(driver, sqlite3.Connection) else " FOR UPDATE"
    seq, last = driver.execute(f"SELECT seq, hash FROM bench_head WHERE id = 1{waits}").fetchone()
    _three(driver, LINKED + number)
    new = hashlib.sha256(f"{last}{number}{DAY_TEXT}linked".encode()).hexdigest()
    driver.execute(mark("INSERT INTO bench_seal VALUES (%s, %s, 1, %s, %s)"), [seq + 1, f"{DAY_TEXT} 12:00:00+00:00", last, new])
    driver.execute(mark("UPDATE bench_head SET seq = %s, hash = %s WHERE id = 1"), [seq + 1, new])
    driver.commit()


def _three(driver: Any, number: int) -> None:
    mark = _marks(driver)
    driver.execute(mark(ENTRY), [number, number, DAY_TEXT, f"raw:{number}"])
    driver.execute(mark(LINE), [2 * number, number, 1, DAY_TEXT, "1010", 1, 100, 0])
    driver.execute(mark(LINE), [2 * number + 1, number, 2, DAY_TEXT, "4100", None, 0, 100])


def _insert_bare(driver: Any, number: int) -> None:
    mark = _marks(driver)
    driver.execute(mark("INSERT INTO bench_bare_entry VALUES (%s, %s, %s)"), [number, DAY_TEXT, f"raw:{number}"])
    driver.execute(mark("INSERT INTO bench_bare_line VALUES (%s, %s, '1010', 100, 0)"), [2 * number, number])
    driver.execute(mark("INSERT INTO bench_bare_line VALUES (%s, %s, '4100', 0, 100)"), [2 * number + 1, number])
    driver.commit()


def _marks(driver: Any) -> Callable[[str], str]:
    """How the driver writes what is put in."""
    return (lambda text: text.replace("%s", "?")) if isinstance(driver, sqlite3.Connection) else (lambda text: text)
