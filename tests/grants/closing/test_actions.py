"""The closing of a grant: what becomes due, what comes back, and two people at the end."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from donors.pledges import actions as pledges
from donors.pledges.models import Pledge
from grants.agreements import actions as agreements
from grants.closing import actions
from grants.closing.models import Closure
from grants.reports import standing
from tests.factories.agreements import accept, make_closure, make_grant, make_payment, make_tranche
from tests.factories.books import make_bank
from tests.factories.donors import make_agreement, make_contribution, make_document
from tests.factories.people import make_user
from trustfund import clock
from trustfund.ledger import balances
from trustfund.ledger.funding import allocations
from trustfund.ledger.funding.models import Allocation
from trustfund.ledger.models import Line
from trustfund.ledger.verification import check_books
from trustfund.money import total, usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checker():
    make_user(Role.APPROVER)


def posted(grant, what):
    """(account, cents) of the lines that a closing posted under a reference."""
    found = Line.objects.filter(entry__reference=f"grant:{grant.pk}:{what}").order_by("position")
    return [(line.account_id, line.debit - line.credit) for line in found]


def refund(closure, amount, by=None, reference="BACK1", on=None):
    details = {"received_on": on or clock.today(), "bank": make_bank(), "bank_reference": reference}
    return actions.enter_refund(closure, by=by or make_user(Role.FINANCE), amount=amount, **details)


def test_what_is_unspent_becomes_due_and_what_is_not_needed_is_free():
    closure = make_closure(accepted=usd(5_000))
    grant = closure.grant
    assert posted(grant, "unaccounted") == [("1210", 700_000), ("1200", -700_000)]
    assert posted(grant, "residual") == [("9020", 1_200_000), ("9010", -1_200_000)]
    assert (closure.paid, closure.accepted, closure.unspent, closure.released) == (usd(12_000), usd(5_000), usd(7_000), usd(12_000))
    assert grant.reservation.remaining == usd(0)
    assert [tranche.state for tranche in grant.tranches.order_by("number")] == ["paid", "cancelled", "cancelled"]
    assert total(row.available for row in allocations.headroom(clock.today())) == usd(12_000)


def test_a_refund_returns_to_the_contributions_that_paid():
    closure = make_closure(accepted=usd(5_000))
    made = refund(closure, usd(7_000))
    assert [(line.account_id, line.debit - line.credit) for line in made.entry.lines.order_by("position")] == [
        ("1010", 700_000),
        ("1210", -700_000),
    ]
    assert list(Allocation.objects.filter(funding__kind="refund").values_list("reserved", "allocated")) == [(0, -700_000)]
    assert standing.position(closure.grant, clock.today()).refund_due == usd(0)


@pytest.fixture
def of_an_ended_agreement():
    """A grant of 24,000 that one agreement pays, 12,000 of it paid and 5,000 accepted; the agreement ends a week later."""
    today = clock.today()
    pledge = make_agreement(usd(24_000), expires_on=today + timedelta(days=7))
    make_contribution(usd(24_000), instalment=pledge.instalments.get())
    payment = make_payment("paid", grant=make_grant(funded=False))
    with clock.frozen(today + timedelta(days=8)):
        yield pledge.instalments.get().subaccount, payment.grant


def test_what_an_ended_agreement_gets_back_is_due_to_its_donor(of_an_ended_agreement):
    # 12,000 were never paid and go back when the reporting is closed; of the 7,000 unspent, those that the NGO pays back.
    instalment, grant = of_an_ended_agreement
    closure = make_closure(grant=grant, accepted=usd(5_000))
    assert balances.balance("2300", of=instalment) == usd(-12_000)
    refund(closure, usd(4_000))
    assert balances.balance("2300", of=instalment) == usd(-16_000)
    (row,) = allocations.headroom(clock.today())
    assert (row.received, row.allocated, row.available) == (usd(8_000), usd(8_000), usd(0))
    assert check_books() == []


def test_a_donor_who_consented_leaves_it_to_the_fund(of_an_ended_agreement):
    instalment, grant = of_an_ended_agreement
    closure = make_closure(grant=grant, accepted=usd(5_000))
    consented = {"on": clock.today(), "general": True, "document": make_document()}
    pledges.keep(Pledge.objects.get(), by=make_user(Role.MANAGER), **consented)
    refund(closure, usd(7_000))
    assert balances.balance("2300", of=instalment) == usd(0)
    assert total(row.available for row in allocations.headroom(clock.today())) == usd(19_000)
    assert check_books() == []


def test_a_refund_is_what_is_due_entered_once_by_finance():
    closure = make_closure(accepted=usd(5_000))
    for person in (make_user(Role.APPROVER), make_user(Role.MANAGER), make_user(), None):
        with pytest.raises(PermissionDenied):
            refund(closure, usd(10), by=person or make_user(Role.AUDITOR))
    refund(closure, usd(1_000))
    with pytest.raises(ValidationError) as refused:
        refund(closure, usd(6_001), on=clock.today() + timedelta(days=1))
    assert sorted(refused.value.message_dict) == ["amount", "bank_reference", "received_on"]
    refund(closure, usd(6_000), reference="BACK2")
    assert closure.refunds.count() == 2


def test_a_grant_is_closed_by_two_people_when_nothing_is_open():
    closure = make_closure(accepted=usd(5_000))
    with pytest.raises(ValidationError, match=r"7,000\.00 is due"):
        actions.prepare(closure, by=make_user(Role.FINANCE))
    refund(closure, usd(7_000))
    both = make_user(Role.FINANCE, Role.APPROVER)
    closure = actions.prepare(closure, by=both)
    with pytest.raises(PermissionDenied):
        actions.confirm(closure, by=both)
    with pytest.raises(IntegrityError), transaction.atomic():
        Closure._base_manager.filter(pk=closure.pk).update(confirmed_by=both)
    closure = actions.confirm(closure, by=make_user(Role.APPROVER))
    closure.grant.refresh_from_db()
    assert (closure.state, closure.grant.state) == ("confirmed", "closed")


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.MANAGER, Role.APPROVER, Role.AUDITOR])
def test_only_finance_prepares(role):
    with pytest.raises(PermissionDenied):
        actions.prepare(make_closure(), by=make_user(role))


def test_out_of_order_and_twice():
    closure = make_closure()
    with pytest.raises(TransitionNotAllowed):
        actions.confirm(closure, by=make_user(Role.APPROVER))
    with pytest.raises(TransitionNotAllowed):
        agreements.close_reporting(closure.grant, by=make_user(Role.FINANCE))
    closure = actions.confirm(actions.prepare(closure, by=make_user(Role.FINANCE)), by=make_user(Role.APPROVER))
    with pytest.raises(TransitionNotAllowed):
        actions.confirm(closure, by=make_user(Role.APPROVER))


def test_reporting_is_not_closed_while_a_payment_is_under_way():
    payment = make_payment("approved")
    with pytest.raises(ValidationError, match="under way"):
        agreements.close_reporting(payment.grant, by=make_user(Role.FINANCE))
    payment.grant.refresh_from_db()
    assert (payment.grant.state, Closure.objects.count()) == ("active", 0)


def test_accepted_expenditure_that_is_still_owed_is_paid_after_the_reporting():
    grant = make_payment("paid").grant
    accept(grant, usd(20_000))
    agreements.close_reporting(grant, by=make_user(Role.FINANCE))
    closure = Closure.objects.get(grant=grant)
    assert (closure.unspent, grant.reservation.remaining) == (usd(0), usd(8_000))
    assert [tranche.state for tranche in grant.tranches.order_by("number")] == ["paid", "planned", "cancelled"]
    with pytest.raises(ValidationError, match="owed to the NGO"):
        actions.prepare(closure, by=make_user(Role.FINANCE))
    payment = make_payment("paid", tranche=grant.tranches.get(number=2))
    assert payment.amount == usd(8_000)
    assert actions.prepare(closure, by=make_user(Role.FINANCE)).state == "prepared"


def test_a_terminated_grant_without_a_report_owes_everything():
    grant = make_payment("paid").grant
    agreements.terminate(grant, by=make_user(Role.MANAGER), reason="It was not kept.")
    agreements.close_reporting(grant, by=make_user(Role.MANAGER))
    closure = Closure.objects.get(grant=grant)
    assert (closure.unspent, posted(grant, "unaccounted")) == (usd(12_000), [("1210", 1_200_000), ("1200", -1_200_000)])


def test_a_grant_of_which_nothing_was_paid_is_closed_without_an_entry_on_advances():
    grant = make_grant()
    make_tranche("requested", grant=grant)
    agreements.close_reporting(grant, by=make_user(Role.FINANCE))
    assert (posted(grant, "unaccounted"), posted(grant, "residual")) == ([], [("9020", 2_400_000), ("9010", -2_400_000)])
    assert grant.reservation.remaining == usd(0)
