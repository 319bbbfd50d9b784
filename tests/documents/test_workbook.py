"""Workbooks: text is never run, totals are formulas that carry their value, the same content gives the same bytes."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from trustfund.documents import Workbook
from trustfund.money import Money, usd

HOSTILE = ["=1+1", "=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "{=1}", "http://example.org", "\t=1", "1234", "'quoted"]


def book() -> bytes:
    made = Workbook("Statement: one/two")
    sheet = made.sheet("Statement: one/two", widths=[30, 12])
    sheet.row(["Line", "2026 (USD)"], "head")
    first = sheet.next
    rows = [sheet.row([text, usd("10.25")], indent=1) for text in HOSTILE]
    sheet.row(["Sum", sheet.sum(1, first, usd("102.50"))], "total")
    sheet.row(["Difference", sheet.add(1, [rows[0], ~rows[1]], usd(0))])
    other = made.sheet("Statement: one/two")
    other.row([date(2026, 1, 1), Decimal("1.5"), 3, True, None, Money(5, "JPY")])
    sheet.link(2, "lines", other, 0)
    return made.content()


def test_text_stays_text():
    sheet = openpyxl.load_workbook(io.BytesIO(book())).worksheets[0]
    cells = [sheet.cell(row, 1) for row in range(2, 2 + len(HOSTILE))]
    assert [cell.value for cell in cells] == HOSTILE
    assert {cell.data_type for cell in cells} == {"s"}


def test_totals_are_formulas_with_their_value():
    content = book()
    formulas = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
    assert formulas["B12"].value == "=SUM(B2:B11)"
    assert Decimal(str(values["B12"].value)) == Decimal("102.5")
    assert formulas["B13"].value == "=B2-B3"
    assert values["B13"].value == 0


def test_the_same_bytes():
    assert book() == book()


def test_names_of_sheets_are_taken_and_unique():
    names = openpyxl.load_workbook(io.BytesIO(book())).sheetnames
    assert names == ["Statement  one two", "Statement  one two 2"]


@pytest.mark.parametrize("amount", ["0.01", "-0.01", "9999999999999.99", "1234567.89"])
def test_amounts_are_exact(amount):
    made = Workbook("x", streaming=True)
    made.sheet("x").row([usd(amount)])
    cell = openpyxl.load_workbook(io.BytesIO(made.content())).worksheets[0]["A1"]
    assert Decimal(str(cell.value)) == Decimal(amount)
    assert cell.number_format == '#,##0.00;(#,##0.00);"–"'
