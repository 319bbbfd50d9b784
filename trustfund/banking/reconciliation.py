"""The reconciliation statement of a bank account on a day: from the balance per bank to the balance per books, every item named.

    balance per bank + lines of the books that the bank has not booked - lines of the bank that the books do not have = balance per books

What was in the books before the first statement began, and that no line of the bank explains, should be what that statement opened with;
if it is not, that difference is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, When

from trustfund.banking.models import BankLine, BankStatement
from trustfund.banking.open_items import lines_on, that_stand
from trustfund.ledger.models import Line, Subaccount
from trustfund.money import Money, total

SIGNED = Case(When(debit__gt=0, then=F("original_minor")), default=-F("original_minor"))


@dataclass(frozen=True)
class Item:
    """One line that stands on one side only: what it is, its day, its amount as that side has it, and its page."""

    day: date
    what: str
    reference: str
    amount: Money
    url: str


@dataclass(frozen=True)
class Reconciliation:
    """Both balances in the account's own currency, and everything between them."""

    bank: Subaccount
    day: date
    first: BankStatement
    last: BankStatement
    per_bank: Money
    outstanding: list[Item]
    unmatched: list[Item]
    before: Money
    per_books: Money

    @property
    def outstanding_total(self) -> Money:
        return total((each.amount for each in self.outstanding), self.per_bank.currency)

    @property
    def unmatched_total(self) -> Money:
        return total((each.amount for each in self.unmatched), self.per_bank.currency)

    @property
    def reached(self) -> Money:
        """The balance per bank with every item that is named."""
        return self.per_bank + self.outstanding_total - self.unmatched_total

    @property
    def difference(self) -> Money:
        """What the books have beyond that."""
        return self.per_books - self.reached

    @property
    def at_the_beginning(self) -> Money:
        """The part of the difference that was there before the first statement."""
        return self.before - self.first.opening

    @property
    def unexplained(self) -> Money:
        """Nothing, or an error of this program."""
        return self.difference - self.at_the_beginning

    @property
    def state_tone(self) -> str:
        return "blocked" if self.difference else "money"

    @property
    def covered(self) -> bool:
        """Whether the bank's statements reach to the day."""
        return self.last.closed_on >= self.day


def reconcile(bank: Subaccount, day: date) -> Reconciliation | None:
    """The statement of a bank account on a day; None where no statement of the bank begins by then."""
    statements = BankStatement.objects.filter(bank=bank, opened_on__lte=day)
    first, last = statements.filter(previous=None).first(), statements.order_by("-closed_on", "-pk").first()
    if first is None or last is None:
        return None
    booked = BankLine.objects.filter(bank=bank, booked_on__lte=day)
    posted = lines_on(bank).filter(date__lte=day)
    standing = that_stand(posted, day)
    # What was never explained by the bank and is older than its first statement belongs to the balance with which that one opened.
    old = Q(bank_match=None, date__lt=_begins(first))
    return Reconciliation(
        bank=bank,
        day=day,
        first=first,
        last=last,
        per_bank=first.opening + _sum(booked, F("amount_minor"), first.currency),
        outstanding=list(_outstanding(standing.exclude(old), day)),
        unmatched=list(_unmatched(booked, day)),
        before=_sum(standing.filter(old), SIGNED, first.currency),
        per_books=_sum(posted, SIGNED, first.currency),
    )


def _begins(first: BankStatement) -> date:
    """The first day that its entries cover: a balance of a day on which nothing was booked is what that day ended with."""
    that_day = first.lines.filter(booked_on=first.opened_on).exists()
    return first.opened_on if that_day else first.opened_on + timedelta(days=1)


def _sum(rows: QuerySet[Any], amount: Any, currency: str) -> Money:
    return Money.from_minor(rows.order_by().aggregate(sum=Sum(amount))["sum"] or 0, currency)


def _outstanding(posted: QuerySet[Line], day: date) -> Iterable[Item]:
    """Lines of the books that no line of the bank explains by the day."""
    waiting = posted.filter(Q(bank_match=None) | Q(bank_match__match__bank_line__booked_on__gt=day))
    for line in waiting.select_related("entry").order_by("date", "pk"):
        yield Item(line.date, str(line.entry), line.entry.reference, line.original, line.entry.get_absolute_url())


def _unmatched(booked: QuerySet[BankLine], day: date) -> Iterable[Item]:
    """Lines of the bank that the books do not have by the day; of a match that is posted in part, the rest."""
    lines = booked.select_related("statement").order_by("booked_on", "pk")
    for line in lines.filter(match=None):
        yield _item(line, line.amount)
    late = lines.filter(match__parts__line__date__gt=day).distinct()
    for line in late.prefetch_related("match__parts__line"):
        posted = [part.line.original for part in line.match.parts.all() if part.line.date <= day]
        yield _item(line, line.amount - total(posted, line.currency))


def _item(line: BankLine, amount: Money) -> Item:
    return Item(line.booked_on, line.counterparty or line.text[:80], line.reference, amount, line.get_absolute_url())
