"""Counter-allocations: a gift charged back after use, or one that never was, is replaced from the pool; the grants keep what they got."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from tests.factories.books import give, make_bank, make_grant, post
from tests.factories.people import make_user
from trustfund import clock
from trustfund.ledger import posting, postings, tags
from trustfund.ledger.funding import allocations, costs
from trustfund.ledger.funding.headroom import headroom
from trustfund.ledger.funding.models import Funding
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import Entry, Period
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 2, 16)


@pytest.fixture(autouse=True)
def at_the_end_of_the_year(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 31))


def charge_back(gift, amount, **more):
    """A lost dispute: Dr 4090 / Cr 1030."""
    return post([debit("4090", usd(amount), gift), credit("1030", usd(amount))], date(2026, 6, 1), replaced=True, **more)


def paid(amount, grant=None, reserved=None):
    grant = grant or make_grant()
    reservation = allocations.reserve(grant, usd(reserved or amount), on=DAY, by=None, reference=f"r:{grant.code}")
    post(postings.grant_committed(grant, usd(reserved or amount)), DAY)
    entry = post(postings.tranche_paid(grant, make_bank(), usd(amount)), DAY)
    allocations.confirm(reservation, entry, usd(amount))
    return grant, reservation, entry


def given(grant):
    return {row.instalment: (row.reserved, row.paid) for row in allocations.trace_of(grant)}


def room(instalment):
    return next(row.available for row in headroom(date(2026, 12, 31)) if row.instalment == instalment)


def test_a_gift_charged_back_after_use_is_replaced_from_the_pool():
    # 100 of the gift and nothing of the others (they came later) paid a grant; the whole gift is charged back.
    gift = give("100", date(2026, 1, 5))
    grant, _reservation, _entry = paid("80")
    first, second = give("300", date(2026, 3, 1)), give("100", date(2026, 3, 1))
    entry = charge_back(gift, "100")
    # 20 were free; the 80 that were paid are taken over three to one.
    assert given(grant) == {first: (usd(0), usd(60)), second: (usd(0), usd(20))}
    assert (room(gift), room(first), room(second)) == (usd(0), usd(240), usd(80))
    (act,) = Funding.objects.filter(kind="replace")
    assert (act.entry, act.grant, act.amount, act.date) == (entry, grant, usd(80), date(2026, 6, 1))
    assert check_books() == []


def test_what_is_only_reserved_is_taken_over_first():
    gift = give("100", date(2026, 1, 5))
    grant, reservation, _entry = paid("50", reserved="90")
    other = give("200", date(2026, 3, 1))
    charge_back(gift, "60")
    # 10 were free, so 50 are missing: the 40 reserved first, then 10 of what was paid.
    assert given(grant) == {gift: (usd(0), usd(40)), other: (usd(40), usd(10))}
    assert reservation.remaining == usd(40)
    entry = post(postings.tranche_paid(grant, make_bank(), usd(40)), date(2026, 6, 2))
    allocations.confirm(reservation, entry, usd(40))
    assert given(grant)[other] == (usd(0), usd(50))
    assert check_books() == []


def test_programme_support_goes_with_the_money():
    # 113 bring 100; without 56.50 it is 50: of 80 paid, 30 are taken over.
    gift = give("113", date(2026, 1, 5), psc_rate=Decimal("0.13"))
    grant, _reservation, _entry = paid("80")
    other = give("100", date(2026, 3, 1))
    charge_back(gift, "56.50")
    assert given(grant) == {gift: (usd(0), usd(50)), other: (usd(0), usd(30))}


def test_a_return_after_a_replacement_goes_to_who_has_taken_over():
    gift = give("100", date(2026, 1, 5))
    grant, reservation, entry = paid("80")
    other = give("300", date(2026, 3, 1))
    charge_back(gift, "100")
    back = post(postings.payment_returned(grant, make_bank(), usd(80)), date(2026, 6, 2))
    allocations.restore(entry, entry_returned=back)
    assert given(grant) == {other: (usd(80), usd(0))}
    assert reservation.remaining == usd(80)
    assert check_books() == []


def test_earmarks_hold_for_who_takes_over():
    call, elsewhere = tags.create("call-1", "Call 1", "call"), tags.create("call-2", "Call 2", "call")
    gift = give("100", date(2026, 1, 5))
    grant, _reservation, _entry = paid("80", make_grant(tag=call))
    give("500", date(2026, 3, 1), tag=elsewhere)
    general, earmarked = give("500", date(2026, 3, 1)), give("50", date(2026, 3, 1), tag=call)
    charge_back(gift, "100")
    assert given(grant) == {earmarked: (usd(0), usd(50)), general: (usd(0), usd(30))}


def test_a_pool_that_has_not_enough_refuses_and_nothing_is_posted():
    gift = give("100", date(2026, 1, 5))
    paid("80")
    give("79.99", date(2026, 3, 1))
    entries = Entry.objects.count()
    with pytest.raises(ValidationError) as refused:
        charge_back(gift, "100")
    assert "USD 80.00" in refused.value.messages[0]
    assert Entry.objects.count() == entries
    assert check_books() == []


def test_the_same_charge_back_replaces_once():
    gift = give("100", date(2026, 1, 5))
    paid("80")
    give("300", date(2026, 3, 1))
    first = charge_back(gift, "100", reference="dispute:1")
    assert charge_back(gift, "100", reference="dispute:1") == first
    assert Funding.objects.filter(kind="replace").count() == 1


def allocate(number):
    costs.allocate(Period.objects.get(number=number), by=make_user(Role.FINANCE))


def test_a_gift_that_never_was_bears_no_costs_and_has_no_income():
    wrong, other = give("100", date(2026, 1, 5)), give("300", date(2026, 1, 5))
    post(postings.direct_cost("5200", usd(8)), date(2026, 1, 20))
    post(postings.interest(make_bank(), usd(4)), date(2026, 1, 20))
    allocate(1)
    assert (room(wrong), room(other)) == (usd("99"), usd("297"))
    entry = Entry.objects.get(lines__subaccount=wrong)
    posting.reverse(entry, on=DAY, by=None, reference="withdrawn")
    # All of the 8 and of the 4 are the other's now.
    assert (room(wrong), room(other)) == (usd(0), usd(296))
    assert check_books() == []


def test_a_gift_that_is_spent_is_not_reversed():
    gift = give("100", date(2026, 1, 5))
    paid("80")
    give("300", date(2026, 3, 1))
    with pytest.raises(ValidationError):
        posting.reverse(Entry.objects.get(lines__subaccount=gift), on=DAY, by=None, reference="withdrawn")


def test_a_refund_is_not_reversed_once_its_money_is_used_elsewhere():
    gift = give("100", date(2026, 1, 5))
    grant, _reservation, _entry = paid("80")
    post(postings.closure_unaccounted(grant, usd(80)), DAY)
    entry = post(postings.grant_refund(grant, make_bank(), usd(80)), DAY)
    allocations.refund(grant, entry, usd(80))
    allocations.reserve(make_grant(), usd(90), on=DAY, by=None, reference="again")
    with pytest.raises(ValidationError) as refused:
        posting.reverse(entry, on=DAY, by=None, reference="reversed")
    assert gift.code in refused.value.messages[0]


def test_a_payment_of_which_a_part_was_refunded_is_not_returned_as_a_whole():
    give("100", date(2026, 1, 5))
    grant, _reservation, entry = paid("80")
    post(postings.closure_unaccounted(grant, usd(30)), DAY)
    allocations.refund(grant, post(postings.grant_refund(grant, make_bank(), usd(30)), DAY), usd(30))
    with pytest.raises(ValidationError):
        allocations.restore(entry, entry_returned=post(postings.closure_unaccounted(grant, usd(1)), DAY))
