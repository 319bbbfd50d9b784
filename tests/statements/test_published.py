"""Statement VII against figures from outside: a pooled fund's table of sources and uses, and published delivery rates.

The table has the rows, subtotals and percentages of the pooled funds' annual financial reports; its figures are round ones, a
receipt or a payment per figure and year, and every subtotal and percentage is written down here, not calculated by what is tested.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.books import make_bank, make_grant, make_instalment, open_years, post
from trustfund.ledger import postings
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
funded_again        | Net funded amount                       | 5,200,000 |  5,760,000  | 10,960,000
VII.*.accepted      | Grants and direct assistance (Statement II)     | 2,340,000 | 4,884,000 | 7,224,000
spent               | Expenditure of implementing partners    | 2,340,000 |  4,884,000  |  7,224,000
held                | Balance with implementing partners      | 2,860,000 |    876,000  |  3,736,000
delivery            | Delivery rate                           |    45.00% |     84.79%  |     65.91%
"""

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
