"""Statement IV (IPSAS 2, indirect method): from the surplus to the change in cash, each account by its class in the chart.

The debits and credits of the books are equal, so what changes cash is what all other accounts changed, the other way round. A result
that is no cash flow (impairment, an exchange difference on a balance) is taken out together with the balance it changed.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.ledger import chart
from trustfund.ledger.closed.marks import entry_has, opening_entry
from trustfund.ledger.models import Line
from trustfund.statements.books import Books, Keys, Term
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
    summed,
)
from trustfund.ui.formatting import short_day_text

CASH = tuple(each.code for each in chart.CHART if each.cash_flow == "cash")
EXCHANGE = ("4200", "5400")
MEMO = tuple(each.code for each in chart.CHART if each.type == chart.MEMO)
IMPAIRMENT = "5500"

OPERATING = [
    ("IV.receivable", gettext_lazy("(Increase) decrease in contributions receivable"), ("1100", "1110", "1190")),
    ("IV.advances", gettext_lazy("(Increase) decrease in advances to implementing partners"), ("1200", "1280")),
    ("IV.other_receivables", gettext_lazy("(Increase) decrease in other receivables"), ("1210", "1290", "1300", "1400")),
    ("IV.payables", gettext_lazy("Increase (decrease) in payables and accruals"), ("2010", "2400", "2410")),
    ("IV.grants_payable", gettext_lazy("Increase (decrease) in grants payable"), ("2020",)),
    ("IV.conditional", gettext_lazy("Increase (decrease) in conditional contributions"), ("2200",)),
    ("IV.payable_to_donors", gettext_lazy("Increase (decrease) in what is payable to donors"), ("2300",)),
    ("IV.unidentified", gettext_lazy("Increase (decrease) in unidentified receipts"), ("2100",)),
    ("IV.windows", gettext_lazy("Balances and transfers between windows"), ("1900", "2900", "3900")),
]
"""What operations tie up or set free, with the accounts of each; every account of the class "operating" is in one of them."""

INVESTMENTS = ("1060",)
DIRECT = ("3010", "3100")
BALANCES = {
    **{code: key for key, _label, codes in OPERATING for code in codes},
    **dict.fromkeys(INVESTMENTS, "IV.investments"),
    **dict.fromkeys(DIRECT, "IV.direct"),
}
LABELS = {
    "IV.result*": gettext_lazy("Surplus (deficit) for the period"),
    "IV.result.investment": gettext_lazy("Investment revenue"),
    "IV.impaired": gettext_lazy("Impairment and write-off"),
    "IV.revalued": gettext_lazy("Exchange differences on receivables and payables"),
    "IV.investments": gettext_lazy("Net (purchase) sale of investments"),
    "IV.direct": gettext_lazy("Changes recognized directly in net assets"),
    "IV.opening": gettext_lazy("Taken over when these books were opened"),
    "IV.cash*": gettext_lazy("Cash and cash equivalents"),
    "IV.cash.*.exchange": gettext_lazy("Effect of exchange rate changes on cash and cash equivalents"),
    **{f"IV.cash.{code}*": gettext_lazy(chart.BY_CODE[code].name) for code in CASH},
    **{key: label for key, label, _codes in OPERATING},
}


def exchange_alone() -> Q:
    """That the lines of a line's entry, but for exchange differences, are all on cash or all on one account: a revaluation, a conversion.

    Looked up entry by entry, as `entry_has` does.
    """
    place = Case(When(account_id__in=CASH, then=Value("cash")), default=F("account__code"), output_field=CharField())
    others = Line.objects.filter(entry_id=OuterRef("entry_id")).exclude(account_id__in=[*EXCHANGE, *MEMO])
    places = others.order_by().values("entry_id").annotate(places=Count(place, distinct=True))
    return entry_has(*EXCHANGE) & Q(Exists(places.filter(places=1)))


def key_of(code: str, opening: bool, impairing: bool, revaluing: bool) -> str:
    """What a line is in the cash-flow statement: "IV.cash.1010", "IV.result.investment", "IV.advances" ..."""
    account = chart.BY_CODE[code]
    if account.type == chart.MEMO:
        return code
    if account.cash_flow == "cash":
        return f"IV.cash.{code}.{'exchange' if revaluing and not opening else 'flow'}"
    if account.period_result:
        return f"IV.result.{'investment' if account.cash_flow == 'investing' else 'other'}"
    if opening:
        return "IV.opening"
    return "IV.impaired" if impairing else "IV.revalued" if revaluing else BALANCES[code]


KEYS = Keys(
    key_of,
    (
        ("opening", opening_entry()),
        ("impairing", entry_has(IMPAIRMENT) & ~entry_has(*CASH)),
        ("revaluing", Q(original_minor=0) | exchange_alone()),
    ),
)
"""Marks: an opening entry; an entry that impairs or writes off and moves no cash; a line that only changes what a balance is in USD."""


def cash_flow(books: Books, since: date | None = None) -> Statement:
    """Statement IV from `since` (default: 1 January) to the day of the books, beside the same period of the year before."""
    books = books.keyed(KEYS)
    start = since or books.new_year
    columns = beside_a_year_before(start, books.as_of)
    operating, investing, financing = _operating(books, columns), _investing(books, columns), _financing(books, columns)
    net = added("net", _("Net increase (decrease) in cash and cash equivalents"), [operating[-1], investing[-1], financing[-1]], "subtotal")
    rows = [*operating, *investing, *financing, net, *_to_closing(books, columns, net)]
    heads = [_("Line"), *[column_head(*column) for column in columns]]
    lines = books.lines().exclude(account__type=chart.MEMO)
    title = _("Statement of cash flows")
    return Statement("cash-flow", title, books, [Table(heads, rows), _components(books, columns)], since=start, lines=lines,
                     notes=_notes(), extra={"number": "IV"})  # fmt: skip


def _labelled(books: Books, key: str, columns: Columns, sign: int = -1) -> Row:
    return line(books, key, LABELS[key], columns, sign)


def _operating(books: Books, columns: Columns) -> list[Row]:
    """From the surplus, less what is no operating cash flow, and what balances of operations tied up or set free."""
    interest = summed(
        books, "interest_out", _("Investment revenue, shown with investing activities"), _terms("IV.result.investment", columns, 1)
    )
    exchange = summed(books, "exchange_out", _("Exchange differences on cash, shown below"), _terms("IV.cash.*.exchange", columns, -1))
    taken_out = [interest, _labelled(books, "IV.impaired", columns), _labelled(books, "IV.revalued", columns), exchange]
    tied_up = [_labelled(books, key, columns) for key, _name, _codes in OPERATING]
    rows = [_labelled(books, "IV.result*", columns), *if_any([*taken_out, *tied_up])]
    heading = section("o", _("Cash flows from operating activities"))
    return [heading, *rows, added("operating", _("Net cash flows from operating activities"), rows)]


def _investing(books: Books, columns: Columns) -> list[Row]:
    rows = [_labelled(books, "IV.result.investment", columns), _labelled(books, "IV.investments", columns)]
    heading = section("i", _("Cash flows from investing activities"))
    return [heading, *rows, added("investing", _("Net cash flows from investing activities"), rows)]


def _financing(books: Books, columns: Columns) -> list[Row]:
    """The Fund borrows nothing: only what is posted to net assets themselves, if ever."""
    rows = [_labelled(books, "IV.direct", columns)]
    heading = section("f", _("Cash flows from financing activities"))
    return [heading, *rows, added("financing", _("Net cash flows from financing activities"), rows)]


def _to_closing(books: Books, columns: Columns, net: Row) -> list[Row]:
    """From the net flow to the cash at the end, which is that of Statement I."""
    between = [_labelled(books, "IV.cash.*.exchange", columns, 1), *if_any([_labelled(books, "IV.opening", columns)])]
    beginning = at_beginning(books, "IV.cash*", _("Cash and cash equivalents at the beginning"), columns)
    closing = added("closing", _("Cash and cash equivalents at the end (Statement I)"), [net, *between, beginning], "total")
    return [*between, beginning, closing]


def _terms(key: str, columns: Columns, sign: int) -> list[tuple[Term, ...]]:
    return [(Term(key, until, since, sign),) for since, until in columns]


def _components(books: Books, columns: Columns) -> Table:
    """What cash consists of at the end of each period (IPSAS 2.56): the balances of the books themselves."""
    ends: Columns = [(None, until) for _since, until in columns]
    rows = [_labelled(books, f"IV.cash.{code}*", ends, 1) for code in CASH]
    rows = if_any(rows) or rows[:1]
    whole = added("cash", _("Cash and cash equivalents (Statement I)"), rows, "total")
    heads = [_("Component"), *[short_day_text(until) for _since, until in ends]]
    return Table(heads, [*rows, whole], _("Components of cash and cash equivalents"))


def _notes() -> list[str]:
    return [
        _("Cash flows from operations are shown by the indirect method (IPSAS 2.27): the surplus, less what moved no cash."),
        _("Contributions in kind and the expense they meet are both in the surplus, and no cash flow."),
        _("Exchange differences on cash itself are shown apart from cash flows (IPSAS 2.39)."),
    ]
