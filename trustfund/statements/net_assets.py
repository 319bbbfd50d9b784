"""Statement III (IPSAS 1.118): what changed the net assets in a period, component by component, beside the same period a year before."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.ledger import chart
from trustfund.ledger.closed.marks import entry_has, opening_entry
from trustfund.statements.books import Books, Keys, Term, day_before
from trustfund.statements.shape import Figure, Row, Statement, Table, added, beside_a_year_before, column_head

SURPLUS, RESERVE, WINDOWS = "III.surplus", "III.reserve", "III.windows"
COMPONENTS = {"3010": SURPLUS, "3100": RESERVE, "3900": WINDOWS}


def key_of(code: str, opening: bool, reserving: bool) -> str:
    """ "III.surplus.result", "III.reserve.transfer" ...: the component, and what changed it. Assets and liabilities keep their code."""
    if chart.BY_CODE[code].period_result:
        return f"{SURPLUS}.result"
    if code not in COMPONENTS:
        return code
    change = "opening" if opening else "transfer" if reserving else "direct"
    return f"{COMPONENTS[code]}.{change}"


KEYS = Keys(key_of, (("opening", opening_entry()), ("reserving", entry_has("3100"))))
"""Marks: an opening entry; an entry that touches the operating reserve."""

LABELS = {
    f"{SURPLUS}.*": gettext_lazy("Accumulated surplus"),
    f"{RESERVE}.*": gettext_lazy("Operating reserve"),
    f"{WINDOWS}.*": gettext_lazy("Transfers between windows"),
    f"{SURPLUS}.result": gettext_lazy("Surplus (deficit) for the period"),
    f"{SURPLUS}.transfer": gettext_lazy("Transfers to and from the operating reserve"),
    f"{RESERVE}.transfer": gettext_lazy("Transfers to and from the operating reserve"),
    f"{WINDOWS}.transfer": gettext_lazy("Transfers to and from the operating reserve"),
    f"{SURPLUS}.opening": gettext_lazy("Taken over when these books were opened"),
    f"{RESERVE}.opening": gettext_lazy("Taken over when these books were opened"),
    f"{WINDOWS}.opening": gettext_lazy("Taken over when these books were opened"),
    f"{SURPLUS}.direct": gettext_lazy("Other changes recognized directly in net assets"),
    f"{RESERVE}.direct": gettext_lazy("Other changes recognized directly in net assets"),
    f"{WINDOWS}.direct": gettext_lazy("Other changes recognized directly in net assets"),
}
CHANGES = ("result", "transfer", "opening", "direct")
ALWAYS = ("result", "transfer")
"""Changes that have a row even where they are nothing."""


def net_assets(books: Books, since: date | None = None) -> Statement:
    """Statement III from `since` (default: 1 January) to the day of the books, and the same period of the year before.

    Net assets at the beginning and at the end are those of Statement I on those days, the surplus is that of Statement II.
    """
    books = books.keyed(KEYS)
    start = since or books.new_year
    shown = _components(books)
    periods = beside_a_year_before(start, books.as_of)
    tables = [_table(books, prefix, shown, *period) for prefix, period in zip(("", "before:"), periods, strict=True)]
    lines = books.lines().filter(account__type__in=[chart.NET, chart.REVENUE, chart.EXPENSE])
    notes = [
        _("Net assets at the beginning and at the end are those of Statement I; the surplus or deficit is that of Statement II."),
        _("The operating reserve is set aside from the accumulated surplus by decision; setting it aside is no expense."),
    ]
    return Statement("net-assets", _("Statement of changes in net assets"), books, tables, since=start, lines=lines, notes=notes,
                     extra={"number": "III"})  # fmt: skip


def _components(books: Books) -> list[str]:
    """The components that have a column: transfers between windows come to nothing over the fund once both sides are posted."""
    windows = books.sums(None, books.as_of)
    return [SURPLUS, RESERVE, *([WINDOWS] if any(key.startswith(WINDOWS) for key in windows) else [])]


def _table(books: Books, prefix: str, shown: list[str], since: date | None, until: date) -> Table:
    """One period: a column per component and their total."""
    assert since is not None
    before = day_before(since)
    beginning = _row(books, f"{prefix}beginning", _("Net assets at the beginning"), [Term(f"{each}.*", before) for each in shown])
    rows = [_change(books, prefix, shown, change, since, until) for change in CHANGES]
    rows = [row for row, change in zip(rows, CHANGES, strict=True) if change in ALWAYS or any(row.amounts)]
    end = added(f"{prefix}end", _("Net assets at the end (Statement I)"), [beginning, *rows], "total")
    heads = [_("Line"), *[str(LABELS[f"{each}.*"]) for each in shown], _("Total net assets")]
    return Table(heads, [beginning, *rows, end], column_head(since, until))


def _change(books: Books, prefix: str, shown: list[str], change: str, since: date, until: date) -> Row:
    terms = [Term(f"{each}.{change}", until, since) for each in shown]
    return _row(books, f"{prefix}{change}", str(LABELS[f"{SURPLUS}.{change}"]), terms)


def _row(books: Books, key: str, label: str, terms: list[Term]) -> Row:
    """A row of net assets (credits less debits), with their total across."""
    terms = [Term(term.key, term.until, term.since, -1) for term in terms]
    figures = [Figure(books.amount(term), terms=(term,)) for term in terms]
    whole = Figure(books.amount(*terms), across=tuple(range(1, len(terms) + 1)))
    return Row(key, label, values=(*figures, whole), indent=1)
