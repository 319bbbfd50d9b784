"""The other book: every amount in the currency in which it was, `@@` what it was worth in USD, as a Beancount and as an hledger journal.

Revaluations move no money, only its worth: an amount of nothing can't have a price, so their entries are left out (and said so). Bank
accounts are asserted to hold what the banks' statements closed with, wherever nothing is outstanding on that day; whoever knows the
statements registers them here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from trustfund.ledger.chart import BY_CODE
from trustfund.ledger.exports.journals import KINDS, code_of, title_of
from trustfund.ledger.exports.source import Book, Names, plain_text
from trustfund.ledger.models import Line
from trustfund.money import Money

TITLE = "United Nations Voluntary Trust Fund for Victims of Trafficking in Persons, transaction currencies"
DIFFERENCES = ("4200", "5400")


@dataclass(frozen=True)
class Closing:
    """What a bank's statement says that an account (primary key of its subaccount) held at the end of a day."""

    bank: int
    day: date
    balance: Money
    number: str


Provider = Callable[[Book], Iterable[Closing]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Called from `AppConfig.ready()` by whoever knows the banks' statements."""
    if provider not in _providers:
        _providers.append(provider)


def closings(book: Book) -> list[Closing]:
    """All that the banks said, by day."""
    found = [closing for provider in _providers for closing in provider(book)]
    return sorted(found, key=lambda each: (each.day, each.bank, each.number))


def worth_nothing(line: Line) -> bool:
    """A line that changes the worth of a balance and not the balance."""
    return line.currency != "USD" and line.original_minor == 0


def only_revalues(lines: list[Line]) -> bool:
    """An entry that moves no amount of any currency: a revaluation, or what reversed one."""
    others = [line for line in lines if line.account_id not in DIFFERENCES]
    return bool(others) and all(worth_nothing(line) for line in others)


def posting(line: Line) -> str:
    """ "-100.00 EUR @@ 110.00 USD"; a difference in worth beside amounts stays in USD."""
    if line.currency == "USD" or worth_nothing(line):
        return f"{line.amount.amount:f} USD"
    return f"{line.original.amount:f} {line.currency} @@ {abs(line.amount).amount:f} USD"


class Held:
    """What every account holds of every currency, as the lines go by; and which names a bank account has."""

    def __init__(self, names: Names) -> None:
        self.names, self.held = names, defaultdict[tuple[str, str], Money](lambda: Money(0, "USD"))
        self.of_bank: dict[int, set[str]] = defaultdict(set)

    def add(self, line: Line) -> str:
        """Count a line; gives the name of its account."""
        name = self.names.of(line)
        money = line.amount if worth_nothing(line) else line.original
        self.held[name, money.currency] = money + self.held.get((name, money.currency), Money(0, money.currency))
        if line.subaccount_id:
            self.of_bank[line.subaccount_id].add(name)
        return name

    def all(self) -> list[tuple[str, Money]]:
        return [(name, money) for (name, _currency), money in sorted(self.held.items())]

    def asserted(self, closing: Closing) -> tuple[str, Money] | None:
        """The account and its balance, where the books hold exactly what the bank says."""
        names = [name for name in self.of_bank[closing.bank] if code_of(name) in ("1010", "1020")]
        own = closing.balance.currency
        fits = len(names) == 1 and self.held.get((names[0], own), Money(0, own)) == closing.balance
        return (names[0], closing.balance) if fits else None


def _walked(book: Book) -> Iterator[tuple[date, list[Line] | Closing]]:
    """Entries and closings of banks in the order of their days: a closing after all that was posted on its day."""
    waiting = closings(book)
    for lines in book.entries():
        while waiting and waiting[0].day < lines[0].date:
            yield waiting[0].day, waiting.pop(0)
        yield lines[0].date, lines
    for closing in waiting:
        if book.until is None or closing.day <= book.until:
            yield closing.day, closing


def _told(closing: Closing) -> str:
    return f"; {closing.day} statement {plain_text(closing.number)} closes with {_money(closing.balance)}: something is outstanding\n"


def _money(money: Money) -> str:
    return f"{money.amount:f} {money.currency}"


def _skipped(lines: list[Line]) -> str:
    return f"\n; {lines[0].date} {lines[0].entry} {plain_text(lines[0].entry.reference)}: a revaluation moves no money\n"


def _currencies(book: Book) -> list[str]:
    return sorted({"USD", *book.found().values_list("currency", flat=True).distinct()})


# Beancount


def beancount(book: Book) -> Iterator[str]:
    """The journal in pieces; a `balance` directive holds at the beginning of its day, so it stands on the day after."""
    names = Names(book)
    held, first = Held(names), book.first_day()
    last: date | None = None
    yield f'option "title" "{TITLE}"\noption "operating_currency" "USD"\n; ledger head {book.head}\n\n'
    yield from (f"{first} commodity {code}\n" for code in _currencies(book))
    for name in names.used():
        yield f'{first} open {name}\n  name: "{plain_text(BY_CODE[code_of(name)].name)}"\n'
    for day, what in _walked(book):
        last = day
        yield _beancount(what, held)
    if last is not None:
        yield from ("\n", *(_beancount_balance(last, name, money) for name, money in held.all()))


def _beancount(what: list[Line] | Closing, held: Held) -> str:
    if isinstance(what, Closing):
        found = held.asserted(what)
        return _beancount_balance(what.day, *found) if found else _told(what)
    if only_revalues(what):
        return _skipped(what)
    number, text = title_of(what)
    legs = [f"  {held.add(line)}  {posting(line)}" for line in what]
    return "\n".join([f'\n{what[0].date} * "{number}" "{text}"', f'  seal: "{what[0].entry_id}"', *legs]) + "\n"


def _beancount_balance(day: date, name: str, money: Money) -> str:
    tolerance = abs(money).amount * 0
    return f"{day + timedelta(days=1)} balance {name}  {money.amount:f} ~ {tolerance:f} {money.currency}\n"


# hledger


def hledger(book: Book) -> Iterator[str]:
    """The journal in pieces, with `commodity` and `account` directives; assertions stand in entries of nothing."""
    names = Names(book)
    held = Held(names)
    last: date | None = None
    yield f"; {TITLE}\n; ledger head {book.head}\n\n"
    yield from (f"commodity {_format(code)}\n" for code in _currencies(book))
    for name in names.used():
        yield f"account {name}  ; type: {KINDS[name.split(':')[0]]}, {plain_text(BY_CODE[code_of(name)].name).replace(',', '')}\n"
    for day, what in _walked(book):
        last = day
        yield _hledger(what, held)
    if last is not None:
        yield _hledger_balances(last, "balances", held.all())


def _format(code: str) -> str:
    """ "1000.00 EUR", "1000. JPY": how amounts of a currency are written."""
    digits = -int(Money(0, code).amount.as_tuple().exponent)
    return f"1000.{'0' * digits} {code}"


def _hledger(what: list[Line] | Closing, held: Held) -> str:
    if isinstance(what, Closing):
        found = held.asserted(what)
        return _hledger_balances(what.day, f"statement {plain_text(what.number)}", [found]) if found else "\n" + _told(what)
    if only_revalues(what):
        return _skipped(what)
    number, text = title_of(what)
    legs = [f"    {held.add(line)}  {posting(line)}" for line in what]
    return "\n".join([f"\n{what[0].date} * ({number}) {text}", f"    ; seal: {what[0].entry_id}", *legs]) + "\n"


def _hledger_balances(day: date, title: str, found: list[tuple[str, Money]]) -> str:
    legs = [f"    {name}  {_money(Money(0, money.currency))} = {_money(money)}" for name, money in found]
    return "\n".join([f"\n{day} * {title}", *legs]) + "\n"
