"""Statement VII: source and use of funds in the format of the pooled funds, on the basis of cash: year before, year, cumulative.

Every entry that moves money of the Fund says by its other lines what the money was. A receipt that nobody can name yet (2100) counts
as money that came; when it is identified it moves to what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.ledger import chart
from trustfund.ledger.closed.marks import entry_has, opening_entry
from trustfund.ledger.models import Subaccount
from trustfund.statements.books import Books, Keys
from trustfund.statements.cash_flow import CASH, EXCHANGE
from trustfund.statements.shape import (
    Columns,
    Row,
    Statement,
    Table,
    added,
    at_beginning,
    beside_a_year_before,
    column_head,
    if_any,
    line,
    section,
    share,
)
from trustfund.ui.formatting import short_day_text

UNIDENTIFIED = "2100"
FUND = {**dict.fromkeys(CASH, "cash"), "1060": "investments"}
"""Where the money of the Fund is: cash and cash equivalents, and investments of the pool."""

PARTNERS = {"1200": "advances", "1280": "advances", "1210": "due", "1290": "due", "2020": "payable"}
"""What stands between the Fund and its partners."""

USES = {
    **dict.fromkeys(("1100", "1110", "1190", "2200", "4010", "4020", "4030", "4040"), "contributions"),
    **dict.fromkeys(("1300", "2300", "4090"), "to_donors"),
    "4100": "interest",
    **dict.fromkeys(("1400", "4900", "5500"), "other_income"),
    **dict.fromkeys(("1200", "1280", "2020", "5010"), "transfers"),
    **dict.fromkeys(("1210", "1290"), "refunds"),
    **dict.fromkeys(("2400", "2410", "5100"), "fees"),
    **dict.fromkeys(("2010", "5200", "5210", "5220", "5900"), "direct"),
    "5300": "charges",
    **dict.fromkeys(EXCHANGE, "exchange"),
    **dict.fromkeys(("1900", "2900", "3900"), "windows"),
    **dict.fromkeys(("3010", "3100"), "taken_over"),
}
"""What money was, by the account that an entry moved against it."""

SOURCES = [
    ("contributions", gettext_lazy("Contributions from donors, gross")),
    ("unidentified", gettext_lazy("Receipts not yet identified")),
    ("to_donors", gettext_lazy("Refunds to contributors")),
]
INCOME = [
    ("interest", gettext_lazy("Interest and investment income")),
    ("other_income", gettext_lazy("Other income")),
    ("taken_over", gettext_lazy("Taken over when these books were opened")),
]
TRANSFERS = [
    ("transfers", gettext_lazy("Transfers to implementing partners")),
    ("refunds", gettext_lazy("Refunds received from implementing partners")),
]
COSTS = [
    ("fees", gettext_lazy("Fees: programme support cost and levy")),
    ("direct", gettext_lazy("Direct costs of the Fund")),
    ("charges", gettext_lazy("Bank charges")),
    ("exchange", gettext_lazy("Exchange differences")),
    ("windows", gettext_lazy("Transfers between windows")),
]
OPTIONAL = ("unidentified", "taken_over", "exchange", "windows")
"""Rows that stand there only where they have a figure."""

LABELS = {
    **{f"VII.{name}.*": label for name, label in [*SOURCES, *INCOME, *TRANSFERS, *COSTS]},
    "VII.fund.*": gettext_lazy("Cash and investments of the Fund"),
    "VII.fund.cash": gettext_lazy("Cash and cash equivalents (Statement I)"),
    "VII.fund.investments": gettext_lazy("Investments (Statement I)"),
    "VII.*.accepted": gettext_lazy("Grants and direct assistance (Statement II)"),
    "VII.*.recovered": gettext_lazy("Expenditure of earlier years, recovered"),
    "VII.*.advances": gettext_lazy("Advances to implementing partners (Statement I)"),
    "VII.*.due": gettext_lazy("Refunds due from partners, less allowance (within other receivables, Statement I)"),
    "VII.*.payable": gettext_lazy("Grants payable (Statement I)"),
    "VII.written.*": gettext_lazy("Impairment, write-off and exchange differences on these"),
    "VII.taken_over.partners.*": gettext_lazy("Taken over when these books were opened"),
}


def key_of(code: str, opening: bool, paying: bool, partnering: bool, of_instalment: bool, of_grant: bool) -> str:
    """What a line is: "VII.fund.cash", "VII.contributions.4010", "VII.transfers.advances", "VII.accounted.accepted" ..."""
    if chart.BY_CODE[code].type == chart.MEMO:
        return code
    if code in FUND:
        return f"VII.fund.{FUND[code]}"
    side = _of_partners(code, of_grant)
    if opening:
        return f"VII.taken_over.partners.{side}" if side else f"VII.taken_over.{code}"
    if code == UNIDENTIFIED:
        return f"VII.unidentified.{code}"
    if paying:
        return f"VII.{_use(code, of_instalment, of_grant)}.{side or code}"
    if side:
        return f"VII.accounted.{side}"
    return f"VII.written.{code}" if partnering else f"VII.else.{code}"


def _of_partners(code: str, of_grant: bool) -> str:
    """Which balance or expenditure of partners an account is; "" for none."""
    if code == "5010":
        return "accepted"
    return "recovered" if code == "4900" and of_grant else PARTNERS.get(code, "")


def _use(code: str, of_instalment: bool, of_grant: bool) -> str:
    """What money was that an entry moved against this account; a difference on a contribution belongs to the contribution."""
    if of_instalment and code in (*EXCHANGE, "5500"):
        return "contributions"
    return "refunds" if of_grant and code in ("4900", "5500") else USES[code]


MARKS = (
    ("opening", opening_entry()),
    ("paying", entry_has(*FUND, UNIDENTIFIED)),
    ("partnering", entry_has(*PARTNERS, "5010")),
    ("of_instalment", Q(subaccount__kind=Subaccount.Kind.INSTALMENT)),
    ("of_grant", Q(subaccount__kind=Subaccount.Kind.GRANT)),
)
"""An opening entry; an entry that moves money of the Fund; one on balances of partners; a line of a contribution; of a grant."""

KEYS = Keys(key_of, MARKS)


def pooled(books: Books, since: date | None = None) -> Statement:
    """Statement VII: the period a year before, from `since` (default: 1 January) to the day of the books, and from the beginning."""
    books = books.keyed(KEYS)
    start = since or books.new_year
    period, before = beside_a_year_before(start, books.as_of)
    columns: Columns = [before, period, (None, books.as_of)]
    heads = [*[column_head(*column) for column in columns[:2]], _("Cumulative to %(date)s") % {"date": short_day_text(books.as_of)}]
    rows = _sources_and_uses(books, columns)
    delivered = _delivered(books, columns, {row.key: row for row in rows})
    tables = [
        Table([_("Source and use"), *heads], rows),
        Table([_("Delivery"), *heads], delivered, _("Expenditure of implementing partners")),
        _tied(books, columns, heads),
        _tied_partners(books),
    ]
    title = _("Statement of source and use of funds")
    lines = books.lines().exclude(account__type=chart.MEMO)
    return Statement("source-and-use", title, books, tables, since=start, lines=lines, notes=_notes(), extra={"number": "VII"})


def _rows(books: Books, named: list[tuple[str, object]], columns: Columns, sign: int) -> list[Row]:
    rows = [line(books, f"VII.{name}.*", label, columns, sign) for name, label in named]
    return [row for row, (name, _label) in zip(rows, named, strict=True) if name not in OPTIONAL or any(row.amounts)]


def _sources_and_uses(books: Books, columns: Columns) -> list[Row]:
    given, income = _rows(books, [*SOURCES], columns, -1), _rows(books, [*INCOME], columns, -1)
    contributed = added("contributed", _("Contributions, net of refunds"), given)
    sources = added("sources", _("Total sources of funds"), [contributed, *income])
    transfers, costs = _rows(books, [*TRANSFERS], columns, 1), _rows(books, [*COSTS], columns, 1)
    funded = added("funded", _("Net funded amount"), transfers)
    uses = added("uses", _("Total uses of funds"), [funded, *costs])
    change = added("change", _("Change in fund balance"), [sources, uses], "subtotal", [1, -1])
    beginning = at_beginning(books, "VII.fund.*", _("Opening fund balance"), columns)
    closing = added("closing", _("Closing fund balance"), [change, beginning], "total")
    return [
        *[section("s", _("Sources of funds")), *given, contributed, *income, sources],
        *[section("u", _("Uses of funds")), *transfers, funded, *costs, uses, change, beginning, closing],
        share("utilization", _("Uses in percent of sources"), uses, sources),
        share("left", _("Closing fund balance in percent of contributions"), closing, given[0]),
    ]


def _delivered(books: Books, columns: Columns, rows: Mapping[str, Row]) -> list[Row]:
    """What partners have spent of what they got: the delivery rate is accepted expenditure in percent of the net funded amount.

    `rows` are those of sources and uses, by key.
    """
    got = added("funded_again", _("Net funded amount"), [rows["funded"]])
    accepted = line(books, "VII.*.accepted", LABELS["VII.*.accepted"], columns)
    recovered = line(books, "VII.*.recovered", LABELS["VII.*.recovered"], columns)
    expenditure = [accepted, *if_any([recovered])]
    spent = added("spent", _("Expenditure of implementing partners"), expenditure)
    held = added("held", _("Balance with implementing partners"), [got, spent], "total", [1, -1])
    return [
        *[got, *expenditure, spent, held],
        share("delivery", _("Delivery rate"), spent, got),
        share("held_share", _("Balance with implementing partners in percent of transfers"), held, rows["VII.transfers.*"]),
    ]


def _tied(books: Books, columns: Columns, heads: list[str]) -> Table:
    """The closing balance as Statement I has it at the end of each period."""
    ends: Columns = [(None, until) for _since, until in columns]
    rows = [line(books, f"VII.fund.{each}", LABELS[f"VII.fund.{each}"], ends) for each in ("cash", "investments")]
    whole = added("fund", _("Closing fund balance"), rows, "total")
    return Table([_("Reconciliation with Statement I"), *heads], [*rows, whole], _("The fund balance in Statement I"))


def _tied_partners(books: Books) -> Table:
    """The cumulative balance with partners as Statement I has it, every other item named."""
    ever: Columns = [(None, books.as_of)]
    keys = ("VII.*.advances", "VII.*.due", "VII.*.payable")
    rows = [line(books, key, LABELS[key], ever) for key in keys]
    others = [("VII.written.*", 1), ("VII.taken_over.partners.*", -1)]
    rows += if_any([line(books, key, LABELS[key], ever, sign) for key, sign in others])
    whole = added("partners", _("Balance with implementing partners, cumulative"), rows, "total")
    heads = [_("Reconciliation with Statement I"), short_day_text(books.as_of)]
    return Table(heads, [*rows, whole], _("The balance with implementing partners in Statement I"))


def _notes() -> list[str]:
    return [
        _("Sources and uses are counted when money moves, in USD at the rate of its day; contributions before charges of banks."),
        _("Money received on a condition is counted when it comes; contributions in kind are not money."),
        _("Expenditure of partners is what was accepted of their reports, with estimates of what is not yet reported at year-end."),
        _("The delivery rate is expenditure in percent of the net funded amount."),
    ]
