"""Statement V: what was used of the budget, on its own basis, and its way to the cash flows, worked by hand and on random books."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import books
from tests.factories.budgets import make_budget
from tests.statements.random_books import EVERY_EVENT, FIRST, happen
from tests.statements.test_tie_out import RANDOM, adds_up
from trustfund.ledger import postings
from trustfund.ledger.models import FundWindow
from trustfund.money import Money, total, usd
from trustfund.statements import budget, cash_flow
from trustfund.statements.books import books_at

pytestmark = pytest.mark.django_db
END = date(2026, 12, 31)
FLOWS = ("operating", "investing", "financing", "net")


def flows_of(statement):
    """The reconciliation's last row: operating, investing, financing, all."""
    return statement.amounts("flows")


def test_a_year_by_hand():
    """Two grants of 40,000 signed, 25,000 paid, 5,000 came back; costs 900 incurred of which 300 paid; a gift in kind of 70."""
    books.give("100000", date(2026, 1, 5))
    bank, grant = books.make_bank(), books.make_grant()
    books.post(postings.grant_committed(grant, usd(40000)), date(2026, 2, 1))
    books.post(postings.tranche_paid(grant, bank, usd(25000)), date(2026, 2, 2))
    books.post(postings.expenditure_accepted(grant, usd(20000), advance=usd(25000), psc_rate=Decimal("0.13")), date(2026, 6, 1))
    books.post(postings.closure_unaccounted(grant, usd(5000)), date(2026, 7, 1))
    books.post(postings.grant_refund(grant, bank, usd(5000)), date(2026, 8, 1))
    books.post(postings.direct_cost("5200", usd(900)), date(2026, 9, 1))
    books.post(postings.direct_cost_paid(bank, usd(300)), date(2026, 9, 2))
    books.post([books.posting.debit("5200", usd(70)), books.posting.credit("4040", usd(70), books.make_instalment())], date(2026, 9, 3))
    books.post(postings.interest(bank, usd(11)), date(2026, 9, 4))
    make_budget("approved", grants="30000", staff="900", programme_support="2000")
    make_budget("approved", grants="22000", staff="900", programme_support="2000")
    found = budget.budget_and_actual(books_at(END))
    adds_up(found)
    assert found.amounts("general:grants") == [usd(30000), usd(22000), usd(15000), usd(20000), usd(2000)]
    assert found.amounts("general:staff") == [usd(900), usd(900), usd(0), usd(900), usd(0)]
    assert found.amounts("general:programme_support") == [usd(2000), usd(2000), usd(0), usd(2600), usd(-600)]
    assert str(found.row("general:grants").values[5]) == "9.09%"
    assert [found.row(f"general:{line}").values[6] for line in ("grants", "programme_support")] == ["", "To be explained"]
    assert found.amounts("actual") == [usd(-23500), usd(0), usd(0), usd(-23500)]
    assert found.amounts("basis") == [usd(3200), usd(0), usd(0), usd(3200)]
    assert found.amounts("presentation") == [usd(100000), usd(11), usd(0), usd(100011)]
    assert flows_of(found) == [usd(79700), usd(11), usd(0), usd(79711)]


def test_transfers_between_windows_are_eliminated_in_the_total():
    FundWindow.objects.create(code="africa", name="Africa", purpose="")
    books.give("1000", date(2026, 1, 5))
    africa = books.subaccounts.open("window", "W-AFRICA", name="Africa", public_label="Africa")
    general = books.subaccounts.open("window", "W-GENERAL", name="General", public_label="General")
    debit, credit = books.posting.debit, books.posting.credit
    legs = [debit("3900", usd(300)), credit("2900", usd(300), africa)]
    books.post(legs, date(2026, 3, 1))
    books.post([debit("1900", usd(300), general), credit("3900", usd(300))], date(2026, 3, 1), window="africa")
    books.post(postings.direct_cost("5210", usd(40)), date(2026, 3, 2), window="africa")
    make_budget("approved", grants="500", transfers="300")
    make_budget("approved", window="africa", travel="50", transfers="-300")
    found = budget.budget_and_actual(books_at(END))
    adds_up(found)
    assert found.amounts("general:transfers")[3] == usd(300)
    assert found.amounts("africa:transfers") == [usd(-300), usd(-300), usd(0), usd(-300), usd(0)]
    assert found.amounts("total") == [usd(550), usd(550), usd(0), usd(40), usd(510)]
    assert "all:2026:transfers" not in [row.key for table in found.tables for row in table.rows]
    assert flows_of(found)[:1] == cash_flow.cash_flow(books_at(END)).amounts("operating")[:1]


def test_without_a_budget_it_says_so_and_still_reconciles():
    books.give("1000", date(2026, 1, 5))
    books.post(postings.direct_cost("5210", usd(40)), date(2026, 3, 2))
    found = budget.budget_and_actual(books_at(END))
    assert found.notes[0] == "No budget was approved for this period."
    assert found.amounts("actual")[0] == usd(0)
    assert found.amounts("entity")[0] == usd(-40)


@RANDOM
@given(events=EVERY_EVENT, days=st.integers(0, 1000), length=st.integers(1, 500), amount=st.integers(1, 10**8), planned=st.booleans())
def test_every_line_is_the_budgets_or_a_difference_with_a_name(events, days, length, amount, planned):
    happen(events)
    if planned:
        for year in (2025, 2026, 2027):
            make_budget("approved", year=year, grants=str(Money.from_minor(amount, "USD").amount), staff="1")
    until = FIRST + timedelta(days=days)
    since = until - timedelta(days=length)
    found = budget.budget_and_actual(books_at(until), since)
    adds_up(found)
    four = cash_flow.cash_flow(books_at(until), since)
    assert flows_of(found) == [four.amounts(key)[0] for key in FLOWS]
    whole = [row for row in found.tables[0].rows if row.key == "general:total"]
    if whole:
        assert whole[0].amounts[3] == -found.amounts("actual")[0]
        assert total(whole[0].amounts[1:2]) - whole[0].amounts[3] == whole[0].amounts[4]
