"""A statement as a workbook: its figures are formulas over the sheet of lines behind them, and carry their values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import F, Sum, Value
from django.db.models.fields import CharField
from django.utils import translation
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_rowcol_to_cell

from trustfund.documents import Workbook
from trustfund.documents.workbook import Formula, Sheet
from trustfund.money import Money
from trustfund.statements.books import Term
from trustfund.statements.pdf import numbered
from trustfund.statements.shape import Figure, Ratio, Row, Share, Statement, Table

MOST_LINES = 20_000
"""Beyond this the sheet has sums by day, account and subaccount instead of single lines; every figure still adds up from it."""

COLUMN = {"debit": "I", "credit": "J", "amount": "K"}
PLAIN = ("entry__year_id", "entry__number", "entry__reference")
ABOUT = ("date", "subaccount__code", "currency")


def made(statement: Statement, language: str | None = None) -> bytes:
    """The statement as a workbook of two sheets; `language` (default: the one in force) is that in which it was put together."""
    with translation.override(language or translation.get_language() or "en"):
        book = Workbook(statement.title)
        sheet = book.sheet(statement.title, widths=[52, *[19] * 9])
        rows = list(_rows(statement))
        Page(statement, sheet, _("Lines"), len(rows)).fill()
        _lines(book.sheet(_("Lines"), widths=[24, 12, 14, 34, 10, 20, 10, 18, 16, 16, 16]), rows)
        return book.content()


class Page:
    """The sheet of a statement; `at` knows the row of each key."""

    def __init__(self, statement: Statement, sheet: Sheet, lines: str, count: int) -> None:
        self.statement, self.sheet, self.lines, self.last = statement, sheet, lines, count + 1
        self.at: dict[str, int] = {}

    def fill(self) -> None:
        """Write the whole sheet."""
        self.sheet.row([numbered(self.statement)], "title")
        self.sheet.row([self.statement.period])
        for label, value in self.statement.facts:
            self.sheet.row([label, value])
        for table in self.statement.tables:
            self._table(table)
        self.sheet.blank()
        for note in self.statement.notes:
            self.sheet.row([note])

    def _table(self, table: Table) -> None:
        if not table.rows and not table.texts:
            return
        self.sheet.blank()
        if table.caption:
            self.sheet.row([table.caption], "section")
        for text in table.texts:
            self.sheet.row([text])
        if not table.rows:
            return
        money = {index for row in table.rows for index, value in enumerate(row.values, 1) if isinstance(value, Figure)}
        self.sheet.row([_with_currency(head) if index in money else head for index, head in enumerate(table.heads)], "head")
        for row in table.rows:
            values = [self._value(row, number, value) for number, value in enumerate(row.values, 1)]
            self.at[row.key] = self.sheet.row([row.label, *values], row.kind, row.indent)

    def _value(self, row: Row, column: int, value: Any) -> Any:
        if isinstance(value, Share):
            return self._share(column, value)
        if isinstance(value, Ratio):
            part, whole = (xl_rowcol_to_cell(self.sheet.next, number) for number in (value.part, value.whole))
            return str(value) if value.ratio is None else Formula(f"={part}/{whole}", value.ratio)
        if not isinstance(value, Figure):
            return value
        if value.terms:
            return Formula("=" + "".join(map(self._sum, value.terms)).removeprefix("+"), value.amount)
        if value.across:
            cells = [("-" if each < 0 else "+") + xl_rowcol_to_cell(self.sheet.next, abs(each)) for each in value.across]
            return Formula("=" + "".join(cells).removeprefix("+"), value.amount)
        return self._added(column, value) if value.parts else value.amount

    def _share(self, column: int, value: Share) -> Formula | str:
        """One row in percent of another."""
        part, whole = (xl_rowcol_to_cell(self.at[key], column) for key in (value.part, value.whole))
        return str(value) if value.ratio is None else Formula(f"={part}/{whole}", value.ratio)

    def _added(self, column: int, value: Figure) -> Formula:
        """A sum of rows: as a range where they follow one another."""
        rows = [~self.at[part[1:]] if part.startswith("-") else self.at[part] for part in value.parts if part.removeprefix("-") in self.at]
        if len(rows) > 2 and rows == list(range(rows[0], rows[-1] + 1)):
            return self.sheet.sum(column, rows[0], value.amount, rows[-1])
        return self.sheet.add(column, rows, value.amount)

    def _sum(self, term: Term) -> str:
        conditions = [self._range("A"), f'"{key_in_sheet(term.key)}"', self._range("B"), f'"<="&{_day(term.until)}']
        if term.since is not None:
            conditions += [self._range("B"), f'">="&{_day(term.since)}']
        return f"{'-' if term.sign < 0 else '+'}SUMIFS({self._range(COLUMN[term.side])},{','.join(conditions)})"

    def _range(self, column: str) -> str:
        return f"'{self.lines}'!${column}$2:${column}${max(self.last, 2)}"


def _with_currency(head: str) -> str:
    return _("%(head)s (%(currency)s)") % {"head": head, "currency": "USD"}


def key_in_sheet(key: str) -> str:
    """The key as it stands in the sheet of lines: an account's code gets a letter, so that no program takes it for a number."""
    return f"A{key}" if key.isdigit() else key


def _day(day: date) -> str:
    return f"DATE({day.year},{day.month},{day.day})"


def _rows(statement: Statement) -> Iterator[list[Any]]:
    """The rows of the sheet of lines: key, date, entry, reference, account, subaccount, currency, its amount, debit, credit, amount."""
    if statement.lines is None:
        return
    keys = statement.books.keys
    single = keys.marked(statement.lines).order_by("entry_id", "position")
    for line in _single(single, keys.fields) if statement.lines[: MOST_LINES + 1].count() <= MOST_LINES else _by_day(single, keys.fields):
        day, subaccount, currency, account, *others, year, number, reference, original, debit, credit = line
        entry = f"{year}/{number:06}" if year else ""
        key = keys.key(account, *others)
        own = Money.from_minor(original, currency).amount
        amounts = [Money.from_minor(cents, "USD") for cents in (debit, credit, debit - credit)]
        yield [key_in_sheet(key), day, entry, reference, account, subaccount or "", currency, own, *amounts]


def _single(lines: Any, fields: list[str]) -> Any:
    return lines.values_list(*ABOUT, *fields, *PLAIN, "original_minor", "debit", "credit").iterator()


def _by_day(lines: Any, fields: list[str]) -> Any:
    """Sums by day, account, subaccount, currency and marks."""
    order = ("date", "account_id", "subaccount__code", "currency", *fields)
    nothing = Value(0)
    text = Value(_("sum of the day"), output_field=CharField())
    rows = lines.order_by(*order).values_list(*ABOUT, *fields).annotate(
        year=nothing, number=nothing, text=text, own=Sum(F("original_minor")), debits=Sum("debit"), credits=Sum("credit")
    )  # fmt: skip
    return rows.iterator()


def _lines(sheet: Sheet, rows: list[list[Any]]) -> None:
    heads = [
        *[_("Line"), _("Date"), _("Entry"), _("Reference"), _("Account"), _("Subaccount"), _("Currency"), _("In this currency")],
        *[_("Debit (USD)"), _("Credit (USD)"), _("Amount (USD)")],
    ]
    sheet.row(heads, "head")
    sheet.freeze()
    for row in rows:
        sheet.row(row)
    sheet.sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
