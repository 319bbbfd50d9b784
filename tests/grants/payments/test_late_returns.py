"""A payment that comes back late: after its report was accepted, after a closing claimed it. No advance falls below zero."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from grants.closing import actions as closing
from grants.payments import actions as payments
from grants.reports import standing
from grants.tranches.models import State as TrancheState
from tests.factories.agreements import accept, advance_payment, make_closure, make_payment
from tests.factories.people import make_user
from trustfund import clock
from trustfund.ledger.verification import check_books
from trustfund.money import usd, zero
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def come_back(payment, charges="0"):
    return payments.return_(payment, by=make_user(Role.FINANCE), on=clock.today(), bank_reference="BACK", charges=usd(charges))


def position(grant):
    found = standing.position(grant, clock.today())
    return found.advance, found.refund_due, found.payable, found.accepted


def test_what_was_accounted_for_meanwhile_is_owed_to_the_ngo():
    payment = make_payment("paid")
    accept(payment.grant, usd(5000))
    come_back(payment, charges="10")
    assert position(payment.grant) == (zero(), zero(), usd(5000), usd(5000))
    assert check_books() == []


def test_all_of_it():
    payment = make_payment("paid")
    accept(payment.grant, payment.amount)
    come_back(payment)
    assert position(payment.grant) == (zero(), zero(), payment.amount, payment.amount)
    assert check_books() == []


def test_what_a_closing_claimed_is_settled_and_free_again():
    closure = make_closure("open", accepted=usd(5000))
    grant = closure.grant
    payment = grant.payments.get(state="paid")
    assert position(grant) == (zero(), usd(7000), zero(), usd(5000))
    come_back(payment)
    assert position(grant) == (zero(), zero(), usd(5000), usd(5000))
    assert grant.funds.remaining == usd(5000)
    payment.tranche.refresh_from_db()
    assert payment.tranche.state == TrancheState.READY
    assert check_books() == []
    assert closing.open_items(closure, clock.today())[0].endswith("is owed to the NGO.")


def test_a_grant_that_was_closed_is_open_again_until_the_ngo_has_its_money_and_two_people_have_looked():
    closure = make_closure("confirmed", accepted=usd(12_000))
    payment = closure.grant.payments.get(state="paid")
    come_back(payment)
    closure.refresh_from_db()
    grant = closure.grant
    grant.refresh_from_db()
    assert (grant.state, closure.state) == ("reporting_closed", "open")
    assert (closure.prepared_by, closure.confirmed_by) == (None, None)
    assert position(grant) == (zero(), zero(), usd(12_000), usd(12_000))
    pay_again(payment.tranche)
    assert position(grant) == (zero(), zero(), zero(), usd(12_000))
    closing.prepare(closure, by=make_user(Role.FINANCE))
    closing.confirm(closure, by=make_user(Role.APPROVER))
    grant.refresh_from_db()
    assert grant.state == "closed"
    assert check_books() == []


def pay_again(tranche):
    tranche.refresh_from_db()
    payment = payments.certify(tranche, by=make_user(Role.FINANCE), paid_from=tranche.payments.first().paid_from)
    advance_payment(payment, "paid")


def test_a_closing_that_was_only_prepared_is_prepared_anew():
    closure = make_closure("prepared", accepted=usd(12_000))
    come_back(closure.grant.payments.get(state="paid"))
    closure.refresh_from_db()
    assert (closure.state, closure.grant.state) == ("open", "reporting_closed")


def test_a_bank_pays_nothing_before_it_was_certified():
    payment = make_payment("exported")
    with pytest.raises(ValidationError, match="before the payment was certified"):
        payments.settle(payment, by=make_user(Role.FINANCE), on=payment.certified_on - timedelta(days=1), bank_reference="X")
