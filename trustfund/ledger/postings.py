"""What each event posts: one pure function per row of the table in docs/ledger.md, which is generated from these docstrings.

Every amount is `Money` in USD at the rate of the event; `original` is the same amount in the currency of the transaction and
`rate` its units per USD (leave both out when the transaction is in USD). A leg of nothing is left out. Every line that concerns an
instalment or a grant names it, exchange differences on a receivable too: what the lines of an instalment lack to balance is the cash
that it brought, and what the lines of a grant lack to balance is the cash that it got (see funding/allocations.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from trustfund.ledger.legs import Leg, credit, debit
from trustfund.money import Money, zero

if TYPE_CHECKING:
    from trustfund.ledger.models import Subaccount

Legs = list[Leg]
NOTHING = zero("USD")
REVENUE = {"state": "4010", "organisation": "4020", "person": "4030"}
BANKS = ("1010", "1020")


def bank_code(bank: Subaccount) -> str:
    """1010 for a bank account in USD, 1020 for one in another currency."""
    return "1010" if bank.currency in ("", "USD") else "1020"


def _some(*legs: Leg) -> Legs:
    return [leg for leg in legs if leg.amount]


def _difference(amount: Money, of: Subaccount | None = None) -> Leg:
    """A gain (positive) on 4200, a loss on 5400."""
    return credit("4200", amount, of) if amount > NOTHING else debit("5400", -amount, of)


# Pledges, agreements, receivables


def pledge_announced(instalment: Subaccount, amount: Money) -> Legs:
    """A pledge that binds nobody yet: Dr 9030 / Cr 9040 (memo)."""
    return _some(debit("9030", amount, instalment), credit("9040", amount, instalment))


def pledge_settled(instalment: Subaccount, amount: Money) -> Legs:
    """The pledge was signed, paid or has lapsed, or its condition is met: Dr 9040 / Cr 9030 (memo)."""
    return _some(debit("9040", amount, instalment), credit("9030", amount, instalment))


def agreement_signed(
    instalment: Subaccount,
    amount: Money,
    *,
    donor_kind: str,
    current: bool = True,
    original: Money | None = None,
    rate: Decimal | None = None,
    announced: Money = NOTHING,
) -> Legs:
    """An unconditional agreement, per instalment: Dr 1100 (1110 beyond 12 months) / Cr 4010, 4020 or 4030.

    What was `announced` before is settled: Dr 9040 / Cr 9030.
    """
    receivable, revenue = "1100" if current else "1110", REVENUE[donor_kind]
    return [
        *_some(debit(receivable, amount, instalment, original, rate), credit(revenue, amount, instalment, original, rate)),
        *pledge_settled(instalment, announced),
    ]


def instalment_current(instalment: Subaccount, amount: Money, *, original: Money | None = None, rate: Decimal | None = None) -> Legs:
    """An instalment has come within 12 months: Dr 1100 / Cr 1110."""
    return _some(debit("1100", amount, instalment, original, rate), credit("1110", amount, instalment, original, rate))


def agreement_reduced(
    instalment: Subaccount, amount: Money, *, current: bool = True, original: Money | None = None, rate: Decimal | None = None
) -> Legs:
    """An agreement is reduced by what was not paid yet: Dr 4090 / Cr 1100 (1110 beyond 12 months)."""
    receivable = "1100" if current else "1110"
    return _some(debit("4090", amount, instalment, original, rate), credit(receivable, amount, instalment, original, rate))


def donor_refund_due(instalment: Subaccount, amount: Money, *, conditional: bool = False) -> Legs:
    """Money must go back to the donor: Dr 4090 (2200 where its condition was not met) / Cr 2300."""
    return _some(debit("2200" if conditional else "4090", amount, instalment), credit("2300", amount, instalment))


def donor_refund(
    instalment: Subaccount, bank: Subaccount, amount: Money, *, original: Money | None = None, rate: Decimal | None = None
) -> Legs:
    """A refund is paid to the donor: Dr 2300 / Cr bank."""
    return _some(debit("2300", amount, instalment, original, rate), credit(bank_code(bank), amount, bank, original, rate))


# Money in


def bank_charge(bank: Subaccount, amount: Money, *, original: Money | None = None, rate: Decimal | None = None) -> Legs:
    """A bank charge: Dr 5300 / Cr bank."""
    return _some(debit("5300", amount, None, original, rate), credit(bank_code(bank), amount, bank, original, rate))


def _charged(bank: Subaccount, charges: Money, charges_original: Money | None, rate: Decimal | None) -> Legs:
    return bank_charge(bank, charges, original=charges_original, rate=rate)


def cash_on_receivable(
    instalment: Subaccount,
    bank: Subaccount,
    received: Money,
    *,
    carrying: Money | None = None,
    carrying_rate: Decimal | None = None,
    current: bool = True,
    original: Money | None = None,
    rate: Decimal | None = None,
    charges: Money = NOTHING,
    charges_original: Money | None = None,
    announced: Money = NOTHING,
) -> Legs:
    """Cash on a receivable: Dr bank at the day's rate / Cr 1100 (1110) at its carrying rate, difference to 4200 or 5400.

    A correspondent's charge: Dr 5300 / Cr bank.

    `received` is gross of the correspondent's `charges`; `carrying` is what the receivable stood at (default: `received`).
    """
    carried = received if carrying is None else carrying
    receivable = "1100" if current else "1110"
    return [
        *_some(
            debit(bank_code(bank), received, bank, original, rate),
            credit(receivable, carried, instalment, original, carrying_rate or rate),
            _difference(received - carried, instalment),
        ),
        *_charged(bank, charges, charges_original, rate),
        *pledge_settled(instalment, announced),
    ]


def bank_gift(
    instalment: Subaccount,
    bank: Subaccount,
    amount: Money,
    *,
    donor_kind: str,
    original: Money | None = None,
    rate: Decimal | None = None,
    charges: Money = NOTHING,
    charges_original: Money | None = None,
    announced: Money = NOTHING,
) -> Legs:
    """A gift by bank without an agreement: Dr bank / Cr 4010, 4020 or 4030; a charge: Dr 5300 / Cr bank."""
    return [
        *_some(
            debit(bank_code(bank), amount, bank, original, rate),
            credit(REVENUE[donor_kind], amount, instalment, original, rate),
        ),
        *_charged(bank, charges, charges_original, rate),
        *pledge_settled(instalment, announced),
    ]


def conditional_cash(
    instalment: Subaccount,
    bank: Subaccount,
    amount: Money,
    *,
    original: Money | None = None,
    rate: Decimal | None = None,
    charges: Money = NOTHING,
    charges_original: Money | None = None,
) -> Legs:
    """Cash of a conditional agreement before its condition is met: Dr bank / Cr 2200; a charge: Dr 5300 / Cr bank."""
    return [
        *_some(debit(bank_code(bank), amount, bank, original, rate), credit("2200", amount, instalment, original, rate)),
        *_charged(bank, charges, charges_original, rate),
    ]


def condition_met(
    instalment: Subaccount,
    *,
    received: Money = NOTHING,
    receivable: Money = NOTHING,
    donor_kind: str,
    original: Money | None = None,
    rate: Decimal | None = None,
    announced: Money = NOTHING,
) -> Legs:
    """The condition is met: Dr 2200 for cash received before, Dr 1100 for what is still to come / Cr 4010, 4020 or 4030.

    `original` and `rate` are those of `receivable`; what was received stays at its historical rate.
    """
    revenue = REVENUE[donor_kind]
    return [
        *_some(debit("2200", received, instalment), credit(revenue, received, instalment)),
        *_some(debit("1100", receivable, instalment, original, rate), credit(revenue, receivable, instalment, original, rate)),
        *pledge_settled(instalment, announced),
    ]


def conditional_spent(instalment: Subaccount, amount: Money, revenue: str) -> Legs:
    """Conditional cash was spent for its purpose, as accepted: Dr 2200 / Cr 4010, 4020 or 4030; the other way round when it is disallowed.

    `amount` is below zero when less is accepted than before.
    """
    legs = _some(debit("2200", abs(amount), instalment), credit(revenue, abs(amount), instalment))
    return legs if amount > NOTHING else [leg.turned() for leg in legs]


def condition_failed(instalment: Subaccount, amount: Money) -> Legs:
    """The condition failed, the money goes back: Dr 2200 / Cr 2300."""
    return donor_refund_due(instalment, amount, conditional=True)


def unidentified_receipt(
    receipt: Subaccount, bank: Subaccount, amount: Money, *, original: Money | None = None, rate: Decimal | None = None
) -> Legs:
    """A receipt that nobody can name yet: Dr bank / Cr 2100."""
    return _some(debit(bank_code(bank), amount, bank, original, rate), credit("2100", amount, receipt, original, rate))


def receipt_identified(receipt: Subaccount, as_if_now: Iterable[Leg]) -> Legs:
    """The receipt is identified: Dr 2100 / Cr what it is.

    `as_if_now` are the legs of what it is (bank_gift, cash_on_receivable, conditional_cash), made without charges: its debit of the
    bank is taken from 2100 instead.
    """
    return [
        debit("2100", leg.amount, receipt, leg.original, leg.rate) if leg.side == "debit" and leg.code in BANKS else leg
        for leg in as_if_now
    ]


def interest(bank: Subaccount, amount: Money, *, original: Money | None = None, rate: Decimal | None = None) -> Legs:
    """Interest received: Dr bank / Cr 4100."""
    return _some(debit(bank_code(bank), amount, bank, original, rate), credit("4100", amount, None, original, rate))


# Grants


def grant_committed(grant: Subaccount, amount: Money) -> Legs:
    """A grant is countersigned, the commitment: Dr 9010 / Cr 9020 (memo)."""
    return _some(debit("9010", amount, grant), credit("9020", amount, grant))


def residual_released(grant: Subaccount, amount: Money) -> Legs:
    """What is left of the commitment is released at closure: Dr 9020 / Cr 9010 (memo)."""
    return _some(debit("9020", amount, grant), credit("9010", amount, grant))


def commitment_adjusted(grant: Subaccount, change: Money) -> Legs:
    """An amendment raises (positive) or lowers the commitment: Dr 9010 / Cr 9020, or Dr 9020 / Cr 9010 (memo)."""
    return grant_committed(grant, change) if change > NOTHING else residual_released(grant, -change)


def tranche_paid(
    grant: Subaccount,
    bank: Subaccount,
    amount: Money,
    *,
    payable: Money = NOTHING,
    refund_due: Money = NOTHING,
    original: Money | None = None,
    rate: Decimal | None = None,
) -> Legs:
    """A tranche is paid: an advance, Dr 1200 / Cr bank, and its commitment liquidated, Dr 9020 / Cr 9010.

    First it settles an open payable, Dr 2020 (liquidated already); an open refund is netted, Cr 1210.

    `amount` is the tranche's; `payable` is how much of it settles 2020 (its commitment is liquidated already), `refund_due` how much of
    it the NGO keeps from what it owes on 1210. The bank pays `amount - refund_due`; `original` is that in the bank account's currency.
    """
    advance = amount - payable
    return _some(
        debit("2020", payable, grant),
        debit("1200", advance, grant),
        credit("1210", refund_due, grant),
        credit(bank_code(bank), amount - refund_due, bank, original, rate),
        debit("9020", advance, grant),
        credit("9010", advance, grant),
    )


def payment_returned(
    grant: Subaccount,
    bank: Subaccount,
    amount: Money,
    *,
    payable: Money = NOTHING,
    refund_due: Money = NOTHING,
    claimed: Money = NOTHING,
    received: Money | None = None,
    charges: Money = NOTHING,
    original: Money | None = None,
    rate: Decimal | None = None,
) -> Legs:
    """The bank returned a payment: Dr bank, Dr 5300 charges, difference to 4200 or 5400 / Cr 1200 or 2020 as paid.

    The commitment is restored: Dr 9010 / Cr 9020. `amount` and `refund_due` are those of the payment; `payable` is what it settled of
    2020, and what of it a report accounted for since: that is owed to the NGO now; `claimed` what a closing claimed of it since
    (Cr 1210); `received` is what the bank credited, in USD (default: all of it less `charges`).
    """
    advance = amount - payable - claimed
    back = amount - refund_due - charges if received is None else received
    return _some(
        debit(bank_code(bank), back, bank, original, rate),
        debit("5300", charges),
        debit("1210", refund_due, grant),
        _difference(back + charges + refund_due - amount),
        credit("2020", payable, grant),
        credit("1210", claimed, grant),
        credit("1200", advance, grant),
        debit("9010", advance, grant),
        credit("9020", advance, grant),
    )


def outright_due(grant: Subaccount, amount: Money, *, psc_rate: Decimal | None = None, before: Money = NOTHING) -> Legs:
    """A tranche of an outright grant is due, for its conditions are met: Dr 5010 / Cr 2020, Dr 9020 / Cr 9010; PSC: Dr 5100 / Cr 2400.

    It is paid later by Dr 2020 / Cr bank; the NGO's reports post nothing. `before` is what was expense of the grant before.
    """
    return [
        *_some(debit("5010", amount, grant), credit("2020", amount, grant), debit("9020", amount, grant), credit("9010", amount, grant)),
        *programme_support(grant, amount, psc_rate, before),
    ]


def outright_unspent(
    grant: Subaccount,
    amount: Money,
    *,
    payable: Money = NOTHING,
    this_year: Money = NOTHING,
    psc_rate: Decimal | None = None,
    before: Money = NOTHING,
) -> Legs:
    """What an NGO did not spend of an outright grant: Dr 1210 / Cr 5010 (4900 for an earlier year); its PSC: Dr 2400 / Cr 5100 (4900).

    What was not paid yet is owed no more instead: Dr 2020. `payable` is what is still owed, `this_year` what became due this year,
    `before` what was expense of the grant in all years.
    """
    waived, recent = min(amount, payable), min(amount, max(this_year, NOTHING))
    support = -support_on(-amount, psc_rate, before)
    now = support if recent == amount else min(support_on(recent, psc_rate), support)
    return _some(
        debit("2020", waived, grant),
        debit("1210", amount - waived, grant),
        credit("5010", recent, grant),
        credit("4900", amount - recent, grant),
        debit("2400", support),
        credit("5100", now, grant),
        credit("4900", support - now),
    )


def support_on(change: Money, psc_rate: Decimal | None, before: Money = NOTHING) -> Money:
    """By how much programme support changes when the accepted expenditure of a grant, `before` so far, changes.

    The whole is rounded, never the part: whatever is accepted and taken back in parts, the support of a grant is its rate times what is
    accepted of it, to the cent, and nothing when nothing is.
    """
    rate = psc_rate or Decimal(0)
    return (before + change).times(rate) - before.times(rate)


def programme_support(grant: Subaccount, amount: Money, psc_rate: Decimal | None, before: Money = NOTHING) -> Legs:
    """Programme support cost on accepted expenditure, at the agreement's rate: Dr 5100 / Cr 2400.

    The sum of all that is accepted is rounded, not each part: `before` is what was accepted of the grant before.
    """
    psc = support_on(amount, psc_rate, before)
    return _some(debit("5100", psc, grant), credit("2400", psc))


def expenditure_accepted(
    grant: Subaccount, amount: Money, *, advance: Money, psc_rate: Decimal | None = None, before: Money = NOTHING
) -> Legs:
    """A report is accepted: Dr 5010 / Cr 1200 up to the open advance; beyond it Cr 2020, with Dr 9020 / Cr 9010; PSC: Dr 5100 / Cr 2400.

    `advance` is the open advance (balance of 1200 of the grant), `before` the accepted expenditure, before this entry.
    """
    cleared = min(amount, max(advance, NOTHING))
    beyond = amount - cleared
    return [
        *_some(
            debit("5010", amount, grant),
            credit("1200", cleared, grant),
            credit("2020", beyond, grant),
            debit("9020", beyond, grant),
            credit("9010", beyond, grant),
        ),
        *programme_support(grant, amount, psc_rate, before),
    ]


def expenditure_disallowed(
    grant: Subaccount,
    amount: Money,
    *,
    psc_rate: Decimal | None = None,
    before: Money = NOTHING,
    earlier_year: bool = False,
    waived: Money = NOTHING,
) -> Legs:
    """Accepted expenditure is disallowed: Dr 1210 / Cr 5010 (4900 for an earlier year); its PSC: Dr 2400 / Cr 5100 (4900).

    `waived` is how much of it was beyond the advance and not paid yet: it is owed no more, Dr 2020; `before` is what was accepted of the
    grant so far.
    """
    psc = -support_on(-amount, psc_rate, before)
    return _some(
        debit("2020", waived, grant),
        debit("1210", amount - waived, grant),
        credit("4900" if earlier_year else "5010", amount, grant),
        debit("2400", psc),
        credit("4900", psc) if earlier_year else credit("5100", psc, grant),
    )


def closure_unaccounted(grant: Subaccount, amount: Money) -> Legs:
    """At closure, the advance that is not accounted for: Dr 1210 / Cr 1200."""
    return _some(debit("1210", amount, grant), credit("1200", amount, grant))


def grant_refund(grant: Subaccount, bank: Subaccount, amount: Money, *, original: Money | None = None, rate: Decimal | None = None) -> Legs:
    """The NGO pays back what it owes: Dr bank / Cr 1210."""
    return _some(debit(bank_code(bank), amount, bank, original, rate), credit("1210", amount, grant))


# The fund's own costs, reserve and year-end


def direct_cost(code: str, amount: Money) -> Legs:
    """A direct cost of the fund (staff, travel, audit): Dr 5200, 5210 or 5220 / Cr 2010."""
    return _some(debit(code, amount), credit("2010", amount))


def direct_cost_paid(bank: Subaccount, amount: Money, *, original: Money | None = None, rate: Decimal | None = None) -> Legs:
    """A direct cost is paid: Dr 2010 / Cr bank."""
    return _some(debit("2010", amount, None, original, rate), credit(bank_code(bank), amount, bank, original, rate))


def programme_support_settled(bank: Subaccount, amount: Money, *, original: Money | None = None, rate: Decimal | None = None) -> Legs:
    """Programme support cost is paid over: Dr 2400 / Cr bank."""
    return _some(debit("2400", amount, None, original, rate), credit(bank_code(bank), amount, bank, original, rate))


def operating_reserve(change: Money) -> Legs:
    """The operating reserve is raised (positive) or lowered: Dr 3010 / Cr 3100, or Dr 3100 / Cr 3010."""
    if change > NOTHING:
        return [debit("3010", change), credit("3100", change)]
    return _some(debit("3100", -change), credit("3010", -change))


def year_closed(balances: Iterable[tuple[str, str, Subaccount | None, Money]]) -> Legs:
    """Year-end: every revenue and expense balance, by account, window and subaccount, to 3010 (an entry of kind `closing`).

    `balances` are (code, window, subaccount, debit less credit); per window one leg on 3010 takes the sum.
    """
    legs: Legs = []
    sums: dict[str, Money] = {}
    for code, window, subaccount, balance in balances:
        side = "credit" if balance > NOTHING else "debit"
        legs += _some(Leg(side, code, abs(balance), subaccount, window=window))
        sums[window] = sums.get(window, NOTHING) + balance
    for window, deficit in sums.items():
        legs += _some(Leg("debit" if deficit > NOTHING else "credit", "3010", abs(deficit), window=window))
    return legs
