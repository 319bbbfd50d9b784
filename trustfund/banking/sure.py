"""Open lines of the banks of which the rules are sure, many at once: one candidate, of the same sum, that the bank names.

However many lines: the same number of queries. What the reader saw of each goes with the form, so that nothing is confirmed unseen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.banking import matching
from trustfund.banking.models import BankLine
from trustfund.banking.open_items import candidates, open_lines, that_stand
from trustfund.ledger.models import Line
from trustfund.money import Money, total
from trustfund.ui.formatting import money_text, short_day_text

MOST = 100
"""So many lines are looked at, and can be confirmed, at a time."""
SEEN = re.compile(r"([0-9]{1,18}):([0-9]{1,18}(?:,[0-9]{1,18}){0,199}):(-?[0-9]{1,18}):([A-Z]{3})")
Books = Mapping[int, Sequence[matching.Candidate]]


@dataclass(frozen=True)
class Seen:
    """What somebody saw of a line of a bank: the keys of the lines of the books that it would be, and their sum in cents."""

    line: int
    books: tuple[int, ...]
    minor: int
    currency: str

    def __str__(self) -> str:
        return f"{self.line}:{','.join(map(str, self.books))}:{self.minor}:{self.currency}"


def seen_of(text: str) -> Seen | None:
    """What a form says was seen; None for what no page of ours has sent."""
    found = SEEN.fullmatch(text)
    if found is None:
        return None
    line, books, minor, currency = found.groups()
    return Seen(int(line), tuple(map(int, books.split(","))), int(minor), currency)


@dataclass(frozen=True)
class Row:
    """A line of a bank and the lines of the books that it surely is."""

    line: BankLine
    lines: tuple[Line, ...]
    reasons: str

    @property
    def total(self) -> Money:
        return total((each.original for each in self.lines), self.line.currency)

    @property
    def seen(self) -> Seen:
        return Seen(self.line.pk, tuple(each.pk for each in self.lines), self.total.minor, self.line.currency)

    @property
    def value(self) -> str:
        """How the form names it, with what was seen."""
        return str(self.seen)


def rows_of(lines: Collection[BankLine]) -> list[Row]:
    """The sure ones among open lines, in their order; not those that another open line would be with the same right."""
    if not lines:
        return []
    found = _near(lines)
    books: dict[int, list[matching.Candidate]] = defaultdict(list)
    for line, candidate in zip(found, candidates(found), strict=True):
        books[line.subaccount_id or 0].append(candidate)
    by_pk = {each.pk: each for each in found}
    made = [(line, _sure(line, books)) for line in lines]
    rows = [Row(line, tuple(by_pk[pk] for pk in each.lines), ", ".join(each.reasons)) for line, each in made if each]
    contested = _contested(rows, books)
    return [row for row in rows if row.line.pk not in contested]


def _near(lines: Collection[BankLine]) -> list[Line]:
    """The open lines of the books that any of them may be."""
    days = [line.booked_on for line in lines]
    banks = {line.bank_id: line.bank for line in lines}.values()
    found = open_lines(*banks).filter(date__gte=min(days) - matching.NEAR, date__lte=max(days) + matching.NEAR)
    return list(that_stand(found, clock.today()))


def _sure(line: BankLine, books: Books) -> matching.Suggestion | None:
    return matching.sure(line.amount, line.booked_on, line.in_full, books.get(line.bank_id, ()))


def _contested(rows: Collection[Row], books: Books) -> set[int]:
    """Lines of a bank whose lines of the books another open one names too, as where the bank paid twice: a person looks at both."""
    amounts, banks = {row.line.amount_minor for row in rows}, {row.line.bank_id for row in rows}
    others = BankLine.objects.unmatched().filter(bank__in=banks, amount_minor__in=amounts)
    claims: dict[tuple[int, tuple[int, ...]], set[int]] = defaultdict(set)
    for other in others:
        for made in matching.suggest(other.amount, other.booked_on, other.in_full, books.get(other.bank_id, ())):
            claims[other.bank_id, made.lines if made.named else ()].add(other.pk)
    return {row.line.pk for row in rows if claims[row.line.bank_id, row.seen.books] - {row.line.pk}}


def as_seen(chosen: Collection[Seen]) -> list[Row]:
    """What was chosen, as it stands now. ValidationError that names each line of which it is not what was seen any more."""
    about = BankLine.objects.select_related("bank__bank_details", "statement", "match__confirmed_by")
    lines = about.in_bulk([each.line for each in chosen])
    waiting = [line for line in lines.values() if not line.is_matched and not line.statement.withdrawal_id]
    rows = {row.seen: row for row in rows_of(waiting)}
    if wrong := [_changed(lines.get(each.line)) for each in chosen if each not in rows]:
        raise ValidationError(wrong, code="changed")
    return [rows[each] for each in chosen]


def _changed(line: BankLine | None) -> str:
    if line is None:
        return _("A line that you chose is not there.")
    if line.match:
        return _("%(line)s: %(name)s matched it meanwhile.") % {"line": shown(line), "name": line.match.confirmed_by.name}
    if line.statement.withdrawal_id:
        return _("%(line)s: its statement was withdrawn meanwhile.") % {"line": shown(line)}
    return _("%(line)s: what it may be in the books is not what you saw any more. Look at it again.") % {"line": shown(line)}


def shown(line: BankLine) -> str:
    """How a message names a line of a bank."""
    return f"{short_day_text(line.booked_on)} · {money_text(line.amount)} · {line.reference}"


def words(lines: Iterable[Line]) -> str:
    """How a message names lines of the books."""
    return "; ".join(f"{line.entry} {line.entry.reference}, {money_text(line.original)}" for line in lines)
