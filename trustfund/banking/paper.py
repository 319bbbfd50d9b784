"""The reconciliation statement as PDF, to be signed and filed with the month: both balances, every item, where the ledger stood."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext as _

from trustfund.banking.reconciliation import Item, Reconciliation
from trustfund.documents.pdf import Document, Row
from trustfund.ledger import sealing
from trustfund.money import Money
from trustfund.ui.formatting import day_text, short_day_text


def pdf_of(found: Reconciliation, language: str) -> bytes:
    """The statement in a language: the same bytes for the same books."""
    with translation.override(language):
        subtitle = _("%(bank)s, as at %(day)s") % {"bank": f"{found.bank.code} {found.bank.name}", "day": day_text(found.day)}
        document = Document(_("Reconciliation statement"), subtitle, language, reference=found.bank.code)
        document.facts(_facts(found))
        currency = found.per_bank.currency
        document.money_table([_("Day"), _("Item"), _("Reference"), _("Amount")], _rows(found), currency=currency, widths=[2, 5, 4, 3])
        document.signatures([[_("Prepared by")], [_("Reviewed by")]])
        document.footer(_head())
        return document.pdf()


def _facts(found: Reconciliation) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        (_("Currency"), found.per_bank.currency),
        (_("Last statement of the bank"), f"{found.last.number}, {day_text(found.last.closed_on)}"),
    ]
    if not found.covered:
        facts.append((_("Note"), _("The bank’s statements reach to %(day)s only.") % {"day": day_text(found.last.closed_on)}))
    return facts


def _rows(found: Reconciliation) -> list[Row]:
    rows = [
        Row([short_day_text(found.day), _("Balance per bank"), found.last.number, found.per_bank], "subtotal"),
        Row(["", _("In the books, not at the bank yet"), "", found.outstanding_total], "subtotal"),
        *_items(found.outstanding),
        Row(["", _("Less: at the bank, not in the books yet"), "", found.unmatched_total], "subtotal"),
        *_items(found.unmatched),
    ]
    if found.difference:
        rows.append(Row(["", _("Difference"), "", found.difference], "subtotal"))
    return [*rows, Row([short_day_text(found.day), _("Balance per books"), "", found.per_books], "total")]


def _items(items: Iterable[Item]) -> list[Row]:
    rows: list[tuple[str, str, str, Money]] = [(short_day_text(each.day), each.in_full, each.reference, each.amount) for each in items]
    return [Row(list(each)) for each in rows]


def _head() -> str:
    head = sealing.head()
    return _("Ledger head %(seq)s, %(hash)s") % {"seq": head.seq, "hash": head.hash}
