"""The trace: how grants are funded from contributions."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from tests.factories.books import DAY, give, make_bank, make_grant, make_instalment, open_years, post
from trustfund.ledger import postings, tags
from trustfund.ledger.funding import allocations
from trustfund.ledger.funding.headroom import headroom, set_aside
from trustfund.ledger.funding.models import Allocation, FundingRule, Reservation
from trustfund.ledger.legs import credit, debit
from trustfund.money import Money, usd

pytestmark = pytest.mark.django_db
_references = iter(range(10**6))


def reserve(grant, amount, on=DAY):
    return allocations.reserve(grant, usd(amount), on=on, by=None, reference=f"reserve:{next(_references)}")


def pay(reservation, amount, on=DAY, **more):
    entry = post(postings.tranche_paid(reservation.grant, make_bank(), usd(amount), **more), on)
    allocations.confirm(reservation, entry, usd(amount))
    return entry


def held(reservation):
    rows = Allocation.objects.filter(funding=reservation).order_by("instalment_id")
    return [(row.instalment, Money.from_minor(row.reserved, "USD")) for row in rows]


def available(instalment, on=DAY):
    return next(row.available for row in headroom(on) if row.instalment == instalment)


def test_only_cash_funds_anything():
    instalment = make_instalment()
    open_years()
    post(postings.agreement_signed(instalment, usd("500"), donor_kind="state"))
    assert available(instalment) == usd(0)
    with pytest.raises(ValidationError):
        reserve(make_grant(), "1")
    post(postings.cash_on_receivable(instalment, make_bank(), usd("480"), carrying=usd("500")))
    assert available(instalment) == usd("480")


def test_what_is_given_in_kind_funds_nothing():
    giver = make_instalment()
    open_years()
    post([debit("5220", usd("600")), credit("4040", usd("600"), giver)])
    assert [row.received for row in headroom(DAY) if row.instalment == giver] == []
    with pytest.raises(ValidationError):
        reserve(make_grant(), "1")


@pytest.mark.parametrize(
    "received, rate, psc", [("113", "0.13", "13"), ("100", "0.13", "11.51"), ("100", None, "0"), ("0.01", "0.13", "0.01")]
)
def test_programme_support_is_set_aside(received, rate, psc):
    assert set_aside(usd(received), rate and Decimal(rate)) == usd(psc)


def test_an_instalment_takes_its_agreements_rate():
    first, second = give("113", psc_rate=Decimal("0.13")), give("107", psc_rate=Decimal("0.07"))
    assert (available(first), available(second)) == (usd(100), usd(100))


def test_the_reserve_keeps_its_share():
    FundingRule.objects.create(effective_on=date(2026, 1, 1), split="pro_rata", reserve_share=Decimal("0.15"))
    assert available(give("100")) == usd(85)


def test_pro_rata_to_the_cent():
    gifts = [give("100"), give("100"), give("100")]
    parts = held(reserve(make_grant(), "100"))
    assert parts == [(gifts[0], usd("33.34")), (gifts[1], usd("33.33")), (gifts[2], usd("33.33"))]


def test_first_in_first_out_is_the_other_rule():
    FundingRule.objects.create(effective_on=date(2026, 1, 1), split="first_in", reserve_share=Decimal(0))
    late, early = give("100", date(2026, 2, 2)), give("100", date(2026, 1, 5))
    assert held(reserve(make_grant(), "150")) == [(late, usd(50)), (early, usd(100))]


def test_earmarks_go_first_the_narrowest_before_wider_ones():
    region = tags.create("africa", "Africa", "region")
    call = tags.create("call-1", "Call 1", "call", parent=region)
    general, wide, narrow = give("100"), give("100", tag=region), give("100", tag=call)
    other = give("100", tag=tags.create("call-2", "Call 2", "call"))
    assert held(reserve(make_grant(tag=call), "250")) == [(general, usd(50)), (wide, usd(100)), (narrow, usd(100))]
    assert available(other) == usd(100)


def test_expired_money_funds_nothing():
    give("100", expires_on=date(2026, 3, 1))
    with pytest.raises(ValidationError):
        reserve(make_grant(), "1", DAY)


def test_money_received_later_funds_nothing_earlier():
    give("100", date(2026, 5, 1))
    with pytest.raises(ValidationError):
        reserve(make_grant(), "1", date(2026, 4, 30))


def test_two_grants_cannot_be_promised_the_same_money():
    instalment = give("100")
    reserve(make_grant(), "60")
    with pytest.raises(ValidationError) as refused:
        reserve(make_grant(), "40.01")
    assert "USD 40.00" in refused.value.messages[0]
    reserve(make_grant(), "40")
    assert available(instalment) == usd(0)


def test_the_same_reference_reserves_once():
    give("100")
    grant = make_grant()
    first = allocations.reserve(grant, usd(60), on=DAY, by=None, reference="r")
    assert allocations.reserve(grant, usd(60), on=DAY, by=None, reference="r") == first
    with pytest.raises(ValidationError):
        allocations.reserve(grant, usd(61), on=DAY, by=None, reference="r")
    assert Reservation.objects.count() == 1


def test_a_payment_draws_on_the_reservation_and_a_release_gives_the_rest_back():
    instalment = give("100")
    reservation = reserve(make_grant(), "80")
    pay(reservation, "50")
    assert (reservation.remaining, available(instalment)) == (usd(30), usd(20))
    with pytest.raises(ValidationError):
        pay(reservation, "30.01")


def test_a_release_gives_back_what_is_left_once():
    instalment = give("100")
    reservation = reserve(make_grant(), "80")
    pay(reservation, "50")
    first = allocations.release(reservation, by=None, on=DAY, reference="release")
    assert allocations.release(reservation, by=None, on=DAY, reference="release") == first
    assert allocations.release(reservation, by=None, on=DAY, reference="again") is None
    assert (reservation.remaining, available(instalment)) == (usd(0), usd(50))


def test_a_return_restores_exactly_its_own():
    give("100"), give("200")
    reservation = reserve(make_grant(), "90")
    before = held(reservation)
    paid = pay(reservation, "90")
    returned = post(postings.payment_returned(reservation.grant, make_bank(), usd("90"), charges=usd("2")))
    rows = allocations.restore(paid, entry_returned=returned)
    assert allocations.restore(paid, entry_returned=returned) == rows
    assert [(row.instalment, Money.from_minor(row.reserved, "USD")) for row in rows] == before
    assert reservation.remaining == usd(90)


def test_a_payment_is_restored_once():
    give("100")
    reservation = reserve(make_grant(), "90")
    paid = pay(reservation, "90")
    allocations.restore(paid, entry_returned=post(postings.payment_returned(reservation.grant, make_bank(), usd("90"))))
    with pytest.raises(ValidationError):
        allocations.restore(paid, entry_returned=post(postings.closure_unaccounted(reservation.grant, usd("90"))))


def test_a_refund_goes_back_last_paid_first():
    first = give("100", date(2026, 1, 5))
    reservation = reserve(make_grant(), "60", date(2026, 1, 6))
    pay(reservation, "60", date(2026, 1, 7))
    second = give("50", date(2026, 2, 2))
    allocations.release(reserve(make_grant(), "40", date(2026, 2, 2)), by=None, on=DAY, reference="x")
    other = reserve(reservation.grant, "90", date(2026, 2, 3))
    pay(other, "90", date(2026, 2, 4))
    post(postings.closure_unaccounted(reservation.grant, usd("100")))
    entry = post(postings.grant_refund(reservation.grant, make_bank(), usd("100")))
    allocations.refund(reservation.grant, entry, usd("100"))
    assert (available(second), available(first)) == (usd(50), usd(50))
    with pytest.raises(ValidationError):
        allocations.refund(reservation.grant, post(postings.interest(make_bank(), usd(1))), usd("50.01"))


def test_the_trace_of_a_donor_and_of_a_grant_are_the_same_rows():
    instalment = give("300")
    reservation = reserve(make_grant(), "200")
    pay(reservation, "120")
    post(postings.expenditure_accepted(reservation.grant, usd("70"), advance=usd("120")))
    (row,) = allocations.trace_of(instalment.parent)
    assert allocations.trace_of(reservation.grant) == [row] == allocations.trace_of(instalment)
    assert (row.reserved, row.paid, row.accepted, row.advance, row.allocated) == (usd(80), usd(120), usd(70), usd(50), usd(200))


def test_accepted_expenditure_consumes_the_oldest_payment_first():
    first = give("100", date(2026, 1, 5))
    grant = make_grant()
    pay(reserve(grant, "100", date(2026, 1, 5)), "100", date(2026, 1, 6))
    second = give("100", date(2026, 1, 7))
    pay(reserve(grant, "50", date(2026, 1, 8)), "50", date(2026, 1, 8))
    post(postings.expenditure_accepted(grant, usd("120"), advance=usd("150")))
    accepted = {row.instalment: row.accepted for row in allocations.trace_of(grant)}
    assert accepted == {first: usd(100), second: usd(20)}


def test_what_is_spent_cannot_be_taken_away():
    instalment = give("100")
    reserve(make_grant(), "60")
    post(postings.donor_refund_due(instalment, usd(40)))
    with pytest.raises(ValidationError):
        post(postings.donor_refund_due(instalment, usd("0.01")))
