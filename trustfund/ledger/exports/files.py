"""The forms in which the ledger is written to a file: the lines as CSV and XLSX, and both books as journals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from trustfund.ledger.exports import currencies, journals, tables
from trustfund.ledger.exports.source import Book


def _journal(pieces: Callable[[Book], Iterator[str]]) -> Callable[[Book, Path], None]:
    def write(book: Book, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces(book))

    return write


def _csv(book: Book, path: Path) -> None:
    with path.open("wb") as file:
        file.writelines(tables.csv_blocks(book))


FORMS: dict[str, Callable[[Book, Path], None]] = {
    "beancount": _journal(journals.beancount),
    "hledger": _journal(journals.hledger),
    "beancount-currencies": _journal(currencies.beancount),
    "hledger-currencies": _journal(currencies.hledger),
    "csv": _csv,
    "xlsx": tables.write_xlsx,
}
"""Form -> what writes a book to a path. "-currencies" is the book of transaction currencies."""
