"""A charge or interest straight from the line of the bank: a voucher that another person approves, then the first suggestion."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from tests.factories.banking import make_details, make_line
from tests.factories.books import DAY, open_years
from tests.factories.people import make_user
from tests.grants.payments.test_at_the_same_time import at_once, people, size
from trustfund import clock
from trustfund.banking import actions, vouchering
from trustfund.banking.models import BankLine, LineVoucher
from trustfund.banking.open_items import suggestions
from trustfund.ledger.exchange import rates
from trustfund.money import Money, usd
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.vouchers import actions as vouchers
from trustfund.vouchers.models import Voucher

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day():
    with clock.frozen(date(2026, 4, 1)):
        open_years(2026)
        yield


@pytest.fixture
def finance():
    return make_user(Role.FINANCE)


def write(line, by, **more):
    return vouchering.write(line, by=by, on=line.value_on, narrative="As the bank says.", **more)


def lines_of(voucher):
    return [(line.account_id, line.side, line.amount) for line in voucher.lines.all()]


@pytest.mark.parametrize(
    "amount, expected",
    [
        (usd("-12.50"), [("5300", "debit", usd("12.50")), ("1010", "credit", usd("12.50"))]),
        (usd("7.00"), [("1010", "debit", usd("7.00")), ("4100", "credit", usd("7.00"))]),
    ],
)
def test_a_voucher_is_written_approved_and_matched(finance, amount, expected):
    line = make_line(amount, first=DAY, reference="FEE-2026-3")
    voucher = write(line, finance)
    assert (voucher.state, voucher.maker, voucher.date, lines_of(voucher)) == ("submitted", finance, line.value_on, expected)
    assert suggestions(line) == []
    vouchers.approve(voucher, by=make_user(Role.APPROVER))
    (suggestion,) = suggestions(line)
    assert "the reference" in suggestion.reasons
    match = actions.confirm(line, suggestion.lines, by=finance)
    assert match.parts.get().line.entry == Voucher.objects.get().entry


def test_in_another_currency_it_is_posted_at_the_days_rate(finance):
    rates.add("EUR", DAY, Decimal("0.8"), source="UNTEST", by=finance)
    line = make_line(Money("-8.00", "EUR"), details=make_details("EUR"), first=DAY)
    voucher = write(line, finance)
    assert lines_of(voucher) == [("5300", "debit", Money("8.00", "EUR")), ("1020", "credit", Money("8.00", "EUR"))]
    assert {each.usd for each in voucher.lines.all()} == {usd("10.00")}


def test_without_a_rate_or_into_a_closed_year_it_is_refused_in_words(finance):
    line = make_line(Money("-8.00", "EUR"), details=make_details("EUR"), first=DAY)
    with pytest.raises(ValidationError, match="EUR"):
        write(line, finance)
    dollars = make_line(usd("-1.00"), first=DAY)
    with pytest.raises(ValidationError, match="The fiscal year 2025 has no periods yet"):
        vouchering.write(dollars, by=finance, on=date(2025, 12, 31), narrative="x")
    assert not Voucher.objects.exists()


def test_one_voucher_for_a_line_unless_it_is_given_up(finance):
    line = make_line(usd("-1.00"), first=DAY)
    voucher = write(line, finance)
    with pytest.raises(TransitionNotAllowed):
        write(line, make_user(Role.FINANCE))
    vouchers.return_(voucher, by=make_user(Role.APPROVER), reason="It is no charge.")
    vouchers.cancel(voucher, by=finance)
    assert write(line, finance).pk != voucher.pk
    assert LineVoucher.objects.count() == 2


@pytest.mark.parametrize("role", [None, Role.APPROVER, Role.AUDITOR, Role.MANAGER])
def test_only_finance_writes_it(role):
    with pytest.raises(PermissionDenied):
        write(make_line(usd("-1.00"), first=DAY), make_user(role))


def test_its_page(client, finance):
    line = make_line(usd("-12.50"), first=DAY, reference="FEE-1", text="Account fee")
    url = reverse("banking:voucher", args=[line.pk])
    for role, status in [(Role.APPROVER, 403), (Role.AUDITOR, 403), (Role.MANAGER, 404), (None, 404)]:
        client.force_login(make_user(role))
        assert client.get(url).status_code == status
    client.force_login(finance)
    assert url in client.get(line.get_absolute_url()).content.decode()
    page = client.get(url).content.decode()
    assert "FEE-1 Account fee" in page
    wrong = client.post(url, {"on": str(clock.today() + timedelta(days=1)), "narrative": "Fee of March"})
    assert wrong.status_code == 422
    assert "The date is in the future." in wrong.content.decode()
    assert "Fee of March" in wrong.content.decode()
    assert client.post(url, {"on": str(line.value_on), "narrative": "Fee of March"}).status_code == 302
    assert str(Voucher.objects.get()) in client.get(line.get_absolute_url()).content.decode()
    assert client.get(url).status_code == 409


def write_it(index, line, users):
    write(BankLine.objects.get(pk=line), User.objects.get(pk=users[index]))


@pytest.mark.django_db(transaction=True)
def test_written_at_once_there_is_one():
    line, number = make_line(usd("-1.00"), first=DAY), size(8)
    answers = at_once(number, write_it, line.pk, people(Role.FINANCE, number))
    assert answers == ["done"] + ["refused"] * (number - 1)
    assert Voucher.objects.count() == 1
