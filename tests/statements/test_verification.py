"""`check_books` on statements: what Statements I and II show in all is what the trial balance holds."""

from __future__ import annotations

import pytest

from tests.ledger import books_of_a_year
from tests.ledger.forcing import alter, said_by
from trustfund.statements import books, figures

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _year():
    books_of_a_year.keep()


def test_they_tie():
    assert said_by("statements") == []


def test_a_line_without_its_other_side_is_found():
    alter("UPDATE ledger_line SET debit = debit + 500 WHERE account_id = '1010' AND debit > 0 AND id = (SELECT MIN(id) FROM ledger_line)")
    said = said_by("statements")
    assert said
    assert {each.split(" as of")[0] for each in said} == {"assets less liabilities of Statement I"}


def test_an_account_that_is_in_no_line_of_a_statement_is_found(monkeypatch):
    monkeypatch.setattr(figures, "ASSETS", [row for row in figures.ASSETS if row[0] != "I.cash"])
    said = said_by("statements")
    assert any(each.startswith("total assets of Statement I") for each in said)
    assert books.line_of("1010") == "I.cash"


def test_an_expense_that_is_in_no_line_of_a_statement_is_found(monkeypatch):
    monkeypatch.setattr(figures, "EXPENSES", [row for row in figures.EXPENSES if row[0] != "II.charges"])
    assert any(each.startswith("surplus of Statement II") for each in said_by("statements"))
