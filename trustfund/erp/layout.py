"""Reading the ERP's extract: a CSV or a workbook with the columns that the layout names. Pure, but for openpyxl."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund.files.sheets import open_workbook, values_of
from trustfund.money import Money, TooPrecise, usd
from trustfund.ui.formatting import short_day_text

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 50_000
MOST_PROBLEMS = 50


@dataclass(frozen=True)
class Layout:
    """The heads of the columns, and how days and numbers are written. An empty name is a column that is not there."""

    posted_on: str = "Posting Date"
    document: str = "Document Number"
    gl: str = "G/L Account"
    fund: str = "Fund"
    amount: str = "Amount in USD"
    currency: str = "Currency"
    text: str = "Text"
    date_format: str = "%Y-%m-%d"
    decimal_mark: str = "."
    delimiter: str = ","

    def wanted(self) -> list[str]:
        """The columns that the file must have."""
        named = [self.posted_on, self.document, self.gl, self.fund, self.amount, self.currency, self.text]
        return [name for name in named if name]


@dataclass(frozen=True)
class Posted:
    """One posting of the ERP, in USD; positive is a debit."""

    posted_on: date
    document: str
    gl: str
    fund: str
    amount: Money
    text: str


def read(name: str, content: bytes, layout: Layout, start: date, end: date) -> list[Posted]:
    """The postings of a file; ValidationError lists what is wrong by row and column. Rows of nothing are left out."""
    if len(content) > MAX_BYTES:
        raise ValidationError(_("The file is larger than 10 MB."), code="size")
    rows = rows_of(name, content, layout.delimiter)
    _whole(rows)
    head = [_words(cell) for cell in rows[0]] if rows else []
    missing = [column for column in layout.wanted() if column not in head]
    if missing:
        raise ValidationError(_("The file has no column %(names)s in its first row.") % {"names": ", ".join(missing)}, code="columns")
    return _postings([(number, dict(zip(head, row, strict=False))) for number, row in enumerate(rows[1:], 2)], layout, start, end)


def _whole(rows: list[list[Any]]) -> None:
    """ValidationError for a row with fewer cells than the head has: a file that ends in the middle does so in its last row."""
    for number, row in enumerate(rows, 1):
        if any(map(_words, row)) and len(row) < len(rows[0]):
            names = {"number": number, "found": len(row), "wanted": len(rows[0])}
            text = _("Row %(number)s has %(found)s of %(wanted)s columns: the file may be cut in the middle.")
            raise ValidationError(text % names, code="cut")


def rows_of(name: str, content: bytes, delimiter: str = ",") -> list[list[Any]]:
    """The rows of a CSV (UTF-8) or of a workbook's first sheet, the empty ones too; ValidationError when it can't be read."""
    rows = _sheet(content) if name.lower().endswith(".xlsx") or content[:2] == b"PK" else _csv(content, delimiter)
    if len(rows) > MAX_ROWS + 1:
        raise ValidationError(_("The file has more than 50,000 rows."), code="size")
    return rows


def _sheet(content: bytes) -> list[list[Any]]:
    try:
        return [list(row) for row in values_of(open_workbook(content).worksheets[0], MAX_ROWS + 2)]
    except ValidationError:
        raise
    except Exception as error:  # openpyxl raises whatever its zip and XML readers raise
        raise ValidationError(_("The file is not an XLSX workbook, or it is damaged."), code="xlsx") from error


def _csv(content: bytes, delimiter: str) -> list[list[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("The file is neither a workbook (XLSX) nor a CSV in UTF-8."), code="encoding") from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        message = _("Row %(number)s can’t be read as CSV: the file may be cut in the middle.")
        raise ValidationError(message % {"number": reader.line_num}, code="csv") from error


def _words(cell: Any) -> str:
    return "" if cell is None else str(cell).replace("\x00", "").strip()


def _code(cell: Any) -> str:
    """A code as text: a workbook keeps 11001010 as a number, and may add ".0" to it."""
    return _words(cell).removesuffix(".0")


class _Problems(list[str]):
    def at(self, row: int, column: str, text: str) -> None:
        self.append(_("Row %(row)s, column %(column)s: %(text)s") % {"row": row, "column": column, "text": text})


def _postings(rows: Iterable[tuple[int, dict[str, Any]]], layout: Layout, start: date, end: date) -> list[Posted]:
    problems = _Problems()
    filled = [(number, cells) for number, cells in rows if any(_words(cells.get(column)) for column in layout.wanted())]
    found = [(number, _posting(number, cells, layout, problems)) for number, cells in filled]
    if not problems:
        _within(found, layout, start, end, problems)
    if problems:
        raise ValidationError(list(problems[:MOST_PROBLEMS]), code="rows")
    if not found:
        raise ValidationError(_("There is no posting in the file."), code="empty")
    return [posted for _number, posted in found if posted.amount]


def _within(found: list[tuple[int, Posted]], layout: Layout, start: date, end: date, problems: _Problems) -> None:
    for number, posted in found:
        if not start <= posted.posted_on <= end:
            day = short_day_text(posted.posted_on)
            problems.at(number, layout.posted_on, _("%(day)s is not within the days of the extract.") % {"day": day})


def _posting(number: int, cells: dict[str, Any], layout: Layout, problems: _Problems) -> Posted:
    def asked(column: str, read: Callable[[Any], Any], default: Any) -> Any:
        try:
            return read(cells.get(column))
        except ValueError as error:
            problems.at(number, column, str(error))
            return default

    currency = _words(cells.get(layout.currency)) if layout.currency else "USD"
    if currency != "USD":
        text = _("the amounts are compared in USD; “%(found)s” stands there.")
        problems.at(number, layout.currency, text % {"found": currency[:10]})
    return Posted(
        asked(layout.posted_on, lambda cell: _day(cell, layout), date.min),
        asked(layout.document, _required, ""),
        asked(layout.gl, _required, ""),
        asked(layout.fund, _required, ""),
        asked(layout.amount, lambda cell: _amount(cell, layout), usd(0)),
        _words(cells.get(layout.text))[:300] if layout.text else "",
    )


def _required(cell: Any) -> str:
    text = _code(cell)
    if not text or len(text) > 40:
        raise ValueError(_("it is missing, or longer than 40 characters."))
    return text


def _day(cell: Any, layout: Layout) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return datetime.strptime(_words(cell), layout.date_format).date()  # noqa: DTZ007 a day has no zone
    except ValueError as error:
        raise ValueError(_("“%(text)s” is not a date as the layout has it.") % {"text": _words(cell)[:40]}) from error


def _amount(cell: Any, layout: Layout) -> Money:
    """An amount; SAP writes the sign behind it."""
    text = _words(cell).replace(" ", "").replace("\u00a0", "")
    if isinstance(cell, str):
        group = "." if layout.decimal_mark == "," else ","
        text = text.replace(group, "").replace(layout.decimal_mark, ".")
    text = f"-{text[:-1]}" if text.endswith("-") else text
    try:
        return usd(Decimal(text) if isinstance(cell, str) else round(Decimal(text), 6))
    except (InvalidOperation, TooPrecise, ValueError) as error:
        raise ValueError(_("“%(text)s” is no amount of USD.") % {"text": _words(cell)[:40]}) from error
