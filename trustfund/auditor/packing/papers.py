"""The papers of a pack: a voucher as PDF, lists as rows, and a sample's worksheet with room for the auditor's ticks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trustfund.auditor.models import Result, Sample, SampleItem
from trustfund.banking.reconciliation import Reconciliation
from trustfund.documents import Document, Workbook
from trustfund.ledger.models import Line
from trustfund.ui import formatting
from trustfund.vouchers.models import Voucher


def voucher_rows(vouchers: Iterable[Voucher]) -> list[list[Any]]:
    """The list of vouchers."""
    heads = ["voucher", "date", "kind", "state", "narrative", "made_by", "made_at", "approved_by", "entry", "total_usd", "attachments"]
    return [heads, *(_voucher_row(each) for each in vouchers)]


def _voucher_row(each: Any) -> list[Any]:
    people = [each.maker.name, each.made_at.isoformat(), each.checker.name if each.checker else ""]
    total = each.total_usd.amount if each.total_usd else ""
    return [each.number, each.date, each.kind, each.state, each.narrative, *people, str(each.entry or ""), total, each.attachments.count()]


def voucher(each: Voucher) -> bytes:
    """One voucher: what it says, who made and approved it, its entry, and the hashes of what is attached."""
    document = Document(_("Journal voucher"), each.number, get_language() or "en", reference=each.number)
    document.facts(
        [
            (_("Date"), each.date),
            (_("Kind"), each.get_kind_display()),
            (_("Fund window"), each.window.name),
            (_("Narrative"), each.narrative),
            (_("Made by"), each.maker.name),
            (_("Approved by"), each.checker.name if each.checker else None),
            (_("Entry in the books"), str(each.entry or "")),
        ]
    )
    lines = each.lines.select_related("account", "subaccount").order_by("position")
    rows = [
        [f"{line.account_id} {line.account.label}", line.subaccount.code if line.subaccount else "", line.memo, *_sides(line)]
        for line in lines
    ]
    document.money_table([_("Account"), _("Subaccount"), _("Memo"), _("Debit"), _("Credit")], rows)
    attached = [f"{kept.file.name}, SHA-256 {kept.file.sha256}" for kept in each.attachments.select_related("file")]
    if attached:
        document.heading(_("Attachments"), 2)
        document.items(attached)
    return document.pdf()


def _sides(line: Any) -> list[Any]:
    return [line.usd, None] if line.side == "debit" else [None, line.usd]


def reconciliation_rows(done: Reconciliation) -> list[list[Any]]:
    """From the balance per bank to the balance per books, every item between them."""
    rows: list[list[Any]] = [["account", done.bank.code], ["day", done.day], ["currency", done.per_bank.currency], []]
    rows += [["balance per bank", "", "", done.per_bank.amount]]
    rows += [["in the books, not at the bank", item.day, item.reference, item.amount.amount] for item in done.outstanding]
    rows += [["at the bank, not in the books", item.day, item.reference, -item.amount.amount] for item in done.unmatched]
    rows += [["difference", "", "", done.difference.amount], ["balance per books", "", "", done.per_books.amount]]
    return rows


# Samples


def method_words(sample: Sample) -> list[str]:
    """How to draw it again with `sha256sum` alone."""
    if sample.method == Sample.Method.RANDOM:
        return [
            _("Every item of the population has a number: the SHA-256 of the seed, a colon and its key."),
            _("The items with the smallest numbers are the sample, in that order."),
            f"printf %s '{sample.seed}:KEY' | sha256sum",
        ]
    return [
        _("The items stand in the order of the books; the cents of their values are counted from 1 along the population."),
        _("The interval is the population’s value divided by the size, rounded down to the cent."),
        _("The start is the number below, modulo the interval in cents, plus 1; every so many cents one is hit, and its item is chosen."),
        f"printf %s '{sample.seed}:start' | sha256sum",
    ]


def facts(sample: Sample) -> list[tuple[str, Any]]:
    """What is printed beside a sample."""
    found: list[tuple[str, Any]] = [
        (_("Sample"), str(sample)),
        (_("Method"), sample.get_method_display()),
        (_("Of what"), sample.of),
        (_("Period"), f"{formatting.day_text(sample.since)} – {formatting.day_text(sample.until)}"),
        (_("Ledger head"), f"{sample.head}:{sample.head_hash}"),
        (_("Seed"), sample.seed),
        (_("Size asked for"), sample.size),
        (_("Population: items"), sample.count),
        (_("Population: value"), sample.value),
        (_("Population: SHA-256"), sample.population_hash),
    ]
    if sample.method == Sample.Method.MONETARY:
        found += [(_("Interval"), sample.interval), (_("Start"), sample.start)]
    return found


def items_of(sample: Sample, until: datetime | None = None) -> list[dict[str, Any]]:
    """The items with their lines and the latest word on each, said by `until`: three queries, however many there are."""
    items = list(sample.items.select_related("entry").order_by("position"))
    keys = [int(item.key.partition(":")[2]) for item in items if item.key.startswith("line:")]
    lines = {f"line:{line.pk}": line for line in Line.objects.filter(pk__in=keys).select_related("subaccount")}
    said = Result.objects.filter(item__sample=sample).select_related("by").order_by("pk")
    latest = {result.item_id: result for result in (said if until is None else said.filter(at__lte=until))}
    return [{"item": item, "line": lines.get(item.key), "result": latest.get(item.pk)} for item in items]


def _cells(row: dict[str, Any]) -> list[Any]:
    item: SampleItem = row["item"]
    result = row["result"]
    about = row["line"].subaccount.code if row["line"] and row["line"].subaccount else item.entry.source
    chosen = _("certain") if item.certain else str(len(item.hits) or "")
    return [item.position, str(item.entry), item.entry.date, item.entry.reference, about, item.value, chosen, *_verdict(result)]


def _verdict(result: Result | None) -> list[str]:
    return [str(result.get_verdict_display()) if result else "", result.text if result else ""]


def _heads() -> list[str]:
    return [
        *[_("No."), _("Entry"), _("Date"), _("Reference"), _("About"), _("Value"), _("Hits")],
        *[_("Amount"), _("Account"), _("Period"), _("Approved"), _("Document"), _("Result"), _("Note")],
    ]


def workbook(sample: Sample, until: datetime | None = None) -> bytes:
    """The worksheet as XLSX."""
    book = Workbook(str(sample))
    sheet = book.sheet(str(sample), widths=[6, 14, 12, 34, 20, 16, 8, 9, 9, 9, 9, 10, 14, 50])
    for label, value in facts(sample):
        sheet.row([label, value])
    for text in method_words(sample):
        sheet.row([text])
    sheet.blank()
    heads = _heads()
    heads[5] = _("%(head)s (%(currency)s)") % {"head": heads[5], "currency": "USD"}
    sheet.row(heads, "head")
    first = sheet.next
    rows = items_of(sample, until)
    for row in rows:
        cells = _cells(row)
        sheet.row([*cells[:7], *["" for _tick in range(5)], *cells[7:]])
    if rows:
        sheet.row(
            [_("Total"), "", "", "", "", sheet.sum(5, first, sum((row["item"].value for row in rows[1:]), rows[0]["item"].value))], "total"
        )
    return book.content()


def pdf(sample: Sample, until: datetime | None = None) -> bytes:
    """The worksheet as PDF, with boxes to tick."""
    document = Document(_("Sample"), str(sample), get_language() or "en", reference=str(sample), wide=True)
    document.facts(facts(sample))
    document.heading(_("How it is drawn again"), 2)
    document.items(method_words(sample))
    document.heading(_("Items"), 2)
    rows = [[*cells[:7], *["[  ]"] * 5, *cells[7:]] for cells in map(_cells, items_of(sample, until))]
    document.money_table(_heads(), rows)
    document.signatures([_("Drawn by"), _("Checked by")])
    document.footer(_("Ledger head %(number)d, %(hash)s") % {"number": sample.head, "hash": sample.head_hash})
    return document.pdf()


WORKSHEETS: dict[str, Callable[[Sample, datetime | None], bytes]] = {"xlsx": workbook, "pdf": pdf}
