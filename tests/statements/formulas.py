"""Calculates the formulas of a statement's workbook, sharing no code with what wrote them."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from openpyxl.utils import column_index_from_string
from openpyxl.utils.cell import coordinate_from_string

PART = re.compile(r"([+-]?)(SUMIFS\(.*?\)(?=[+-]SUMIFS|$)|SUM\([A-Z]+\d+:[A-Z]+\d+\)|[A-Z]+\d+|0)")
SHARE = re.compile(r"=([A-Z]+\d+)/([A-Z]+\d+)")
CONDITION = re.compile(r"'[^']*'!\$([A-Z])\$\d+:\$[A-Z]\$\d+,\"([^\"]*)\"(?:&DATE\((\d+),(\d+),(\d+)\))?")


class Calculator:
    """The value of each cell of a sheet, by its formulas."""

    def __init__(self, book: Any) -> None:
        self.sheet, self.lines = book.worksheets[0], book.worksheets[1]
        self.rows = list(self.lines.iter_rows(min_row=2, values_only=True))

    def value(self, cell: str) -> Decimal:
        """The value of a cell like "B7"."""
        found = self.sheet[cell].value
        if not isinstance(found, str) or not found.startswith("="):
            return Decimal(str(found or 0))
        if share := SHARE.fullmatch(found):
            return self.value(share[1]) / self.value(share[2])
        parts = PART.findall(found[1:])
        assert "".join(sign + term for sign, term in parts) == found[1:], found
        return sum((self._term(term) * (-1 if sign == "-" else 1) for sign, term in parts), Decimal(0))

    def _term(self, term: str) -> Decimal:
        if term.startswith("SUMIFS("):
            return self._sumifs(term)
        if term.startswith("SUM("):
            first, last = term[4:-1].split(":")
            column, start = coordinate_from_string(first)
            return sum((self.value(f"{column}{row}") for row in range(start, coordinate_from_string(last)[1] + 1)), Decimal(0))
        return Decimal(0) if term == "0" else self.value(term)

    def _sumifs(self, term: str) -> Decimal:
        summed = column_index_from_string(re.match(r"SUMIFS\('[^']*'!\$([A-Z])", term).group(1)) - 1
        conditions = CONDITION.findall(term)
        wanted = [row for row in self.rows if all(_holds(row, *condition) for condition in conditions)]
        return sum((Decimal(str(row[summed])) for row in wanted), Decimal(0))


def _holds(row: Any, column: str, test: str, year: str, month: str, day: str) -> bool:
    value = row[column_index_from_string(column) - 1]
    if not year:
        return fnmatchcase(str(value), test)
    shown = value.date() if isinstance(value, datetime) else value
    limit = date(int(year), int(month), int(day))
    return shown <= limit if test == "<=" else shown >= limit
