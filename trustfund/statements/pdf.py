"""A statement as a PDF: the same bytes whenever it is made again from the same books."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from trustfund.documents import Document
from trustfund.documents import Row as PrintedRow
from trustfund.documents.shown import Aligned
from trustfund.statements.shape import Figure, Ratio, Row, Share, Statement


def made(statement: Statement, language: str | None = None) -> bytes:
    """The statement as a PDF; `language` (default: the one in force) is that in which it was put together."""
    language = language or translation.get_language() or "en"
    with translation.override(language):
        document = Document(numbered(statement), statement.period, language, reference=numbered(statement), wide=statement.wide)
        document.facts(statement.facts)
        for table in statement.tables:
            if table.texts:
                document.heading(table.caption, 2)
            for text in table.texts:
                document.paragraph(text)
            if table.rows:
                document.money_table(table.heads, [_printed(row) for row in table.rows], caption="" if table.texts else table.caption)
        if statement.notes:
            document.heading(_("Notes"), 2)
            document.items(statement.notes)
        if statement.signed:
            document.signatures([_("Prepared by"), _("Certified by"), _("Approved by")])
        document.footer(statement.head)
        return document.pdf()


def numbered(statement: Statement) -> str:
    """ "Statement I: Statement of financial position", or the title alone."""
    number = statement.extra.get("number")
    return _("%(number)s. %(title)s") % {"number": number, "title": statement.title} if number else statement.title


def _printed(row: Row) -> PrintedRow:
    return PrintedRow([row.label, *map(_value, row.values)], row.kind, row.indent)


def _value(value: Any) -> Any:
    return Aligned(value) if isinstance(value, Share | Ratio) else value.amount if isinstance(value, Figure) else value
