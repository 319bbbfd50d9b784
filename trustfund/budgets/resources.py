"""A budget as a workbook to fill in offline, and back: the lines by their keys, an amount, a remark."""

from __future__ import annotations

import io
from typing import Any
from zipfile import BadZipFile

import openpyxl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from trustfund.budgets import lines
from trustfund.budgets.actions import Row
from trustfund.budgets.models import Budget
from trustfund.documents import Workbook
from trustfund.fields import MoneyFormField
from trustfund.money import total, usd

MOST_BYTES = 1024 * 1024
MOST_ROWS = 100


def workbook(budget: Budget, rows: list[Row]) -> bytes:
    """A sheet with every line; the total is a formula. The first column is what `read` goes by."""
    title = _("Budget %(budget)s") % {"budget": budget}
    book = Workbook(title)
    sheet = book.sheet(title, widths=[22, 48, 18, 48])
    sheet.row([_("Key"), _("Budget line"), _("Amount (USD)"), _("Remark")], "head")
    sheet.freeze()
    by_line = {row.line: row for row in rows}
    first = sheet.next
    for key in lines.ORDER:
        row = by_line.get(key, Row(key, usd(0)))
        sheet.row([key, lines.label_of(key), row.amount, row.remark])
    sheet.row(["", _("Total"), sheet.sum(2, first, total(row.amount for row in rows))], "total")
    return book.content()


def read(content: bytes) -> list[Row]:
    """The lines of a workbook that was filled in; ValidationError names row and column of everything that is wrong."""
    if len(content) > MOST_BYTES:
        raise ValidationError(_("The file is larger than 1 MB: it is no budget."), code="size")
    try:
        sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        found = list(sheet.iter_rows(min_row=2, max_row=MOST_ROWS, max_col=4, values_only=True))
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, IndexError) as error:
        raise ValidationError(_("The file is no XLSX workbook that can be read."), code="kind") from error
    rows, problems = [], []
    for number, cells in enumerate(found, 2):
        try:
            rows += _row(tuple([*cells, None, None, None, None][:4]))
        except ValidationError as error:
            problems += [_("Row %(number)s: %(text)s") % {"number": number, "text": text} for text in error.messages]
    if problems or not rows:
        raise ValidationError(problems or [_("The first sheet has no budget line: keep its first column as it was downloaded.")])
    return rows


def _row(cells: tuple[Any, ...]) -> list[Row]:
    key, _label, amount, remark = cells
    key = str(key or "").strip()
    if not key:
        return []
    if key not in lines.LINES:
        raise ValidationError(_("“%(key)s” is no budget line.") % {"key": key[:40]})
    typed = "" if amount is None else str(amount)
    money = MoneyFormField(currency="USD", allow_negative=key == lines.TRANSFERS, required=False).clean(typed)
    return [Row(key, money or usd(0), str(remark or "")[:120])]
