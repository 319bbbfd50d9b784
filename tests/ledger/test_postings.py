"""Each event posts exactly these lines."""

from datetime import date
from decimal import Decimal

import pytest

from tests.factories.books import make_bank, make_grant, make_instalment, open_years, post
from trustfund.ledger import balances, posting, postings, subaccounts
from trustfund.ledger.closed import closing
from trustfund.ledger.funding import headroom, trace
from trustfund.ledger.models import Entry
from trustfund.money import Money, usd

pytestmark = pytest.mark.django_db
RATE = Decimal("0.13")


@pytest.fixture
def of():
    """One subaccount of each kind, by name."""
    receipt = subaccounts.open("receipt", "R-1", name="Receipt", public_label="Receipt")
    return {"i": make_instalment(), "g": make_grant(), "b": make_bank(), "e": make_bank("EUR"), "r": receipt}


CASES = {
    "pledge announced": (lambda s: postings.pledge_announced(s["i"], usd(10)), "Dr 9030 i 10 | Cr 9040 i 10"),
    "pledge settled": (lambda s: postings.pledge_settled(s["i"], usd(10)), "Dr 9040 i 10 | Cr 9030 i 10"),
    "agreement of a State": (
        lambda s: postings.agreement_signed(s["i"], usd(10), donor_kind="state"),
        "Dr 1100 i 10 | Cr 4010 i 10",
    ),
    "agreement beyond twelve months, announced before": (
        lambda s: postings.agreement_signed(s["i"], usd(10), donor_kind="organisation", current=False, announced=usd(9)),
        "Dr 1110 i 10 | Cr 4020 i 10 | Dr 9040 i 9 | Cr 9030 i 9",
    ),
    "instalment comes within twelve months": (lambda s: postings.instalment_current(s["i"], usd(10)), "Dr 1100 i 10 | Cr 1110 i 10"),
    "agreement reduced": (lambda s: postings.agreement_reduced(s["i"], usd(3)), "Dr 4090 i 3 | Cr 1100 i 3"),
    "refund due": (lambda s: postings.donor_refund_due(s["i"], usd(3)), "Dr 4090 i 3 | Cr 2300 i 3"),
    "refund paid": (lambda s: postings.donor_refund(s["i"], s["b"], usd(3)), "Dr 2300 i 3 | Cr 1010 b 3"),
    "cash on a receivable": (lambda s: postings.cash_on_receivable(s["i"], s["b"], usd(10)), "Dr 1010 b 10 | Cr 1100 i 10"),
    "cash with a gain": (
        lambda s: postings.cash_on_receivable(s["i"], s["b"], usd(11), carrying=usd(10)),
        "Dr 1010 b 11 | Cr 1100 i 10 | Cr 4200 i 1",
    ),
    "cash with a loss and a charge": (
        lambda s: postings.cash_on_receivable(s["i"], s["b"], usd(9), carrying=usd(10), charges=usd("0.50"), current=False),
        "Dr 1010 b 9 | Cr 1110 i 10 | Dr 5400 i 1 | Dr 5300 0.50 | Cr 1010 b 0.50",
    ),
    "cash in euro": (
        lambda s: postings.cash_on_receivable(s["i"], s["e"], usd(11), carrying=usd(10), original=Money(9, "EUR"), rate=Decimal("0.9")),
        "Dr 1020 e 11 | Cr 1100 i 10 | Cr 4200 i 1",
    ),
    "bank gift": (
        lambda s: postings.bank_gift(s["i"], s["b"], usd(10), donor_kind="person", charges=usd(1), announced=usd(4)),
        "Dr 1010 b 10 | Cr 4030 i 10 | Dr 5300 1 | Cr 1010 b 1 | Dr 9040 i 4 | Cr 9030 i 4",
    ),
    "conditional cash": (lambda s: postings.conditional_cash(s["i"], s["b"], usd(10)), "Dr 1010 b 10 | Cr 2200 i 10"),
    "condition met": (
        lambda s: postings.condition_met(s["i"], received=usd(6), receivable=usd(4), donor_kind="state"),
        "Dr 2200 i 6 | Cr 4010 i 6 | Dr 1100 i 4 | Cr 4010 i 4",
    ),
    "condition failed": (lambda s: postings.condition_failed(s["i"], usd(6)), "Dr 2200 i 6 | Cr 2300 i 6"),
    "unidentified receipt": (lambda s: postings.unidentified_receipt(s["r"], s["b"], usd(5)), "Dr 1010 b 5 | Cr 2100 r 5"),
    "identified as a gift": (
        lambda s: postings.receipt_identified(s["r"], postings.bank_gift(s["i"], s["b"], usd(5), donor_kind="state")),
        "Dr 2100 r 5 | Cr 4010 i 5",
    ),
    "interest": (lambda s: postings.interest(s["b"], usd(2)), "Dr 1010 b 2 | Cr 4100 2"),
    "bank charge": (lambda s: postings.bank_charge(s["b"], usd(2)), "Dr 5300 2 | Cr 1010 b 2"),
    "grant committed": (lambda s: postings.grant_committed(s["g"], usd(10)), "Dr 9010 g 10 | Cr 9020 g 10"),
    "commitment raised": (lambda s: postings.commitment_adjusted(s["g"], usd(2)), "Dr 9010 g 2 | Cr 9020 g 2"),
    "commitment lowered": (lambda s: postings.commitment_adjusted(s["g"], -usd(2)), "Dr 9020 g 2 | Cr 9010 g 2"),
    "commitment unchanged": (lambda s: postings.commitment_adjusted(s["g"], usd(0)), ""),
    "tranche paid": (
        lambda s: postings.tranche_paid(s["g"], s["b"], usd(10)),
        "Dr 1200 g 10 | Cr 1010 b 10 | Dr 9020 g 10 | Cr 9010 g 10",
    ),
    "tranche settles a payable and nets a refund": (
        lambda s: postings.tranche_paid(s["g"], s["b"], usd(10), payable=usd(3), refund_due=usd(2)),
        "Dr 2020 g 3 | Dr 1200 g 7 | Cr 1210 g 2 | Cr 1010 b 8 | Dr 9020 g 7 | Cr 9010 g 7",
    ),
    "payment returned": (
        lambda s: postings.payment_returned(s["g"], s["b"], usd(10), charges=usd(1)),
        "Dr 1010 b 9 | Dr 5300 1 | Cr 1200 g 10 | Dr 9010 g 10 | Cr 9020 g 10",
    ),
    "payment returned with a gain, netted before": (
        lambda s: postings.payment_returned(s["g"], s["b"], usd(10), payable=usd(3), refund_due=usd(2), received=usd(9)),
        "Dr 1010 b 9 | Dr 1210 g 2 | Cr 4200 1 | Cr 2020 g 3 | Cr 1200 g 7 | Dr 9010 g 7 | Cr 9020 g 7",
    ),
    "report accepted": (
        lambda s: postings.expenditure_accepted(s["g"], usd(10), advance=usd(12), psc_rate=RATE),
        "Dr 5010 g 10 | Cr 1200 g 10 | Dr 5100 g 1.30 | Cr 2400 1.30",
    ),
    "report accepted beyond the advance": (
        lambda s: postings.expenditure_accepted(s["g"], usd(10), advance=usd(6)),
        "Dr 5010 g 10 | Cr 1200 g 6 | Cr 2020 g 4 | Dr 9020 g 4 | Cr 9010 g 4",
    ),
    "report accepted with no advance open": (
        lambda s: postings.expenditure_accepted(s["g"], usd(10), advance=-usd(1)),
        "Dr 5010 g 10 | Cr 2020 g 10 | Dr 9020 g 10 | Cr 9010 g 10",
    ),
    "expenditure disallowed": (
        lambda s: postings.expenditure_disallowed(s["g"], usd(10), psc_rate=RATE),
        "Dr 1210 g 10 | Cr 5010 g 10 | Dr 2400 1.30 | Cr 5100 g 1.30",
    ),
    "expenditure of an earlier year disallowed": (
        lambda s: postings.expenditure_disallowed(s["g"], usd(10), psc_rate=RATE, earlier_year=True),
        "Dr 1210 g 10 | Cr 4900 g 10 | Dr 2400 1.30 | Cr 4900 1.30",
    ),
    "closure, advance unaccounted": (lambda s: postings.closure_unaccounted(s["g"], usd(4)), "Dr 1210 g 4 | Cr 1200 g 4"),
    "refund by the NGO": (lambda s: postings.grant_refund(s["g"], s["b"], usd(4)), "Dr 1010 b 4 | Cr 1210 g 4"),
    "residual released": (lambda s: postings.residual_released(s["g"], usd(4)), "Dr 9020 g 4 | Cr 9010 g 4"),
    "direct cost": (lambda s: postings.direct_cost("5210", usd(4)), "Dr 5210 4 | Cr 2010 4"),
    "direct cost paid": (lambda s: postings.direct_cost_paid(s["b"], usd(4)), "Dr 2010 4 | Cr 1010 b 4"),
    "PSC settled": (lambda s: postings.programme_support_settled(s["b"], usd(4)), "Dr 2400 4 | Cr 1010 b 4"),
    "reserve raised": (lambda s: postings.operating_reserve(usd(4)), "Dr 3010 4 | Cr 3100 4"),
    "reserve lowered": (lambda s: postings.operating_reserve(-usd(4)), "Dr 3100 4 | Cr 3010 4"),
}

# What goes back to a donor must have come.
BEFORE = {
    "refund due": lambda s: postings.bank_gift(s["i"], s["b"], usd(10), donor_kind="state"),
    "condition failed": lambda s: postings.conditional_cash(s["i"], s["b"], usd(6)),
}


def said(legs, of):
    names = {subaccount: name for name, subaccount in of.items()}
    return " | ".join(_said(leg, names) for leg in legs)


def _said(leg, names):
    amount = f"{leg.amount.amount:.2f}".removesuffix(".00")
    return " ".join(filter(None, ["Dr" if leg.side == "debit" else "Cr", leg.code, names.get(leg.of), amount]))


@pytest.mark.parametrize("event", CASES)
def test_an_event_posts_exactly_this(of, event):
    made, expected = CASES[event]
    assert said(made(of), of) == expected


@pytest.mark.parametrize("event", [event for event, (_made, expected) in CASES.items() if expected])
def test_every_events_entry_is_taken_by_the_database(of, event):
    open_years()
    made, _expected = CASES[event]
    if event in BEFORE:
        post(BEFORE[event](of))
    entry = post(made(of))
    assert Entry.objects.count() == 1 + (event in BEFORE)
    assert Entry.objects.latest("pk") == entry
    assert balances.trial_balance(date(2026, 12, 31))[0].account.code


def test_year_end_closes_revenue_and_expense_by_subaccount(of):
    open_years(2026, 2027)
    post(postings.bank_gift(of["i"], of["b"], usd(100), donor_kind="state"), date(2026, 5, 1))
    post(postings.expenditure_accepted(of["g"], usd(30), advance=usd(0)), date(2026, 6, 1))
    entry = closing.close_year(2026, by=None)
    lines = [(line.account_id, line.subaccount, str(line.amount)) for line in entry.lines.order_by("position")]
    assert lines == [("4010", of["i"], "USD 100.00"), ("5010", of["g"], "USD -30.00"), ("3010", None, "USD -70.00")]
    assert (entry.kind, entry.period.number, entry.date) == ("closing", 13, date(2026, 12, 31))
    assert balances.balance("4010") == usd(0)
    assert balances.balance("4010", closing=False) == -usd(100)


def test_what_reversed_a_closing_is_left_out_with_it(of):
    """Of balances without closing, of what a contribution can fund, of what a grant has spent: nothing counts twice."""
    open_years(2026, 2027)
    post(postings.bank_gift(of["i"], of["b"], usd(100), donor_kind="state"), date(2026, 5, 1))
    post(postings.expenditure_accepted(of["g"], usd(30), advance=usd(0)), date(2026, 6, 1))
    closed = closing.close_year(2026, by=None)
    posting.reverse(closed, on=date(2026, 12, 31), by=None, reference="reopen", reason="a late invoice")
    assert balances.balance("4010", closing=False) == balances.balance("4010") == -usd(100)
    assert balances.balance("3010", closing=False) == usd(0)
    assert [row.received for row in headroom.headroom(date(2026, 12, 31))] == [usd(100)]
    assert trace.cash_to_grants() == {of["g"].pk: 0}


def test_a_year_is_closed_again_after_a_late_posting(of):
    open_years()
    post(postings.interest(of["b"], usd(5)))
    first = closing.close_year(2026, by=None)
    with pytest.raises(Exception, match="no revenue or expense left"):
        closing.close_year(2026, by=None)
    post(postings.interest(of["b"], usd(2)))
    second = closing.close_year(2026, by=None)
    assert second != first
    assert balances.balance("3010") == -usd(7)
