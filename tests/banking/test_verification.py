"""`check_books` on the bank: a match is of lines on the bank's account that add up to what the bank booked."""

from __future__ import annotations

from datetime import date

import pytest

from tests.banking.files import Fact
from tests.factories.banking import make_details, make_statement
from tests.factories.books import open_years, post
from tests.factories.people import make_user
from tests.ledger.forcing import alter, said_by
from trustfund.banking import actions
from trustfund.ledger import postings
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 16)


@pytest.fixture
def match():
    """Interest of 5, as the bank booked it."""
    open_years()
    details = make_details()
    line = make_statement(Fact(usd(5)), details=details).lines.get()
    entry = post(postings.interest(details.bank, usd(5)), DAY)
    return actions.confirm(line, list(entry.lines.filter(account_id="1010")), by=make_user(Role.FINANCE))


def test_lines_that_do_not_add_up_are_found(match):
    assert said_by("bank matches") == []
    alter("UPDATE ledger_line SET debit = 600, original_minor = 600 WHERE account_id = '1010'")
    statement = match.bank_lines.get().statement
    assert said_by("bank matches") == [
        f"line 1 of the bank's statement {statement}: expected lines of the books that add up to USD 5.00; found USD 6.00."
    ]


def test_a_line_on_another_account_is_found(match):
    entry = match.parts.get().line.entry_id
    alter("UPDATE ledger_line SET account_id = '1400' WHERE account_id = '1010'")
    (said,) = said_by("bank matches")
    assert said.endswith(f"expected lines on the account {match.bank_lines.get().bank.code}; found a line on 1400 of entry {entry}.")
