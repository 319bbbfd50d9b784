"""A statement as a PDF: the same bytes whenever it is made again from the same books."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from trustfund.documents import Document
from trustfund.documents import Row as PrintedRow
from trustfund.documents.shown import Aligned
from trustfund.statements.shape import Figure, Ratio, Row, Share, Statement

NUMERALS = {
    "I": pgettext_lazy("number of a statement", "I"),
    "II": pgettext_lazy("number of a statement", "II"),
    "III": pgettext_lazy("number of a statement", "III"),
    "IV": pgettext_lazy("number of a statement", "IV"),
    "V": pgettext_lazy("number of a statement", "V"),
    "VI": pgettext_lazy("number of a statement", "VI"),
    "VII": pgettext_lazy("number of a statement", "VII"),
    "VIII": pgettext_lazy("number of a statement", "VIII"),
    "IX": pgettext_lazy("number of a statement", "IX"),
}


def made(statement: Statement, language: str | None = None) -> bytes:
    """The statement as a PDF; `language` (default: the one in force) is that in which it was put together."""
    language = language or translation.get_language() or "en"
    with translation.override(language):
        title = numbered(statement)
        mark = _("Draft, not certified") if statement.extra.get("certified") and not statement.is_approved else ""
        document = Document(title, statement.period, language, reference=title, wide=statement.wide, mark=mark, fitted=True)
        document.facts(statement.facts, small=True)
        _lay(document, statement)
        if statement.signed:
            document.signatures(statement.signatures)
        document.footer(f"{statement.head} · {statement.status}" if statement.signed else statement.head)
        return document.pdf()


def made_set(statements: Sequence[Statement], language: str | None = None) -> bytes:
    """The statements of a period as one PDF: contents, each statement as a part of its own, and the page on which they are certified."""
    language = language or translation.get_language() or "en"
    with translation.override(language):
        last = next(each for each in reversed(statements) if each.since)
        mark = "" if last.is_approved else _("Draft, not certified")
        title = _("Financial statements")
        document = Document(title, last.period, language, reference=title, mark=mark, fitted=True)
        document.facts(last.facts, small=True)
        document.contents(_("Contents"))
        for each in statements:
            document.part(numbered(each), each.period, wide=each.wide)
            _lay(document, each)
        _certify(document, last)
        document.footer(last.head)
        return document.pdf()


def _certify(document: Document, statement: Statement) -> None:
    """The page to sign, which says from which books the statements were made."""
    document.part(_("Certification"), statement.period)
    if not statement.is_approved:
        document.paragraph(_("These statements are a draft. They are not certified."))
    else:
        document.paragraph(
            _("We certify that, to the best of our knowledge and belief, these financial statements, numbered I to VI, present the "
              "position of the Fund, its performance and its cash flows as its books have them.")
        )  # fmt: skip
    document.paragraph(statement.head)
    document.signatures(statement.signatures)


def _lay(document: Document, statement: Statement) -> None:
    """The tables of a statement, their texts and its notes."""
    for table in statement.tables:
        if table.rows:
            document.money_table(table.heads, [_printed(row) for row in table.rows], caption=table.caption, texts=table.texts)
            continue
        document.heading(table.caption, 2)
        for text in table.texts:
            document.paragraph(text)
    if statement.notes:
        document.heading(_("Notes"), 2)
        document.items(statement.notes)


def numbered(statement: Statement) -> str:
    """ "Statement I: Statement of financial position", or the title alone."""
    number = NUMERALS.get(statement.extra.get("number", ""))
    return _("%(number)s. %(title)s") % {"number": number, "title": statement.title} if number else statement.title


def _printed(row: Row) -> PrintedRow:
    return PrintedRow([row.label, *map(_value, row.values)], row.kind, row.indent)


def _value(value: Any) -> Any:
    return Aligned(value) if isinstance(value, Share | Ratio) else value.amount if isinstance(value, Figure) else value
