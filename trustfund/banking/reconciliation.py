"""The reconciliation statement of a bank account on a day: from the balance per bank to the balance per books, every item named.

    balance per bank + lines of the books that the bank has not booked - lines of the bank that the books do not have = balance per books

What was in the books before the first statement began, and that no line of the bank explains, should be what that statement opened with;
if it is not, that difference is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.utils.translation import gettext as _

from trustfund.banking import hooks
from trustfund.banking.models import BankLine, BankStatement, Match
from trustfund.banking.open_items import lines_on, that_stand
from trustfund.ledger.models import Entry, Line, Subaccount
from trustfund.money import Money, total

SIGNED = Case(When(debit__gt=0, then=F("original_minor")), default=-F("original_minor"))


@dataclass(frozen=True)
class Item:
    """One line that stands on one side only: what it is, its day, its amount as that side has it, its page, and what posted it.

    Of the books' side also the key of its entry, and, once it is `described`, what that is about: from whom, what for.
    """

    day: date
    what: str
    reference: str
    amount: Money
    url: str
    act: str = ""
    entry: int = 0
    about: str = ""

    @property
    def in_full(self) -> str:
        """As one text, for a file."""
        return f"{self.what}: {self.about}" if self.about else self.what


@dataclass(frozen=True)
class Reconciliation:
    """Both balances in the account's own currency, and everything between them; `missing` are gaps between statements, unmatched too."""

    bank: Subaccount
    day: date
    first: BankStatement
    last: BankStatement
    per_bank: Money
    outstanding: list[Item]
    unmatched: list[Item]
    missing: list[Item]
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


def described(found: Reconciliation) -> Reconciliation:
    """The statement with what each entry between the two balances is about."""
    keys = {each.entry for each in found.outstanding if each.entry}
    about = hooks.about_of(list(Entry.objects.filter(pk__in=keys))) if keys else {}
    return replace(found, outstanding=[replace(each, about=about.get(each.entry, "")) for each in found.outstanding])


def reconcile(bank: Subaccount, day: date) -> Reconciliation | None:
    """The statement of a bank account on a day; None where no statement of the bank begins by then."""
    statements = BankStatement.objects.standing().filter(bank=bank, opened_on__lte=day)
    first, last = statements.filter(previous=None).first(), statements.order_by("-closed_on", "-pk").first()
    if first is None or last is None:
        return None
    booked = BankLine.objects.standing().filter(bank=bank, booked_on__lte=day)
    posted = lines_on(bank).filter(date__lte=day)
    standing = that_stand(posted, day)
    # What was never explained by the bank and is older than its first statement belongs to the balance with which that one opened.
    old = Q(bank_match=None, date__lt=_begins(first))
    missing = list(_missing(statements))
    partly = [_Partly(match, day) for match in _reaching_over(bank, day)]
    return Reconciliation(
        bank=bank,
        day=day,
        first=first,
        last=last,
        per_bank=first.opening + _sum(booked, F("amount_minor"), first.currency) + total((each.amount for each in missing), first.currency),
        outstanding=_by_day([*_outstanding(standing.exclude(old)), *(item for each in partly for item in each.outstanding())]),
        unmatched=_by_day([*missing, *_unmatched(booked), *(item for each in partly for item in each.unmatched())]),
        missing=missing,
        before=_sum(standing.filter(old), SIGNED, first.currency),
        per_books=_sum(posted, SIGNED, first.currency),
    )


def _missing(statements: QuerySet[BankStatement]) -> Iterable[Item]:
    """What the bank moved between two statements of which it sent none, or of which one was withdrawn."""
    chain = statements.order_by("opened_on", "closed_on", "pk")
    for before, after in pairwise(chain):
        if after.opening != before.closing:
            what = _("No statement between %(before)s and %(after)s") % {"before": before.number, "after": after.number}
            yield Item(after.opened_on, what, "", after.opening - before.closing, after.get_absolute_url())


def _by_day(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda each: each.day)


def _begins(first: BankStatement) -> date:
    """The first day that its entries cover: a balance of a day on which nothing was booked is what that day ended with."""
    that_day = first.lines.filter(booked_on=first.opened_on).exists()
    return first.opened_on if that_day else first.opened_on + timedelta(days=1)


def _sum(rows: QuerySet[Any], amount: Any, currency: str) -> Money:
    return Money.from_minor(rows.order_by().aggregate(sum=Sum(amount))["sum"] or 0, currency)


def _outstanding(posted: QuerySet[Line]) -> Iterable[Item]:
    """Lines of the books that no line of the bank explains."""
    for line in posted.filter(bank_match=None).select_related("entry").order_by("date", "pk"):
        yield _posted(line, line.original)


def _unmatched(booked: QuerySet[BankLine]) -> Iterable[Item]:
    """Lines of the bank that the books do not have."""
    for line in booked.filter(match=None).select_related("statement").order_by("booked_on", "pk"):
        yield _item(line, line.amount)


def _reaching_over(bank: Subaccount, day: date) -> QuerySet[Match]:
    """Matches of which a part is later than the day."""
    later = Q(parts__line__date__gt=day) | Q(bank_lines__booked_on__gt=day)
    found = Match.objects.filter(later, bank_lines__bank=bank).distinct().order_by("pk")
    return found.prefetch_related("parts__line__entry", "bank_lines__statement")


class _Partly:
    """A match as it stood on a day: what either side had of it by then. Where both had something, only the rest is an item."""

    def __init__(self, match: Match, day: date) -> None:
        booked = list(match.bank_lines.all())
        self.lines = [part.line for part in match.parts.all() if part.line.date <= day]
        self.booked = [each for each in booked if each.booked_on <= day]
        self.whole_bank = len(self.booked) == len(booked)
        self.currency = booked[0].currency

    @property
    def rest(self) -> Money:
        """What the bank had beyond the books."""
        return total((each.amount for each in self.booked), self.currency) - total((each.original for each in self.lines), self.currency)

    def outstanding(self) -> Iterable[Item]:
        if not self.booked:
            yield from (_posted(line, line.original) for line in self.lines)
        elif self.lines and self.rest and not self.whole_bank:
            yield _posted(self.lines[0], -self.rest)

    def unmatched(self) -> Iterable[Item]:
        if not self.lines:
            yield from (_item(line, line.amount) for line in self.booked)
        elif self.booked and self.rest and self.whole_bank:
            yield _item(self.booked[-1], self.rest)


def _posted(line: Line, amount: Money) -> Item:
    return Item(line.date, str(line.entry), line.entry.reference, amount, line.entry.get_absolute_url(), line.entry.source, line.entry_id)


def _item(line: BankLine, amount: Money) -> Item:
    return Item(line.booked_on, line.counterparty or line.text[:80], line.reference, amount, line.get_absolute_url())
