"""The windows of the fund side by side: what each has and owes, its results of the year. Balances between them are in both."""

from __future__ import annotations

from datetime import date

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from trustfund.ledger import chart
from trustfund.ledger.models import FundWindow
from trustfund.money import Money
from trustfund.statements.books import Books
from trustfund.statements.shape import Figure, Row, Statement, Table


def windows(books: Books, since: date | None = None) -> Statement:
    """A row per window: assets, liabilities and net assets on the day, revenue and expenses from `since` (default: 1 January)."""
    start = since or books.new_year
    held, results = _sums(books, None), _sums(books, start)
    rows = [_row(window, held.get(window.code, {}), results.get(window.code, {})) for window in FundWindow.objects.all()]
    heads = [_("Fund window"), _("Assets"), _("Liabilities"), _("Net assets"), _("Revenue"), _("Expenses")]
    parts = tuple(row.key for row in rows)
    totals = [sum((row.values[index].amount for row in rows), start=Money(0, "USD")) for index in range(5)]
    whole = Row("w:total", _("Total"), "total", tuple(Figure(amount, parts=parts) for amount in totals))
    notes = [
        _(
            "Net assets are assets less liabilities. Balances between windows are in the figures of each; over the fund they are nothing."
        )
    ]
    tables = [Table(heads, [*rows, whole])]
    return Statement("windows", _("The windows of the fund"), books, tables, since=start, notes=notes, wide=True)


def _sums(books: Books, since: date | None) -> dict[str, dict[str, int]]:
    """Per window and type of account debits less credits in cents; year-end closing aside."""
    rows = books.lines(since).order_by().values_list("window_id", "account__type").annotate(held=Sum("debit") - Sum("credit"))
    found: dict[str, dict[str, int]] = {}
    for window, kind, cents in rows:
        found.setdefault(window, {})[kind] = cents
    return found


def _row(window: FundWindow, held: dict[str, int], results: dict[str, int]) -> Row:
    assets, liabilities = held.get(chart.ASSET, 0), -held.get(chart.LIABILITY, 0)
    cents = [assets, liabilities, assets - liabilities, -results.get(chart.REVENUE, 0), results.get(chart.EXPENSE, 0)]
    figures = [Figure(Money.from_minor(each, "USD")) for each in cents]
    figures[2] = Figure(figures[2].amount, across=(1, -2))
    return Row(f"w:{window.code}", window.label, values=tuple(figures), url=reverse("ledger:window", args=[window.code]))
