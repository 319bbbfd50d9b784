"""Many people at one voucher in the same moment: it is posted once, reversed once, and whoever comes second is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from threading import Event

import pytest

from grants.payments import actions as payments
from tests.factories.agreements import make_tranche
from tests.factories.books import DAY, give, make_bank, post
from tests.factories.people import make_user
from tests.factories.prepared import make_prepared
from tests.factories.reports import make_report
from tests.factories.vouchers import credit, debit, make_voucher
from tests.grants.payments.test_at_the_same_time import at_once, people, size
from tests.grants.reports.test_disallowances import disallow
from tests.threads import together
from tests.vouchers.test_every_event import keep
from trustfund import clock
from trustfund.ledger import postings
from trustfund.ledger.models import Entry
from trustfund.ledger.verification import check_books
from trustfund.money import usd
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


def test_a_month_is_revalued_once():
    _gift, _owed, _grant, _bank, _euro = keep()
    number, maker = size(8), make_user(Role.FINANCE)
    with clock.frozen(date(2026, 4, 2)):
        voucher = make_prepared("revaluation", "submitted", date=date(2026, 3, 31), maker=maker)
        answers = at_once(number, approve, [voucher.pk], people(Role.APPROVER, number))
        assert answers == ["done"] + ["refused"] * (number - 1)
        assert Entry.objects.filter(source="voucher.revaluation").count() == 1
        assert check_books() == []


def test_a_write_off_waits_for_a_payment_that_keeps_what_it_would_take(monkeypatch):
    """100 are due: a payment is certified that keeps them, and before it is on record their write-off is approved, which comes second."""
    report = make_report("accepted", spent=usd(12_000))
    disallow(report, "100")
    tranche = make_tranche("ready", grant=report.grant, number=2)
    voucher = make_prepared("write_off_partner", "submitted", of=report.grant.books)
    finance, approver, bank = make_user(Role.FINANCE), make_user(Role.APPROVER), make_bank()
    looked, decided, netted = Event(), Event(), payments._netted

    def slowly(*about):
        looked.set()
        decided.wait(1)
        return netted(*about)

    def write_off():
        assert looked.wait(30)
        found = actions.approve(voucher, by=approver)
        decided.set()
        return found

    monkeypatch.setattr(payments, "_netted", slowly)
    payment, found = together(lambda: payments.certify(tranche, by=finance, paid_from=bank), write_off)
    assert (payment.netted, found.state) == (usd(100), "returned")
    assert "A payment under way keeps" in found.reason
    assert check_books() == []


def test_no_more_is_paid_over_than_is_owed():
    """Each was in order when it was submitted; whoever comes second finds that the books have moved, and it goes back."""
    _gift, _owed, grant, bank, _euro = keep()
    number, maker = size(8), make_user(Role.FINANCE)
    post(postings.programme_support(grant, usd("1000"), Decimal("0.13")), date(2026, 3, 20))
    with clock.frozen(date(2026, 4, 2)):
        waiting = [make_prepared("support_settled", "submitted", bank=bank, maker=maker).pk for _each in range(number)]
        assert at_once(number, approve, waiting, people(Role.APPROVER, number)) == ["done"] * number
        assert sorted(Voucher.objects.values_list("state", flat=True)) == ["approved"] + ["returned"] * (number - 1)
        assert check_books() == []
