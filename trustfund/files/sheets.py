"""Reading workbooks that people send: nothing that unpacks into something huge, and no more rows and columns than are wanted."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from django.core.exceptions import ValidationError

from trustfund.files.kinds import Refused, refuse_swollen

MOST_COLUMNS = 200
"""A sheet that says it is wider is read so far: a few bytes can say 16,384 columns for every row."""


def open_workbook(content: bytes) -> Any:
    """A workbook to read values from, row by row; ValidationError when it unpacks to too much, else whatever its reader raises."""
    try:
        refuse_swollen(content)
    except Refused as reason:
        raise ValidationError(str(reason), code="size") from reason
    return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)


def values_of(sheet: Any, most: int) -> list[tuple[Any, ...]]:
    """Its first rows, `most` at the most, as tuples of values."""
    width = min(sheet.max_column or MOST_COLUMNS, MOST_COLUMNS)
    return list(sheet.iter_rows(values_only=True, max_row=most, max_col=width))
