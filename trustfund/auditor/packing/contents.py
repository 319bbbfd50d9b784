"""What an audit pack holds, step by step: each gives names and contents in a fixed order.

Everything of the books is bound by the pack's day and head. What is no part of them (documents, a bank's statements, samples) is taken as
it was when the pack was asked for. Nothing that differs from one making to the next (a moment, a person who asked) is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import resolve
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from trustfund.auditor.models import Pack, Sample
from trustfund.auditor.packing import papers, readme
from trustfund.banking.models import BankStatement
from trustfund.banking.reconciliation import reconcile
from trustfund.cells import csv_text
from trustfund.chain import canonical
from trustfund.ledger import evidence, sealing, shown, verification
from trustfund.ledger.exports.files import FORMS
from trustfund.ledger.exports.source import Book
from trustfund.ledger.models import Entry, LedgerHead, Seal, Subaccount
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.statements import contributions, grant
from trustfund.statements.books import Books
from trustfund.statements.catalogue import STATEMENTS
from trustfund.statements.making import FORMATS, filename
from trustfund.statements.shape import Statement
from trustfund.vouchers.models import Voucher

Content = bytes | Path
Files = Iterator[tuple[str, Content]]


def eyes() -> User:
    """Somebody who may see what an auditor may, and nothing else: whoever asks for it, the pack is the same."""
    nobody = User(pk=0, is_active=True)
    nobody.__dict__["roles"] = frozenset({Role.AUDITOR})
    return nobody


@dataclass
class Asks:
    """What is asked for: the pack, and a folder for files that are too large for memory."""

    pack: Pack
    folder: Path
    eyes: User = field(default_factory=eyes)

    @cached_property
    def seal(self) -> Seal | LedgerHead:
        """The head of the pack; books without any seal have the one that is kept apart."""
        return Seal.objects.filter(seq=self.pack.head).first() or sealing.head()

    def entries(self) -> QuerySet[Any]:
        """The entries of the period, in the order of the books."""
        found = Entry.objects.filter(seal__lte=self.pack.head, date__gte=self.pack.since, date__lte=self.pack.until)
        return found.select_related("seal", "by").order_by("seal")

    def books(self) -> Books:
        return Books(self.pack.until, self.pack.head, self.pack.head_hash, act=self.pack.audit_head)


def plain(text: Any) -> str:
    """A name that every file system takes."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", str(text)).strip("-.")[:120] or "file"


def statements(asks: Asks) -> Files:
    """Every statement, as PDF and XLSX."""
    for found in _all_statements(asks.books(), asks.pack):
        for form, (_kind, made) in FORMATS.items():
            yield f"statements/{filename(found, form)}", made(found)


def _all_statements(books: Books, pack: Pack) -> Iterator[Statement]:
    """Those of the whole Fund, and one for each donor and grant that had lines by then: who came later changes nothing."""
    for kind in STATEMENTS.values():
        yield kind.make(books, pack.since, None)
    named = books.lines().filter(subaccount__isnull=False).order_by()
    own = Q(pk__in=named.values("subaccount")) | Q(pk__in=named.values("subaccount__parent"))
    known = Subaccount.objects.filter(own | Q(pk__in=named.values("subaccount__parent__parent"))).order_by("code")
    for donor in known.filter(kind=Subaccount.Kind.DONOR):
        yield contributions.donor_statement(books, donor, pack.since)
    for each in known.filter(kind=Subaccount.Kind.GRANT):
        yield grant.grant_statement(books, each)


NAMES = {
    "csv": "ledger/lines.csv",
    "xlsx": "ledger/lines.xlsx",
    "beancount": "ledger/functional-usd.beancount",
    "hledger": "ledger/functional-usd.journal",
    "beancount-currencies": "ledger/transaction-currencies.beancount",
    "hledger-currencies": "ledger/transaction-currencies.journal",
}


def ledger(asks: Asks) -> Files:
    """The whole ledger from its first entry to the last day: lines, and both books as journals."""
    book = Book(asks.seal, asks.pack.until)
    for form, name in NAMES.items():
        path = asks.folder / plain(name)
        FORMS[form](book, path)
        yield name, path


def vouchers(asks: Asks) -> Files:
    """The vouchers that were posted in the period: a list, each as PDF, with what is attached."""
    found = Voucher.objects.filter(entry__in=asks.entries()).with_total().select_related("maker", "checker", "entry", "window", "reverses")
    posted = list(found.order_by("entry"))
    yield "vouchers/vouchers.csv", csv_text(papers.voucher_rows(posted)).encode()
    for voucher in posted:
        yield f"vouchers/{voucher.number}.pdf", papers.voucher(voucher)


def documents(asks: Asks) -> Files:
    """The documents behind the entries of the period, once each, and a list of which stands behind which."""
    rows, seen = [["entry", "date", "reference", "act", "object", "document", "sha256", "file"]], {}
    for entry, document in _documents(asks):
        about = f"{entry.object_type}-{entry.object_id}" if entry.object_type else ""
        if document.url not in seen:
            name, read = f"documents/{plain(about) or 'entry'}/{plain(document.name)}", _reader(asks, document)
            seen[document.url] = name if read else "on screen only"
            if read:
                yield name, read()
        label = f"{document.label}: {document.name}"
        rows.append([str(entry), str(entry.date), entry.reference, entry.source, about, label, document.sha256, seen[document.url]])
    yield "documents/index.csv", csv_text(rows).encode()


def _documents(asks: Asks) -> Iterator[tuple[Any, evidence.Document]]:
    """Each entry with what an auditor may open of it, if it was there when the pack was asked for."""
    for entry in asks.entries():
        for document in evidence.documents_of(entry, shown.source_of(entry), asks.eyes):
            if document.at is None or document.at <= asks.pack.asked_at:
                yield entry, document


def _reader(asks: Asks, document: evidence.Document) -> Callable[[], bytes] | None:
    """What reads it. None for a page, and for the banks' files but in an auditor's pack, also as what stands behind an entry."""
    if document.read is None or asks.pack.of_auditor:
        return document.read
    return None if resolve(document.url).view_name == "banking:file" else document.read


def banks(asks: Asks) -> Files:
    """The banks' statements of the period as they came (for the auditor alone: they name who paid), and reconciliations of the last day."""
    yield from _bank_files(asks) if asks.pack.of_auditor else ()
    for bank in Subaccount.objects.filter(kind=Subaccount.Kind.BANK).order_by("code"):
        done = reconcile(bank, asks.pack.until)
        if done is not None:
            yield f"bank/{plain(bank.code)}/reconciliation_{asks.pack.until}.csv", csv_text(papers.reconciliation_rows(done)).encode()


def _bank_files(asks: Asks) -> Files:
    found = BankStatement.objects.filter(closed_on__gte=asks.pack.since, closed_on__lte=asks.pack.until)
    for each in found.filter(imported_at__lte=asks.pack.asked_at).select_related("bank", "file").order_by("bank__code", "closed_on", "pk"):
        with each.file.content.open("rb") as content:
            yield f"bank/{plain(each.bank.code)}/{each.closed_on}_{plain(each.file.name)}", content.read()


def samples(asks: Asks) -> Files:
    """The samples drawn within the period, up to the head: worksheets with their results. None in a pack of finance."""
    if not asks.pack.of_auditor:
        return
    within = {"since__lte": asks.pack.until, "until__gte": asks.pack.since, "head__lte": asks.pack.head}
    found = Sample.objects.filter(made_at__lte=asks.pack.asked_at, **within).select_related("account", "made_by").order_by("pk")
    for sample in found:
        for form, made in papers.WORKSHEETS.items():
            yield f"samples/{sample}.{form}", made(sample, asks.pack.asked_at)


def chain(asks: Asks) -> Files:
    """Every seal with the text that it seals, as JSON lines and as plain text for `sha256sum`, and what checks them."""
    lines, texts = asks.folder / "seals.jsonl", asks.folder / "seals.txt"
    with lines.open("w", encoding="ascii", newline="") as json_lines, texts.open("w", encoding="ascii", newline="") as plain_text:
        for seal, content in verification.sealed(1, asks.pack.head):
            text = canonical({"version": seal.version, "seq": seal.seq, "at": seal.at, **content})
            row = {"seq": seal.seq, "hash": seal.hash, "previous_hash": seal.previous_hash, "text": text}
            json_lines.write(json.dumps(row, sort_keys=True) + "\n")
            plain_text.write(f"{seal.hash} {seal.previous_hash}{text}\n")
    yield "chain/seals.jsonl", lines
    yield "chain/seals.txt", texts
    yield "chain/verify.sh", readme.VERIFY.encode()
    yield "chain/README.txt", readme.chain(asks.pack.head, asks.pack.head_hash, sealing.VERSION).encode()


def words(asks: Asks) -> Files:
    """How to read it and how to check it."""
    yield "README.txt", readme.whole(asks.pack).encode()


STEPS: list[tuple[str, Callable[[Asks], Files]]] = [
    ("statements", statements),
    ("ledger", ledger),
    ("vouchers", vouchers),
    ("documents", documents),
    ("bank statements", banks),
    ("samples", samples),
    ("chain", chain),
    ("instructions", words),
]
LABELS = {
    "statements": _("Statements"),
    "ledger": _("The ledger, in four formats"),
    "vouchers": _("Vouchers"),
    "documents": _("Documents behind the entries"),
    "bank statements": _("Bank statements and reconciliations"),
    "samples": _("Samples"),
    "chain": _("The chain of seals"),
    "instructions": _("Instructions and hashes"),
}
"""The steps in words."""


def label_of(step: str) -> str:
    """The words for a step, in the reader's language."""
    return str(LABELS.get(step, step)) if translation.get_language() else step
