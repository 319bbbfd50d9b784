"""The ledger as CSV and XLSX: one row per line, streamed; every row carries its entry's seal and the head of the chain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import xlsxwriter

from trustfund.cells import csv_rows
from trustfund.ledger.exports.source import Book
from trustfund.ledger.models import Line

HEADS = (
    "date", "entry", "period", "kind", "reference", "source", "object", "by", "line", "account", "account_name", "window", "subaccount",
    "debit_usd", "credit_usd", "currency", "original", "rate", "seal", "hash", "ledger_head",
)  # fmt: skip
MADE = datetime(2000, 1, 1)


def _cents(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def row(line: Line, head: str) -> list[Any]:
    """One line in the order of HEADS; amounts are Decimal, texts as they are."""
    entry = line.entry
    about = f"{entry.object_type}:{entry.object_id}" if entry.object_type else ""
    return [
        line.date,
        str(entry),
        str(entry.period),
        entry.kind,
        entry.reference,
        entry.source,
        about,
        entry.by_id or "",
        line.position,
        line.account_id,
        line.account.name,
        line.window_id,
        line.subaccount.code if line.subaccount else "",
        _cents(line.debit),
        _cents(line.credit),
        line.currency,
        abs(line.original).amount,
        line.rate,
        entry.seal_id,
        entry.seal.hash,
        head,
    ]


def rows_of(book: Book) -> Iterator[list[Any]]:
    """Every line."""
    head = str(book.head)
    return (row(line, head) for line in book.lines())


def csv_pieces(book: Book) -> Iterator[str]:
    """The CSV in pieces, HEADS first; texts that begin like a formula stand behind an apostrophe (trustfund.cells)."""
    return csv_rows(chain([HEADS], rows_of(book)))


def write_xlsx(book: Book, path: Path) -> None:
    """A workbook with one sheet of lines, written row by row; texts are texts, never formulas."""
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": "Ledger", "comments": f"ledger head {book.head}", "created": MADE})
    formats = {"date": workbook.add_format({"num_format": "yyyy-mm-dd"}), "money": workbook.add_format({"num_format": "#,##0.00"})}
    sheet = workbook.add_worksheet("Lines")
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, HEADS, workbook.add_format({"bold": True}))
    for number, values in enumerate(rows_of(book), 1):
        _write(sheet, number, values, formats)
    workbook.close()


def _write(sheet: Any, number: int, values: list[Any], formats: dict[str, Any]) -> None:
    for column, value in enumerate(values):
        if HEADS[column] == "date":
            sheet.write_datetime(number, column, value, formats["date"])
        elif isinstance(value, Decimal) and HEADS[column] != "rate":
            sheet.write_number(number, column, value, formats["money"])
        elif isinstance(value, int):
            sheet.write_number(number, column, value)
        else:
            sheet.write_string(number, column, str(value))
