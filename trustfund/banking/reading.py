"""Reading a bank's file of any of the formats, told from its content."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund.banking import camt, csv_files, mt940
from trustfund.banking.csv_files import Layout
from trustfund.banking.found import MAX_BYTES, Statement, unreadable
from trustfund.files.kinds import Kind
from trustfund.money import Money

MARKS = b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"


def kind_of(content: bytes) -> Kind:
    """XML, or a text."""
    return Kind.XML if _is_xml(content) else Kind.CSV


def _is_xml(content: bytes) -> bool:
    return content[:64].lstrip(MARKS).startswith(b"<")


def read(
    content: bytes, layout: Layout | None, currency: str, opening: Money | None = None, closing: Money | None = None
) -> list[Statement]:
    """The statements of a file, the oldest first; ValidationError says what is wrong with it."""
    if not content.strip():
        raise unreadable(_("The file is empty."))
    if len(content) > MAX_BYTES:
        raise unreadable(_("The file is larger than 10 MB."))
    if _is_xml(content):
        return _in_order(camt.read(content))
    if mt940.looks_like(content):
        return _in_order(mt940.read(content))
    if layout is None:
        message = _("The file is neither camt.053 nor MT940. To read it as CSV, say first how this bank writes its CSV.")
        raise ValidationError(message, code="layout")
    return csv_files.read(content, layout, currency, opening, closing)


def _in_order(found: list[Statement]) -> list[Statement]:
    return sorted(found, key=lambda each: (each.opened_on, each.closed_on))
