"""A statement that should not be here is withdrawn: at once where nobody built on it, by two people where lines of it are matched."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from tests.banking.files import Fact, Facts, camt
from tests.factories.banking import make_details, make_statement
from tests.factories.books import DAY, make_bank, open_years, post
from tests.factories.people import make_user
from tests.grants.payments.test_at_the_same_time import at_once, people, size
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.banking import actions, withdrawing
from trustfund.banking.models import BankLine, BankStatement, Match, Withdrawal
from trustfund.banking.open_items import open_lines
from trustfund.ledger import periods, postings
from trustfund.ledger.models import Period
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.home import items_for
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
REASON = "It is of another account."


@pytest.fixture(autouse=True)
def _day():
    with clock.frozen(date(2026, 4, 1)):
        yield


@pytest.fixture
def finance():
    return make_user(Role.FINANCE)


def matched(by) -> BankStatement:
    """A statement of which one line of two is matched."""
    open_years(2026)
    post(postings.interest(make_bank(), usd("100.00")), DAY)
    details = make_details()
    statement = make_statement(Fact(usd("100.00")), Fact(usd("3.00")), details=details, first=DAY, days=2)
    actions.confirm(statement.lines.get(position=1), list(open_lines(details.bank)), by=by)
    return statement


def again(obj):
    return type(obj).objects.get(pk=obj.pk)


def close(month: int) -> None:
    period = Period.objects.get(year_id=2026, number=month)
    periods.close(periods.propose_closing(period, by=make_user(Role.FINANCE)), by=make_user(Role.APPROVER))


def test_one_without_matches_goes_at_once_and_can_be_imported_again(finance):
    content = camt(Facts([Fact(usd("1.00"))], opening=usd(0), first=date(2026, 3, 2)))
    details = make_details()
    (statement,) = actions.take_in(details, "a.xml", content, by=finance)
    withdrawal = withdrawing.withdraw(statement, by=finance, reason=REASON)
    assert (withdrawal.state, again(statement).withdrawal, BankLine.objects.unmatched().count()) == ("done", withdrawal, 0)
    assert [event.act for event in trail_for(statement)] == ["bankstatement.take_in", "bankstatement.withdraw"]
    assert REASON not in str([event.details for event in trail_for(withdrawal)])
    actions.take_in(details, "a.xml", content, by=finance)
    assert BankStatement.objects.standing().get(bank=details.bank).lines.get().amount == usd("1.00")
    assert check_books() == []


def test_one_with_matches_wants_a_second_person(finance):
    statement = matched(finance)
    withdrawal = withdrawing.withdraw(statement, by=finance, reason=REASON)
    assert (withdrawal.state, withdrawal.matched, again(statement).withdrawal) == ("asked", 1, None)
    for user in [finance, make_user(Role.AUDITOR), make_user(Role.MANAGER)]:
        with pytest.raises(PermissionDenied):
            withdrawing.confirm(withdrawal, by=user)
    withdrawing.confirm(withdrawal, by=make_user(Role.APPROVER))
    assert again(statement).withdrawal == withdrawal
    assert not Match.objects.exists()
    assert open_lines(statement.bank).count() == 1
    assert [event.act for event in trail_for(statement.lines.get(position=1))] == ["bankline.confirm", "bankline.undo"]
    with pytest.raises(TransitionNotAllowed):
        withdrawing.confirm(again(withdrawal), by=make_user(Role.APPROVER))


def test_it_stays_when_the_second_person_says_no(finance):
    statement = matched(finance)
    withdrawal = withdrawing.withdraw(statement, by=finance, reason=REASON)
    with pytest.raises(TransitionNotAllowed):
        withdrawing.withdraw(again(statement), by=make_user(Role.FINANCE), reason=REASON)
    withdrawing.decline(withdrawal, by=make_user(Role.APPROVER))
    assert (again(statement).withdrawal, Match.objects.count()) == (None, 1)
    assert withdrawing.withdraw(again(statement), by=finance, reason=REASON).state == "asked"


@pytest.mark.parametrize("role", [None, Role.APPROVER, Role.AUDITOR, Role.MANAGER])
def test_only_finance_asks(role):
    statement = make_statement(Fact(usd("1.00")))
    with pytest.raises(PermissionDenied):
        withdrawing.withdraw(statement, by=make_user(role), reason=REASON)


def test_what_was_withdrawn_stays_so(finance):
    statement = make_statement(Fact(usd("1.00")))
    withdrawing.withdraw(statement, by=finance, reason=REASON)
    with pytest.raises(TransitionNotAllowed):
        withdrawing.withdraw(again(statement), by=finance, reason=REASON)
    with pytest.raises(TransitionNotAllowed):
        actions.confirm(statement.lines.get(), [], by=finance)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankStatement.objects.filter(pk=statement.pk).update(withdrawal=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Withdrawal.objects.update(matched=1)


def test_a_month_that_is_closed_keeps_its_statements(finance):
    statement = matched(finance)
    follows = {"details": statement.bank.bank_details, "opening": usd("103.00"), "first": date(2026, 3, 31), "days": 1}
    later = make_statement(Fact(usd("1.00")), number="A", **follows)
    withdrawal = withdrawing.withdraw(statement, by=finance, reason=REASON)
    for month in (1, 2, 3):
        close(month)
    with pytest.raises(ValidationError, match="2026-03 was reconciled with this statement and is closed"):
        withdrawing.confirm(withdrawal, by=make_user(Role.APPROVER))
    assert again(withdrawal).state == "asked"
    assert withdrawing.withdraw(later, by=finance, reason=REASON).state == "done"


def test_a_month_that_is_closed_keeps_its_matches_until_it_is_reopened(finance):
    line = matched(finance).lines.exclude(match=None).first()
    for month in (1, 2, 3):
        close(month)
    with pytest.raises(ValidationError, match="2026-03 was reconciled with this match and is closed"):
        actions.undo(line, by=finance)
    assert Match.objects.filter(bank_lines=line).exists()
    march = Period.objects.get(year=2026, number=3)
    periods.reopen(periods.propose_reopening(march, by=finance), by=make_user(Role.APPROVER))
    assert actions.undo(line, by=finance).match is None


def test_the_database_keeps_the_sequence(finance):
    details = make_details()
    first = make_statement(Fact(usd("1.00")), details=details, first=date(2026, 3, 2), days=1)
    second = make_statement(Fact(usd("1.00")), details=details, opening=usd("1.00"), first=date(2026, 3, 4), days=1, number="B")
    third = make_statement(Fact(usd("1.00")), details=details, opening=usd("2.00"), first=date(2026, 3, 6), days=1, number="C")
    for wrong in ({"pk": third.pk, "previous": first}, {"pk": second.pk, "previous": None}):
        pk = wrong.pop("pk")
        with pytest.raises(IntegrityError), transaction.atomic():
            BankStatement.objects.filter(pk=pk).update(**wrong)
    withdrawing.withdraw(first, by=finance, reason=REASON)
    assert [again(each).previous for each in (first, second, third)] == [None, None, second]


# Pages


def url(name, statement):
    return reverse(f"banking:{name}", args=[statement.pk])


@pytest.mark.parametrize("role, status", [(Role.FINANCE, 200), (Role.APPROVER, 403), (Role.AUDITOR, 403), (Role.MANAGER, 404), (None, 404)])
def test_who_opens_the_page(client, role, status):
    statement = make_statement(Fact(usd("1.00")))
    client.force_login(make_user(role))
    assert client.get(url("withdraw", statement)).status_code == status
    assert client.get(url("confirm_withdrawal", statement)).status_code == 404


def test_two_people_on_their_pages(client, finance):
    statement = matched(finance)
    client.force_login(finance)
    assert client.post(url("withdraw", statement), {"reason": ""}).status_code == 422
    assert client.post(url("withdraw", statement), {"reason": REASON}).status_code == 302
    assert client.get(url("withdraw", statement)).status_code == 409
    assert client.get(url("confirm_withdrawal", statement)).status_code == 403
    checker = make_user(Role.APPROVER)
    assert [item.url for item in items_for(checker) if "banking" in item.url] == [statement.get_absolute_url()]
    client.force_login(checker)
    assert "wants to withdraw this statement" in client.get(statement.get_absolute_url()).content.decode()
    assert client.get(url("decline_withdrawal", statement)).status_code == 200
    page = client.get(url("confirm_withdrawal", statement)).content.decode()
    assert REASON in page
    assert client.post(url("confirm_withdrawal", statement)).status_code == 302
    page = client.get(statement.get_absolute_url()).content.decode()
    assert "This statement is withdrawn and counts for nothing" in page
    assert client.get(url("confirm_withdrawal", statement)).status_code == 409
    assert statement.number not in client.get(reverse("banking:index"), {"state": "standing"}).content.decode()
    assert statement.number in client.get(reverse("banking:index"), {"state": "withdrawn"}).content.decode()


def confirm_it(index, withdrawal, users):
    withdrawing.confirm(Withdrawal.objects.get(pk=withdrawal), by=User.objects.get(pk=users[index]))


@pytest.mark.django_db(transaction=True)
def test_confirmed_at_once_it_goes_once():
    withdrawal = withdrawing.withdraw(matched(make_user(Role.FINANCE)), by=make_user(Role.FINANCE), reason=REASON)
    number = size(8)
    answers = at_once(number, confirm_it, withdrawal.pk, people(Role.FINANCE, number))
    assert answers == ["done"] + ["refused"] * (number - 1)
    assert not Match.objects.exists()
