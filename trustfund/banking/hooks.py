"""What upper rooms tell this one of entries and of lines of a bank.

How a bank may call an entry, what the entry is about, and what a line of a bank may be that is not in the books yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model

    from trustfund.banking.models import BankLine
    from trustfund.ledger.models import Entry
    from trustfund.money import Money


@dataclass(frozen=True)
class Offer:
    """An act of an upper room that would explain a line of the bank: what it is, what it is about, and what does it.

    `key` names it in an address ("payment-12"). `do(by)` runs the act and returns the entry, or the entries, that it posted.
    """

    key: str
    label: str
    facts: Sequence[tuple[str, Any]]
    do: Callable[[Any], Entry | list[Entry]]
    warning: str = ""


@dataclass(frozen=True)
class Likely:
    """What a line of a bank may be by its sum: the offer of this `key`, seen for many lines at once.

    `named`: the bank names it, so that it is sure. `refused` says why this person may not take it up now; `locks` are the rows that the
    act locks, so that many can be locked in one order.
    """

    key: str
    label: str
    url: str
    amount: Money
    reasons: str
    named: bool
    warning: str = ""
    refused: str = ""
    locks: tuple[Model, ...] = ()


Words = Callable[[Sequence["Entry"]], Mapping[int, Iterable[str]]]
Offers = Callable[["BankLine", Any], Iterable[Offer]]
About = Callable[[Sequence["Entry"]], Mapping[int, str]]
Likelies = Callable[[Sequence["BankLine"], Any], Mapping[int, Sequence[Likely]]]
_words: list[Words] = []
_abouts: list[About] = []
_offers: list[Offers] = []
_likelies: list[Likelies] = []


def name(words: Words) -> None:
    """Register what gives the references by which a bank may call entries, by the entry's key. Called from `AppConfig.ready()`."""
    if words not in _words:
        _words.append(words)


def describe(about: About) -> None:
    """Register what says from whom or to whom entries are, and what for, by the entry's key. Called from `AppConfig.ready()`."""
    if about not in _abouts:
        _abouts.append(about)


def offer(offers: Offers) -> None:
    """Register what gives the offers for a line of the bank and a person. Called from `AppConfig.ready()`."""
    if offers not in _offers:
        _offers.append(offers)


def expect(likelies: Likelies) -> None:
    """Register what gives, for open lines and a person, the likely offers of each by the line's key. Called from `AppConfig.ready()`."""
    if likelies not in _likelies:
        _likelies.append(likelies)


def words_of(entries: Sequence[Entry]) -> dict[int, tuple[str, ...]]:
    """The references of each entry."""
    found: dict[int, list[str]] = defaultdict(list)
    for words in _words:
        for pk, each in words(entries).items():
            found[pk] += [word for word in each if word]
    return {pk: tuple(each) for pk, each in found.items()}


def about_of(entries: Sequence[Entry]) -> dict[int, str]:
    """What each entry is about, of those of which a room says it."""
    return {pk: text for about in _abouts for pk, text in about(entries).items()}


def offers_for(line: BankLine, user: Any) -> list[Offer]:
    """Everything that a line may be and that the user could do now."""
    return [each for offers in _offers for each in offers(line, user)]


def likely_for(lines: Sequence[BankLine], user: Any) -> dict[int, list[Likely]]:
    """What upper rooms think that each line may be, by the line's key."""
    found: dict[int, list[Likely]] = defaultdict(list)
    for likelies in _likelies:
        for pk, each in likelies(lines, user).items():
            found[pk] += each
    return found
