"""Large books for the comparisons: ten years of entries made by the database itself with its triggers off (a throw-away cluster), the same
rows on every run, honestly sealed; months closed by what closes them in the product.

A database that was made before, on a cluster that is kept, is taken as it is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from unittest import mock

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Mod
from django.db.models.lookups import Exact

from trustfund import clock
from trustfund.chain import GENESIS
from trustfund.ledger import periods, sealing, subaccounts
from trustfund.ledger.closed import kept, marks
from trustfund.ledger.columns import EntryRow, LineRow
from trustfund.ledger.funding import costs
from trustfund.ledger.funding.acting import begin, seal
from trustfund.ledger.funding.models import Funding
from trustfund.ledger.models import Entry, LedgerHead, Line, Period, Seal, Subaccount
from trustfund.money import Money

SMALL = 100_000
YEARS = range(2016, 2026)
CLOSED = date(2025, 12, 31)
OPEN, OPEN_LINES = date(2026, 1, 31), 2_000
GIFTS, GRANTS = 5_000, 2_000

ACTS = """
(VALUES (0, 1, '1010', 'bank', 100, 0), (0, 2, '4030', 'gift', 0, 100), (0, 3, '5300', '', 2, 0), (0, 4, '1010', 'bank', 0, 2),
        (1, 1, '1200', 'grant', 70, 0), (1, 2, '1010', 'bank', 0, 70), (1, 3, '9010', 'grant', 70, 0), (1, 4, '9020', 'grant', 0, 70),
        (2, 1, '5010', 'grant', 60, 0), (2, 2, '1200', 'grant', 0, 60), (2, 3, '5100', 'grant', 8, 0), (2, 4, '2400', '', 0, 8),
        (3, 1, '1010', 'bank', 5, 0), (3, 2, '4100', '', 0, 5), (3, 3, '1020', 'euro', 3, 0), (3, 4, '4200', '', 0, 3))
AS act (kind, position, account, about, debit, credit)
"""
"""A gift and its charge, a tranche and its commitment, a report and its cost, interest and an exchange gain: four lines each."""

ENTRIES = """
INSERT INTO ledger_entry (seal_id, year_id, number, period_id, date, kind, reference, source, object_type, object_id)
SELECT n, %(year)s, n - %(first)s + 1, p.id, make_date(%(year)s, p.number, 1 + (n %% 28)::int), 'normal', 'bench:' || n, 'bench', '', ''
FROM generate_series(%(first)s::bigint, %(last)s) AS n
JOIN ledger_period p ON p.year_id = %(year)s AND p.number = 1 + (n - %(first)s) * %(months)s / (%(last)s - %(first)s + 1)
"""
LINES = f"""
INSERT INTO ledger_line (id, entry_id, position, date, account_id, window_id, subaccount_id, debit, credit, currency, original_minor, rate)
SELECT e.seal_id * 100000 + act.position, e.seal_id, act.position, e.date, act.account, 'general',
  CASE act.about WHEN 'bank' THEN %(bank)s WHEN 'euro' THEN %(euro)s WHEN 'gift' THEN %(gift)s + e.seal_id / 4 %% %(gifts)s
    WHEN 'grant' THEN %(grant)s + e.seal_id / 4 %% %(grants)s END,
  act.debit, act.credit, CASE act.about WHEN 'euro' THEN 'EUR' ELSE 'USD' END, act.debit + act.credit, '1'
FROM ledger_entry e JOIN {ACTS} ON act.kind = e.seal_id %% 4 WHERE e.seal_id BETWEEN %(first)s AND %(last)s
"""


def _kind(*kinds: int) -> Q:
    return Q(*(Exact(Mod("entry_id", 4), kind) for kind in kinds), _connector=Q.OR)


def _known() -> dict[str, Q]:
    """What the marks of these rows come to, so that closing the large books takes minutes; the small ones are closed by looking."""
    paying, partnering = _kind(0, 1, 3), _kind(1, 2)
    of = {"of_instalment": marks.KNOWN["of_instalment"], "of_grant": marks.KNOWN["of_grant"]}
    own = {"own": Q(account_id__in=["5300", "4100", "4200"]), "liquidating": Q(account_id="9010")}
    return dict.fromkeys(marks.KNOWN, Q(entry_id=0)) | {"paying": paying, "moving_cash": paying, "partnering": partnering} | of | own


def use(name: str) -> None:
    """Everything from here on is asked of this database; a query's rows come with it, so that its time is the time of all of them."""
    connection.close()
    connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = True
    connection.settings_dict["NAME"] = name


def ready(name: str, lines: int) -> None:
    """The database of this name with books of so many lines; made unless it is there, whole."""
    use("postgres")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not cursor.fetchone():
            cursor.execute(f"CREATE DATABASE {name}")
    use(name)
    call_command("migrate", verbosity=0)
    if not Seal.objects.exists():
        _made(lines)
    if not Funding.objects.exists():
        _charged()


def _made(lines: int) -> None:
    """So many lines put in and their months closed; then a month that is open, with lines in it; the chain over all."""
    about, begin = _subaccounts(), time.perf_counter()
    seal = _fill(about, lines)
    made = time.perf_counter()
    with mock.patch.dict(marks.KNOWN, _known() if lines > SMALL else {}):
        _close()
    over = time.perf_counter()
    last = seal + OPEN_LINES // 4 - 1
    _put(about, OPEN.year, seal, last, months=1)
    _seal(last)
    _analyse()
    times = f"made in {made - begin:,.0f} s, closed in {over - made:,.0f} s, sealed in {time.perf_counter() - over:,.0f} s"
    print(f"  ({lines:,} lines {times})", flush=True)


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


def _fill(about: dict[str, int], lines: int) -> int:
    seal, each = 1, lines // 4 // len(YEARS)
    indexes = _without_indexes() if lines > SMALL else []
    for year in YEARS:
        _put(about, year, seal, seal + each - 1)
        seal += each
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for definition in indexes:
            cursor.execute(definition)
    _analyse()
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


def without_triggers(*tables: str) -> None:
    """Whoever owns the tables may do so, in a database that is thrown away."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


def _put(about: dict[str, int], year: int, first: int, last: int, months: int = 12) -> None:
    values = {**about, "year": year, "first": first, "last": last, "months": months}
    with transaction.atomic(), connection.cursor() as cursor:
        without_triggers("ledger_entry", "ledger_line")
        cursor.execute(ENTRIES, values)
        cursor.execute(LINES, values)


def _analyse() -> None:
    with connection.cursor() as cursor:
        for table in ("ledger_entry", "ledger_line", "ledger_seal", "ledger_period", "ledger_subaccount"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def _close() -> None:
    """Each month as `periods.close` does it once two people have agreed, before the next one has entries."""
    without_triggers("ledger_period", "ledger_closedbooks")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_period SET state = 'closed', approved_by_id = 1, proposed_by_id = 2 WHERE year_id < %s", [OPEN.year])
    for period in Period.objects.filter(year__lt=OPEN.year, number__lte=12).order_by("year", "number"):
        newest = Entry.objects.filter(period=period).latest("seal_id").pk
        with transaction.atomic():
            kept._keep(period.ends_on, newest, by=None)
    with connection.cursor() as cursor:
        for table in ("ledger_closedbooks", "ledger_closedbalance", "ledger_closedmovement"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def _charged() -> None:
    """The costs and income of each closed month, borne by one contribution of its own: acts of funding, sealed as the product does."""
    gifts = Subaccount.objects.filter(kind=Subaccount.Kind.INSTALMENT).order_by("pk").values_list("pk", flat=True)
    periods_ = list(Period.objects.filter(year__lt=OPEN.year).order_by("year", "number"))
    sums = costs.posted(periods_)
    without_triggers("ledger_seal", "ledger_ledgerhead")  # the months are closed already
    for period, gift in zip(periods_, gifts, strict=False):
        of = {account: cents for (pk, _window, account), cents in sums.items() if pk == period.pk}
        if of:
            amount = Money.from_minor(sum(abs(cents) for cents in of.values()), "USD")
            with transaction.atomic():
                act = begin(Funding.Kind.COSTS, amount, on=period.ends_on, by=None, reference=f"bench:{period}", period=period)
                done = seal(
                    act, [{"instalment_id": gift, "account_id": account, "charged": cents} for account, cents in sorted(of.items())]
                )
                sealed = Seal.objects.get(pk=done.pk)
                LedgerHead.objects.filter(pk=1).update(seq=sealed.seq, hash=sealed.hash)
    _analyse()


# The chain


CHUNK = 20_000
Rows = Iterator[tuple[int, datetime, str, str]]


def _seal(last: int) -> None:
    """The seals of all entries, by the product's canonical form, and the head."""
    without_triggers("ledger_seal", "ledger_ledgerhead")
    codes = dict(Subaccount.objects.values_list("pk", "code"))
    numbers = dict(Period.objects.values_list("pk", "number"))
    previous, at = GENESIS, clock.now() - timedelta(days=1)
    for first in range(1, last + 1, CHUNK):
        found = list(_sealed(first, min(first + CHUNK - 1, last), previous, at, codes, numbers))
        previous = found[-1][3]
        with (
            connection.cursor() as cursor,
            cursor.cursor.copy("COPY ledger_seal (seq, at, version, previous_hash, hash) FROM STDIN") as copy,
        ):
            for seq, moment, before, hash in found:
                copy.write_row((seq, moment, sealing.VERSION, before, hash))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_ledgerhead SET seq = %s, hash = %s WHERE id = 1", [last, previous])


def _sealed(first: int, last: int, previous: str, at: datetime, codes: dict[int, str], numbers: dict[int, int]) -> Rows:
    entries = Entry.objects.filter(seal__gte=first, seal__lte=last).order_by("seal_id").values_list(*EntryRow._fields)
    lines = Line.objects.filter(entry__gte=first, entry__lte=last).order_by("entry_id", "position").values_list(*LineRow._fields)
    for values, (_pk, own) in zip(entries, groupby(lines, key=itemgetter(1)), strict=True):
        entry = EntryRow(*values)
        seal = Seal(seq=entry.seal_id, at=at.astimezone(UTC), version=sealing.VERSION, previous_hash=previous)
        content = sealing.entry_content(entry, [LineRow(*row) for row in own], codes, numbers[entry.period_id])
        hash = sealing.hash_of(seal, content)
        yield entry.seal_id, seal.at, previous, hash
        previous = hash


RATE = Decimal("0.9")
"""Units of EUR per USD, where a page wants one."""
