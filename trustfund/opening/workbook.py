"""The workbook of an opening: its sheets and columns, an empty one to fill in, and reading one. Pure, but for openpyxl."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from trustfund.documents.workbook import Workbook
from trustfund.files.sheets import open_workbook, values_of

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
MOST_PROBLEMS = 100

SHEETS: dict[str, list[str]] = {
    "Subaccounts": ["code", "kind", "name", "public_label", "parent", "currency", "psc_rate", "expires_on"],
    "Balances": ["window", "account", "subaccount", "debit", "credit", "currency", "original"],
    "Instalments": ["window", "instalment", "revenue_account", "received", "psc", "granted", "refunded"],
    "Grants": ["window", "grant", "paid", "accepted", "refunded", "psc_charged"],
    "Funding": ["grant", "instalment", "paid", "reserved"],
}
"""The sheets with their columns; both are named in English in every language, for they are read by this program."""

EXAMPLES: dict[str, list[list[Any]]] = {
    "Subaccounts": [
        ["D-1", "donor", "Republic of Examples", "A State", "", "", "", ""],
        ["I-2019-1", "instalment", "Gift of 2019", "A gift of 2019", "D-1", "", "0.13", ""],
        ["G-1", "grant", "House of Examples", "A grant", "", "", "", ""],
        ["OLD-BANK", "bank", "Account of before", "Bank account", "", "USD", "", ""],
    ],
    "Balances": [
        ["general", "1010", "OLD-BANK", "500.00", "", "USD", ""],
        ["general", "1200", "G-1", "200.00", "", "", ""],
        ["general", "2400", "", "", "39.00", "", ""],
        ["general", "3010", "", "", "661.00", "", ""],
    ],
    "Instalments": [["general", "I-2019-1", "4010", "1000.00", "115.05", "500.00", "0.00"]],
    "Grants": [["general", "G-1", "500.00", "300.00", "0.00", "39.00"]],
    "Funding": [["G-1", "I-2019-1", "500.00", "0.00"]],
}
"""A small fund that is in order: the template as it is given out can be brought, so that nobody learns from a wrong example."""


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: the sheet, its row as the program shows it, its column."""

    sheet: str
    row: int
    column: str
    text: str

    def __str__(self) -> str:
        names = {"sheet": self.sheet, "row": self.row, "column": self.column, "text": self.text}
        if not self.row:
            return _("Sheet %(sheet)s: %(text)s") % names
        return _("Sheet %(sheet)s, row %(row)s, column %(column)s: %(text)s") % names


@dataclass(frozen=True)
class Row:
    """One row of a sheet, its cells as text by column; numbers and days as a person would type them."""

    sheet: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def problem(self, column: str, text: str) -> Problem:
        return Problem(self.sheet, self.number, column, text)


Book = dict[str, list[Row]]


def refuse(problems: list[Problem]) -> None:
    """Raise ValidationError with a sentence for each, the first hundred of them."""
    if problems:
        left = len(problems) - MOST_PROBLEMS
        more = [_("And %(number)s more.") % {"number": left}] if left > 0 else []
        raise ValidationError([*(str(each) for each in problems[:MOST_PROBLEMS]), *more], code="workbook")


def template() -> bytes:
    """An empty workbook with the columns, and in each sheet one row that shows how it is filled in (to be taken out)."""
    return written({name: EXAMPLES[name] for name in SHEETS})


def written(sheets: Mapping[str, Iterable[Sequence[Any]]]) -> bytes:
    """A workbook with these rows of each sheet, under the heads of its columns."""
    with translation.override("en"):
        book = Workbook("Opening of a fund")
        for name, rows in sheets.items():
            sheet = book.sheet(name, widths=[20] * len(SHEETS[name]))
            for row, kind in [(SHEETS[name], "head"), *((each, "line") for each in rows)]:
                sheet.row(row, kind)
        return book.content()


def read(content: bytes) -> Book:
    """The rows of each sheet; ValidationError when it is no workbook, too large, or a sheet or column is missing."""
    if len(content) > MAX_BYTES:
        raise ValidationError(_("The file is larger than 5 MB."), code="size")
    try:
        book = open_workbook(content)
        found = {name: values_of(book[name], MAX_ROWS + 2) for name in SHEETS if name in book.sheetnames}
    except ValidationError:
        raise
    except Exception as error:  # openpyxl raises whatever its zip and XML readers raise
        raise ValidationError(_("The file is not an XLSX workbook, or it is damaged."), code="xlsx") from error
    if sum(len(rows) for rows in found.values()) > MAX_ROWS + len(SHEETS):
        raise ValidationError(_("The workbook has more than 20,000 rows."), code="size")
    refuse([problem for name, columns in SHEETS.items() for problem in _missing(name, columns, found)])
    return {name: list(_rows(name, found[name])) for name in SHEETS}


def _missing(name: str, columns: list[str], found: dict[str, list[tuple[Any, ...]]]) -> Iterator[Problem]:
    if name not in found:
        yield Problem(name, 0, "", _("it is missing."))
        return
    head = [_text(cell) for cell in found[name][0]] if found[name] else []
    for column in columns:
        if column not in head:
            yield Problem(name, 0, "", _("the column %(column)s is missing.") % {"column": column})


def _rows(name: str, rows: list[tuple[Any, ...]]) -> Iterator[Row]:
    head = [_text(cell) for cell in rows[0]]
    for number, cells in enumerate(rows[1:], 2):
        values = dict(zip(head, [_text(cell) for cell in cells], strict=False))
        if any(values.values()):
            yield Row(name, number, {column: values.get(column, "") for column in SHEETS[name]})


def _text(cell: Any) -> str:
    """A cell as a person would type it: numbers plainly (to ten places, for a workbook keeps them as binary), days as 2026-01-31."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).replace("\x00", "").strip()[:300] if isinstance(cell, str | bool) else _plain(cell)


def _plain(number: Any) -> str:
    try:
        exact = round(Decimal(str(number)), 10)
    except InvalidOperation:
        return str(number)
    return f"{exact.normalize():f}"
