"""Workbooks that people send are read so far as is wanted, and not at all when they unpack into something huge."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import openpyxl
import pytest
from django.core.exceptions import ValidationError

from trustfund.erp import layout
from trustfund.files.sheets import MOST_COLUMNS, open_workbook, values_of
from trustfund.ledger.exchange import rate_files
from trustfund.opening import workbook


def made(rows=((1, 2), (3, 4)), **changes):
    """An XLSX with these rows in its first sheet; `changes` replace a part by its name, a function of what was there."""
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(content)
    changed = io.BytesIO()
    with zipfile.ZipFile(content) as before, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            change = changes.get(name.rpartition("/")[2].partition(".")[0])
            after.writestr(name, change(before.read(name)) if change else before.read(name))
    return changed.getvalue()


BOMB = made(sheet1=lambda text: text + b" " * (40 * 1024 * 1024))


@pytest.mark.parametrize(
    "read",
    [
        workbook.read,
        lambda content: layout.rows_of("extract.xlsx", content),
        lambda content: rate_files.read("rates.xlsx", content),
    ],
    ids=["opening", "extract", "rates"],
)
def test_what_unpacks_into_something_huge_is_refused_before_it_is_read(read):
    assert len(BOMB) < 100_000
    with pytest.raises(ValidationError, match="unpacks to more than can be taken"):
        read(BOMB)


def test_a_sheet_that_says_it_is_wide_is_read_so_far():
    wide = made(sheet1=lambda text: text.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'))
    rows = values_of(open_workbook(wide).worksheets[0], 10)
    assert (len(rows), len(rows[0]), rows[0][:2]) == (2, MOST_COLUMNS, (1, 2))


def test_rows_and_columns_are_as_they_were():
    book = open_workbook(made([("a", "b", "c"), (1, None, date(2026, 1, 2))]))
    rows = values_of(book.worksheets[0], 10)
    assert (rows[0], rows[1][:2], rows[1][2].date()) == (("a", "b", "c"), (1, None), date(2026, 1, 2))
    assert values_of(book.worksheets[0], 1) == [("a", "b", "c")]
