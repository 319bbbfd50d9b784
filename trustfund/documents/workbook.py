"""Workbooks (XLSX): text stays text, amounts are numbers of their currency, totals are formulas that carry their value.

    book = Workbook(_("Statement I"))
    sheet = book.sheet(_("Statement I"), widths=[50, 18])
    sheet.row([_("Line"), "2026 (USD)"], "head")
    first = sheet.next
    sheet.row([_("Cash"), usd(10)])
    sheet.row([_("Total"), sheet.sum(1, first, usd(10))], "total")
    content = book.content()

The same content gives the same bytes: no time of making is written.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any

import xlsxwriter
from django.conf import settings
from django.utils import translation
from xlsxwriter.utility import xl_rowcol_to_cell

from trustfund.money import Money, minor_units

CREATED = datetime(2000, 1, 1)
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LONGEST_CELL = 32_767
LONGEST_NAME = 31
BASE = {"font_name": "Arial", "font_size": 10, "valign": "top"}
KINDS: dict[str, dict[str, Any]] = {
    "line": {},
    "text": {"text_wrap": True},
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "text_wrap": True, "bottom": 1, "font_color": "#4b5a6a"},
    "section": {"bold": True},
    "subtotal": {"bold": True, "top": 1},
    "total": {"bold": True, "top": 1, "bottom": 6},
}


def _figure(money: Money) -> str:
    """The format of an amount: as many digits as its currency has, in brackets below zero, a dash for nothing."""
    digits = minor_units(money.currency)
    figure = "#,##0" + ("." + "0" * digits if digits else "")
    return f'{figure};({figure});"–"'


WRITTEN: list[tuple[type | UnionType, str, Callable[[Any], Any], Callable[[Any], str]]] = [
    (Money, "write_number", lambda money: money.amount, _figure),
    (bool, "write_boolean", lambda truth: truth, lambda _truth: ""),
    (Decimal | int, "write_number", lambda number: number, lambda _number: "General"),
    (datetime, "write_string", lambda moment: moment.strftime("%Y-%m-%d %H:%M %Z"), lambda _moment: ""),
    (date, "write_datetime", lambda day: day, lambda _day: "yyyy-mm-dd"),
]
"""How a value stands in a cell, by the first type that it is of: the sheet's method, what that is given, the format of numbers."""


@dataclass(frozen=True)
class Formula:
    """A formula and the value it has now (an amount, or a share of one), so that a reader that does not calculate sees the figure."""

    text: str
    value: Money | Decimal


class Workbook:
    """One workbook; `streaming` writes rows through to disk (large exports: rows in order, no widths from content)."""

    def __init__(self, title: Any, *, streaming: bool = False) -> None:
        self.target = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.target, {**OPTIONS, "constant_memory": streaming})
        self.book.set_properties({"title": str(title), "author": str(settings.FUND_NAME), "created": CREATED})
        self.formats: dict[tuple[str, str, int], Any] = {}
        self.names: set[str] = set()

    def sheet(self, name: Any, widths: Sequence[float] = ()) -> Sheet:
        """A new sheet; `widths` are in characters. The name is made one that a workbook takes, and unique."""
        sheet = self.book.add_worksheet(self._name(str(name)))
        if translation.get_language_bidi():
            sheet.right_to_left()
        for index, width in enumerate(widths):
            sheet.set_column(index, index, width)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return Sheet(self, sheet)

    def _name(self, name: str) -> str:
        kept = "".join(" " if character in "[]:*?/\\" else character for character in name).strip(" '")[:LONGEST_NAME] or "1"
        number = 1
        unique = kept
        while unique.lower() in self.names:
            number += 1
            unique = f"{kept[: LONGEST_NAME - 4]} {number}"
        self.names.add(unique.lower())
        return unique

    def format(self, kind: str, number: str = "", indent: int = 0) -> Any:
        """The one format for a kind of row, a number format and an indent."""
        key = (kind, number, indent)
        if key not in self.formats:
            extra = {"num_format": number} if number else {}
            self.formats[key] = self.book.add_format({**BASE, **KINDS[kind], **extra, **({"indent": indent} if indent else {})})
        return self.formats[key]

    def content(self) -> bytes:
        """The file."""
        self.book.close()
        return self.target.getvalue()


class Sheet:
    """One sheet, filled from the top; `next` is the index of the row to come."""

    def __init__(self, book: Workbook, sheet: Any) -> None:
        self.book, self.sheet, self.next = book, sheet, 0

    @property
    def name(self) -> str:
        return str(self.sheet.get_name())

    def row(self, values: Iterable[Any], kind: str = "line", indent: int = 0) -> int:
        """Write a row of values (text, Money, Decimal, int, day, moment, Formula, None) and return its index."""
        for column, value in enumerate(values):
            self._write(column, value, kind, indent if column == 0 else 0)
        self.next += 1
        return self.next - 1

    def blank(self) -> None:
        """An empty row."""
        self.next += 1

    def freeze(self) -> None:
        """What stands above the next row stays in sight."""
        self.sheet.freeze_panes(self.next, 0)

    def sum(self, column: int, first: int, value: Money, last: int | None = None) -> Formula:
        """The sum of a column from row `first` to `last` (default: the last written)."""
        until = self.next - 1 if last is None else last
        return Formula(f"=SUM({xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(until, column)})", value)

    def add(self, column: int, rows: Iterable[int], value: Money) -> Formula:
        """The sum of single rows of a column; a negative row number less one (`~row`) is subtracted."""
        terms = [("-" if row < 0 else "+") + xl_rowcol_to_cell(~row if row < 0 else row, column) for row in rows]
        return Formula("=" + ("".join(terms).removeprefix("+") or "0"), value)

    def link(self, column: int, text: Any, sheet: Sheet, row: int) -> None:
        """In the row just written, a link to a row of another sheet."""
        target = f"internal:'{sheet.name}'!{xl_rowcol_to_cell(row, 0)}"
        self.sheet.write_url(self.next - 1, column, target, self.book.format("line"), str(text))

    def _write(self, column: int, value: Any, kind: str, indent: int) -> None:
        at = (self.next, column)
        if isinstance(value, Formula):
            self._formula(value, kind, at)
            return
        for types, method, given, number in WRITTEN:
            if isinstance(value, types):
                getattr(self.sheet, method)(*at, given(value), self.book.format(kind, number(value)))
                return
        if value not in (None, ""):
            self.sheet.write_string(*at, str(value)[:LONGEST_CELL], self.book.format(kind, "@" if kind == "line" else "", indent))

    def _formula(self, formula: Formula, kind: str, at: tuple[int, int]) -> None:
        now = formula.value
        number, result = (_figure(now), now.amount) if isinstance(now, Money) else ("0.00%", now)
        self.sheet.write_formula(*at, formula.text, self.book.format(kind, number), result)
