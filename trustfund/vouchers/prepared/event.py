"""What an event that finance starts is made of, and what working it out gives.

A proposal is pure: from the same books (a day and a head of the chain), the same inputs and the same rates come the same lines, today and
in ten years. So it can be worked out again when it is approved, and by whoever checks the books.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from trustfund.ledger.legs import Leg
from trustfund.ledger.models import GENERAL, Entry
from trustfund.money import Money
from trustfund.vouchers.prepared.moment import Moment
from trustfund.vouchers.rules import Problem, Row

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of the workings: its head, and whether it has figures."""

    head: str
    number: bool


@dataclass(frozen=True)
class Workings:
    """How the lines came about, for the reader: a table (texts, days, Money), and notes."""

    heads: list[str]
    rows: list[list[Any]]
    notes: list[str] = field(default_factory=list)

    def columns(self) -> list[Column]:
        """How each column is shown: where all is USD, its head says so once; words stand at the beginning, figures at the end."""
        return [_column(head, [row[at] for row in self.rows]) for at, head in enumerate(self.heads)]

    def cells(self) -> list[list[tuple[Any, Column]]]:
        """Each row's values with their columns."""
        columns = self.columns()
        return [list(zip(row, columns, strict=True)) for row in self.rows]


def _column(head: str, values: list[Any]) -> Column:
    money = [each for each in values if isinstance(each, Money)]
    dollars = bool(money) and all(each.currency == "USD" for each in money)
    number = bool(money) or all(isinstance(each, int | Decimal) or _is_figure(each) for each in values if each != "")
    return Column(f"{head}, USD" if dollars and "USD" not in head else head, number)


def _is_figure(value: Any) -> bool:
    """Whether a text is a number, as rates are."""
    return isinstance(value, str) and value[:1].isdigit() and value.replace(".", "", 1).isdigit()


@dataclass(frozen=True)
class Proposal:
    """The lines of an event, and how they came about."""

    rows: list[Row]
    workings: Workings


def proposal(legs: Iterable[Leg], workings: Workings) -> Proposal:
    """What posting functions gave, as lines of a voucher; ValidationError when there is nothing to post, or only nothing."""
    some = [leg for leg in legs if leg.amount]
    rows = [Row(leg.code, leg.side, _own(leg), leg.of, "", leg.amount, leg.rate or Decimal(1), leg.window or "") for leg in some]
    if not rows:
        raise ValidationError(_("There is nothing to post: the books are so already."), code="nothing")
    return Proposal(rows, workings)


def within(window: str, legs: Iterable[Leg]) -> list[Leg]:
    """Legs in a fund window: each window balances by itself."""
    return [replace(leg, window=window) for leg in legs]


def window_of(inputs: Inputs) -> str:
    """The fund window of the voucher: the one that was entered, or which gives, else the general one; lines may name others."""
    window = inputs.get("window") or inputs.get("giver")
    return window.pk if window is not None else GENERAL


def _own(leg: Leg) -> Any:
    """The amount in the line's currency; a leg in another one may leave its balance as it is."""
    return leg.amount if leg.original is None else leg.original


def nothing_more(_entry: Entry, _inputs: Inputs, _by: Any) -> None:
    """The entry is all there is to post."""


def nothing_beside(_inputs: Inputs) -> list[Model]:
    """Nobody else's act reads what it changes."""
    return []


def no_limits(_moment: Moment, _inputs: Inputs) -> Iterator[Problem]:
    """Nothing but what the proposal itself refuses."""
    yield from ()


@dataclass(frozen=True)
class Event:
    """One event: its words, its form, how it is worked out, and what it may touch.

    `propose` gives the lines (ValidationError: it can't be worked out); `limits` says what stands against posting them now, which later
    events may change; `posted` does what belongs to the entry, in its transaction; `beside` are the rows that its approval locks with the
    voucher, as acts of other rooms do that its limits ask about; `once` allows one for a day until it is reversed,
    `in_order` none before the latest; `late` dates it to period 13; `turns` proposes its reversal on the next day.
    """

    name: str
    title: Promise
    help: Promise
    narrative: Promise
    form: type[forms.Form]
    accounts: frozenset[str]
    propose: Callable[[Moment, Inputs], Proposal]
    limits: Callable[[Moment, Inputs], Iterator[Problem]] = no_limits
    posted: Callable[[Entry, Inputs, Any], None] = nothing_more
    beside: Callable[[Inputs], list[Model]] = nothing_beside
    once: bool = False
    in_order: bool = False
    late: bool = False
    turns: bool = False

    def moment(self, inputs: Inputs, head: int | None = None, rates: dict[str, Any] | None = None) -> Moment:
        """The books on its day."""
        day: date = inputs["date"]
        return Moment(day, head, rates)

    def work_out(self, moment: Moment, inputs: Inputs) -> Proposal:
        """Its lines; one on an account that is not its own is a mistake of ours."""
        found = self.propose(moment, inputs)
        strange = {row.account for row in found.rows} - self.accounts
        if strange:
            raise RuntimeError(f"{self.name} must not post to {sorted(strange)}")
        return found


def same(one: Row, other: Row) -> bool:
    """Whether two lines post the same, to the cent; what is said beside them does not count."""
    return _posts(one) == _posts(other)


def _posts(row: Row) -> tuple[Any, ...]:
    return (row.account, row.side, row.amount, row.of.code if row.of else "", row.usd, row.rate, row.window)
