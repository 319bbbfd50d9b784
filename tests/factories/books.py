"""The books for tests: open years, bank accounts, contributions and grants as subaccounts, and cash to fund them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count

from tests.factories.remembered import remembered
from trustfund.ledger import periods, posting, postings, subaccounts
from trustfund.ledger.models import Entry, Subaccount
from trustfund.money import Money, usd

DAY = date(2026, 3, 16)
_number = count(1)


@remembered
def open_years(*years: int) -> None:
    """The fiscal years with their periods (2026 when none is named)."""
    for year in years or (2026,):
        periods.open_year(year)


@remembered
def make_bank(currency: str = "USD") -> Subaccount:
    """A bank account of the Fund."""
    return subaccounts.open("bank", f"BANK-{currency}", name=f"Bank {currency}", public_label="Bank", currency=currency)


@remembered
def make_instalment(**fields: object) -> Subaccount:
    """An instalment or gift of a donor of its own."""
    number = next(_number)
    donor = subaccounts.open("donor", f"D-{number}", name=f"Donor {number}", public_label=f"A donor {number}")
    return subaccounts.open("instalment", f"I-{number}", name=f"Gift {number}", public_label=f"A gift {number}", parent=donor, **fields)


@remembered
def make_grant(**fields: object) -> Subaccount:
    """A grant's subaccount."""
    number = next(_number)
    return subaccounts.open("grant", f"G-{number}", name=f"Grant {number}", public_label=f"A grant {number}", **fields)


@remembered
def post(legs: list, on: date = DAY, reference: str | None = None, **more: object) -> Entry:
    """Post legs under a reference of their own."""
    return posting.post(legs, reference=reference or f"test:{next(_number)}", on=on, by=more.pop("by", None), source="test", **more)


@remembered
def give(amount: Money | str = "100000", on: date = DAY, psc_rate: Decimal | None = None, **fields: object) -> Subaccount:
    """A gift received by bank in an open year: the instalment that has the money."""
    open_years(on.year)
    instalment = make_instalment(psc_rate=psc_rate, **fields)
    money = amount if isinstance(amount, Money) else usd(amount)
    post(postings.bank_gift(instalment, make_bank(), money, donor_kind="state"), on)
    return instalment
