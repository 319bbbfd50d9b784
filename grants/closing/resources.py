"""The statement of a grant as PDF and as workbook, from the same figures as its page."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grants.closing.statement import BudgetRow, Statement
from trustfund.documents.pdf import Document
from trustfund.documents.workbook import Workbook
from trustfund.money import Money
from trustfund.ui.formatting import day_text


def budget_head() -> list[str]:
    return [_("Budget line"), _("Budget"), _("Reported"), _("Accepted"), _("Disallowed"), _("Balance")]


def budget_cells(row: BudgetRow, name: str = "") -> list[str | Money]:
    return [name or row.name, row.budget, row.reported, row.accepted, row.disallowed, row.balance]


def facts(statement: Statement) -> list[tuple[str, object]]:
    """Who, how much, as of when, and the head of the ledger that was read."""
    grant, position = statement.grant, statement.position
    return [
        (_("NGO"), grant.organisation.name),
        (_("Project"), grant.title),
        (_("As of"), day_text(statement.on)),
        (_("Amount of the grant"), grant.amount),
        (_("Paid"), position.paid),
        (_("Accepted expenditure"), position.accepted),
        (_("Open advance"), position.advance),
        (_("Due from the NGO"), position.refund_due),
        (_("Owed to the NGO"), position.payable),
        *([(_("Written off"), position.written_off)] if position.written_off else []),
        (_("Ledger head"), f"{statement.head.seq} {statement.head.hash}"),
    ]


def pdf(statement: Statement) -> bytes:
    """The statement as PDF in the reader's language; the same bytes for the same figures."""
    title = _("Grant statement %(reference)s") % {"reference": statement.grant.reference}
    document = Document(title, str(settings.FUND_NAME), get_language() or "en", wide=True)
    document.facts(facts(statement))
    document.heading(_("Budget and expenditure"))
    document.money_table(budget_head(), [budget_cells(row) for row in statement.budget], budget_cells(statement.totals, _("Total")))
    document.heading(_("Tranches"))
    document.money_table(
        [_("Tranche"), _("From"), _("State"), _("Amount")],
        [[str(t.number), day_text(t.due_on), t.get_state_display(), t.amount] for t in statement.tranches],
    )
    document.heading(_("In the books"))
    document.money_table(
        [_("Date"), _("Entry"), _("Account"), _("Amount")],
        [[day_text(line.date), str(line.entry), str(line.account), line.amount] for line in statement.lines],
    )
    return document.pdf()


def xlsx(statement: Statement) -> bytes:
    """The statement as workbook: the figures, and the lines behind them on a sheet of their own."""
    book = Workbook(_("Grant statement %(reference)s") % {"reference": statement.grant.reference})
    sheet = book.sheet(_("Statement"), widths=[48, 16, 16, 16, 16, 16])
    for label, value in facts(statement):
        sheet.row([label, value])
    sheet.blank()
    sheet.row(budget_head(), "head")
    first = sheet.next
    for row in statement.budget:
        sheet.row(budget_cells(row))
    whole = statement.totals
    sums = [whole.budget, whole.reported, whole.accepted, whole.disallowed, whole.balance]
    cells = [sheet.sum(column, first, value) for column, value in enumerate(sums, 1)] if statement.budget else sums
    sheet.row([_("Total"), *cells], "total")
    lines = book.sheet(_("Lines"), widths=[12, 16, 40, 16])
    lines.row([_("Date"), _("Entry"), _("Account"), _("Amount")], "head")
    for line in statement.lines:
        lines.row([line.date, str(line.entry), str(line.account), line.amount])
    return book.content()
