"""Money that returns to an ended agreement is due to its donor; conditional cash spent for its purpose is released by the trace."""

from datetime import date
from decimal import Decimal

import pytest

from tests.factories.books import give, make_bank, make_grant, make_instalment, open_years, post
from trustfund.ledger import balances, postings
from trustfund.ledger.funding import allocations, conditions, ended
from trustfund.ledger.funding.headroom import headroom
from trustfund.ledger.models import Entry
from trustfund.ledger.verification import check_books
from trustfund.money import usd

pytestmark = pytest.mark.django_db
DAY = date(2026, 2, 16)


def lines(entry):
    return [(line.account_id, line.subaccount, str(line.amount.amount)) for line in entry.lines.order_by("position")]


def granted(amount):
    grant = make_grant()
    reservation = allocations.reserve(grant, usd(amount), on=DAY, by=None, reference=f"r:{grant.code}")
    post(postings.grant_committed(grant, usd(amount)), DAY)
    return grant, reservation


def paid(grant, reservation, amount):
    entry = post(postings.tranche_paid(grant, make_bank(), usd(amount)), DAY)
    allocations.confirm(reservation, entry, usd(amount))
    return entry


def refunded(grant, amount, on):
    post(postings.closure_unaccounted(grant, usd(amount)), on)
    entry = post(postings.grant_refund(grant, make_bank(), usd(amount)), on)
    return entry, allocations.refund(grant, entry, usd(amount))


def room(instalment):
    return next(row.available for row in headroom(date(2026, 12, 31)) if row.instalment == instalment)


def give_back(rows, on, entry):
    return ended.give_back(rows, on=on, by=None, source="test", of=entry)


def test_a_refund_to_an_ended_agreement_is_due_to_the_donor():
    # 60 of the ended one and 60 of the other paid the grant; of 40 that come back, 20 are each's.
    closing, other = give("100", date(2026, 1, 5), expires_on=date(2026, 3, 31)), give("100", date(2026, 1, 5))
    grant, reservation = granted("120")
    paid(grant, reservation, "120")
    entry, rows = refunded(grant, "40", date(2026, 5, 1))
    (due,) = give_back(rows, date(2026, 5, 1), entry)
    assert lines(due) == [("4090", closing, "20.00"), ("2300", closing, "-20.00")]
    assert (room(closing), room(other)) == (usd(40), usd(60))
    assert check_books() == []


def test_the_programme_support_of_what_returns_goes_back_with_it():
    # 113 at 13 %: 100 were paid, 50 come back: 50 and 6.50 of programme support that was never charged.
    gift = give("113", date(2026, 1, 5), psc_rate=Decimal("0.13"), expires_on=date(2026, 3, 31))
    grant, reservation = granted("100")
    paid(grant, reservation, "100")
    entry, rows = refunded(grant, "50", date(2026, 5, 1))
    (due,) = give_back(rows, date(2026, 5, 1), entry)
    assert lines(due) == [("4090", gift, "56.50"), ("2300", gift, "-56.50")]
    assert room(gift) == usd(0)


@pytest.mark.parametrize("cents", [1, 2, 7, 33, 4999])
def test_what_is_due_never_takes_more_than_what_came_back(cents):
    gift = give("113.37", date(2026, 1, 5), psc_rate=Decimal("0.07"), expires_on=date(2026, 3, 31))
    grant, reservation = granted("100")
    paid(grant, reservation, "100")
    before = room(gift)
    entry, rows = refunded(grant, Decimal(cents) / 100, date(2026, 5, 1))
    give_back(rows, date(2026, 5, 1), entry)
    assert before <= room(gift) <= before + usd("0.01")


def test_before_its_end_money_that_returns_is_free_again():
    gift = give("100", date(2026, 1, 5), expires_on=date(2026, 5, 1))
    grant, reservation = granted("100")
    paid(grant, reservation, "100")
    entry, rows = refunded(grant, "40", date(2026, 5, 1))
    assert give_back(rows, date(2026, 5, 1), entry) == []
    assert room(gift) == usd(40)


def test_what_was_only_reserved_is_due_too_when_it_is_released():
    gift = give("100", date(2026, 1, 5), expires_on=date(2026, 3, 31))
    _grant, reservation = granted("100")
    freed = allocations.release(reservation, by=None, on=date(2026, 5, 1), reference="freed", amount=usd(30))
    give_back(allocations.rows_of(freed), date(2026, 5, 1), gift)
    assert -balances.balance("2300", of=gift) == usd(30)
    assert room(gift) == usd(0)


def test_conditional_cash_goes_back_from_the_liability():
    open_years()
    instalment = make_instalment(expires_on=date(2026, 3, 31))
    post(postings.conditional_cash(instalment, make_bank(), usd(100)), date(2026, 1, 5))
    _grant, reservation = granted("100")
    freed = allocations.release(reservation, by=None, on=date(2026, 5, 1), reference="freed")
    (due,) = give_back(allocations.rows_of(freed), date(2026, 5, 1), instalment)
    assert lines(due) == [("2200", instalment, "100.00"), ("2300", instalment, "-100.00")]


def test_a_consent_brings_back_what_is_due_and_not_paid_yet():
    gift = give("100", date(2026, 1, 5), expires_on=date(2026, 3, 31))
    _grant, reservation = granted("100")
    for number, amount in enumerate(("30", "20")):
        freed = allocations.release(reservation, by=None, on=date(2026, 5, 1), reference=f"freed:{number}", amount=usd(amount))
        give_back(allocations.rows_of(freed), date(2026, 5, 1), gift)
    post(postings.donor_refund(gift, make_bank(), usd(30)), date(2026, 5, 2))
    (mirror,) = ended.taken_back([gift], on=date(2026, 5, 3), by=None, reference="consent")
    assert lines(mirror) == [("4090", gift, "-20.00"), ("2300", gift, "20.00")]
    assert ended.taken_back([gift], on=date(2026, 5, 3), by=None, reference="consent") == []
    assert balances.balance("2300", of=gift) == usd(0)


# Conditional cash spent for its purpose


def conditional(amount, **more):
    open_years()
    instalment = make_instalment(**more)
    post(postings.conditional_cash(instalment, make_bank(), usd(amount)), date(2026, 1, 5))
    return instalment


def accepted(grant, amount, reference):
    advance = balances.balance("1200", of=grant)
    entry = post(postings.expenditure_accepted(grant, usd(amount), advance=advance), date(2026, 6, 1), reference=reference)
    return conditions.follow(grant, on=date(2026, 6, 1), by=None, reference=reference, of=entry)


def test_accepted_expenditure_releases_the_liability():
    # 113 conditional at 13 % and 100 free: of 100 paid, 50 are each's; 60 accepted are 30 of each, and 3.90 of programme support.
    instalment, _free = conditional("113", psc_rate=Decimal("0.13")), give("100", date(2026, 1, 5))
    grant, reservation = granted("100")
    paid(grant, reservation, "100")
    (entry,) = accepted(grant, "60", "report:1")
    assert lines(entry) == [("2200", instalment, "33.90"), ("4020", instalment, "-33.90")]
    assert accepted(grant, "0.02", "report:2")[0].lines.get(account="2200").amount == usd("0.01")
    assert room(instalment) == usd(50)
    assert check_books() == []


def test_the_last_cent_releases_all():
    instalment = conditional("113.01", psc_rate=Decimal("0.13"))
    grant, reservation = granted("100")
    paid(grant, reservation, "100")
    accepted(grant, "99.99", "report:1")
    accepted(grant, "0.01", "report:2")
    assert balances.balance("2200", of=instalment) == usd(0)
    assert balances.balance("4020", of=instalment) == usd("-113.01")


def test_what_is_disallowed_later_is_a_liability_again():
    instalment = conditional("100")
    grant, reservation = granted("100")
    paid(grant, reservation, "100")
    accepted(grant, "80", "report:1")
    entry = post(postings.expenditure_disallowed(grant, usd(30)), date(2026, 7, 1), reference="disallowed")
    (back,) = conditions.follow(grant, on=date(2026, 7, 1), by=None, reference="disallowed", of=entry)
    assert lines(back) == [("2200", instalment, "-30.00"), ("4020", instalment, "30.00")]
    assert balances.balance("2200", of=instalment) == usd(-50)
    assert check_books() == []


def test_nothing_follows_once_the_condition_is_met():
    instalment = conditional("100")
    grant, reservation = granted("100")
    paid(grant, reservation, "100")
    accepted(grant, "40", "report:1")
    post(postings.condition_met(instalment, received=usd(60), donor_kind="state"), date(2026, 6, 2))
    assert accepted(grant, "30", "report:2") == []
    entry = post(postings.expenditure_disallowed(grant, usd(30)), date(2026, 7, 1), reference="disallowed")
    assert conditions.follow(grant, on=date(2026, 7, 1), by=None, reference="disallowed", of=entry) == []
    assert balances.balance("2200", of=instalment) == usd(0)


def test_other_grants_release_nothing():
    give("100", date(2026, 1, 5))
    grant, reservation = granted("100")
    paid(grant, reservation, "100")
    assert accepted(grant, "40", "report:1") == []
    assert not Entry.objects.filter(source=conditions.SOURCE).exists()
