"""What is open between a bank and the books: lines of the books on a bank account that no line of the bank explains, and suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.banking import hooks, matching
from trustfund.banking.models import BankLine, MatchedLine
from trustfund.ledger.models import Entry, Line, Subaccount
from trustfund.money import Money

MOST_IN_PARTS = 3
ACCOUNTS = ("1010", "1020")
"""The accounts whose subaccounts are the Fund's bank accounts."""


def lines_on(*banks: Subaccount) -> QuerySet[Line]:
    """The books' lines on bank accounts, each in its own currency: a revaluation, which no bank knows of, is not among them."""
    theirs = reduce(or_, (Q(subaccount=bank, currency=bank.currency or "USD") for bank in banks))
    return Line.objects.filter(theirs, account_id__in=ACCOUNTS, original_minor__gt=0)


def open_lines(*banks: Subaccount) -> QuerySet[Line]:
    """Those of which nobody has said yet what they are at the bank, oldest first."""
    return lines_on(*banks).filter(bank_match=None).select_related("entry").order_by("date", "pk")


def that_stand(lines: QuerySet[Line], day: date) -> QuerySet[Line]:
    """Without entries that were reversed by `day` and their reversals, if the bank had neither: together they are nothing."""
    at_the_bank = Exists(MatchedLine.objects.filter(line__entry=OuterRef("entry")))
    mates = Entry.objects.filter(Q(reverses=OuterRef("entry")) | Q(reversed_by=OuterRef("entry")), date__lte=day)
    undone = Exists(mates.exclude(Exists(MatchedLine.objects.filter(line__entry=OuterRef("pk")))))
    return lines.filter(at_the_bank | ~undone)


@dataclass(frozen=True)
class Shown:
    """A suggestion with its lines and their sum, for the page."""

    lines: list[Line]
    reasons: str
    others: list[BankLine] = field(default_factory=list)

    @property
    def value(self) -> str:
        """How a form names it: the keys of its lines."""
        return ",".join(str(line.pk) for line in self.lines)

    @property
    def others_value(self) -> str:
        """The keys of the other lines of the bank that belong to it."""
        return ",".join(str(line.pk) for line in self.others)

    @property
    def total(self) -> Money:
        return sum((line.original for line in self.lines[1:]), start=self.lines[0].original)


def suggestions(line: BankLine) -> list[Shown]:
    """What the rules suggest for a line of the bank, the best first."""
    near = {"date__gte": line.booked_on - matching.NEAR, "date__lte": line.booked_on + matching.NEAR}
    found = list(that_stand(open_lines(line.bank).filter(**near), clock.today()))
    by_pk = {each.pk: each for each in found}
    made = matching.suggest(line.amount, line.booked_on, line.in_full, candidates(found))
    whole = [Shown([by_pk[pk] for pk in each.lines], ", ".join(each.reasons)) for each in made]
    return whole or _in_parts(line, found)


def _in_parts(line: BankLine, found: Iterable[Line]) -> list[Shown]:
    """A line of the books that the bank booked in two parts: this one, and another open one that goes the same way."""
    near = {"booked_on__gte": line.booked_on - matching.NEAR, "booked_on__lte": line.booked_on + matching.NEAR}
    others = BankLine.objects.unmatched().filter(bank=line.bank_id, **near).exclude(pk=line.pk).order_by("-booked_on", "-pk")
    by_amount = {each.amount_minor: each for each in others if (each.amount_minor > 0) == (line.amount_minor > 0)}
    pairs = ((each, by_amount.get(each.original.minor - line.amount_minor)) for each in found)
    reason = _("the sum of two lines of the bank")
    return [Shown([each], reason, [other]) for each, other in pairs if other is not None][:MOST_IN_PARTS]


def candidates(lines: Iterable[Line]) -> list[matching.Candidate]:
    """Lines of the books as the rules see them."""
    found = list(lines)
    words = hooks.words_of(list({line.entry_id: line.entry for line in found}.values()))
    return [_candidate(line, words) for line in found]


def _candidate(line: Line, words: dict[int, tuple[str, ...]]) -> matching.Candidate:
    named: Any = (*words.get(line.entry_id, ()), line.entry.reference)
    return matching.Candidate(line.pk, line.entry_id, line.date, line.original, named)
