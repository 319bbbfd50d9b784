"""The comparison with the ERP as rows of a file, and as a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.documents import Document
from trustfund.documents import Row as Printed
from trustfund.erp.models import Mapping
from trustfund.erp.reconciliation import Code, Item, Report
from trustfund.lists import Column
from trustfund.money import Money
from trustfund.ui.formatting import day_text

WHOSE = {"account": gettext_lazy("GL account"), "window": gettext_lazy("Fund"), "grant": gettext_lazy("WBS")}


@dataclass(frozen=True)
class FileRow:
    """One row of the file: which part of the comparison, the ERP's codes, a line's day, reference and text, and the amounts."""

    part: str
    gl: str = ""
    fund: str = ""
    day: date | None = None
    reference: str = ""
    text: str = ""
    ours: Money | None = None
    theirs: Money | None = None
    difference: Money | None = None


COLUMNS = [
    Column("part", gettext_lazy("Part"), "part"),
    Column("gl", gettext_lazy("GL account"), "gl"),
    Column("fund", gettext_lazy("Fund"), "fund"),
    Column("day", gettext_lazy("Day"), "day"),
    Column("reference", gettext_lazy("Reference"), "reference"),
    Column("text", gettext_lazy("Text"), "text"),
    Column("ours", gettext_lazy("Ours, USD"), "ours"),
    Column("theirs", gettext_lazy("Theirs, USD"), "theirs"),
    Column("difference", gettext_lazy("Difference, USD"), "difference"),
]


def rows(found: Report) -> list[FileRow]:
    """What the page shows, from the unmapped codes down to single lines."""
    return [*_unmapped(found), *(row for code in found.codes for row in _code_rows(code)), _total(found)]


def _unmapped(found: Report) -> Iterator[FileRow]:
    for kind, code, amount in found.unmapped_ours:
        yield FileRow(_("Ours, not mapped"), reference=code, text=str(Mapping.Kind(kind).label), ours=amount)
    for kind, code, amount in found.unmapped_theirs:
        yield FileRow(_("Theirs, not mapped"), reference=code, text=str(WHOSE[kind]), theirs=amount)


def _code_rows(code: Code) -> Iterator[FileRow]:
    about = (code.gl, code.fund)
    yield FileRow(_("Code"), *about, ours=code.ours, theirs=code.theirs, difference=code.difference)
    if code.difference:
        for own, their in code.matched:
            reference = f"{own.reference} = {their.reference}"
            yield FileRow(_("On both sides"), *about, own.day, reference, their.text, own.amount, their.amount)
        yield from (_one(_("Ours only"), about, each, "ours") for each in code.only_ours)
        yield from (_one(_("Theirs only"), about, each, "theirs") for each in code.only_theirs)


def _one(part: str, about: tuple[str, str], item: Item, side: str) -> FileRow:
    return FileRow(part, *about, item.day, item.reference, item.text, **{side: item.amount})  # type: ignore[arg-type]


def _total(found: Report) -> FileRow:
    return FileRow(_("Total"), ours=found.ours, theirs=found.theirs, difference=found.difference)


def pdf(found: Report) -> bytes:
    """The comparison as a PDF."""
    language = translation.get_language() or "en"
    period = _("%(start)s to %(end)s") % {"start": day_text(found.start), "end": day_text(found.end)}
    title = _("Reconciliation with the ERP")
    document = Document(title, period, language, reference=title, wide=True)
    document.facts([(_("Fund"), str(settings.FUND_NAME)), (_("Period"), period), (_("Currency"), _("USD (United States dollars)"))])
    for caption, heads, printed in _tables(found):
        if printed:
            document.money_table(heads, printed, caption=caption)
    document.footer(title)
    return document.pdf()


def _tables(found: Report) -> Iterator[tuple[str, list[str], list[Printed]]]:
    missing = [Printed([row.part, row.text, row.reference, row.ours or row.theirs]) for row in _unmapped(found)]
    yield _("Codes that nobody mapped"), [_("Part"), _("Kind"), _("Code"), _("Amount")], missing
    codes = [Printed([f"{each.gl} {each.fund}", each.ours, each.theirs, each.difference]) for each in found.codes]
    whole = Printed([_("Total"), found.ours, found.theirs, found.difference], "total")
    yield _("By the ERP’s codes"), [_("GL account and fund"), _("Ours"), _("Theirs"), _("Difference")], [*codes, whole]
    for code in found.codes:
        lines = [Printed([row.part, row.day, row.reference, row.text, row.ours, row.theirs]) for row in list(_code_rows(code))[1:]]
        heads = [_("Part"), _("Day"), _("Reference"), _("Text"), _("Ours"), _("Theirs")]
        yield _("Difference of %(gl)s %(fund)s") % {"gl": code.gl, "fund": code.fund}, heads, lines
