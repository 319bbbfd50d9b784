"""Two people at the same moment: a payment is in one batch, a batch has one file, and who stops a payment never waits in a circle."""

import pytest

from grants.payments import actions as payments
from grants.payments.batches import actions
from grants.payments.batches.models import PaymentBatch
from grants.payments.models import Payment, PaymentOrder
from tests.factories.agreements import make_batch, make_payment
from tests.factories.books import make_bank
from tests.factories.people import make_user
from tests.grants.payments.test_at_the_same_time import at_once, people, size
from trustfund import clock
from trustfund.ledger.models import Subaccount
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)


def draft(index, payment, users, bank):
    about = {"paid_from": Subaccount.objects.get(pk=bank), "execution_on": clock.today(), "charges": "SHAR"}
    actions.draft([Payment.objects.get(pk=payment)], by=User.objects.get(pk=users[index]), **about)


def make_or_hold(index, batch, payment, users):
    """Half of the people make the file, the others stop its payment."""
    by = User.objects.get(pk=users[index])
    if index % 2:
        actions.make_file(PaymentBatch.objects.get(pk=batch), by=by)
    else:
        payments.hold(Payment.objects.get(pk=payment), by=by, note="Wait.")


def make_file(index, batch, users):
    actions.make_file(PaymentBatch.objects.get(pk=batch), by=User.objects.get(pk=users[index]))


def test_a_payment_is_put_into_one_batch():
    make_user(Role.APPROVER)
    payment, number, bank = make_payment("approved"), size(8), make_bank()
    answers = at_once(number, draft, payment.pk, people(Role.FINANCE, number), bank.pk)
    assert answers == ["done"] + ["refused"] * (number - 1)
    assert PaymentBatch.objects.count() == 1


def test_the_file_is_made_once():
    make_user(Role.APPROVER)
    batch, number = make_batch("approved"), size(8)
    answers = at_once(number, make_file, batch.pk, people(Role.FINANCE, number))
    assert answers == ["done"] + ["refused"] * (number - 1)
    assert PaymentOrder.objects.count() == 1


def test_a_payment_is_stopped_or_sent_never_both_unseen():
    make_user(Role.APPROVER)
    payment, number = make_payment("approved"), size(8)
    batch = make_batch("approved", of=[payment])
    answers = at_once(number, make_or_hold, batch.pk, payment.pk, people(Role.FINANCE, number))
    payment, batch = Payment.objects.get(pk=payment.pk), PaymentBatch.objects.get(pk=batch.pk)
    assert set(answers) == {"done", "refused"}
    assert payment.state == "held"
    assert (payment.exported_on is None) == (batch.state == "approved")
    assert (payment.batch_id == batch.pk) == (batch.state == "ordered")
