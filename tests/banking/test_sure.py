"""Lines of which the rules are sure are ticked by hand and confirmed at once: all of them, as they were seen, or none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grants.payments import actions as payments
from grants.payments.models import Payment
from tests.banking.files import Fact
from tests.factories.agreements import make_grant, make_payment
from tests.factories.banking import make_details, make_statement
from tests.factories.books import DAY, make_bank, open_years, post
from tests.factories.people import make_user
from tests.grants.payments.test_at_the_same_time import at_once, people, size
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.banking import actions, confirming, sure, withdrawing
from trustfund.banking.models import BankLine, Match, MatchedLine
from trustfund.banking.open_items import open_lines
from trustfund.ledger import postings
from trustfund.ledger.verification import check_books
from trustfund.money import total, usd
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
URL = "/banking/lines/sure/"


def reference(number: int) -> str:
    return f"GIFT-2026-{number:04}"


def booked(*numbers: int, more: tuple[Fact, ...] = ()) -> list[BankLine]:
    """USD 1.01, 1.02, ... in the books and at the bank, each named by its reference."""
    amounts = [usd(f"{1 + number / 100:.2f}") for number in numbers]
    for number, amount in zip(numbers, amounts, strict=True):
        post(postings.interest(make_bank(), amount), DAY, reference(number))
    facts = [Fact(amount, text=f"Thanks {reference(number)}") for number, amount in zip(numbers, amounts, strict=True)]
    return list(make_statement(*facts, *more, details=make_details(), first=DAY).lines.all())


@pytest.fixture
def four():
    """Four lines of which the rules are sure, and one of which the books know nothing."""
    open_years(2026)
    return booked(1, 2, 3, 4, more=(Fact(usd("9.00"), text="Who knows"),))


def sign_in(client, *roles) -> User:
    user = make_user(*roles)
    client.force_login(user)
    return user


def values(lines: list[BankLine]) -> list[str]:
    return [row.value for row in sure.rows_of(lines, make_user(Role.FINANCE))]


def seen(lines: list[BankLine]) -> list[sure.Seen]:
    return [row.seen for row in sure.rows_of(lines, make_user(Role.FINANCE))]


def confirm(client, chosen: list[str], **more: str):
    return client.post(URL, {"chosen": chosen, "confirmed": "1", **more})


def test_three_of_four_are_ticked_looked_at_and_confirmed(client, four):
    finance = sign_in(client, Role.FINANCE)
    page = client.get(URL)
    assert [row.line for row in page.context["rows"]] == four[:4]
    assert {row.may.reasons for row in page.context["rows"]} == {"the amount, the reference, 1 day apart"}
    assert " checked" not in page.content.decode()
    chosen = [row.value for row in page.context["rows"][:3]]
    before = client.post(URL, {"chosen": chosen})
    assert (before.status_code, Match.objects.count()) == (200, 0)
    assert all(reference(number) in before.content.decode() for number in (1, 2, 3))
    assert client.post(URL, {"chosen": chosen, "change": "1"}).content.decode().count(" checked") == 3
    assert confirm(client, chosen).status_code == 302
    assert [line.pk for line in BankLine.objects.unmatched().order_by("position")] == [four[3].pk, four[4].pk]
    events = [trail_for(line).get() for line in four[:3]]
    assert {(event.act, event.actor) for event in events} == {("bankline.confirm", finance)}
    assert [part.line.original for part in MatchedLine.objects.order_by("match")] == [line.amount for line in four[:3]]


@pytest.mark.parametrize("role", [None, Role.APPROVER, Role.AUDITOR, Role.MANAGER])
def test_only_finance_confirms(client, four, role):
    user = sign_in(client, role)
    assert (client.get(URL).status_code, confirm(client, values(four)).status_code) == (403, 403)
    with pytest.raises(PermissionDenied):
        confirming.confirm(seen(four), by=user)
    assert not Match.objects.exists()


def test_a_stranger_is_asked_to_sign_in(client, four):
    assert confirm(client, values(four)).url.startswith(reverse("account_login"))
    assert not Match.objects.exists()


def test_twice_says_who_did_it_and_confirms_nothing_of_the_rest(client, four):
    finance = sign_in(client, Role.FINANCE)
    chosen = values(four)
    actions.confirm(four[1], sure.rows_of(four, make_user(Role.FINANCE))[1].may.lines, by=finance)
    refused = confirm(client, chosen)
    assert (refused.status_code, Match.objects.count()) == (422, 1)
    text = refused.content.decode()
    assert f"1.02 · {four[1].reference}: {finance.name} matched it meanwhile." in text.replace("\u00a0", " ")
    assert text.count(" checked") == 3


def test_one_that_changed_meanwhile_is_refused_unseen_and_what_was_ticked_stays(client, four):
    sign_in(client, Role.FINANCE)
    chosen = values(four)
    post(postings.interest(make_bank(), usd("1.03")), DAY, "ANOTHER-0003")
    for refused in (client.post(URL, {"chosen": chosen}), confirm(client, chosen)):
        assert (refused.status_code, refused.content.decode().count(" checked")) == (422, 3)
        assert f"{four[2].reference}: what it may be in the books is not what you saw any more" in refused.content.decode()
    assert not Match.objects.exists()


def test_what_was_not_on_the_page_is_refused(client, four):
    sign_in(client, Role.FINANCE)
    line, value = four[0], values(four)[0]
    assert "Tick at least one line." in confirm(client, []).content.decode()
    for wrong in ("", "1", f"{value},7", f"{value} ", value.replace(":101:", ":102:"), value.replace("USD", "EUR"), f"{10**17}:1:1:USD"):
        assert confirm(client, [wrong]).status_code == 422
    withdrawing.withdraw(line.statement, by=make_user(Role.FINANCE), reason="A test of the bank.")
    assert "its statement was withdrawn meanwhile" in confirm(client, [value]).content.decode()
    assert not Match.objects.exists()


def test_where_the_bank_has_it_twice_nobody_is_sure(four):
    assert len(sure.rows_of(four, make_user(Role.FINANCE))) == 4
    again = Fact(four[0].amount, text=four[0].text)
    opening = total((each.amount for each in four), "USD")
    make_statement(again, details=make_details(), first=DAY + timedelta(days=10), opening=opening, number="2")
    assert [row.line for row in sure.rows_of(four, make_user(Role.FINANCE))] == four[1:4]


# Payments that were ordered


def exported(amount: str = "20000", approver: User | None = None) -> Payment:
    payment = make_payment(grant=make_grant(amount=usd(amount)))
    return payments.export(payments.approve(payment, by=approver or make_user(Role.APPROVER)), by=make_user(Role.FINANCE))


def paid(*found: Payment, days: int = 1) -> list[BankLine]:
    """The bank paid them so many days ago, and interest came in that the books have."""
    first = clock.today() - timedelta(days=days)
    post(postings.interest(make_bank(), usd("3.21")), first, reference(9))
    facts = [Fact(-each.to_transfer, text=f"Order {each.reference}") for each in found]
    return list(make_statement(*facts, Fact(usd("3.21"), text=reference(9)), first=first, days=1).lines.all())


def asked(lines: list[BankLine]) -> int:
    """How many queries it takes to say what lines may be."""
    finance = make_user(Role.FINANCE)
    with CaptureQueriesContext(connection) as counted:
        assert len(sure.rows_of(lines, finance)) == len(lines)
    return len(counted)


def test_payments_that_were_ordered_are_settled_together_with_what_the_books_have(client):
    two = [exported(), exported("15000")]
    lines = paid(*two)
    sign_in(client, Role.FINANCE)
    chosen = values(lines)
    assert (len(chosen), asked(lines[:1])) == (3, asked(lines[:2]))
    assert "Payments are posted as paid on the value date" in client.post(URL, {"chosen": chosen}).content.decode()
    assert confirm(client, chosen).status_code == 302
    assert {Payment.objects.get(pk=each.pk).state for each in two} == {"paid"}
    assert (BankLine.objects.unmatched().count(), check_books()) == (0, [])


def test_whoever_approved_a_payment_is_told_so_and_can_not_tick_it(client):
    both = sign_in(client, Role.FINANCE, Role.APPROVER)
    payment = exported(approver=both)
    lines = paid(payment)
    page = client.get(URL).content.decode()
    assert (page.count('type="checkbox"'), "You approved this payment: another person says that it was paid." in page) == (1, True)
    refused = confirm(client, values(lines))
    assert (refused.status_code, f"{lines[0].reference}: You approved this payment" in refused.content.decode()) == (422, True)
    assert not Match.objects.exists()


def test_one_that_fails_takes_the_others_with_it():
    """The bank has it before the payment was certified: the act itself refuses, and the interest is not matched either."""
    lines = paid(exported(), days=9)
    with pytest.raises(ValidationError) as error:
        confirming.confirm(seen(lines)[::-1], by=make_user(Role.FINANCE))
    (message,) = error.value.messages
    assert message.startswith(f"{sure.shown(lines[0])}: The bank can't have paid before the payment was certified")
    assert not Match.objects.exists()


# Many


def queries(client) -> tuple[int, int]:
    with CaptureQueriesContext(connection) as counted:
        page = client.get(URL)
    return len(page.context["rows"]), len(counted)


def test_one_line_and_fifty_take_the_same_number_of_queries(client):
    open_years(2026)
    sign_in(client, Role.FINANCE)
    client.get(URL)
    (first,) = booked(0)
    one, few = queries(client)
    opening = first.amount
    for number in range(1, 50):
        post(postings.interest(make_bank(), usd("2.00") + usd(f"{number}.00")), DAY, reference(number))
    facts = [Fact(usd("2.00") + usd(f"{number}.00"), text=reference(number)) for number in range(1, 50)]
    make_statement(*facts, details=make_details(), first=DAY + timedelta(days=10), opening=opening, number="2")
    fifty, many = queries(client)
    assert (one, fifty) == (1, 50)
    assert many == few <= 45


def confirm_at_once(index, chosen, users):
    confirming.confirm(chosen[index % len(chosen)], by=User.objects.get(pk=users[index]))


@pytest.mark.django_db(transaction=True)
def test_at_the_same_time_each_line_is_confirmed_once():
    """Half of them want the first three, half the last three, in the other order: whoever is second confirms nothing."""
    open_years(2026)
    found, number = seen(booked(1, 2, 3, 4)), size(6)
    answers = at_once(number, confirm_at_once, [found[:3], found[:0:-1]], people(Role.FINANCE, number))
    assert answers == ["done"] + ["refused"] * (number - 1)
    assert (Match.objects.count(), open_lines(make_bank()).count()) == (3, 1)
