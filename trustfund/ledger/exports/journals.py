"""The ledger as a Beancount and as an hledger journal, with balance assertions at each month's end and at the end of all.

The assertions are computed from the lines as they are written, and exact: a cent that is changed in the file makes
`bean-check` and `hledger check --strict` fail, in one leg because the entry does not balance, in both because an assertion does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from trustfund.ledger.chart import BY_CODE
from trustfund.ledger.exports.source import Balances, Book, Names, month, plain_text
from trustfund.ledger.models import Line
from trustfund.money import Money

TITLE = "United Nations Voluntary Trust Fund for Victims of Trafficking in Persons, functional currency"


def _amount(money: Money) -> str:
    return f"{money.amount:.2f} USD"


def title_of(lines: list[Line]) -> tuple[str, str]:
    entry = lines[0].entry
    return str(entry), plain_text(f"{entry.source} {entry.reference}")


def _beside(line: Line) -> str:
    """The amount in the transaction's currency and its rate, where it is not USD."""
    return f"{line.currency} {abs(line.original).amount:f} at {line.rate:f}" if line.currency != "USD" else ""


def code_of(name: str) -> str:
    return name.split(":")[1]


# Beancount


def beancount(book: Book) -> Iterator[str]:
    """The journal in pieces; a `balance` directive holds at the beginning of its day, so it stands on the day after."""
    names, balances = Names(book), Balances()
    yield f'option "title" "{TITLE}"\noption "operating_currency" "USD"\n; ledger head {book.head}\n\n'
    first = book.first_day()
    yield f"{first} commodity USD\n"
    for name in names.used():
        yield f'{first} open {name} USD\n  name: "{plain_text(BY_CODE[code_of(name)].name)}"\n'
    last: date | None = None
    for lines in book.entries():
        day = lines[0].date
        if last is not None and month(day) != month(last):
            yield from _beancount_balances(_day_after_month(last), balances.month_end())
        yield _beancount_entry(lines, names, balances)
        last = day
    if last is not None:
        yield from _beancount_balances(last + timedelta(days=1), balances.all())


def _day_after_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _beancount_entry(lines: list[Line], names: Names, balances: Balances) -> str:
    number, text = title_of(lines)
    entry = lines[0].entry
    written = [f'\n{entry.date} * "{number}" "{text}"', f'  seal: "{entry.seal}"', f'  kind: "{entry.kind}"']
    for line in lines:
        name = names.of(line)
        balances.add(name, line)
        written.append(f"  {name}  {_amount(line.amount)}")
        if _beside(line):
            written.append(f'    original: "{_beside(line)}"')
    return "\n".join(written) + "\n"


def _beancount_balances(day: date, held: list[tuple[str, Money]]) -> Iterator[str]:
    yield "\n"
    for name, balance in held:
        yield f"{day} balance {name}  {balance.amount:.2f} ~ 0.00 USD\n"


# hledger


KINDS = {"Assets": "A", "Liabilities": "L", "Equity": "E", "Income": "R", "Expenses": "X"}


def hledger(book: Book) -> Iterator[str]:
    """The journal in pieces, with `commodity` and `account` directives; assertions stand in entries of nothing at each month's end."""
    names, balances = Names(book), Balances()
    yield f"; {TITLE}\n; ledger head {book.head}\n\ncommodity 1000.00 USD\n\n"
    for name in names.used():
        yield f"account {name}  ; type: {KINDS[name.split(':')[0]]}, {plain_text(BY_CODE[code_of(name)].name).replace(',', '')}\n"
    last: date | None = None
    for lines in book.entries():
        day = lines[0].date
        if last is not None and month(day) != month(last):
            yield _hledger_balances(_day_after_month(last) - timedelta(days=1), balances.month_end())
        yield _hledger_entry(lines, names, balances)
        last = day
    if last is not None:
        yield _hledger_balances(last, balances.all())


def _hledger_entry(lines: list[Line], names: Names, balances: Balances) -> str:
    number, text = title_of(lines)
    entry = lines[0].entry
    written = [f"\n{entry.date} * ({number}) {text}", f"    ; seal: {entry.seal}"]
    for line in lines:
        name = names.of(line)
        balances.add(name, line)
        beside = f"  ; {_beside(line)}" if _beside(line) else ""
        written.append(f"    {name}  {_amount(line.amount)}{beside}")
    return "\n".join(written) + "\n"


def _hledger_balances(day: date, held: list[tuple[str, Money]]) -> str:
    nothing = Money(Decimal(0), "USD")
    written = [f"\n{day} * balances"]
    written += [f"    {name}  {_amount(nothing)} = {_amount(balance)}" for name, balance in held]
    return "\n".join(written) + "\n"
