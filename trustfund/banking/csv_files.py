"""Statements as CSV: no two banks write it alike, so each account has a layout that says how its bank does. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund.banking.found import Booking, Statement, money_of, plain, unreadable, within_limit, wrong
from trustfund.money import Money, total

SIGNED, COLUMNS, MARKED = "signed", "columns", "marked"
SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009'’"))
MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Layout:
    """How a bank writes its CSV. Columns are named as in the head of the file; an empty name is a column that is not there."""

    booked: str
    value: str = ""
    signs: str = SIGNED
    amount: str = ""
    credit: str = ""
    debit: str = ""
    mark: str = ""
    debit_word: str = "D"
    reference: str = ""
    end_to_end: str = ""
    counterparty: str = ""
    text: str = ""
    balance: str = ""
    account: str = ""
    currency: str = ""
    delimiter: str = ","
    decimal_mark: str = "."
    date_format: str = "%Y-%m-%d"
    encoding: str = "utf-8-sig"
    head_row: int = 1

    def wanted(self) -> list[str]:
        """The columns that the file must have."""
        amounts = {SIGNED: [self.amount], COLUMNS: [self.credit, self.debit], MARKED: [self.amount, self.mark]}[self.signs]
        others = [self.value, self.reference, self.end_to_end, self.counterparty, self.text, self.balance, self.account, self.currency]
        return [name for name in (self.booked, *amounts, *others) if name]


Row = tuple[str, Mapping[str, str]]


def read(content: bytes, layout: Layout, currency: str, opening: Money | None = None, closing: Money | None = None) -> list[Statement]:
    """The one statement that a file is. Its balances are those of the balance column, else `opening` and `closing` as they were given.

    ValidationError lists what is wrong by row and column.
    """
    rows = _rows(content, layout)
    bookings = _bookings(rows, layout, currency)
    balances = [_amount(cells[layout.balance], layout, currency, where, layout.balance) for where, cells in rows] if layout.balance else []
    if _newest_first(bookings, balances):
        bookings, balances = bookings[::-1], balances[::-1]
    if balances:
        _check_running(bookings, balances, layout.balance)
        opening, closing = balances[0] - bookings[0].amount, balances[-1]
    if opening is None or closing is None:
        raise ValidationError(_("This file has no balances: give the opening and the closing balance beside it."), code="balances")
    first, last = min(each.booked_on for each in bookings), max(each.booked_on for each in bookings)
    accounts = sorted({cells[layout.account].strip() for _where, cells in rows}) if layout.account else [""]
    if len(accounts) > 1:
        raise unreadable(_("The file has entries of %(number)s accounts.") % {"number": len(accounts)})
    return [Statement("CSV", plain(accounts[0], 50), currency, f"{first}/{last}", first, opening, last, closing, bookings)]


def _rows(content: bytes, layout: Layout) -> list[Row]:
    """Each row under the head with where it stands, its cells by column."""
    try:
        text = content.decode(layout.encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise unreadable(_("The file is not in the encoding %(encoding)s.") % {"encoding": layout.encoding}) from error
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=layout.delimiter, strict=True)
    try:
        lines = list(reader)
    except csv.Error as error:
        message = _("Row %(number)s can’t be read as CSV: the file may be cut in the middle.")
        raise unreadable(message % {"number": reader.line_num}) from error
    head = [cell.strip() for cell in lines[layout.head_row - 1]] if len(lines) >= layout.head_row else []
    missing = [name for name in layout.wanted() if name not in head]
    if missing:
        raise unreadable(_("The file has no column %(names)s in row %(row)s.") % {"names": ", ".join(missing), "row": layout.head_row})
    below = [(number, cells) for number, cells in enumerate(lines[layout.head_row :], layout.head_row + 1) if any(map(str.strip, cells))]
    within_limit(len(below))
    if not below:
        raise unreadable(_("There is no entry in the file."))
    return [_row(number, head, cells) for number, cells in below]


def _row(number: int, head: list[str], cells: list[str]) -> Row:
    where = _("Row %(number)s") % {"number": number}
    if len(cells) < len(head):
        shown = {"where": where, "found": len(cells), "wanted": len(head)}
        raise unreadable(_("%(where)s has %(found)s of %(wanted)s columns: the file may be cut in the middle.") % shown)
    return where, dict(zip(head, cells, strict=False))


def _bookings(rows: list[Row], layout: Layout, currency: str) -> list[Booking]:
    found: list[Booking] = []
    problems: list[ValidationError] = []
    for where, cells in rows:
        try:
            found.append(_booking(where, cells, layout, currency))
        except ValidationError as error:
            problems.append(error)
    if problems:
        raise ValidationError(problems[:MOST_PROBLEMS])
    return found


def _booking(where: str, cells: Mapping[str, str], layout: Layout, currency: str) -> Booking:
    if layout.currency and cells[layout.currency].strip() != currency:
        shown = {"found": cells[layout.currency].strip()[:10], "currency": currency}
        raise wrong(where, layout.currency, _("the entry is in “%(found)s”, the account in %(currency)s.") % shown)
    booked_on = _day(cells[layout.booked], layout, where, layout.booked)
    stated = cells[layout.value].strip() if layout.value else ""
    return Booking(
        where=where,
        booked_on=booked_on,
        value_on=_day(stated, layout, where, layout.value) if stated else booked_on,
        amount=_signed(cells, layout, currency, where),
        bank_reference=_text(cells, layout.reference, 140),
        end_to_end_id=_text(cells, layout.end_to_end, 140),
        counterparty=_text(cells, layout.counterparty, 200),
        text=_text(cells, layout.text, 1000),
    )


def _text(cells: Mapping[str, str], column: str, most: int) -> str:
    return plain(cells[column], most) if column else ""


def _signed(cells: Mapping[str, str], layout: Layout, currency: str, where: str) -> Money:
    if layout.signs == COLUMNS:
        credit, debit = cells[layout.credit].strip(), cells[layout.debit].strip()
        if bool(credit) == bool(debit):
            credit, debit = _other_than_zero(credit), _other_than_zero(debit)
        if bool(credit) == bool(debit):
            raise wrong(where, f"{layout.credit}, {layout.debit}", _("one of the two columns has the amount."))
        column = layout.credit if credit else layout.debit
        found = abs(_amount(credit or debit, layout, currency, where, column))
        return found if credit else -found
    found = _amount(cells[layout.amount], layout, currency, where, layout.amount)
    if layout.signs == MARKED:
        return -abs(found) if cells[layout.mark].strip().casefold() == layout.debit_word.casefold() else abs(found)
    return found


def _other_than_zero(text: str) -> str:
    return text if re.search("[1-9]", text) else ""


def _amount(text: str, layout: Layout, currency: str, where: str, column: str) -> Money:
    """An amount with the layout's decimal mark; the other mark groups by three, or the amount is refused."""
    group = "." if layout.decimal_mark == "," else ","
    compact = text.strip().translate(SPACES).replace("\u2212", "-")
    grouped = re.fullmatch(rf"([+-]?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+)({re.escape(layout.decimal_mark)}\d*)?", compact)
    if grouped:
        compact = grouped[1].replace(group, "") + (grouped[2] or "")
    if group in compact or compact.count(layout.decimal_mark) > 1:
        raise wrong(where, column, _("“%(text)s” is not an amount.") % {"text": text.strip()[:40]})
    return money_of(compact.replace(layout.decimal_mark, "."), currency, where, column)


def _day(text: str, layout: Layout, where: str, column: str) -> date:
    try:
        return datetime.strptime(text.strip(), layout.date_format).date()  # noqa: DTZ007 a day has no zone
    except ValueError as error:
        raise wrong(where, column, _("“%(text)s” is not a date as the layout has it.") % {"text": text.strip()[:40]}) from error


def _newest_first(bookings: list[Booking], balances: list[Money]) -> bool:
    """Some banks put the newest entry on top. Within one day only the running balance tells."""
    if bookings[0].booked_on != bookings[-1].booked_on:
        return bookings[0].booked_on > bookings[-1].booked_on
    return bool(balances) and not _runs(bookings, balances) and _runs(bookings[::-1], balances[::-1])


def _runs(bookings: list[Booking], balances: list[Money]) -> bool:
    pairs = zip(balances, balances[1:], bookings[1:], strict=False)
    return all(before + booking.amount == after for before, after, booking in pairs)


def _check_running(bookings: list[Booking], balances: list[Money], column: str) -> None:
    for before, after, booking in zip(balances, balances[1:], bookings[1:], strict=False):
        wanted = total([before, booking.amount], before.currency)
        if wanted != after:
            shown = {"wanted": wanted, "found": after}
            raise wrong(booking.where, column, _("%(wanted)s is expected after this entry, and %(found)s stands there.") % shown)
