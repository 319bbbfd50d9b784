"""What finance posts of its own accord, from what the books hold: one pure function per row, as in postings.py.

Every amount is `Money` in USD; `original` and `rate` are as there. A leg whose `original` is nothing changes the worth in USD alone and
leaves the balance in the currency as it is.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from trustfund.ledger.legs import Leg, credit, debit
from trustfund.ledger.postings import NOTHING, Legs, bank_code, programme_support
from trustfund.money import Money, zero

if TYPE_CHECKING:
    from trustfund.ledger.models import Subaccount

ALLOWANCE = {"1100": "1190", "1110": "1190", "1200": "1290", "1210": "1290"}
"""The allowance that stands against each asset."""


def _some(*legs: Leg) -> Legs:
    return [leg for leg in legs if leg.amount]


def _difference(amount: Money, of: Subaccount | None = None) -> Leg:
    """A gain (positive) on 4200, a loss on 5400."""
    return credit("4200", amount, of) if amount > NOTHING else debit("5400", -amount, of)


def revalued(
    code: str, of: Subaccount | None, change: Money, *, currency: str, rate: Decimal, named: Subaccount | None = None, window: str = ""
) -> Legs:
    """Month-end revaluation to the UN operational rate: Dr the account / Cr 4200, or Dr 5400 / Cr the account, in USD alone.

    `change` is what the balance of the account gains (debit) or loses (credit); `named` is whom the difference concerns.
    """
    side = "debit" if change > NOTHING else "credit"
    own = Leg(side, code, abs(change), of, zero(currency), rate)
    return [replace(leg, window=window or None) for leg in _some(own, _difference(change, named))]


def allowance_changed(asset: str, of: Subaccount, change: Money, *, original: Money | None = None, rate: Decimal | None = None) -> Legs:
    """A receivable, an advance or a refund due is impaired: Dr 5500 / Cr 1190 or 1290; less so: Dr 1190 or 1290 / Cr 5500."""
    allowance = ALLOWANCE[asset]
    if change > NOTHING:
        return [debit("5500", change, of), credit(allowance, change, of, original, rate)]
    return _some(debit(allowance, -change, of, original, rate), credit("5500", -change, of))


def written_off(
    asset: str,
    of: Subaccount,
    amount: Money,
    *,
    allowed: Money = NOTHING,
    original: Money | None = None,
    allowed_original: Money | None = None,
    rate: Decimal | None = None,
) -> Legs:
    """A receivable, an advance or a refund due is written off: Dr 1190 or 1290 for what was allowed, Dr 5500 the rest / Cr the asset.

    `allowed` is how much of `amount` the allowance bears; `original` and `allowed_original` are in the currency of the asset.
    """
    return _some(
        debit(ALLOWANCE[asset], allowed, of, allowed_original, rate),
        debit("5500", amount - allowed, of),
        credit(asset, amount, of, original, rate),
    )


def year_end_estimate(grant: Subaccount, amount: Money, *, advance: Money, psc_rate: Decimal | None = None) -> Legs:
    """Year-end estimate of spending not yet reported: Dr 5010 / Cr 1280 up to the open advance, the excess Cr 2020; PSC Dr 5100 / Cr 2400.

    Reversed on 1 January. It is an estimate: no report was accepted, the NGO still accounts for the whole advance.
    """
    covered = min(amount, max(advance, NOTHING))
    legs = _some(debit("5010", amount, grant), credit("1280", covered, grant), credit("2020", amount - covered, grant))
    return [*legs, *programme_support(grant, amount, psc_rate)]


def window_transfer(amount: Money, *, giver: Subaccount, taker: Subaccount, windows: tuple[str, str]) -> Legs:
    """A transfer between windows: Dr 3900 / Cr 2900 in the one that gives; Dr 1900 / Cr 3900 in the one that takes.

    `giver` and `taker` are the windows' subaccounts, `windows` their codes; each window balances by itself.
    """
    gives, takes = windows
    return [
        *_in(gives, debit("3900", amount), credit("2900", amount, taker)),
        *_in(takes, debit("1900", amount, giver), credit("3900", amount)),
    ]


def windows_settled(
    amount: Money, *, giver: Subaccount, taker: Subaccount, windows: tuple[str, str], banks: tuple[Subaccount, Subaccount]
) -> Legs:
    """What one window owes another is paid: Dr 2900 / Cr bank in the one that gives; Dr bank / Cr 1900 in the one that takes."""
    gives, takes = windows
    old, new = banks
    return [
        *_in(gives, debit("2900", amount, taker), credit(bank_code(old), amount, old)),
        *_in(takes, debit(bank_code(new), amount, new), credit("1900", amount, giver)),
    ]


def _in(window: str, *legs: Leg) -> Legs:
    return [replace(leg, window=window) for leg in legs]


def converted(old: Leg, new: Leg) -> Legs:
    """A conversion between bank accounts: Dr bank (new) at the day's rate / Cr bank (old) at booked USD, difference to 4200 or 5400.

    `old` and `new` are the legs of the two banks (see `out_of` and `into`).
    """
    return _some(new, old, _difference(new.amount - old.amount))


def out_of(bank: Subaccount, amount: Money, original: Money | None = None, rate: Decimal | None = None) -> Leg:
    """Money leaves a bank account: Cr 1010 or 1020."""
    return credit(bank_code(bank), amount, bank, original, rate)


def into(bank: Subaccount, amount: Money, original: Money | None = None, rate: Decimal | None = None) -> Leg:
    """Money comes to a bank account: Dr 1010 or 1020."""
    return debit(bank_code(bank), amount, bank, original, rate)


def donor_refunded(owed: Legs, paid: Leg) -> Legs:
    """A refund is paid to the donor from what is owed: Dr 2300 as it stands / Cr bank at the day's rate, difference to 4200 or 5400.

    The difference names no contribution: what was owed was taken from it before, to the cent.
    """
    stood = sum((leg.amount for leg in owed), NOTHING)
    return _some(*owed, paid, _difference(stood - paid.amount))


def levy_settled(bank: Subaccount, amount: Money) -> Legs:
    """A levy is paid over: Dr 2410 / Cr bank."""
    return _some(debit("2410", amount), credit(bank_code(bank), amount, bank))
