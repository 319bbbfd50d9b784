"""Two years worked by hand: each figure of Statements III, IV and VII has its arithmetic beside it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.factories.books import make_bank, make_grant, make_instalment, open_years, post
from trustfund.ledger import postings
from trustfund.ledger.closed import closing
from trustfund.ledger.legs import credit, debit
from trustfund.money import Money, usd
from trustfund.statements import cash_flow, figures, net_assets, pooled
from trustfund.statements.books import books_at

pytestmark = pytest.mark.django_db
PSC = Decimal("0.13")


def _first_year(bank, gift, pledged, grant):
    day = date(2025, 5, 5)
    post(postings.bank_gift(gift, bank, usd(100000), donor_kind="state"), day)
    post(postings.agreement_signed(pledged, usd(50000), donor_kind="state"), day)
    post(postings.interest(bank, usd(1000)), day)
    post(postings.bank_charge(bank, usd(200)), day)
    post(postings.tranche_paid(grant, bank, usd(40000)), day)
    post(postings.expenditure_accepted(grant, usd(25000), advance=usd(40000), psc_rate=PSC), day)  # PSC 3,250
    closing.close_year(2025, by=None)


def _second_year(bank, euro, gift, pledged, grant):
    day, late = date(2026, 5, 5), make_instalment()
    received = postings.cash_on_receivable(pledged, bank, usd(51500), carrying=usd(50000), charges=usd(100))  # exchange gain 1,500
    post(received, day)
    post(postings.conditional_cash(make_instalment(), bank, usd(20000)), day)
    bought = debit("1020", usd(10900), euro, Money("10000", "EUR"), Decimal("0.92"))
    post([bought, debit("5400", usd(100)), credit("1010", usd(11000), bank)], day)
    post([debit("1020", usd(250), euro, Money(0, "EUR"), Decimal("0.91")), credit("4200", usd(250))], date(2026, 12, 31))
    post(postings.agreement_signed(late, usd(30000), donor_kind="organisation"), day)
    post([debit("5500", usd(3000), late), credit("1190", usd(3000), late)], date(2026, 12, 31))
    post(postings.tranche_paid(grant, bank, usd(35000)), day)
    post(postings.expenditure_accepted(grant, usd(30000), advance=usd(50000), psc_rate=PSC), day)  # PSC 3,900
    post(postings.closure_unaccounted(grant, usd(2000)), day)
    post(postings.grant_refund(grant, bank, usd(1500)), day)
    post(postings.programme_support_settled(bank, usd(3250)), day)
    post(postings.direct_cost("5220", usd(5000)), day)
    post(postings.direct_cost_paid(bank, usd(4000)), day)
    post(postings.interest(bank, usd(800)), day)
    post([debit("1060", usd(20000)), credit("1010", usd(20000), bank)], day)
    post(postings.operating_reserve(usd(6000)), date(2026, 12, 31))
    post([debit("5220", usd(700)), credit("4040", usd(700), make_instalment())], day)
    post(postings.donor_refund_due(gift, usd(2500)), day)
    post(postings.donor_refund(gift, bank, usd(2500)), day)


@pytest.fixture
def books():
    open_years(2025, 2026, 2027)
    bank, gift, pledged, grant = make_bank(), make_instalment(), make_instalment(), make_grant()
    _first_year(bank, gift, pledged, grant)
    _second_year(bank, make_bank("EUR"), gift, pledged, grant)
    return books_at(date(2026, 12, 31))


def amounts(statement, key):
    return [int(amount.amount) for amount in statement.amounts(key)]


def check(statement, expected):
    assert {key: amounts(statement, key) for key in expected} == expected


def test_statements_i_and_ii(books):
    """Cash 2025: 100,000 + 1,000 - 200 - 40,000 = 60,800. 2026: 60,800 + 51,500 - 100 + 20,000 - 100 (conversion) + 250 - 35,000 + 1,500
    - 3,250 - 4,000 + 800 - 20,000 - 2,500 = 69,900.

    Surplus 2025: 100,000 + 50,000 + 1,000 - 25,000 - 3,250 - 200 = 122,550.
    Surplus 2026: 30,000 - 2,500 + 700 + 800 + 1,750 - 30,000 - 3,900 - 5,700 - 100 - 100 - 3,000 = -12,050.
    """
    check(figures.position(books), {"I.cash": [69900, 60800], "I.investments": [20000, 0], "net_assets": [110500, 122550]})
    check(figures.performance(books), {"surplus": [-12050, 122550], "revenue": [30750, 151000], "expenses": [42800, 28450]})


def test_statement_iii(books):
    """Columns: accumulated surplus, operating reserve, total. 122,550 - 12,050 - 6,000 = 104,500."""
    expected = {
        "beginning": [122550, 0, 122550],
        "result": [-12050, 0, -12050],
        "transfer": [-6000, 6000, 0],
        "end": [104500, 6000, 110500],
        "before:beginning": [0, 0, 0],
        "before:result": [122550, 0, 122550],
        "before:transfer": [0, 0, 0],
        "before:end": [122550, 0, 122550],
    }
    three = net_assets.net_assets(books)
    check(three, expected)
    assert [row.key for table in three.tables for row in table.rows] == list(expected)


def test_statement_iv(books):
    """Columns: 2026, 2025.

    Receivable: 50,000 paid, 30,000 new = 20,000 less (the allowance of 3,000 is in its own row). Advances: 15,000, then 15,000 + 35,000
    - 30,000 - 2,000 = 18,000. Refunds due: 2,000 - 1,500 = 500. Payables: 3,250, then 3,900 + 1,000 = 4,900.
    Exchange on cash: 250 - 100 = 150; the gain of 1,500 came with the cash of a contribution and stays in operations.
    """
    expected = {
        "IV.result*": [-12050, 122550],
        "interest_out": [-800, -1000],
        "IV.impaired": [3000, 0],
        "exchange_out": [-150, 0],
        "IV.receivable": [20000, -50000],
        "IV.advances": [-3000, -15000],
        "IV.other_receivables": [-500, 0],
        "IV.payables": [1650, 3250],
        "IV.conditional": [20000, 0],
        "operating": [28150, 59800],  # -12,050 - 800 + 3,000 - 150 + 20,000 - 3,000 - 500 + 1,650 + 20,000
        "IV.result.investment": [800, 1000],
        "IV.investments": [-20000, 0],
        "investing": [-19200, 1000],
        "IV.direct": [0, 0],
        "financing": [0, 0],
        "net": [8950, 60800],
        "IV.cash.*.exchange": [150, 0],
        "opening": [60800, 0],
        "closing": [69900, 60800],
        "IV.cash.1010*": [58750, 60800],  # 69,900 - 10,900 - 250
        "IV.cash.1020*": [11150, 0],
        "cash": [69900, 60800],
    }
    four = cash_flow.cash_flow(books)
    check(four, expected)
    assert [row.key for table in four.tables for row in table.rows if row.values] == list(expected)


def test_statement_vii(books):
    """Columns: 2025, 2026, cumulative.

    Contributions 2026: 51,500 + 20,000 on a condition. Exchange: loss of 100, gain of 250 on the bank account in EUR.
    89,900 is cash of 69,900 and investments of 20,000. Partners hold 18,000 of advances and owe 500.
    """
    expected = {
        "VII.contributions.*": [100000, 71500, 171500],
        "VII.to_donors.*": [0, -2500, -2500],
        "contributed": [100000, 69000, 169000],
        "VII.interest.*": [1000, 800, 1800],
        "VII.other_income.*": [0, 0, 0],
        "sources": [101000, 69800, 170800],
        "VII.transfers.*": [40000, 35000, 75000],
        "VII.refunds.*": [0, -1500, -1500],
        "funded": [40000, 33500, 73500],
        "VII.fees.*": [0, 3250, 3250],
        "VII.direct.*": [0, 4000, 4000],
        "VII.charges.*": [200, 100, 300],
        "VII.exchange.*": [0, -150, -150],
        "uses": [40200, 40700, 80900],
        "change": [60800, 29100, 89900],
        "opening": [0, 60800, 0],
        "closing": [60800, 89900, 89900],
        "utilization": [],
        "left": [],
        "funded_again": [40000, 33500, 73500],
        "VII.*.accepted": [25000, 30000, 55000],
        "spent": [25000, 30000, 55000],
        "held": [15000, 3500, 18500],
        "delivery": [],
        "held_share": [],
        "VII.fund.cash": [60800, 69900, 69900],
        "VII.fund.investments": [0, 20000, 20000],
        "fund": [60800, 89900, 89900],
        "VII.*.advances": [18000],
        "VII.*.due": [500],
        "VII.*.payable": [0],
        "partners": [18500],
    }
    seven = pooled.pooled(books)
    check(seven, expected)
    assert [row.key for table in seven.tables for row in table.rows if row.values] == list(expected)
    assert list(map(str, seven.row("delivery").values)) == ["62.50%", "89.55%", "74.83%"]  # 25/40, 30/33.5, 55/73.5


def test_the_closing_of_a_year_changes_none_of_them(books):
    before = [[row.amounts for table in make(books).tables for row in table.rows] for make in (net_assets.net_assets, cash_flow.cash_flow)]
    closing.close_year(2026, by=None)
    now = books_at(date(2026, 12, 31))
    after = [[row.amounts for table in make(now).tables for row in table.rows] for make in (net_assets.net_assets, cash_flow.cash_flow)]
    assert after == before
    later = net_assets.net_assets(books_at(date(2027, 6, 30)))
    check(later, {"beginning": [104500, 6000, 110500], "before:end": [113250, 0, 113250]})  # 110,500 + 3,000 - 250 of December
