"""What finance estimates, doubts and writes off of grants, and what the grant, its donors and its closing make of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from grants.closing import actions as closing
from grants.payments import actions as payments
from grants.reports import standing
from grants.tranches import gates
from tests.factories.agreements import accept, make_closure, make_payment
from tests.factories.books import open_years
from tests.factories.people import make_user
from tests.factories.prepared import make_prepared, reversed_by_two
from tests.factories.reports import make_report
from tests.grants.reports.test_disallowances import disallow
from trustfund import clock
from trustfund.ledger import balances
from trustfund.ledger.funding import trace
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.statements import ageing, contributions, grant
from trustfund.statements.books import books_at
from trustfund.vouchers import actions
from trustfund.vouchers.prepared import estimate

pytestmark = pytest.mark.django_db
PAID, YEAR_END, AFTER = date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 4)


@pytest.fixture(autouse=True)
def _a_checker():
    make_user(Role.APPROVER)


@pytest.fixture
def paid():
    """A grant whose first tranche, USD 12,000, was paid on 1 July."""
    open_years(2026, 2027)
    with clock.frozen(PAID):
        return make_payment("paid").grant


def what_everybody_says(of, day):
    """The grant's position, its gates, its trace, its donors' columns, its statement: as (paid, accepted, advance) or the like."""
    books = books_at(day)
    columns = contributions.columns_of(books, list(contributions.instalments_of(books))).values()
    made = grant.grant_statement(books, of.books)
    return {
        "position": standing.position(of, day),
        "trace": [(row.paid, row.accepted, row.advance) for row in trace.trace_of(of.books, day)],
        "columns": [(each.paid, each.accepted, each.advance, each.balance) for each in columns],
        "statement": [made.amounts(key) for key in ("accepted", "cash", "psc", "m:total", "s:total")],
        "gates": [gate.name for gate in gates.closed(of.tranches.order_by("number")[1], day)],
    }


def estimated(of, amount, state="approved"):
    kept = {"grant": of.books, "amount": usd(amount), "policy": usd(amount), "psc_rate": of.psc_rate, "since": PAID}
    return make_prepared("year_end_estimate", state, date=YEAR_END, amounts={of.books.code: kept})


def test_the_policy_goes_by_the_time_that_has_passed(paid):
    form = estimate.EstimateForm({"date": "2026-12-31"})
    (mine,) = form.open
    share = Decimal((YEAR_END - PAID).days) / (paid.ends_on - PAID).days
    assert (mine.grant, mine.advance, mine.since, mine.share, mine.psc_rate) == (paid.books, usd(12_000), PAID, share, paid.psc_rate)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["amounts"][paid.books.code]["amount"] == usd(12_000).times(share)
    assert estimate.open_advances(PAID + timedelta(days=3000))[0].share == 1


def test_finance_may_say_otherwise(paid):
    form = estimate.EstimateForm({"date": "2026-12-31", f"grant_{paid.books.pk}": "7000"})
    assert form.is_valid(), form.errors
    kept = form.cleaned_data["amounts"][paid.books.code]
    assert (kept["amount"], kept["policy"]) == (usd(7_000), estimate.open_advances(YEAR_END)[0].amount)
    none = estimate.EstimateForm({"date": "2026-12-30"})
    assert not none.is_valid()
    assert none.errors["date"] == ["The estimate is made for 31 December."]


@pytest.mark.parametrize("amount", ["9000", "15000"])
def test_an_estimate_is_no_acceptance(paid, amount):
    """Neither with an advance to cover it, nor beyond it: the grant, its trace and its donors say what they said before."""
    with clock.frozen(YEAR_END):
        before = what_everybody_says(paid, YEAR_END)
        voucher = estimated(paid, amount)
        assert what_everybody_says(paid, YEAR_END) == before
        assert balances.balance("5010") == usd(amount)
        assert balances.balance("1280") == -min(usd(amount), usd(12_000))
        shown = grant.grant_statement(books_at(YEAR_END), paid.books)
        assert shown.amounts("estimated") == [usd(amount)]
        assert check_books() == []
    with clock.frozen(AFTER):
        mirror = voucher.reversals.get()
        assert mirror.date == date(2027, 1, 1)
        reversed_by_hand(mirror)
        assert what_everybody_says(paid, AFTER) == before
        assert check_books() == []


def reversed_by_hand(mirror):
    actions.approve(actions.submit(mirror, by=mirror.maker), by=make_user(Role.APPROVER))


def test_a_report_is_accepted_as_if_nothing_had_been_estimated(paid):
    with clock.frozen(YEAR_END):
        estimated(paid, "9000")
        make_report("accepted", grant=paid, spent=usd(9_600))
        position = standing.position(paid, YEAR_END)
        assert (position.advance, position.accepted, position.payable, position.paid) == (usd(2_400), usd(9_600), usd(0), usd(12_000))
        assert check_books() == []


def test_a_grant_closes_as_if_nothing_had_been_estimated(paid):
    with clock.frozen(YEAR_END):
        estimated(paid, "15000")
        closure = make_closure(grant=paid, accepted=usd(5_000))
        assert (closure.paid, closure.accepted, closure.unspent) == (usd(12_000), usd(5_000), usd(7_000))
        assert check_books() == []


def test_an_advance_that_was_written_off_was_paid_all_the_same(paid):
    with clock.frozen(YEAR_END):
        accept(paid, usd(5_000))
        make_prepared("impair_partner", of=paid.books, amount=usd(4_000))
        assert standing.position(paid, YEAR_END).written_off == usd(0)
        voucher = make_prepared("write_off_partner", of=paid.books)
        position = standing.position(paid, YEAR_END)
        assert (position.advance, position.written_off, position.accepted, position.paid) == (
            usd(0), usd(7_000), usd(5_000), usd(12_000),
        )  # fmt: skip
        books = books_at(YEAR_END)
        assert ageing.advances(books).amounts("AGE.advance:*") == [usd(0)]
        assert [(row.paid, row.accepted) for row in trace.trace_of(paid.books, YEAR_END)] == [(usd(12_000), usd(5_000))]
        assert check_books() == []
        reversed_by_two(voucher)
        assert standing.position(paid, YEAR_END).advance == usd(7_000)


def test_a_grant_whose_refund_was_written_off_can_be_closed():
    closure = make_closure(accepted=usd(5_000))
    with pytest.raises(ValidationError, match=r"7,000\.00 is due"):
        closing.prepare(closure, by=make_user(Role.FINANCE))
    make_prepared("write_off_partner", of=closure.grant.books)
    closure = closing.prepare(closure, by=make_user(Role.FINANCE))
    assert closing.confirm(closure, by=make_user(Role.APPROVER)).state == "confirmed"
    assert check_books() == []


def test_what_a_payment_under_way_keeps_from_the_ngo_is_not_written_off():
    # 12,000 accepted of 12,000 paid, 100 disallowed: 100 are due and the payment under way keeps them; of 40 due since, 40 are left.
    report = make_report("accepted", spent=usd(12_000))
    disallow(report, "100")
    payment = make_payment("exported", tranche=report.grant.tranches.get(number=2))
    kept = r"A payment under way keeps USD.+100\.00 of what the NGO owes: at most USD.+– can be written off until it is paid or stopped."
    for inputs in ({}, {"amount": usd("0.01")}):
        with pytest.raises(ValidationError, match=kept):
            make_prepared("write_off_partner", "submitted", of=payment.grant.books, **inputs)
    disallow(report, "40")
    with pytest.raises(ValidationError, match=r"at most USD.+40\.00 can be written off"):
        make_prepared("write_off_partner", "submitted", of=payment.grant.books, amount=usd("40.01"))
    waiting = make_prepared("write_off_partner", "submitted", of=payment.grant.books, amount=usd(40))
    actions.approve(waiting, by=make_user(Role.APPROVER))
    payments.settle(payment, by=make_user(Role.FINANCE), on=clock.today(), bank_reference="PAID1")
    assert balances.balance("1210", of=payment.grant.books) == usd(0)
    assert check_books() == []


def test_the_ageing_shows_the_allowance(paid):
    with clock.frozen(YEAR_END):
        make_prepared("impair_partner", of=paid.books, amount=usd(4_000))
        made = ageing.advances(books_at(YEAR_END))
        assert made.amounts("AGE.doubtful:*") == [-usd(4_000)]
