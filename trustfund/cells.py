"""Text in the cells of CSV files, so that a spreadsheet program reads it as text and never runs it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
MARK = "'"
BOM = "\ufeff"


def neutral(value: Any) -> Any:
    """A text that a spreadsheet could take for a formula, marked with an apostrophe; numbers and days pass as they are.

    Nothing is lost: `original(neutral(text)) == text` for every text.
    """
    if isinstance(value, str) and value.startswith((*DANGEROUS, MARK)):
        return MARK + value
    return value


def original(text: str) -> str:
    """The text that `neutral` marked."""
    return text[1:] if text.startswith(MARK) else text


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_rows(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Lines of CSV with neutralised cells, one by one, the first with a byte order mark (Excel takes UTF-8 only with it)."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    mark = BOM
    for row in rows:
        yield mark + str(writer.writerow([neutral(value) for value in row]))
        mark = ""


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """All of it as one text."""
    return "".join(csv_rows(rows))


def read_csv(text: str) -> list[list[str]]:
    """The rows of a CSV text that `csv_text` wrote, as they were."""
    return [[original(cell) for cell in row] for row in csv.reader(io.StringIO(text.removeprefix(BOM), newline=""))]
