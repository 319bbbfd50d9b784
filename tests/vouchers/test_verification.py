"""`check_books` finds a voucher that no longer says what its entry holds."""

from __future__ import annotations

import pytest

from tests.factories.books import DAY, make_bank, post
from tests.factories.people import make_user
from tests.factories.vouchers import make_voucher
from trustfund import clock
from trustfund.ledger import postings
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.vouchers import actions
from trustfund.vouchers.models import Line, Voucher

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        yield


def found():
    return [str(finding) for finding in check_books()]


def test_posted_and_reversed_ones_are_in_order():
    voucher = make_voucher("approved")
    reversal = actions.reverse(voucher, by=make_user(Role.FINANCE), date=DAY, narrative="Wrong")
    assert found() == []
    actions.approve(reversal, by=make_user(Role.APPROVER))
    assert found() == []


@pytest.mark.parametrize(
    "change", [{"usd": usd("4800.01")}, {"side": "credit"}, {"account_id": "5210"}, {"currency": "EUR"}, {"rate": "2"}, {"amount_minor": 1}]
)
def test_a_line_that_was_altered_is_found(change):
    voucher = make_voucher("approved")
    Line.objects.filter(voucher=voucher, position=1).update(**change)
    assert found() == [f"voucher {voucher}: expected the lines of its entry; found other lines."]


def test_a_line_that_is_gone_is_found():
    voucher = make_voucher("approved")
    voucher.lines.last().delete()
    assert len(found()) == 1


def test_a_voucher_that_lost_its_entry_is_found():
    voucher = make_voucher("approved")
    Voucher.objects.filter(pk=voucher.pk).update(entry=None)
    assert len(found()) == 2


def test_another_person_or_day_is_found():
    voucher = make_voucher("approved")
    other = make_user(Role.APPROVER)
    Voucher.objects.filter(pk=voucher.pk).update(checker=other)
    assert found() == [
        f"voucher {voucher}: expected its entry's day {voucher.date} and person {voucher.checker_id}; found {voucher.date} and {other.pk}.",
        f"voucher {voucher.pk}: expected checker_id {voucher.checker_id}, as on record; found {other.pk}.",
    ]


def test_an_entry_that_claims_a_voucher_is_found():
    make_voucher()
    post(postings.interest(make_bank(), usd(1)), reference="voucher:999999")
    assert len(found()) == 1
