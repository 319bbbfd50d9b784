"""The budget by line in a grant's statement: what the accepted reports that are in the books say."""

from __future__ import annotations

import pytest

from tests.factories.reports import make_report
from tests.statements.test_tie_out import adds_up
from trustfund import clock
from trustfund.ledger import sealing
from trustfund.ledger.models import Entry
from trustfund.money import usd
from trustfund.statements.books import books_at
from trustfund.statements.grant import grant_statement

pytestmark = pytest.mark.django_db


def test_budget_reported_accepted_disallowed_and_the_balance():
    report = make_report("accepted", disallowed=1)
    spent = list(report.expenditures.all())
    accepted = sum((each.amount for each in spent if not each.disallowed), usd(0))
    refused = sum((each.amount for each in spent if each.disallowed), usd(0))
    found = grant_statement(books_at(clock.today()), report.grant.subaccount)
    adds_up(found)
    assert found.amounts("b:total") == [report.grant.amount, accepted + refused, accepted, refused, report.grant.amount - accepted]
    assert found.amounts("accepted") == [accepted]
    assert refused
    before = Entry.objects.get(reference=f"report:{report.pk}:accepted").pk - 1
    earlier = grant_statement(books_at(clock.today(), before), report.grant.subaccount)
    assert earlier.amounts("b:total")[1:4] == [usd(0)] * 3
    assert sealing.head().seq > before


def test_what_is_not_accepted_is_not_in_the_books():
    report = make_report("submitted")
    found = grant_statement(books_at(clock.today()), report.grant.subaccount)
    assert found.amounts("b:total") == [report.grant.amount, usd(0), usd(0), usd(0), report.grant.amount]
