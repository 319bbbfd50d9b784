"""The list of transactions as a workbook: to fill in offline, and read back with errors by row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields, resources
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from grants.reports.models import Expenditure, Report
from grants.reports.rows import HEADS, MOST_ROWS, RowForm
from trustfund.files.kinds import Kind, Refused, kind_of

Day = date  # inside the class below, `date` is a column
NAMES = tuple(HEADS)
WIDTHS = (12, 12, 50, 18, 14, 14, 14)
MOST_BYTES = 5 * 1024 * 1024
MOST_LINES = 5_000
"""Of a sheet, the empty ones counted too."""


class ExpenditureResource(resources.ModelResource):
    """Expenditure rows as a table; reading them back goes through the page's own form and the page's own action."""

    budget_line = fields.Field(attribute="budget_line__number", column_name=HEADS["budget_line"])
    date = fields.Field(attribute="date", column_name=HEADS["date"])
    description = fields.Field(attribute="description", column_name=HEADS["description"])
    document_number = fields.Field(attribute="document_number", column_name=HEADS["document_number"])
    local_amount = fields.Field(column_name=HEADS["local_amount"])
    local_currency = fields.Field(attribute="local_currency", column_name=HEADS["local_currency"])
    amount = fields.Field(column_name=HEADS["amount"])

    class Meta:
        model = Expenditure
        fields = NAMES
        export_order = NAMES

    def dehydrate_amount(self, row: Expenditure) -> Decimal:
        return row.amount.amount

    def dehydrate_local_amount(self, row: Expenditure) -> Decimal | str:
        return row.local.amount if row.local else ""

    def dehydrate_date(self, row: Expenditure) -> Day:
        return row.date


def workbook(report: Report) -> bytes:
    """The workbook to fill in: what is there already, the budget lines to choose from, and how it is done."""
    book = Workbook()
    sheet = book.active
    sheet.title = "expenditure"
    _append(sheet, list(HEADS.values()), bold=True)
    for row in ExpenditureResource().export(report.expenditures.select_related("budget_line").order_by("number")):
        _append(sheet, row)
    for column, width in zip("ABCDEFG", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    lines = book.create_sheet("budget lines")
    for line in report.grant.budget_lines.all():
        _append(lines, [line.number, line.category_name, line.description, line.amount.amount])
    choices = DataValidation(type="list", formula1=f"='budget lines'!$A$1:$A${max(1, lines.max_row)}", allow_blank=True)
    sheet.add_data_validation(choices)
    choices.add(f"A2:A{MOST_ROWS + 1}")
    _how(book.create_sheet("how to fill it in"), report)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _how(sheet: Any, report: Report) -> None:
    for text in (
        str(report),
        _("One row for each transaction from %(start)s to %(end)s.") % {"start": report.period_start, "end": report.period_end},
        _("The first column is the number of the budget line, as on the second sheet."),
        _("Dates as year, month and day: 2026-03-05."),
        _("The local currency as its three letters. Leave both local columns empty if it was USD."),
        _("Never write a person’s name. The receipts stay with you."),
    ):
        _append(sheet, [text])


def _append(sheet: Any, values: Iterable[Any], *, bold: bool = False) -> None:
    """One more row; a text is always a text, whatever it begins with: nothing here is ever a formula."""
    sheet.append([value if isinstance(value, Decimal | date | int) else str(value or "") for value in values])
    for cell in sheet[sheet.max_row]:
        if isinstance(cell.value, str):
            cell.data_type = "s"
        if bold:
            cell.font = Font(bold=True)


def read(report: Report, upload: Any) -> tuple[list[dict[str, Any]], list[int]]:
    """(rows as the action takes them, the row of the sheet that each stands in).

    Raises ValidationError with one message per wrong cell (sheet row, column, what was wrong); nothing is half read.
    """
    if upload.size > MOST_BYTES:
        raise ValidationError(_("This file is larger than 5 MB. A list of transactions is much smaller; send it without pictures."))
    table, lines = _table(upload), list(report.grant.budget_lines.all())
    found, problems = [], []
    for number, cells in table:
        form = RowForm(_data(cells, lines), lines=lines)
        if form.is_valid():
            found.append(form.cleaned_data)
        else:
            problems += [_problem(number, name, str(text)) for name, texts in form.errors.items() for text in texts]
    if problems:
        raise ValidationError(problems[:50])
    if not found:
        text = _("There are no transactions in this file. The first row holds the headings, each further row one transaction.")
        raise ValidationError(text)
    return found, [number for number, _cells in table]


def _problem(number: int, name: str, text: str) -> str:
    return _("Row %(row)d, “%(column)s”: %(problem)s") % {"row": number, "column": HEADS.get(name, "–"), "problem": text}


def _data(cells: Sequence[Any], lines: Iterable[Any]) -> dict[str, str]:
    data = {name: _plain(value) for name, value in zip(NAMES, cells, strict=False)}
    by_number = {str(line.number): str(line.pk) for line in lines}
    typed = data.get("budget_line", "")
    data["budget_line"] = by_number.get(typed.removesuffix(".0"), typed and "–")
    return data


def _plain(value: Any) -> str:
    """What a cell shows, as one would type it: fifteen digits of a number, as spreadsheets have them."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, bool | int | Decimal | str):
        return str(value).strip()
    return format(value, ".15g")


Numbered = list[tuple[int, list[Any]]]


def _table(upload: Any) -> Numbered:
    """The rows below the headings with their numbers in the sheet, without the empty ones."""
    rows = list(_limited(_rows_of(upload)))
    head = [str(cell or "").strip().casefold() for cell in (rows[0] if rows else [])][: len(HEADS)]
    if head != [each.casefold() for each in HEADS.values()]:
        text = _("The headings in the first row must be: %(heads)s. Start from the list that can be downloaded here.")
        raise ValidationError(text % {"heads": ", ".join(HEADS.values())})
    filled = [(number, list(row)[: len(HEADS)]) for number, row in enumerate(rows, start=1) if any(_plain(cell) for cell in row)]
    if len(filled) - 1 > MOST_ROWS:
        raise ValidationError(_("This list has more than %(most)d transactions.") % {"most": MOST_ROWS})
    return filled[1:]


def _rows_of(upload: Any) -> Iterable[Sequence[Any]]:
    upload.seek(0)
    content = upload.read(MOST_BYTES + 1)
    try:
        kind = kind_of(io.BytesIO(content))
    except Refused as error:
        raise ValidationError([_("This file is neither a workbook (XLSX) nor a CSV file in UTF-8."), str(error)]) from error
    if kind is Kind.XLSX:
        return _xlsx(content)
    if kind is Kind.CSV:
        return _csv(content)
    raise ValidationError(_("This file is neither a workbook nor a list. Save it as XLSX or CSV and try again."))


def _limited(rows: Iterable[Any]) -> Iterator[Any]:
    for number, row in enumerate(rows, start=1):
        if number > MOST_LINES:
            raise ValidationError(_("This sheet has more than %(most)d rows. Delete what is not part of the list.") % {"most": MOST_LINES})
        yield row


def _xlsx(content: bytes) -> list[list[Any]]:
    """Values of the first sheet. A formula counts as its result; one that was never calculated is named."""
    try:
        values, formulas = _sheet(content, data_only=True), _sheet(content, data_only=False)
        pairs = _limited(zip(values, formulas, strict=True))
        return [[_value(cell, written) for cell, written in zip(*pair, strict=True)] for pair in pairs]
    except ValidationError:
        raise
    except Exception as error:  # openpyxl answers a damaged file with whatever its parts raise
        raise ValidationError(_("This file can't be read as a workbook. Save it as XLSX or CSV and try again.")) from error


def _sheet(content: bytes, *, data_only: bool) -> Iterator[Any]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    return sheet.iter_rows(max_col=len(HEADS), min_col=1)


def _value(cell: Any, written: Any) -> Any:
    if written.data_type == "f" and cell.value is None:
        text = _("Row %(row)d, “%(column)s”: this is a formula without a result. Write the result itself.")
        raise ValidationError(text % {"row": written.row, "column": list(HEADS.values())[written.column - 1]})
    return cell.value


def _csv(content: bytes) -> list[list[Any]]:
    text = content.decode("utf-8-sig")
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    try:
        return list(_limited(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)))
    except csv.Error as error:
        raise ValidationError(_("This CSV file is damaged: %(problem)s.") % {"problem": error}) from error
