"""The ledger as CSV and XLSX: one row per line, streamed; every row carries its entry's seal and the head of the chain.

On PostgreSQL the database writes the CSV itself (COPY); elsewhere Python does. Both write the same bytes, and a test compares them.
"""

# ruff: noqa: S608 (the texts are made of names that this code declares, nothing comes from outside but parameters)

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.db import connection

from trustfund.cells import BOM, neutral
from trustfund.ledger.exports.source import Book
from trustfund.ledger.fields import plain
from trustfund.money import FOUR_DIGITS, NO_MINOR_UNIT, THREE_DIGITS, minor_units

HEADS = (
    "date", "entry", "period", "kind", "reference", "source", "object", "by", "line", "account", "account_name", "window", "subaccount",
    "debit_usd", "credit_usd", "currency", "original", "rate", "seal", "hash", "ledger_head",
)  # fmt: skip
FIELDS = (
    "date", "entry__year_id", "entry__number", "entry__period__year_id", "entry__period__number", "entry__kind", "entry__reference",
    "entry__source", "entry__object_type", "entry__object_id", "entry__by_id", "position", "account_id", "account__name", "window_id",
    "subaccount__code", "debit", "credit", "currency", "original_minor", "rate", "entry_id", "entry__seal__hash",
)  # fmt: skip
MADE = datetime(2000, 1, 1)
MOST_ROWS = 1_000_000
"""Lines on one sheet of a workbook; what is more goes on to another sheet."""
WORK_MEMORY = "64MB"
"""What PostgreSQL may use to join and sort a large ledger without going to the disk for it; only for this transaction."""
BLOCK = 1 << 16
"""Bytes that are written at once."""


def _amount(minor: int, digits: int) -> str:
    """A positive number of minor units as text: 1234 with two digits is 12.34."""
    if not digits:
        return str(minor)
    text = str(minor).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}"


def rows_of(book: Book) -> Iterator[list[Any]]:
    """Every line in the order of HEADS: days and whole numbers as they are, amounts and rates as exact decimal text, texts as they are."""
    head = str(book.head)
    digits: dict[str, int] = {}
    for values in book.found().order_by("date", "entry", "position").values_list(*FIELDS).iterator(chunk_size=5000):
        (day, year, number, of_year, period, kind, reference, source, object_type, object_id, by, position, account, name, window,
         subaccount, debit, credit, currency, original, rate, seal, sealed) = values  # fmt: skip
        if currency not in digits:
            digits[currency] = minor_units(currency)
        about = f"{object_type}:{object_id}" if object_type else ""
        named = [day, f"{year}/{number:06}", f"{of_year}-{period:02}", kind, reference, source, about, "" if by is None else by]
        of = [position, account, name, window, subaccount or ""]
        amounts = [_amount(debit, 2), _amount(credit, 2), currency, _amount(original, digits[currency]), plain(rate)]
        yield [*named, *of, *amounts, seal, sealed, head]


# CSV


def csv_blocks(book: Book) -> Iterator[bytes]:
    """The CSV (UTF-8 with a byte order mark, lines end with a line feed) in blocks, HEADS first; texts that begin like a formula stand
    behind an apostrophe (trustfund.cells)."""
    yield (BOM + ",".join(HEADS) + "\n").encode()
    yield from _blocks(_copied(book) if connection.vendor == "postgresql" else written(book))


def _blocks(pieces: Iterator[Any]) -> Iterator[bytes]:
    """Small pieces put together, so that a file or a socket is asked less often."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= BLOCK:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def written(book: Book) -> Iterator[bytes]:
    """The lines as Python writes them."""
    for row in rows_of(book):
        yield (",".join([_cell(value) for value in row]) + "\n").encode()


def _cell(value: Any) -> str:
    text = neutral(value) if isinstance(value, str) else str(value)
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if any(each in text for each in ',"\r\n') else text


DANGEROUS = "E'=+-@\\t\\r\\n＝＋－＠'''"


def _text(column: str) -> str:
    """A text in SQL as `neutral` gives it; an empty one is nothing, for COPY writes quotes for an empty text."""
    return f"CASE WHEN {column} = '' THEN NULL WHEN strpos({DANGEROUS}, left({column}, 1)) > 0 THEN '''' || {column} ELSE {column} END"


def _cents(column: str, digits: int = 2) -> str:
    return f"({column} / {10**digits}) || '.' || lpad(mod({column}, {10**digits})::text, {digits}, '0')"


def _codes(codes: frozenset[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(codes))


ORIGINAL = (
    f"CASE WHEN l.currency = 'USD' THEN {_cents('l.original_minor')} "
    f"WHEN l.currency IN ({_codes(NO_MINOR_UNIT)}) THEN l.original_minor::text "
    f"WHEN l.currency IN ({_codes(THREE_DIGITS)}) THEN {_cents('l.original_minor', 3)} "
    f"WHEN l.currency IN ({_codes(FOUR_DIGITS)}) THEN {_cents('l.original_minor', 4)} ELSE {_cents('l.original_minor')} END"
)
JOINED = (
    "ledger_line l JOIN ledger_entry e ON e.seal_id = l.entry_id JOIN ledger_seal s ON s.seq = l.entry_id "
    "JOIN ledger_period p ON p.id = e.period_id JOIN ledger_account a ON a.code = l.account_id "
    "LEFT JOIN ledger_subaccount u ON u.id = l.subaccount_id"
)
COPIED = [
    "l.date",
    "e.year_id || '/' || lpad(e.number::text, greatest(6, length(e.number::text)), '0')",
    "p.year_id || '-' || lpad(p.number::text, 2, '0')",
    *map(_text, ("e.kind", "e.reference", "e.source")),
    _text("(CASE WHEN e.object_type = '' THEN '' ELSE e.object_type || ':' || e.object_id END)"),
    "e.by_id",
    "l.position",
    *map(_text, ("l.account_id", "a.name", "l.window_id", "u.code")),
    *map(_cents, ("l.debit", "l.credit")),
    "l.currency",
    ORIGINAL,
    "l.rate",
    "l.entry_id",
    "s.hash",
    "%s::text",
]
"""What COPY writes, in the order of HEADS."""


def _copied(book: Book) -> Iterator[Any]:
    """The lines as PostgreSQL writes them, piece by piece: nothing is held but the piece."""
    until = "" if book.until is None else " AND l.date <= %s"
    select = f"SELECT {', '.join(COPIED)} FROM {JOINED} WHERE l.entry_id <= %s{until} ORDER BY l.date, l.entry_id, l.position"
    params = [str(book.head), book.head.seq, *([] if book.until is None else [book.until])]
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)", params) as copy:
        yield from copy


# XLSX


AMOUNTS = [HEADS.index(head) for head in ("debit_usd", "credit_usd", "original")]
OTHERS = [column for column in range(1, len(HEADS)) if column not in AMOUNTS]
"""The columns of amounts, and those of whole numbers and texts; the first is the day."""


def write_xlsx(book: Book, path: Path) -> None:
    """A workbook of lines, written row by row with flat memory; texts are texts, never formulas."""
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": "Ledger", "comments": f"ledger head {book.head}", "created": MADE})
    formats = {"date": workbook.add_format({"num_format": "yyyy-mm-dd"}), "money": workbook.add_format({"num_format": "#,##0.00"})}
    bold = workbook.add_format({"bold": True})
    write = _sheet(workbook, bold, 1)
    for number, values in enumerate(rows_of(book)):
        if number and number % MOST_ROWS == 0:
            write = _sheet(workbook, bold, number // MOST_ROWS + 1)
        _write(write, number % MOST_ROWS + 1, values, formats)
    workbook.close()


def _sheet(workbook: Any, bold: Any, number: int) -> Any:
    sheet = workbook.add_worksheet("Lines" if number == 1 else f"Lines {number}")
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, HEADS, bold)
    return sheet


def _write(sheet: Any, number: int, values: list[Any], formats: dict[str, Any]) -> None:
    sheet.write_datetime(number, 0, values[0], formats["date"])
    for column in AMOUNTS:
        sheet.write_number(number, column, Decimal(values[column]), formats["money"])
    for column in OTHERS:
        value = values[column]
        if value != "":
            write = sheet.write_number if type(value) is int else sheet.write_string
            write(number, column, value)
