"""An outright grant from its call to its closing: due tranche by tranche, reports inform, what is unspent comes back; worked by hand.

A grant of 24,000 in tranches of 12,000, 9,600 and 2,400, with programme support of 13 %.
"""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django_fsm import TransitionNotAllowed

from grants.agreements import actions as agreements
from grants.agreements import text
from grants.agreements.models import Grant
from grants.calls import actions as calls
from grants.closing import actions as closing
from grants.closing.verification import outright_grants
from grants.reports import standing
from grants.tranches import actions as tranches
from tests.factories.agreements import make_grant, make_payment, make_tranche
from tests.factories.books import make_bank, open_years
from tests.factories.calls import make_call
from tests.factories.donors import make_agreement, make_contribution
from tests.factories.ngos import owner_of
from tests.factories.people import make_user
from tests.factories.reports import make_report
from trustfund import clock
from trustfund.ledger import balances, posting
from trustfund.ledger.funding import allocations
from trustfund.ledger.models import Entry, Line
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.statements import contributions
from trustfund.statements.books import books_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checker():
    make_user(Role.APPROVER)


def outright(state="active", **fields):
    return make_grant(state, call=make_call("published", policy="outright"), **fields)


def lines(reference):
    found = Line.objects.filter(entry__reference=reference).order_by("position")
    return [(line.account_id, line.amount) for line in found]


def held(grant, *codes):
    return [balances.balance(code, of=grant.books) for code in codes]


def test_the_policy_of_the_call_is_the_agreements(client):
    grant = outright()
    assert (grant.policy, grant.current_version.content["policy"]) == ("outright", "outright")
    (payment,) = [said for head, said in text.clauses(grant) if head == "Payment"]
    assert "The grant is given outright" in payment
    assert make_grant().policy == "advance"
    copied = calls.copy(grant.application.call, by=make_user(Role.PROGRAMME), title="Again", reference="VTF-AGAIN")
    assert copied.policy == "outright"
    client.force_login(owner_of(grant.organisation))
    assert "A tranche is an expense of the Fund, and owed" in client.get(grant.get_absolute_url()).content.decode()


def test_a_tranche_is_due_when_its_conditions_are_met_and_paid_off_the_payable():
    grant = outright()
    assert held(grant, "9010", "5010") == [usd(24_000), usd(0)]
    tranche = make_tranche("ready", grant=grant)
    assert lines(f"tranche:{tranche.pk}:due") == [
        ("5010", usd(12_000)),
        ("2020", usd(-12_000)),
        ("9020", usd(12_000)),
        ("9010", usd(-12_000)),
        ("5100", usd(1_560)),
        ("2400", usd(-1_560)),
    ]
    assert check_books() == []
    payment = make_payment("paid", tranche=tranche)
    assert lines(f"payment:{payment.pk}:paid") == [("2020", usd(12_000)), ("1010", usd(-12_000))]
    assert held(grant, "1200", "2020", "5010", "9010") == [usd(0), usd(0), usd(12_000), usd(12_000)]
    assert check_books() == []


def test_a_tranche_is_due_once_by_whoever_may_accept_the_request():
    tranche = make_tranche("requested", grant=outright())
    for person in (make_user(Role.FINANCE), owner_of(tranche.grant.organisation), make_user()):
        with pytest.raises(PermissionDenied):
            tranches.make_ready(tranche, by=person)
    officer = make_user(Role.PROGRAMME)
    tranches.make_ready(tranche, by=officer)
    with pytest.raises(TransitionNotAllowed):
        tranches.make_ready(tranche, by=officer)
    assert Entry.objects.filter(source="tranche.due").count() == 1
    assert not Entry.objects.filter(source="tranche.due", object_id=make_tranche("ready").pk).exists()


def test_a_returned_payment_is_owed_again_and_paid_again():
    payment = make_payment("returned", grant=outright())
    grant = payment.grant
    assert held(grant, "2020", "5010", "9010") == [usd(-12_000), usd(12_000), usd(12_000)]
    again = make_payment("paid", tranche=payment.tranche)
    assert held(again.grant, "2020", "5010", "1200") == [usd(0), usd(12_000), usd(0)]
    assert Entry.objects.filter(source="tranche.due").count() == 1
    assert check_books() == []


def test_reports_inform_and_post_nothing_and_the_next_tranche_needs_no_account():
    payment = make_payment("paid", grant=outright())
    grant = payment.grant
    before = Entry.objects.count()
    report = make_report("accepted", grant=grant, spent=usd(6_000))
    assert (report.accepted_amount, Entry.objects.count()) == (usd(6_000), before)
    assert standing.reported(grant, clock.today()) == usd(6_000)
    second = grant.tranches.get(number=2)
    make_tranche("ready", grant=grant, number=2)
    second.refresh_from_db()
    assert (second.state, held(grant, "5010", "2020")) == ("ready", [usd(21_600), usd(-9_600)])
    assert check_books() == []


def test_no_more_is_reported_than_the_grant():
    grant = make_payment("paid", grant=outright()).grant
    make_report("accepted", grant=grant, spent=usd(20_000))
    with pytest.raises(ValidationError, match="would pass the grant"):
        make_report("accepted", grant=grant, number=2, spent=usd("4000.01"))


def closed_reporting(grant):
    return agreements.close_reporting(agreements.terminate(grant, by=make_user(Role.MANAGER), reason="Done."), by=make_user(Role.FINANCE))


def test_what_is_unspent_at_the_end_is_claimed_off_the_expense_with_its_support():
    grant = make_payment("paid", grant=outright()).grant
    make_report("accepted", grant=grant, spent=usd(9_000))
    grant = closed_reporting(grant)
    assert lines(f"grant:{grant.pk}:unspent") == [("1210", usd(3_000)), ("5010", usd(-3_000)), ("2400", usd(390)), ("5100", usd(-390))]
    closure = grant.closure
    assert (closure.paid, closure.accepted, closure.unspent, closure.released) == (usd(12_000), usd(9_000), usd(3_000), usd(12_000))
    refund = {"amount": usd(3_000), "received_on": clock.today(), "bank": make_bank(), "bank_reference": "R1"}
    closing.enter_refund(closure, by=make_user(Role.FINANCE), **refund)
    closing.confirm(closing.prepare(closure, by=make_user(Role.FINANCE)), by=make_user(Role.APPROVER))
    assert held(grant, "5010", "1210", "2020", "9010") == [usd(9_000), usd(0), usd(0), usd(0)]
    assert check_books() == []


def test_what_is_due_and_unspent_is_owed_no_more_before_anything_is_claimed():
    # 12,000 paid and 9,600 due: of 21,600, only 10,000 were reported. The 9,600 are not paid any more, 2,000 come back.
    grant = make_payment("paid", grant=outright()).grant
    make_report("accepted", grant=grant, spent=usd(10_000))
    make_tranche("ready", grant=grant, number=2)
    grant = closed_reporting(grant)
    assert lines(f"grant:{grant.pk}:unspent")[:3] == [("2020", usd(9_600)), ("1210", usd(2_000)), ("5010", usd(-11_600))]
    assert [each.state for each in grant.tranches.order_by("number")] == ["paid", "cancelled", "cancelled"]
    assert (grant.closure.unspent, grant.funds.remaining) == (usd(2_000), usd(0))
    assert check_books() == []


def test_what_was_an_expense_of_an_earlier_year_is_recovered():
    grant = make_payment("paid", grant=outright()).grant
    make_report("accepted", grant=grant, spent=usd(9_000))
    later = date(clock.today().year + 1, 1, 15)
    open_years(later.year)
    with clock.frozen(later):
        grant = closed_reporting(grant)
    assert lines(f"grant:{grant.pk}:unspent") == [("1210", usd(3_000)), ("4900", usd(-3_000)), ("2400", usd(390)), ("4900", usd(-390))]
    with clock.frozen(later):
        assert standing.position(grant, later).accepted == usd(9_000)


def test_a_donor_reads_it_as_spent_when_it_is_due():
    grant = outright()
    make_tranche("ready", grant=grant)
    (row,) = allocations.trace_of(grant.books)
    assert (row.reserved, row.paid, row.accepted, row.advance) == (usd(24_000), usd(0), usd(12_000), usd(-12_000))
    shown = contributions.contributions(books_at(clock.today()))
    assert [figure.amount for figure in shown.tables[0].rows[-1].values][3:6] == [usd(0), usd(12_000), usd(-12_000)]
    make_payment("paid", tranche=grant.tranches.get(number=1))
    (row,) = allocations.trace_of(grant.books)
    assert (row.paid, row.accepted, row.advance) == (usd(12_000), usd(12_000), usd(0))


def test_conditional_money_is_earned_when_the_tranche_is_due():
    pledge = make_agreement(usd(24_000), condition="For shelters.")
    make_contribution(usd(24_000), instalment=pledge.instalments.get())
    grant = outright(funded=False)
    make_tranche("ready", grant=grant)
    assert balances.balance("2200", of=pledge.instalments.get().subaccount) == usd(-12_000)


def test_check_books_finds_a_tranche_that_is_not_in_the_books():
    tranche = make_tranche("ready", grant=outright())
    entry = Entry.objects.get(source="tranche.due")
    posting.reverse(entry, on=clock.today(), by=None, reference="wrong")
    assert outright_grants() == []
    Grant.objects.filter(pk=tranche.grant_id).update(policy="advance")
    (finding,) = outright_grants()
    assert (finding.where, finding.found) == (f"tranche {tranche.pk}", str(usd(12_000)))
