"""Closing while others post, and two people at one closing: nothing comes into a closed period, and each act is done once."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.books import give, make_bank, open_years, post
from tests.factories.closings import months_closed, person, proposed
from tests.grants.payments.test_at_the_same_time import at_once, people, size
from trustfund import clock
from trustfund.closings import actions
from trustfund.closings.models import YearEnd
from trustfund.ledger import postings
from trustfund.ledger.closed.models import ClosedBooks
from trustfund.ledger.models import Entry, FiscalYear, Period, Subaccount
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _in_february():
    with clock.frozen(date(2027, 2, 8)):
        yield


def close_or_post(index, period, approver, bank):
    if index == 0:
        actions.close(Period.objects.get(pk=period), by=User.objects.get(pk=approver))
    else:
        post(postings.interest(Subaccount.objects.get(pk=bank), usd("1")), date(2026, 1, 20), reference=f"same:{index}")


def test_what_is_posted_while_a_month_is_closed_is_in_its_balances_or_refused():
    open_years(2026)
    give("1000", date(2026, 1, 12))
    january, number = Period.objects.get(number=1), size(8)
    post(postings.interest(make_bank(), usd("1")), date(2026, 1, 15))  # so that costs and income are open when it is proposed
    proposed(january)
    answers = at_once(number, close_or_post, january.pk, person(Role.APPROVER).pk, make_bank().pk)
    assert set(answers) <= {"done", "refused"}, answers
    january.refresh_from_db()
    posted = Entry.objects.filter(reference__startswith="same:").count()
    assert (january.state, posted) == ("closed", answers.count("done") - 1)
    kept = ClosedBooks.objects.get().balances.get(account="1010")
    assert kept.debit == 1001_00 + posted * 100
    assert check_books() == []


def approve(index, year_end, approvers):
    actions.approve_year_end(YearEnd.objects.get(pk=year_end), by=User.objects.get(pk=approvers[index]))


def test_the_closing_entry_is_posted_once():
    open_years(2026)
    give("1000", date(2026, 1, 12))
    months_closed(2026)
    made, number = actions.propose_year_end(FiscalYear.objects.get(year=2026), by=person(Role.FINANCE)), size(8)
    answers = at_once(number, approve, made.pk, people(Role.APPROVER, number))
    assert answers == ["done"] + ["refused"] * (len(answers) - 1)
    assert Entry.objects.filter(kind=Entry.Kind.CLOSING).count() == 1
    assert check_books() == []
