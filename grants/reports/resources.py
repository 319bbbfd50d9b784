"""The list of transactions as a workbook: to fill in offline, and read back with errors by row and column."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields, resources
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

from grants.reports.forms import ExpenditureForm
from grants.reports.models import Expenditure, Report

HEADS = ("budget line", "date", "description", "receipt number", "local amount", "local currency", "amount USD")
NAMES = ("budget_line", "date", "description", "document_number", "local_amount", "local_currency", "amount")
MOST_ROWS = 2000
MOST_BYTES = 5 * 1024 * 1024


class ExpenditureResource(resources.ModelResource):
    """Expenditure rows as a table; reading them back goes through the page's own form and the page's own action."""

    budget_line = fields.Field(attribute="budget_line__number", column_name=HEADS[0])
    date = fields.Field(attribute="date", column_name=HEADS[1])
    description = fields.Field(attribute="description", column_name=HEADS[2])
    document_number = fields.Field(attribute="document_number", column_name=HEADS[3])
    local_amount = fields.Field(column_name=HEADS[4])
    local_currency = fields.Field(attribute="local_currency", column_name=HEADS[5])
    amount = fields.Field(column_name=HEADS[6])

    class Meta:
        model = Expenditure
        fields = NAMES
        export_order = NAMES

    def dehydrate_amount(self, row: Expenditure) -> Decimal:
        return row.amount.amount

    def dehydrate_local_amount(self, row: Expenditure) -> Decimal | str:
        return row.local.amount if row.local else ""

    def dehydrate_date(self, row: Expenditure) -> date:
        return row.date


def workbook(report: Report) -> bytes:
    """The workbook to fill in: what is there already, a list of the budget lines to choose from, the period on top."""
    book = Workbook()
    sheet = book.active
    sheet.title = "expenditure"
    dataset = ExpenditureResource().export(report.expenditures.select_related("budget_line").order_by("number"))
    sheet.append(list(HEADS))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in dataset:
        sheet.append([value if isinstance(value, Decimal | date | int) else _text(value) for value in row])
    lines = book.create_sheet("budget lines")
    for line in report.grant.budget_lines.all():
        lines.append([line.number, _text(line.category_name), _text(line.description), line.amount.amount])
    choices = DataValidation(type="list", formula1=f"='budget lines'!$A$1:$A${max(1, lines.max_row)}", allow_blank=True)
    sheet.add_data_validation(choices)
    choices.add(f"A2:A{MOST_ROWS + 1}")
    for column, width in zip("ABCDEFG", (12, 12, 50, 18, 14, 14, 14), strict=True):
        sheet.column_dimensions[column].width = width
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _text(value: Any) -> str:
    """A cell that a spreadsheet takes for text, whatever it begins with."""
    text = str(value or "")
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def read(report: Report, upload: Any) -> list[dict[str, Any]]:
    """The rows of an uploaded list, as the action takes them.

    Raises ValidationError with one message per wrong cell (sheet row, column, what was wrong); nothing is half read.
    """
    if upload.size > MOST_BYTES:
        raise ValidationError(_("This file is larger than 5 MB. A list of transactions is much smaller; send it without pictures."))
    table = _table(upload)
    lines = {line.number: line.pk for line in report.grant.budget_lines.all()}
    rows, problems = [], []
    for number, cells in table:
        form = ExpenditureForm(_data(cells, lines), report=report)
        if form.is_valid():
            rows.append(form.cleaned_data)
        else:
            problems += [_problem(number, name, text) for name, texts in form.errors.items() for text in texts]
    if problems:
        raise ValidationError(problems[:50])
    if not rows:
        raise ValidationError(_("There are no transactions in this file. The first row holds the headings, each further row one transaction."))
    return rows


def _problem(number: int, name: str, text: str) -> str:
    head = HEADS[NAMES.index(name)] if name in NAMES else "–"
    return _("Row %(row)d, column “%(column)s”: %(problem)s") % {"row": number, "column": head, "problem": text}


def _data(cells: Sequence[Any], lines: dict[int, int]) -> dict[str, Any]:
    data = {name: _plain(value) for name, value in zip(NAMES, cells, strict=False)}
    number = data["budget_line"].removesuffix(".0")
    data["budget_line"] = str(lines.get(int(number), "")) if number.isdigit() else ""
    data["description"] = data["description"].removeprefix("'")
    return data


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, int | Decimal):
        return str(value)
    number = repr(value) if type(value).__name__ == "float" else str(value if value is not None else "")
    return number.strip()


def _table(upload: Any) -> list[tuple[int, list[Any]]]:
    """The rows below the headings with their numbers in the sheet, without the empty ones."""
    content = upload.read(MOST_BYTES + 1)
    rows = _xlsx(content) if content[:2] == b"PK" else _csv(content)
    head = [str(cell or "").strip().lower() for cell in next(iter(rows), [])][: len(HEADS)]
    if head != list(HEADS):
        text = _("The headings in the first row must be: %(heads)s. Start from the list that can be downloaded here.")
        raise ValidationError(text % {"heads": ", ".join(HEADS)})
    filled = [(number, list(row)[: len(HEADS)]) for number, row in enumerate(rows, start=1) if any(cell not in (None, "") for cell in row)]
    table = filled[1:]
    if len(table) > MOST_ROWS:
        raise ValidationError(_("This list has more than %(most)d transactions.") % {"most": MOST_ROWS})
    return table


def _xlsx(content: bytes) -> list[list[Any]]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return [list(row) for row in _limited(book.worksheets[0].iter_rows(values_only=True, max_col=len(HEADS)))]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise ValidationError(_("This file can't be read as a workbook. Save it as XLSX or CSV and try again.")) from error


def _limited(rows: Iterable[Any]) -> Iterable[Any]:
    for number, row in enumerate(rows):
        if number > MOST_ROWS + 100:
            return
        yield row


def _csv(content: bytes) -> list[list[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("This file is neither a workbook nor a CSV file in UTF-8.")) from error
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ValidationError(_("This CSV file is damaged: %(problem)s.") % {"problem": error}) from error
