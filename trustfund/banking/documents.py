"""The bank's own word on an entry: the statements whose lines were found to be its lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from trustfund.banking.models import BankStatement
from trustfund.ledger.evidence import Document, of_file
from trustfund.ledger.models import Entry


def documents(entry: Entry, user: Any) -> Iterable[Document]:
    """The files of those statements, as the bank sent them."""
    matched = BankStatement.objects.visible_to(user).filter(lines__match__parts__line__entry=entry).distinct()
    found = matched.select_related("bank", "file").order_by("pk")
    words = _("Bank statement %(number)s of %(bank)s")
    return [_document(words % {"number": each.number, "bank": each.bank.code}, each) for each in found]


def _document(label: str, statement: BankStatement) -> Document:
    return of_file(label, statement.file, reverse("banking:file", args=[statement.pk]))
