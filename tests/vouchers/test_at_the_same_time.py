"""Many people at one voucher in the same moment: it is posted once, reversed once, and whoever comes second is told."""

from __future__ import annotations

import pytest

from tests.factories.books import DAY, give, make_bank
from tests.factories.people import make_user
from tests.factories.vouchers import credit, debit, make_voucher
from tests.grants.payments.test_at_the_same_time import at_once, people, size
from trustfund import clock
from trustfund.ledger.models import Entry
from trustfund.ledger.verification import check_books
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.vouchers import actions
from trustfund.vouchers.models import Voucher

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        yield


def approve(index, vouchers, approvers):
    actions.approve(Voucher.objects.get(pk=vouchers[index % len(vouchers)]), by=User.objects.get(pk=approvers[index]))


def approve_or_return(index, voucher, approvers):
    found, by = Voucher.objects.get(pk=voucher), User.objects.get(pk=approvers[index])
    if index % 2:
        actions.approve(found, by=by)
    else:
        actions.return_(found, by=by, reason="No")


def reverse(index, voucher, officers):
    by = User.objects.get(pk=officers[index])
    actions.reverse(Voucher.objects.get(pk=voucher), by=by, date=DAY, narrative="Wrong")


def test_it_is_posted_once():
    voucher, number = make_voucher("submitted"), size(16)
    answers = at_once(number, approve, [voucher.pk], people(Role.APPROVER, number))
    assert answers == ["done"] + ["refused"] * (number - 1)
    assert Entry.objects.count() == 1
    assert check_books() == []


def test_it_is_approved_or_returned():
    voucher, number = make_voucher("submitted"), size(8)
    answers = at_once(number, approve_or_return, voucher.pk, people(Role.APPROVER, number))
    assert answers == ["done"] + ["refused"] * (number - 1)
    voucher.refresh_from_db()
    assert (voucher.state, Entry.objects.count()) in [("approved", 1), ("returned", 0)]


def test_its_reversal_is_asked_for_once():
    voucher, number = make_voucher("approved"), size(16)
    answers = at_once(number, reverse, voucher.pk, people(Role.FINANCE, number))
    assert answers == ["done"] + ["refused"] * (number - 1)
    assert Voucher.objects.filter(kind="reversal").count() == 1


def test_two_vouchers_never_pay_a_donor_more_than_is_owed():
    gift, bank, number = give("1000"), make_bank(), size(8)
    maker = make_user(Role.FINANCE)
    make_voucher("approved", [debit("4090", "300", gift), credit("2300", "300", gift)], maker=maker)
    rows = [debit("2300", "100", gift), credit("1010", "100", bank)]
    waiting = [make_voucher("submitted", rows, maker=maker).pk for _each in range(number)]
    answers = at_once(number, approve, waiting, people(Role.APPROVER, number))
    assert answers == ["done"] * 3 + ["refused"] * (number - 3)
    assert check_books() == []
