"""Two people at the same moment: one import, one match; whoever comes second is told so."""

from __future__ import annotations

from datetime import date

import pytest

from tests.banking.files import Fact, Facts, camt
from tests.factories.banking import make_details, make_line
from tests.factories.books import DAY, make_bank, open_years, post
from tests.grants.payments.test_at_the_same_time import at_once, people, size
from trustfund.banking import actions
from trustfund.banking.models import BankDetails, BankLine, BankStatement, Match
from trustfund.banking.open_items import open_lines
from trustfund.ledger import postings
from trustfund.ledger.models import Entry, Line
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
FACTS = Facts([Fact(usd("250.00"))], opening=usd("0.00"), first=date(2026, 3, 2))


def take_in(index, details, users, content):
    actions.take_in(BankDetails.objects.get(pk=details), "statement.xml", content, by=User.objects.get(pk=users[index]))


def take_in_another(index, details, users):
    facts = Facts([Fact(usd("1.00"))], opening=usd("0.00"), number=f"2026-{index}", first=date(2026, 3, 2))
    take_in(index, details, users, camt(facts))


def confirm(index, line, users, lines):
    line = BankLine.objects.get(pk=line[index % len(line)])
    actions.confirm(line, list(Line.objects.filter(pk__in=lines)), by=User.objects.get(pk=users[index]))


def take_up(index, line, users):
    actions.take_up(BankLine.objects.get(pk=line), "unidentified", by=User.objects.get(pk=users[index]))


def test_the_same_file_at_once_is_imported_once():
    details, number = make_details(), size(8)
    answers = at_once(number, take_in, details.pk, people(Role.FINANCE, number), camt(FACTS))
    assert answers == ["done"] + ["refused"] * (number - 1)
    assert BankStatement.objects.count() == 1


def test_statements_that_follow_on_the_same_one_at_once_are_one():
    details, number = make_details(), size(8)
    answers = at_once(number, take_in_another, details.pk, people(Role.FINANCE, number))
    assert answers == ["done"] + ["refused"] * (number - 1)


def test_a_line_of_the_books_is_matched_once_however_many_want_it():
    open_years(2026)
    post(postings.interest(make_bank(), usd("1.00")), DAY)
    details = make_details()
    first = make_line(usd("1.00"), details=details, first=DAY)
    second = make_line(usd("1.00"), details=details, first=date(2026, 3, 26), opening=usd("1.00"), number="2")
    lines, number = list(open_lines(details.bank).values_list("pk", flat=True)), size(8)
    answers = at_once(number, confirm, [first.pk, second.pk], people(Role.FINANCE, number), lines)
    assert answers == ["done"] + ["refused"] * (number - 1)
    assert Match.objects.count() == 1


def test_what_is_offered_is_posted_once():
    open_years(2026)
    line, number = make_line(usd("1.00"), first=DAY), size(8)
    answers = at_once(number, take_up, line.pk, people(Role.FINANCE, number))
    assert answers == ["done"] + ["refused"] * (number - 1)
    assert Entry.objects.filter(source="contribution.enter").count() == 1
    assert check_books() == []
