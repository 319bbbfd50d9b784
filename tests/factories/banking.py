"""Statements of the Fund's banks for tests, taken in as finance does."""

from __future__ import annotations

from typing import Any

from tests.banking.files import IBAN, Fact, Facts, camt
from tests.factories.books import make_bank
from tests.factories.people import make_user
from tests.factories.remembered import remembered
from trustfund.banking import actions
from trustfund.banking.csv_files import Layout
from trustfund.banking.models import BankDetails, BankLine, BankStatement
from trustfund.money import Money, zero
from trustfund.people.roles import Role


@remembered
def make_details(currency: str = "USD", account: str = IBAN, layout: Layout | None = None, by: Any = None) -> BankDetails:
    """A bank account of the Fund that somebody has described."""
    return actions.describe(make_bank(currency), by=by or make_user(Role.FINANCE), account=account, layout=layout)


def make_statement(*entries: Fact, details: BankDetails | None = None, by: Any = None, **facts: Any) -> BankStatement:
    """One statement with these entries; the opening balance is nothing unless it is given."""
    details = details or make_details(by=by)
    facts.setdefault("opening", zero(details.currency))
    content = camt(Facts(list(entries), **facts))
    (made,) = actions.take_in(details, "statement.xml", content, by=by or make_user(Role.FINANCE))
    return made


def make_line(amount: Money, details: BankDetails | None = None, by: Any = None, **facts: Any) -> BankLine:
    """A line of the bank in a statement of its own."""
    about = {name: facts.pop(name) for name in ("first", "days", "number", "opening") if name in facts}
    return make_statement(Fact(amount, **facts), details=details, by=by, **about).lines.get()
