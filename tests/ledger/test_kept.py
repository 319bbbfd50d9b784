"""check_books on what stands outside the seals: periods and rates are as the acts on record left them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from tests.factories.books import give, make_bank, make_instalment, open_years, post
from tests.factories.people import make_user
from tests.ledger.test_check_books import force, forced, said
from trustfund import clock
from trustfund.ledger import periods, postings, rates
from trustfund.ledger.models import Period
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.roles import Role


@pytest.fixture
def closed(db):
    """January 2026 is closed by two people, on the second of February."""
    open_years()
    give("1000")
    rates.add("EUR", date(2026, 1, 1), Decimal("0.92"), source="test")
    january = Period.objects.get(year=2026, number=1)
    with clock.frozen(datetime(2026, 2, 2, 9, tzinfo=UTC)):
        periods.close(periods.propose_closing(january, by=make_user(Role.FINANCE)), by=make_user(Role.APPROVER))
    return january


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_closed_period_is_in_order(closed):
    assert check_books() == []


def test_a_period_that_sql_opened_is_found_though_no_trigger_was_dropped(closed):
    execute("UPDATE ledger_period SET state = 'open' WHERE number = 1")
    assert "period 2026-01: expected to be closed, as the last act on record left it; found open" in said()


def test_what_was_posted_into_a_period_that_sql_opened_and_closed_again_is_found(closed):
    execute("UPDATE ledger_period SET state = 'open' WHERE number = 1")
    with clock.frozen(datetime(2026, 2, 3, 9, tzinfo=UTC)):
        legs = postings.bank_gift(make_instalment(), make_bank(), usd(5), donor_kind="state")
        post(legs, date(2026, 1, 20), reference="slipped-in")
    execute("UPDATE ledger_period SET state = 'closed' WHERE number = 1")
    assert "entry slipped-in: expected nothing posted into the period 2026-01 while it was closed" in said()


def test_what_was_posted_while_a_period_was_reopened_by_two_people_is_in_order(closed):
    with clock.frozen(datetime(2026, 2, 4, 9, tzinfo=UTC)):
        periods.reopen(periods.propose_reopening(closed, by=make_user(Role.FINANCE)), by=make_user(Role.APPROVER))
    with clock.frozen(datetime(2026, 2, 5, 9, tzinfo=UTC)):
        post(postings.bank_gift(make_instalment(), make_bank(), usd(5), donor_kind="state"), date(2026, 1, 20))
    assert check_books() == []


FORCED = [
    ("UPDATE ledger_period SET ends_on = '2026-01-15' WHERE number = 1", "period 2026-01: expected 2026-01-01 to 2026-01-31"),
    ("DELETE FROM ledger_period WHERE number = 12", "period 2026-12: expected 2026-12-01 to 2026-12-31; found no such period"),
    ("UPDATE ledger_rate SET value = '0.5'", "expected EUR 0.92 from 2026-01-01; found EUR 0.5 from 2026-01-01"),
    ("DELETE FROM ledger_rate", "expected EUR 0.92 from 2026-01-01; found none"),
]


@forced
@pytest.mark.parametrize("statement, sentence", FORCED)
def test_what_is_forced_is_found(closed, statement, sentence):
    force(statement)
    assert sentence in said()

