"""Many people at the same moment: on PostgreSQL as threads, on SQLite as processes on one file.

Whoever comes second is refused in words; money is never promised or paid twice.
"""

import multiprocessing
import os
import threading
import traceback

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django_fsm import ConcurrentTransition, TransitionNotAllowed

from grants.agreements import actions as agreements
from grants.agreements.models import Grant
from grants.payments import actions
from grants.payments.models import Payment
from grants.tranches.models import Tranche
from tests.factories.agreements import accept, make_grant, make_payment, make_tranche
from tests.factories.books import give, make_bank
from tests.factories.calls import make_call
from tests.factories.ngos import make_ready_organisation
from tests.factories.people import make_user
from trustfund import clock
from trustfund.ledger.funding import allocations
from trustfund.ledger.funding.models import Allocation
from trustfund.ledger.models import Entry
from trustfund.ledger.verification import verify_chain
from trustfund.money import total, usd
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = (ValidationError, TransitionNotAllowed, ConcurrentTransition)


def at_once(number, act, *arguments):
    """Run `act(index, *arguments)` so many times at the same moment; gives "done", "refused" or a traceback for each, sorted."""
    return _threads(number, act, arguments) if connection.vendor == "postgresql" else _processes(number, act, arguments)


def _once(act, index, arguments):
    try:
        with transaction.atomic():
            act(index, *arguments)
    except REFUSED:
        return "refused"
    except Exception:
        return traceback.format_exc()
    finally:
        connections.close_all()
    return "done"


def _threads(number, act, arguments):
    answers, gate = [""] * number, threading.Barrier(number)

    def run(index):
        gate.wait()
        answers[index] = _once(act, index, arguments)

    people = [threading.Thread(target=run, args=[index]) for index in range(number)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return sorted(answers)


def _processes(number, act, arguments):
    number = min(number, 8)
    connections.close_all()
    context = multiprocessing.get_context("fork")
    answers, gate = context.Queue(), context.Barrier(number)
    people = [context.Process(target=_process, args=[answers, gate, act, index, arguments]) for index in range(number)]
    for person in people:
        person.start()
    found = sorted(answers.get(timeout=240) for _person in people)
    for person in people:
        person.join()
    return found


def _process(answers, gate, act, index, arguments):
    gate.wait()
    answers.put(_once(act, index, arguments))
    answers.close()
    answers.join_thread()
    os._exit(0)


def certify_grant(index, grants, people):
    agreements.certify_funds(Grant.objects.get(pk=grants[index]), by=User.objects.get(pk=people[index]))


def settle_payment(index, payment, people):
    by = User.objects.get(pk=people[index])
    actions.settle(Payment.objects.get(pk=payment), by=by, on=clock.today(), bank_reference="TRX1")


def certify_payment(index, tranches, people, bank):
    tranche = Tranche.objects.get(pk=tranches[index % len(tranches)])
    actions.certify(tranche, by=User.objects.get(pk=people[index]), paid_from=type(tranche.grant.subaccount).objects.get(pk=bank))


def approve_payment(index, payment, people):
    actions.approve(Payment.objects.get(pk=payment), by=User.objects.get(pk=people[index]))


def people(role, number):
    return [make_user(role, second_factor=False).pk for _ in range(number)]


def size(threads):
    return threads if connection.vendor == "postgresql" else min(threads, 8)


def test_grants_certified_at_once_never_pass_the_headroom():
    number, call = size(32), make_call()
    grants = [
        make_grant("approved", funded=False, amount=usd(5_000), call=call, organisation=make_ready_organisation()).pk for _ in range(number)
    ]
    give("18000")
    answers = at_once(number, certify_grant, grants, people(Role.FINANCE, number))
    assert answers == ["done"] * 3 + ["refused"] * (number - 3)
    assert Grant.objects.filter(state="certified").count() == 3
    assert total(row.available for row in allocations.headroom(clock.today())) == usd(3_000)
    assert sum(Allocation.objects.values_list("reserved", flat=True)) == 1_500_000
    assert verify_chain() == []


def test_the_same_payment_settled_at_once_is_posted_once():
    make_user(Role.APPROVER)
    payment, number = make_payment("exported"), size(16)
    answers = at_once(number, settle_payment, payment.pk, people(Role.FINANCE, number))
    assert answers == ["done"] + ["refused"] * (number - 1)
    payment.refresh_from_db()
    assert (payment.state, payment.tranche.state) == ("paid", "paid")
    assert Entry.objects.filter(source="payment.settle").count() == 1
    assert list(Allocation.objects.filter(funding__kind="confirm").values_list("allocated", flat=True)) == [1_200_000]
    assert payment.grant.reservation.remaining == usd(12_000)


def test_payments_competing_for_one_tranche_are_one():
    make_user(Role.APPROVER)
    tranche, number, bank = make_tranche("ready"), size(16), make_bank()
    answers = at_once(number, certify_payment, [tranche.pk], people(Role.FINANCE, number), bank.pk)
    assert answers == ["done"] + ["refused"] * (number - 1)
    payment = Payment.objects.get()
    answers = at_once(number, approve_payment, payment.pk, people(Role.APPROVER, number))
    assert answers == ["done"] + ["refused"] * (number - 1)


def test_competing_tranches_keep_within_the_reservation():
    make_user(Role.APPROVER)
    grant = make_payment("paid").grant
    accept(grant, usd(12_000))
    make_tranche("ready", grant=grant, number=2)
    number, bank = size(16), make_bank()
    ready = list(grant.tranches.filter(state="ready").values_list("pk", flat=True))
    answers = at_once(number, certify_payment, [*ready, grant.tranches.get(number=3).pk], people(Role.FINANCE, number), bank.pk)
    assert answers == ["done"] + ["refused"] * (number - 1)
    assert sum(Payment.objects.exclude(state="paid").values_list("amount", flat=True), usd(0)) == usd(9_600)


def end_or_stop(index, grant, payment, people):
    """Half of the people end the agreement, the others hold its payment or send back its next request."""
    by = User.objects.get(pk=people[index])
    if index % 2:
        agreements.terminate(Grant.objects.get(pk=grant), by=by, reason="Ended.")
    else:
        actions.hold(Payment.objects.get(pk=payment), by=by, note="Wait.")


def test_ending_a_grant_and_stopping_its_payment_never_wait_in_a_circle():
    make_user(Role.APPROVER)
    payment, number = make_payment("approved"), size(16)
    answers = at_once(number, end_or_stop, payment.grant_id, payment.pk, people(Role.MANAGER, number))
    payment.refresh_from_db()
    assert (payment.state, payment.grant.state) == ("held", "terminated")
    assert set(answers) == {"done", "refused"}
    assert answers.count("done") in (1, 2)
