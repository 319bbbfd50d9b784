"""What the banks' statements closed with, for the exported book of transaction currencies."""

from __future__ import annotations

from collections.abc import Iterable

from trustfund.banking.models import BankStatement
from trustfund.ledger.exports.currencies import Closing
from trustfund.ledger.exports.source import Book


def closings(book: Book) -> Iterable[Closing]:
    """One per statement, up to the day of the book."""
    found = BankStatement.objects.order_by("closed_on", "pk")
    found = found if book.until is None else found.filter(closed_on__lte=book.until)
    return (Closing(each.bank_id, each.closed_on, each.closing, each.number) for each in found)
