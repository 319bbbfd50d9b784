"""Which lines of the books a line of the bank may be: rules suggest, a person confirms. Pure.

The sum must agree to the cent. What is nearer in time and what is named in the bank's text comes first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trustfund.money import Money, total

NEAR = timedelta(days=45)
"""How far apart the books' day and the bank's may be for a suggestion; a person may go further."""
NAMED, ONE, TOGETHER = 100, 10, 5
SHORTEST = 5
"""A shorter reference would be found in any text."""


@dataclass(frozen=True)
class Candidate:
    """A line of the books on the bank's account of which nobody has said yet what it is at the bank. `words`: what the bank may call it."""

    pk: int
    entry: int
    day: date
    amount: Money
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """Lines of the books that together are what the bank booked, and why."""

    lines: tuple[int, ...]
    score: int
    reasons: tuple[str, ...]
    named: bool = False


def suggest(amount: Money, day: date, text: str, candidates: Collection[Candidate], *, most: int = 5) -> list[Suggestion]:
    """The best suggestions for a line of the bank, the best first; each set of lines once."""
    near = [each for each in candidates if abs(each.day - day) <= NEAR]
    found: dict[tuple[int, ...], Suggestion] = {}
    for group in _groups(near, text):
        if total((each.amount for each in group), amount.currency) == amount:
            made = _judged(group, day, text)
            found.setdefault(made.lines, made)
    return sorted(found.values(), key=lambda each: (-each.score, each.lines))[:most]


def _groups(candidates: list[Candidate], text: str) -> Iterator[list[Candidate]]:
    """One line; all lines of an entry (a sum and its charges); all that the text names; all of a day that go one way (a batch)."""
    yield from ([each] for each in candidates)
    by_entry: dict[int, list[Candidate]] = defaultdict(list)
    by_day: dict[tuple[date, bool], list[Candidate]] = defaultdict(list)
    for each in candidates:
        by_entry[each.entry].append(each)
        by_day[each.day, each.amount.amount > 0].append(each)
    yield from (group for group in by_entry.values() if len(group) > 1)
    yield [each for each in candidates if named(each.words, text)]
    yield from (group for group in by_day.values() if len(group) > 1)


def _judged(group: list[Candidate], day: date, text: str) -> Suggestion:
    apart = max(abs(each.day - day) for each in group).days
    is_named = all(named(each.words, text) for each in group)
    score = (NAMED if is_named else 0) + (ONE if len(group) == 1 else TOGETHER) + NEAR.days - apart
    reasons = [_("the amount") if len(group) == 1 else _("the sum of %(number)s lines") % {"number": len(group)}]
    reasons += [_("the reference")] if is_named else []
    reasons.append(_("the same day") if not apart else ngettext("%(days)s day apart", "%(days)s days apart", apart) % {"days": apart})
    return Suggestion(tuple(sorted(each.pk for each in group)), score, tuple(reasons), is_named)


def named(words: Iterable[str], text: str) -> bool:
    """Whether the text has one of the references, however it is spaced."""
    within = _letters(text)
    return any(len(word) >= SHORTEST and word in within for word in map(_letters, words))


@lru_cache(maxsize=4096)
def _letters(text: str) -> str:
    return "".join(each for each in text.upper() if each.isalnum())
