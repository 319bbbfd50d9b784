"""What a statement is made of, whatever it is shown on: a page, a PDF or a workbook are made from the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trustfund.ledger.closed.models import Certification
from trustfund.ledger.models import Line
from trustfund.money import Money, total
from trustfund.statements.books import Books, Term, day_before, year_before
from trustfund.ui.formatting import day_text, percent_text, short_day_text

SIX_PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class Figure:
    """An amount in USD and where it comes from: `terms` (lines of the books), `parts` (rows of its column: the key, with "-" before it
    where it is taken off) or `across` (figures of its row, by number from 1; below zero where it is taken off)."""

    amount: Money
    terms: tuple[Term, ...] = ()
    parts: tuple[str, ...] = ()
    across: tuple[int, ...] = ()


@dataclass(frozen=True)
class Share:
    """What a row of the column is of another, as a share of one; None where there is nothing to divide by."""

    part: str
    whole: str
    ratio: Decimal | None

    def __str__(self) -> str:
        return "–" if self.ratio is None else percent_text(self.ratio, digits=2)


@dataclass(frozen=True)
class Ratio:
    """What a figure of the row is of another, as a share of one, by number from 1; None where there is nothing to divide by."""

    part: int
    whole: int
    ratio: Decimal | None

    def __str__(self) -> str:
        return "–" if self.ratio is None else percent_text(self.ratio, digits=2)


def ratio(part: int, whole: int, amounts: Sequence[Money]) -> Ratio:
    """The share of one figure of a row in another; `amounts` are the row's, numbered from 1."""
    of = amounts[whole - 1]
    return Ratio(part, whole, (amounts[part - 1].amount / of.amount).quantize(SIX_PLACES) if of else None)


@dataclass(frozen=True)
class Row:
    """A row: `kind` is "line", "section", "subtotal" or "total"; `values` are Figures, Shares, Ratios, days or texts; `url` tells more."""

    key: str
    label: str
    kind: str = "line"
    values: tuple[Any, ...] = ()
    indent: int = 0
    url: str = ""

    @property
    def amounts(self) -> list[Money]:
        return [value.amount for value in self.values if isinstance(value, Figure)]


@dataclass(frozen=True)
class Table:
    """A table of a statement; the first head is that of the labels. `texts` are paragraphs before it; it may have these alone."""

    heads: Sequence[str]
    rows: Sequence[Row]
    caption: str = ""
    texts: Sequence[str] = ()

    def row(self, key: str) -> Row:
        """The row with this key; KeyError if there is none."""
        for row in self.rows:
            if row.key == key:
                return row
        raise KeyError(key)


@dataclass(frozen=True)
class Statement:
    """A statement with all that it must carry: fund, period, currency, as of which day, the ledger's head, the rule, its notes.

    `lines` are what stands behind its figures; `code` is its name in addresses and files.
    """

    code: str
    title: str
    books: Books
    tables: Sequence[Table]
    since: date | None = None
    subject: str = ""
    notes: Sequence[str] = ()
    lines: QuerySet[Line] | None = None
    signed: bool = True
    wide: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def period(self) -> str:
        """ "as at 31 December 2026" or "1 January 2026 to 31 December 2026"."""
        until = day_text(self.books.as_of)
        if self.since is None:
            return _("as at %(date)s") % {"date": until}
        return _("%(start)s to %(end)s") % {"start": day_text(self.since), "end": until}

    @property
    def head(self) -> str:
        """Number and hash of the ledger's head, as printed everywhere."""
        return _("Ledger head %(number)d, %(hash)s") % {"number": self.books.seq, "hash": self.books.hash}

    @property
    def certification(self) -> Certification | None:
        """Who prepared, certified and approved the statements of the year, if these are a year's and it came so far."""
        if (self.books.as_of.month, self.books.as_of.day) != (12, 31) or self.since not in (None, self.books.new_year):
            return None
        return self.books.certified(self.books.as_of.year)

    @property
    def is_approved(self) -> bool:
        """Whether the statements of the year are certified and approved; a draft else."""
        found = self.certification
        return found is not None and found.state == Certification.State.APPROVED

    @property
    def status(self) -> str:
        """ "Draft" until the statements of the year are approved."""
        found = self.certification
        if found is None:
            return _("Draft, not certified")
        return {
            Certification.State.PREPARED: _("Draft, prepared for certification"),
            Certification.State.CERTIFIED: _("Certified, to be approved"),
            Certification.State.APPROVED: _("Certified and approved"),
        }[Certification.State(found.state)]

    @property
    def signatures(self) -> list[list[str]]:
        """What for, and who and when as far as it was done."""
        found = self.certification
        acts = [(_("Prepared by"), "prepared"), (_("Certified by"), "certified"), (_("Approved by"), "approved")]
        signed = [(label, getattr(found, f"{act}_by", None), getattr(found, f"{act}_on", None)) for label, act in acts]
        return [[label, by.name, day_text(on)] if by and on else [label] for label, by, on in signed]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What stands at its beginning."""
        about = [(_("For"), self.subject)] if self.subject else []
        about += [(_("Period"), self.period)] if self.since else []
        return [
            (_("Fund"), str(settings.FUND_NAME)),
            *about,
            (_("Currency"), _("USD (United States dollars)")),
            (_("As of"), day_text(self.books.as_of)),
            (_("Ledger head"), _("%(number)d, %(hash)s") % {"number": self.books.seq, "hash": self.books.hash}),
            *(self._certified if self.signed else []),
        ]

    @property
    def _certified(self) -> list[tuple[str, str]]:
        upto, digest = _("up to act %(number)d on record") % {"number": self.books.last_act}, self.books.act_hash
        beside = (_("Budgets, texts and certification"), f"{upto} ({digest})" if digest else upto)
        signed = [(label, _("%(name)s, %(day)s") % {"name": who[0], "day": who[1]}) for label, *who in self.signatures if who]
        return [beside, (_("Status"), self.status), *signed]

    def row(self, key: str) -> Row:
        """The row with this key, of whichever table; KeyError if there is none."""
        for table in self.tables:
            for row in table.rows:
                if row.key == key:
                    return row
        raise KeyError(key)

    def amounts(self, key: str) -> list[Money]:
        """The figures of a row."""
        return self.row(key).amounts


Columns = list[tuple[date | None, date]]
"""Of each column of figures the first day and the last."""


def beside_a_year_before(since: date, until: date) -> Columns:
    """A period, and the same a year before."""
    return [(since, until), (year_before(since), year_before(until))]


def column_head(since: date | None, until: date) -> str:
    """ "2026" for a whole year, else both days."""
    if since == date(until.year, 1, 1) and until == date(until.year, 12, 31):
        return str(until.year)
    return _("%(start)s to %(end)s") % {"start": short_day_text(since or until), "end": short_day_text(until)}


def at_beginning(books: Books, key: str, label: object, columns: Columns) -> Row:
    """A row of what the lines of one key come to on the day before each column begins."""
    return summed(books, "opening", label, [(Term(key, day_before(since)),) if since else () for since, _until in columns])


def line(books: Books, key: str, label: object, columns: Columns, sign: int = 1) -> Row:
    """A row that adds up the lines of one key, column by column."""
    return summed(books, key, label, [(Term(key, until, since, sign),) for since, until in columns])


def summed(books: Books, key: str, label: object, terms: Iterable[tuple[Term, ...]], indent: int = 1) -> Row:
    """A row of figures that add up these terms; a figure without terms is nothing."""
    return Row(key, str(label), values=tuple(Figure(books.amount(*each), terms=each) for each in terms), indent=indent)


def if_any(rows: list[Row]) -> list[Row]:
    """Rows that have a figure; what is nothing everywhere is left out."""
    return [row for row in rows if any(row.amounts)]


def share(key: str, label: str, part: Row, whole: Row) -> Row:
    """A row that says how much of one row another is."""
    ratios = [(each.amount / of.amount).quantize(SIX_PLACES) if of else None for each, of in zip(part.amounts, whole.amounts, strict=True)]
    return Row(key, label, values=tuple(Share(part.key, whole.key, ratio) for ratio in ratios), indent=1)


def section(key: str, label: str) -> Row:
    """A heading within a table."""
    return Row(key, label, "section")


def added(key: str, label: str, rows: Iterable[Row], kind: str = "subtotal", signs: Sequence[int] | None = None) -> Row:
    """A row that adds up others, column by column; `signs` has -1 for those that are taken off."""
    summed = [row for row in rows if row.values]
    turns = list(signs) if signs is not None else [1] * len(summed)
    parts = tuple(("-" if turn < 0 else "") + row.key for row, turn in zip(summed, turns, strict=True))
    columns = len(summed[0].values) if summed else 0
    amounts = [_column(summed, turns, index) for index in range(columns)]
    return Row(key, label, kind, tuple(Figure(amount, parts=parts) for amount in amounts))


def _column(rows: list[Row], signs: list[int], index: int) -> Money:
    amounts = [row.values[index].amount for row in rows]
    parts = [amount if sign > 0 else -amount for amount, sign in zip(amounts, signs, strict=True)]
    return total(parts)
