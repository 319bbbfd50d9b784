"""Open lines of the banks of which the rules are sure, many at once: one candidate, of the same sum, that the bank names.

However many lines: the same number of queries. What the reader saw of each goes with the form, so that nothing is confirmed unseen.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.banking import hooks, matching
from trustfund.banking.hooks import Likely
from trustfund.banking.models import BankLine
from trustfund.banking.open_items import candidates, open_lines, that_stand
from trustfund.ledger.models import Line, Subaccount
from trustfund.money import Money, total
from trustfund.ui.formatting import money_text, short_day_text

MOST = 100
"""So many lines are looked at, and can be confirmed, at a time."""
SEEN = re.compile(r"([0-9]{1,18}):([0-9]{1,18}(?:,[0-9]{1,18}){0,199}|[a-z]{1,20}-[0-9]{1,18}):(-?[0-9]{1,18}):([A-Z]{3})")


@dataclass(frozen=True)
class Seen:
    """What somebody saw of a line of a bank: the key of what it would be, and its sum in cents.

    The key is that of an offer ("payment-12"), or the keys of lines of the books ("4,5").
    """

    line: int
    key: str
    minor: int
    currency: str

    def __str__(self) -> str:
        return f"{self.line}:{self.key}:{self.minor}:{self.currency}"


def seen_of(text: str) -> Seen | None:
    """What a form says was seen; None for what no page of ours has sent."""
    found = SEEN.fullmatch(text)
    if found is None:
        return None
    line, key, minor, currency = found.groups()
    return Seen(int(line), key, int(minor), currency)


@dataclass(frozen=True)
class May:
    """What a line of a bank may be: lines of the books, or an offer of an upper room. `named`: the bank names it."""

    key: str
    amount: Money
    reasons: str
    named: bool
    lines: tuple[Line, ...] = ()
    likely: Likely | None = None


@dataclass(frozen=True)
class Row:
    """A line of a bank and what it surely is. `about`: what entries are about, by the entry's key."""

    line: BankLine
    may: May
    about: Mapping[int, str] = field(default_factory=dict)

    @property
    def seen(self) -> Seen:
        return Seen(self.line.pk, self.may.key, self.may.amount.minor, self.may.amount.currency)

    @property
    def value(self) -> str:
        """How the form names it, with what was seen."""
        return str(self.seen)

    @property
    def refused(self) -> str:
        """Why the reader may not confirm it; empty where they may."""
        return self.may.likely.refused if self.may.likely else ""

    @property
    def warning(self) -> str:
        return self.may.likely.warning if self.may.likely else ""

    @property
    def what(self) -> str:
        """How a message names what it is."""
        in_the_books = "; ".join(f"{each.entry} {text}, {money_text(each.original)}" for each, text in self.books)
        return self.may.likely.label if self.may.likely else in_the_books

    @property
    def books(self) -> list[tuple[Line, str]]:
        """The lines of the books that it is, each with what it is about, or its reference."""
        return [(each, self.about.get(each.entry_id) or each.entry.reference) for each in self.may.lines]


def rows_of(lines: Collection[BankLine], user: Any) -> list[Row]:
    """The sure ones among open lines, in their order; not those that another open line would be with the same right."""
    if not lines:
        return []
    banks, around = {each.bank_id: each.bank for each in lines}, _around(lines)
    found = _all_that(around, list(banks.values()), user)
    claims = Counter(may.key for each in found.values() for may in each if may.named)
    only = [(line, found[line.pk][0]) for line in lines if len(found.get(line.pk, ())) == 1]
    sure = [(line, may) for line, may in only if may.named and claims[may.key] == 1]
    about = hooks.about_of(list({part.entry_id: part.entry for _line, may in sure for part in may.lines}.values()))
    return [Row(line, may, about) for line, may in sure]


def _around(lines: Collection[BankLine]) -> list[BankLine]:
    """These and the other open lines of the same accounts and sums that may be what one of these may be."""
    days, sums = [each.booked_on for each in lines], {each.amount_minor for each in lines}
    near = {"booked_on__gte": min(days) - 2 * matching.NEAR, "booked_on__lte": max(days) + 2 * matching.NEAR}
    return list(BankLine.objects.unmatched().filter(bank__in={each.bank_id for each in lines}, amount_minor__in=sums, **near))


def _all_that(lines: Sequence[BankLine], banks: Sequence[Subaccount], user: Any) -> dict[int, list[May]]:
    """Everything that each line may be, by the line's key."""
    open_ones = _near(lines, banks)
    by_pk, books = {each.pk: each for each in open_ones}, defaultdict(list)
    for each, candidate in zip(open_ones, candidates(open_ones), strict=True):
        books[each.subaccount_id].append(candidate)
    offered = hooks.likely_for(lines, user)
    return {each.pk: [*_in_the_books(each, books[each.bank_id], by_pk), *map(_offered, offered.get(each.pk, ()))] for each in lines}


def _near(lines: Sequence[BankLine], banks: Sequence[Subaccount]) -> list[Line]:
    """The open lines of the books that any of them may be."""
    days = [each.booked_on for each in lines] or [clock.today()]
    found = open_lines(*banks).filter(date__gte=min(days) - matching.NEAR, date__lte=max(days) + matching.NEAR)
    return list(that_stand(found, clock.today()))


def _in_the_books(line: BankLine, found: Sequence[matching.Candidate], by_pk: Mapping[int, Line]) -> Iterator[May]:
    for each in matching.suggest(line.amount, line.booked_on, line.in_full, found):
        lines = tuple(by_pk[pk] for pk in each.lines)
        amount = total((part.original for part in lines), line.currency)
        yield May(",".join(map(str, each.lines)), amount, ", ".join(each.reasons), each.named, lines)


def _offered(likely: Likely) -> May:
    return May(likely.key, likely.amount, likely.reasons, likely.named, likely=likely)


def as_seen(chosen: Collection[Seen], user: Any) -> list[Row]:
    """What was chosen, as it stands now. ValidationError that names each line of which it is not what was seen, or is not the user's."""
    about = BankLine.objects.select_related("bank__bank_details", "statement", "match__confirmed_by")
    lines = about.in_bulk([each.line for each in chosen])
    waiting = [line for line in lines.values() if not line.is_matched and not line.statement.withdrawal_id]
    rows = {row.seen: row for row in rows_of(waiting, user)}
    wrong = [_changed(lines.get(each.line)) for each in chosen if each not in rows]
    wrong += [f"{shown(rows[each].line)}: {rows[each].refused}" for each in chosen if each in rows and rows[each].refused]
    if wrong:
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
