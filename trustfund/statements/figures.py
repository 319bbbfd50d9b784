"""Statements I and II and the trial balance: each figure is a sum of lines of the ledger, and says of which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.ledger import chart
from trustfund.statements.books import BY_ACCOUNT, Books, Term, day_before, last_year_end, year_before
from trustfund.statements.shape import (
    Columns,
    Figure,
    Row,
    Statement,
    Table,
    added,
    beside_a_year_before,
    column_head,
    if_any,
    line,
    section,
    summed,
)
from trustfund.ui.formatting import short_day_text

ASSETS = [
    ("I.cash", gettext_lazy("Cash and cash equivalents")),
    ("I.investments", gettext_lazy("Investments")),
    ("I.receivable_current", gettext_lazy("Contributions receivable, current")),
    ("I.receivable_non_current", gettext_lazy("Contributions receivable, non-current")),
    ("I.advances", gettext_lazy("Advances to implementing partners")),
    ("I.other_receivables", gettext_lazy("Other receivables")),
]
LIABILITIES = [
    ("I.payables", gettext_lazy("Payables and accruals")),
    ("I.grants_payable", gettext_lazy("Grants payable")),
    ("I.conditional", gettext_lazy("Conditional contributions")),
    ("I.payable_to_donors", gettext_lazy("Payable to donors")),
    ("I.other_liabilities", gettext_lazy("Unidentified receipts")),
]
REVENUE = [
    ("II.contributions", gettext_lazy("Contributions")),
    ("II.refunds", gettext_lazy("Refunds, reductions and chargebacks")),
    ("II.in_kind", gettext_lazy("Contributions in kind")),
    ("II.investment", gettext_lazy("Investment revenue")),
    ("II.exchange_gains", gettext_lazy("Exchange gains")),
    ("II.other_revenue", gettext_lazy("Other revenue")),
]
EXPENSES = [
    ("II.grants", gettext_lazy("Grants and direct assistance")),
    ("II.programme_support", gettext_lazy("Programme support costs")),
    ("II.staff", gettext_lazy("Staff and consultants")),
    ("II.travel", gettext_lazy("Travel and Board")),
    ("II.contractual", gettext_lazy("Contractual services and audit")),
    ("II.charges", gettext_lazy("Bank and processing charges")),
    ("II.exchange_losses", gettext_lazy("Exchange losses")),
    ("II.impairment", gettext_lazy("Impairment and write-off")),
    ("II.other_expenses", gettext_lazy("Other expenses")),
]
RESULTS = "II.*"
"""All revenue and expense."""

NET_ASSETS = [
    ("I.accumulated_surplus", gettext_lazy("Accumulated surplus of earlier years")),
    (RESULTS, gettext_lazy("Surplus (deficit) of the year")),
    ("I.reserves", gettext_lazy("Operating reserve")),
    ("I.windows", gettext_lazy("Balances between windows")),
    ("I.transfers", gettext_lazy("Transfers between windows")),
]
LABELS = dict([*ASSETS, *LIABILITIES, *NET_ASSETS, *REVENUE, *EXPENSES])


# Statement I


def position(books: Books) -> Statement:
    """Statement I as of the day of the books, beside the end of the year before.

    Year-end closing entries move results into the accumulated surplus; they are left out here, and results of earlier years counted
    with it, so that the statement is the same before and after the closing.
    """
    days = [books.as_of, last_year_end(books.as_of)]
    columns: Columns = [(None, day) for day in days]
    assets = [line(books, key, label, columns) for key, label in ASSETS]
    assets += if_any([line(books, "I.windows", LABELS["I.windows"], columns)])
    total_assets = added("assets", _("Total assets"), assets, "total")
    liabilities = [line(books, key, label, columns, -1) for key, label in LIABILITIES]
    total_liabilities = added("liabilities", _("Total liabilities"), liabilities)
    net = added("net", _("Total assets less total liabilities"), [total_assets, total_liabilities], "total", [1, -1])
    funds = _net_assets(books, days)
    rows = [
        *[section("a", _("Assets")), *assets, total_assets],
        *[section("l", _("Liabilities")), *liabilities, total_liabilities, net],
        *[section("n", _("Net assets")), *funds, added("net_assets", _("Total net assets"), funds, "total")],
    ]
    table = Table([_("Line"), *[short_day_text(day) for day in days]], rows)
    lines = books.lines().exclude(account__type=chart.MEMO)
    return Statement("position", _("Statement of financial position"), books, [table, _off_statement(books, days)], lines=lines,
                     notes=_policies(), extra={"number": "I"})  # fmt: skip


def _net_assets(books: Books, days: list[date]) -> list[Row]:
    starts = [date(day.year, 1, 1) for day in days]
    surplus = "I.accumulated_surplus"
    earlier = [(Term(surplus, day, None, -1), Term(RESULTS, day_before(start), None, -1)) for day, start in zip(days, starts, strict=True)]
    of_year = [(Term(RESULTS, day, start, -1),) for day, start in zip(days, starts, strict=True)]
    columns: Columns = [(None, day) for day in days]
    return [
        summed(books, surplus, LABELS[surplus], earlier),
        summed(books, "surplus_of_year", LABELS[RESULTS], of_year),
        line(books, "I.reserves", LABELS["I.reserves"], columns, -1),
        *if_any([line(books, "I.transfers", LABELS["I.transfers"], columns, -1)]),
    ]


def _off_statement(books: Books, days: list[date]) -> Table:
    """Commitments and announced pledges, which are no assets or liabilities."""
    columns: Columns = [(None, day) for day in days]
    rows = [
        line(books, "9010", _("Commitments to grantees, not yet paid"), columns),
        line(books, "9030", _("Pledges announced or conditional, not yet binding"), columns),
    ]
    return Table([_("Not on the statement"), *[short_day_text(day) for day in days]], rows, _("Commitments and contingent assets"))


def _policies() -> list[str]:
    return [
        _("Tranches paid to implementing partners are advances, an asset, until their reports are accepted; only then they are expense."),
        _("Amounts in other currencies are booked at the United Nations operational rate of exchange of the day."),
    ]


# Statement II


def performance(books: Books, since: date | None = None) -> Statement:
    """Statement II from `since` (default: 1 January) to the day of the books, beside the same period of the year before."""
    start = since or books.new_year
    columns = beside_a_year_before(start, books.as_of)
    revenue = [line(books, key, label, columns, -1) for key, label in REVENUE]
    expenses = [line(books, key, label, columns) for key, label in EXPENSES]
    total_revenue = added("revenue", _("Total revenue"), revenue)
    total_expenses = added("expenses", _("Total expenses"), expenses)
    surplus = added("surplus", _("Surplus (deficit) for the period"), [total_revenue, total_expenses], "total", [1, -1])
    rows = [
        *[section("r", _("Revenue")), *revenue, total_revenue],
        *[section("e", _("Expenses")), *expenses, total_expenses, surplus],
    ]
    lines = books.lines(year_before(start)).filter(account__type__in=[chart.REVENUE, chart.EXPENSE])
    table = Table([_("Line"), *[column_head(*column) for column in columns]], rows)
    title = _("Statement of financial performance")
    return Statement("performance", title, books, [table], since=start, lines=lines, notes=_policies(), extra={"number": "II"})


# Trial balance


def trial_balance(books: Books, since: date | None = None) -> Statement:
    """Every account: its balance before `since` (default: 1 January), debits and credits from then on, its balance on the day.

    The books as they are, year-end closing included; balances are debits less credits.
    """
    books = books.keyed(BY_ACCOUNT)
    start = since or books.new_year
    row = _account_row(books, start)
    real = _moved([row(each) for each in chart.CHART if each.type != chart.MEMO])
    memo = _moved([row(each) for each in chart.CHART if each.type == chart.MEMO])
    heads = [_("Account"), _("Balance before"), _("Debits"), _("Credits"), _("Balance")]
    tables = [
        Table(heads, [*real, added("total", _("Total"), real, "total")]),
        Table(heads, [*memo, added("memo", _("Total of memo accounts"), memo, "total")], _("Memo accounts")),
    ]
    return Statement("trial-balance", _("Trial balance"), books, tables, since=start, lines=books.lines(), signed=False)


def _account_row(books: Books, start: date) -> Callable[[chart.Definition], Row]:
    def row(account: chart.Definition) -> Row:
        code, until = account.code, books.as_of
        before, debits = Term(code, day_before(start)), Term(code, until, start, side="debit")
        credits_, balance = Term(code, until, start, side="credit"), Term(code, until)
        values = [Figure(books.amount(term), terms=(term,)) for term in (before, debits, credits_)]
        return Row(code, f"{code} {account.name}", values=(*values, Figure(books.amount(balance), across=(1, 2, -3))))

    return row


def _moved(rows: list[Row]) -> list[Row]:
    """Accounts that have figures; the first where none has, so that there is something to add up."""
    return if_any(rows) or rows[:1]
