"""Statement VII against figures from outside: the Peacebuilding Fund's published sources and uses, and published delivery rates.

The table of two years has the rows, subtotals and percentages of the pooled funds' annual financial reports; its figures are round
ones, a receipt or a payment per figure and year. Every subtotal and percentage is written down here, not calculated by what is tested.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.books import make_bank, make_grant, make_instalment, open_years, post
from trustfund.ledger import postings
from trustfund.ledger.legs import credit, debit
from trustfund.money import usd
from trustfund.statements import pooled
from trustfund.statements.books import books_at

pytestmark = pytest.mark.django_db

TABLE = """
VII.contributions.* | Contributions from donors, gross        | 8,000,000 |  5,000,000  | 13,000,000
VII.to_donors.*     | Refunds to contributors                 |         – |   (150,000) |   (150,000)
contributed         | Contributions, net of refunds           | 8,000,000 |  4,850,000  | 12,850,000
VII.interest.*      | Interest and investment income          |    24,000 |     36,000  |     60,000
VII.other_income.*  | Other income                            |         – |          –  |          –
sources             | Total sources of funds                  | 8,024,000 |  4,886,000  | 12,910,000
VII.transfers.*     | Transfers to implementing partners      | 5,200,000 |  6,100,000  | 11,300,000
VII.refunds.*       | Refunds received from implementing partners     | – |   (340,000) |   (340,000)
funded              | Net funded amount                       | 5,200,000 |  5,760,000  | 10,960,000
VII.fees.*          | Fees: programme support cost and levy   |    80,000 |     50,000  |    130,000
VII.direct.*        | Direct costs of the Fund                |   110,000 |    140,000  |    250,000
VII.charges.*       | Bank charges                            |     1,200 |        800  |      2,000
uses                | Total uses of funds                     | 5,391,200 |  5,950,800  | 11,342,000
change              | Change in fund balance                  | 2,632,800 | (1,064,800) |  1,568,000
opening             | Opening fund balance                    |         – |  2,632,800  |          –
closing             | Closing fund balance                    | 2,632,800 |  1,568,000  |  1,568,000
utilization         | Uses in percent of sources              |    67.19% |    121.79%  |     87.85%
left                | Closing fund balance in percent of contributions | 32.91% |   31.36% |    12.06%
funded_again        | Net funded amount                       | 5,200,000 |  5,760,000  | 10,960,000
VII.*.accepted      | Grants and direct assistance (Statement II)     | 2,340,000 | 4,884,000 | 7,224,000
spent               | Expenditure of implementing partners    | 2,340,000 |  4,884,000  |  7,224,000
held                | Balance with implementing partners      | 2,860,000 |    876,000  |  3,736,000
delivery            | Delivery rate                           |    45.00% |     84.79%  |     65.91%
held_share          | Balance with implementing partners in percent of transfers | 55.00% | 14.36% | 33.06%
"""

PEACEBUILDING = {
    "Contributions from Donors": "898,977,165",
    "Interest and Investment Income (from Fund)": "21,894,817",
    "Interest (from Participating Organizations)": "3,140,769",
    "Total source of funds": "924,012,751",
    "Transferred to Participating Organizations": "832,445,065",
    "Transfers to MDTFs": "35,023,152",
    "Sub-total Transfers": "867,468,217",
    "Refunds from Participating Organizations": "-53,310,773",
    "Administrative Agent Fee": "8,812,000",
    "Direct Cost": "24,028,968",
    "Bank Charges": "30,070",
    "Total use of funds": "847,028,482",
    "Balance with Administrative Agent": "76,984,269",
    "As a percentage of deposits": "8.6%",
}
"""Funds with the Administrative Agent: the United Nations Peacebuilding Fund, "Funding Status", http://www.unpbf.org/donors/funding-status/,
first table, from its beginning, in USD ("Data loaded from the Multi-Partner Trust Fund Office Gateway"; the page prints no day)."""

BEFORE_ADDED = ("Transferred to Participating Organizations", "Transfers to MDTFs", "As a percentage of deposits")
"""What Statement VII has in the sum above alone, and the percentage."""

PARTICIPATING = {
    "Transfers to Participation Organizations": "891,524,944",
    "Participating Organizations' Expenditure": "647,027,068",
    "Refunds from Participating Organizations": "-53,338,532",
    "Total expenses": "700,365,600",
    "Balance with Participating Organizations": "191,159,344",
    "As a percentage of transfers": "21.4%",
    "Total Balance of Funds": "268,143,613",
    "As a percentage of deposits": "29.8%",
}
"""Funds with the organizations, the second table of the same page. There the direct cost counts as a transfer to the organization that
runs the secretariat, of which 27,759 came back: 867,468,217 + 24,056,727 = 891,524,944 and 53,310,773 + 27,759 = 53,338,532."""

PUBLISHED = [
    ("UNDP", "2333254635.43", "2059729007.76", "88.28%"),
    ("NGO/OCHA", "1424884825.16", "1284024779.66", "90.11%"),
    ("UNICEF", "748256233.02", "689007493.43", "92.08%"),
    ("UNWOMEN", "511216772.01", "445383681.05", "87.12%"),
    ("IOM", "508868283.31", "394411700.07", "77.51%"),
    ("UNODC", "78310537.10", "55814974.65", "71.27%"),
    ("NGO/UNDP", "686623331.41", "794784909.18", "115.75%"),
]
"""Net funded amount, expenditure and delivery rate of participating organizations, as the Multi-Partner Trust Fund Office publishes
them (mptf_participating_orgs.csv in github.com/UN-CRAFd/crafd-reference-datasets, rates there without the sign)."""


def _years():
    """What happened, year by year: received, interest, back to donors, paid to partners, back from them, accepted, fees, costs, charges."""
    open_years(2025, 2026)
    bank, grant, gift = make_bank(), make_grant(), make_instalment()
    of_2025 = ("8000000", "24000", "0", "5200000", "0", "2340000", "80000", "110000", "1200")
    of_2026 = ("5000000", "36000", "150000", "6100000", "340000", "4884000", "50000", "140000", "800")
    _year(date(2025, 6, 30), bank, grant, gift, *map(usd, of_2025))
    _year(date(2026, 6, 30), bank, grant, gift, *map(usd, of_2026))


def _year(day, bank, grant, gift, received, interest, back, paid, returned, accepted, fees, costs, charges):
    events = [
        postings.bank_gift(gift, bank, received, donor_kind="state"),
        postings.interest(bank, interest),
        [*postings.donor_refund_due(gift, back), *postings.donor_refund(gift, bank, back)],
        postings.tranche_paid(grant, bank, paid),
        postings.expenditure_accepted(grant, accepted, advance=paid),
        postings.closure_unaccounted(grant, returned),
        postings.grant_refund(grant, bank, returned),
        postings.programme_support_settled(bank, fees),
        [*postings.direct_cost("5200", costs), *postings.direct_cost_paid(bank, costs)],
        postings.bank_charge(bank, charges),
    ]
    for legs in events:
        if legs:
            post(legs, day)


def _shown(value):
    """An amount as the table has it: "(150,000)", "–"."""
    if not hasattr(value, "amount"):
        return str(value)
    figure = f"{abs(value.amount.amount):,.0f}"
    return "–" if figure == "0" else f"({figure})" if value.amount.amount < 0 else figure


def test_a_pooled_funds_sources_and_uses_entered_as_transactions():
    _years()
    seven = pooled.pooled(books_at(date(2026, 12, 31)))
    rows = [row for table in seven.tables[:2] for row in table.rows if row.kind != "section"]
    expected = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    assert [[row.key, row.label, *map(_shown, row.values)] for row in rows] == expected
    assert seven.tables[0].heads[1:] == ["2025", "2026", "Cumulative to 31 Dec 2026"]


@pytest.mark.parametrize("name, funded, spent, rate", PUBLISHED)
def test_published_delivery_rates(name, funded, spent, rate):
    open_years(2026)
    bank, grant, day = make_bank(), make_grant(), date(2026, 6, 30)
    post(postings.bank_gift(make_instalment(), bank, usd(funded), donor_kind="state"), day)
    post(postings.tranche_paid(grant, bank, usd(funded)), day)
    post(postings.expenditure_accepted(grant, usd(spent), advance=usd(funded)), day)
    seven = pooled.pooled(books_at(date(2026, 12, 31)))
    assert str(seven.row("delivery").values[2]) == rate
    assert str(seven.row("delivery").values[0]) == "–"
    assert seven.amounts("held")[2] == usd(funded) - usd(spent)


# The Peacebuilding Fund


def _of(name, table=PEACEBUILDING):
    return usd(table[name].replace(",", ""))


def _agent(bank):
    """The receipts, fee and charges of the Administrative Agent, and its transfers but for the direct cost. Gives who was paid."""
    day, grant = date(2026, 6, 30), make_grant()
    post(postings.bank_gift(make_instalment(), bank, _of("Contributions from Donors"), donor_kind="state"), day)
    post(postings.interest(bank, _of("Interest and Investment Income (from Fund)")), day)
    earned = _of("Interest (from Participating Organizations)")
    post([debit("1010", earned, bank), credit("4900", earned)], day)
    for name in ("Transferred to Participating Organizations", "Transfers to MDTFs"):
        post(postings.tranche_paid(grant, bank, _of(name)), day)
    _came_back(grant, bank, -_of("Refunds from Participating Organizations"))
    post(postings.programme_support_settled(bank, _of("Administrative Agent Fee")), day)
    post(postings.bank_charge(bank, _of("Bank Charges")), day)
    return grant


def _came_back(grant, bank, amount):
    post(postings.closure_unaccounted(grant, amount), date(2026, 6, 30))
    post(postings.grant_refund(grant, bank, amount), date(2026, 6, 30))


def _ever(seven, key):
    """The cumulative figure of a row."""
    return seven.amounts(key)[2]


def test_the_peacebuilding_fund_of_the_administrative_agent():
    open_years(2026)
    bank = make_bank()
    _agent(bank)
    direct = _of("Direct Cost")
    post([*postings.direct_cost("5200", direct), *postings.direct_cost_paid(bank, direct)], date(2026, 6, 30))
    seven = pooled.pooled(books_at(date(2026, 12, 31)))
    assert {
        "Contributions from Donors": _ever(seven, "VII.contributions.*"),
        "Interest and Investment Income (from Fund)": _ever(seven, "VII.interest.*"),
        "Interest (from Participating Organizations)": _ever(seven, "VII.other_income.*"),
        "Total source of funds": _ever(seven, "sources"),
        "Sub-total Transfers": _ever(seven, "VII.transfers.*"),
        "Refunds from Participating Organizations": _ever(seven, "VII.refunds.*"),
        "Administrative Agent Fee": _ever(seven, "VII.fees.*"),
        "Direct Cost": _ever(seven, "VII.direct.*"),
        "Bank Charges": _ever(seven, "VII.charges.*"),
        "Total use of funds": _ever(seven, "uses"),
        "Balance with Administrative Agent": _ever(seven, "closing"),
    } == {name: _of(name) for name in PEACEBUILDING if name not in BEFORE_ADDED}
    assert f"{seven.row('left').values[2].ratio:.1%}" == PEACEBUILDING["As a percentage of deposits"]


def test_the_peacebuilding_fund_with_its_participating_organizations():
    open_years(2026)
    bank, secretariat = make_bank(), make_grant()
    grant = _agent(bank)
    refunded = _of("Refunds from Participating Organizations") - _of("Refunds from Participating Organizations", PARTICIPATING)
    post(postings.tranche_paid(secretariat, bank, _of("Direct Cost") + refunded), date(2026, 6, 30))
    _came_back(secretariat, bank, refunded)
    spent = _of("Participating Organizations' Expenditure", PARTICIPATING)
    post(postings.expenditure_accepted(grant, spent, advance=spent), date(2026, 6, 30))
    seven = pooled.pooled(books_at(date(2026, 12, 31)))
    expenditure, back, held = _ever(seven, "spent"), _ever(seven, "VII.refunds.*"), _ever(seven, "held")
    balance, deposits = _ever(seven, "closing") + held, _ever(seven, "VII.contributions.*")
    assert {
        "Transfers to Participation Organizations": _ever(seven, "VII.transfers.*"),
        "Participating Organizations' Expenditure": expenditure,
        "Refunds from Participating Organizations": back,
        "Total expenses": expenditure - back,
        "Balance with Participating Organizations": held,
        "Total Balance of Funds": balance,
    } == {name: _of(name, PARTICIPATING) for name in PARTICIPATING if not name.startswith("As a percentage")}
    assert f"{seven.row('held_share').values[2].ratio:.1%}" == PARTICIPATING["As a percentage of transfers"]
    assert f"{balance.amount / deposits.amount:.1%}" == PARTICIPATING["As a percentage of deposits"]
    assert _ever(seven, "closing") == _of("Balance with Administrative Agent")
    assert _ever(seven, "uses") == _of("Total use of funds")
