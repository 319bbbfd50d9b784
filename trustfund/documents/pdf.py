"""Documents and letters as PDF: set well, in six languages, tagged, and the same bytes for the same content.

    document = Document(_("Statement I"), _("as at 31 December 2026"), language="en")
    document.facts([(_("Currency"), "USD")])
    document.money_table([_("Line"), "2026", "2025"], [Row(["Cash", usd(10), usd(0)]), Row(["Total", usd(10), usd(0)], "total")])
    content = document.pdf()

No text is markup: what a person wrote is shown as it was written.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from trustfund.documents.flow import BLUE, BODY, BOTTOM, DENSITIES, GREY, INK, LABEL, SMALL, Flow, Style
from trustfund.documents.grid import Grid, Row
from trustfund.documents.shown import is_number, text_of
from trustfund.documents.tags import Marks, Node, write
from trustfund.money import Money

__all__ = ["Document", "Letter", "Row"]

RTL = frozenset({"ar"})
TITLE = Style(20, bold=True)
PART = Style(16, bold=True)
RED = HexColor("#a3231a")
SUBTITLE = Style(11, colour=GREY)
HEADINGS = {1: Style(13, bold=True), 2: Style(10.5, bold=True)}
STYLES = {"body": BODY, "small": SMALL, "lead": Style(11.5)}
CLOSE = 5
"""Of a part of so many pages or fewer it is tried whether less blank saves a page."""
_drawing = threading.Lock()
"""reportlab keeps fonts for all documents in one place: one is drawn at a time."""

Block = Callable[[Flow, Node], None]


class Document:
    """A document that is told what it holds, in order, and then made by `pdf()`.

    `language` is a code of settings.LANGUAGES (Arabic pages are mirrored); `reference` stands at the head of each page; `wide` turns the
    paper; `mark` ("Draft") is set in red at the head of each page; a `fitted` one has less blank where that saves a page or keeps a
    table whole. Texts are gettext strings or what people wrote; they are read in `language` when the document is made.
    """

    def __init__(
        self,
        title: Any,
        subtitle: Any = "",
        language: str = "en",
        *,
        reference: str = "",
        wide: bool = False,
        mark: Any = "",
        fitted: bool = False,
    ) -> None:
        self.title, self.subtitle, self.language = title, subtitle, language
        self.reference, self.wide, self.mark, self.fitted = reference, wide, mark, fitted
        self.sections: list[list[Block]] = [[self._opening]]
        self.foot = ""
        self.outline: list[tuple[str, str, int]] = []
        self.parts: list[tuple[str, int]] = []
        self.known: list[tuple[str, int]] = []

    # what it holds

    def heading(self, text: Any, level: int = 1) -> None:
        """A heading of level 1 or 2, and a bookmark."""
        self.blocks.append(lambda flow, root: self._heading(flow, root, str(text), level))

    def part(self, title: Any, subtitle: Any = "", *, wide: bool = False) -> None:
        """A part of its own, on a new page of its own paper, with a bookmark and a line in the table of contents."""
        self.sections.append([])
        self.blocks.append(lambda flow, root: self._part(flow, root, str(title), str(subtitle), wide))

    def contents(self, text: Any) -> None:
        """The table of contents: all parts with their pages."""
        self.blocks.append(lambda flow, root: self._contents(flow, root, str(text)))

    def paragraph(self, text: Any, style: str = "body") -> None:
        """A paragraph ("body", "small" or "lead"); an empty line in the text begins another one."""
        self.blocks.append(lambda flow, root: _paragraphs(flow, root, str(text), STYLES[style]))

    def items(self, texts: Iterable[Any], *, numbered: bool = False) -> None:
        """A list with bullets or numbers."""
        kept = list(texts)
        self.blocks.append(lambda flow, root: _items(flow, root, kept, numbered))

    def facts(self, facts: Iterable[tuple[Any, Any]], *, small: bool = False) -> None:
        """Labels and their values (text, Money, date, moment, number, None), one under the other."""
        kept = list(facts)
        self.blocks.append(lambda flow, root: _facts(flow, root, kept, small))

    def table(
        self,
        head: Sequence[Any],
        rows: Iterable[Any],
        totals: Sequence[Any] | None = None,
        align: str = "",
        widths: Sequence[float] | None = None,
        *,
        caption: Any = "",
        texts: Sequence[Any] = (),
        plain: bool = False,
    ) -> None:
        """A table: `rows` are sequences of values or `Row`s, `totals` the last row; `align` has "l" or "r" per column (else by content).

        Amounts go without their currency where the column's head has it, or everywhere with `plain`; `texts` are paragraphs between the
        caption and the table, on the page on which it begins.
        """
        kept = [row if isinstance(row, Row) else Row(row) for row in rows]
        if totals is not None:
            kept.append(Row(totals, "total"))
        grid = Grid([str(text) for text in head], kept, align, widths, plain)
        self.blocks.append(lambda flow, root: self._table(flow, root, grid, str(caption), [str(text) for text in texts]))

    def money_table(
        self,
        head: Sequence[Any],
        rows: Iterable[Any],
        totals: Sequence[Any] | None = None,
        *,
        currency: str = "USD",
        widths: Sequence[float] | None = None,
        caption: Any = "",
        texts: Sequence[Any] = (),
    ) -> None:
        """A table whose amounts are all of one currency, which stands in the heads of their columns."""
        kept = [row if isinstance(row, Row) else Row(row) for row in rows]
        money = {index for row in kept for index, value in enumerate(row.cells) if isinstance(value, Money)}
        heads = [_with_currency(text, currency) if index in money else text for index, text in enumerate(head)]
        align = "".join("r" if index in money else "l" for index in range(len(head)))
        others = {i for row in kept for i, value in enumerate(row.cells) if is_number(value)}
        align = "".join("r" if index in others else side for index, side in enumerate(align))
        self.table(heads, kept, totals, align, widths, caption=caption, texts=texts, plain=True)

    def signatures(self, people: Iterable[Any]) -> None:
        """Places to sign, two or three in a row: each a text (what for) or a sequence (what for, name, office or date ...)."""
        kept = [[str(text) for text in ([person] if isinstance(person, str) else person)] for person in people]
        self.blocks.append(lambda flow, root: _signatures(flow, root, kept))

    def footer(self, text: Any) -> None:
        """What stands at the foot of each page beside the page's number."""
        self.foot = str(text)

    def space(self, points: float = 12) -> None:
        """Blank room."""
        self.blocks.append(lambda flow, root: flow.down(points))

    # how it is made

    def pdf(self) -> bytes:
        """The file."""
        with translation.override(self.language), _drawing:
            flow, root = self._composed()
            if self.parts:  # once more, now that the pages of the contents are known
                self.known = list(self.parts)
                flow, root = self._composed()
            return self._drawn(flow, root)

    @property
    def blocks(self) -> list[Block]:
        """What the part that is being told holds so far."""
        return self.sections[-1]

    def _composed(self) -> tuple[Flow, Node]:
        """All pages, laid out."""
        flow, root = Flow(rtl=self.language in RTL, wide=self.wide), Node("Document")
        densities = [self._density(section) if self.fitted else 1.0 for section in self.sections]
        self.outline, self.parts = [], []
        for section, flow.density in zip(self.sections, densities, strict=True):
            for block in section:
                block(flow, root)
        return flow, root

    def _density(self, section: list[Block]) -> float:
        """The loosest that has the fewest pages, and of these the fewest torn tables and bare pages, when it is tried."""
        tried = {}
        for density in DENSITIES:
            flow = Flow(rtl=self.language in RTL, wide=self.wide, density=density)
            for block in section:
                block(flow, Node("Document"))
            tried[density] = (len(flow.pages), flow.torn + flow.bare)
            used = sum(map(bool, flow.pages))
            if (used <= 1 and not flow.torn) or used > CLOSE:
                break
        return min(tried, key=lambda density: (*tried[density], -density))

    def _drawn(self, flow: Flow, root: Node) -> bytes:
        target = io.BytesIO()
        canvas = Canvas(target, pagesize=flow.paper, invariant=1, pageCompression=1, lang=self.language)
        canvas.setTitle(str(self.title))
        canvas.setAuthor(str(settings.FUND_NAME))
        canvas.setSubject(str(self.subtitle))
        canvas.setCreator(str(settings.FUND_NAME))
        marks = Marks()
        for number, operations in enumerate(flow.pages, start=1):
            paper = flow.papers[number - 1]
            canvas.setPageSize(paper)
            page = Flow(rtl=flow.rtl, wide=paper[0] > paper[1])
            self._around(page, number, len(flow.pages))
            for operation in [*page.pages[0], *operations]:
                operation(canvas, marks)
            canvas.showPage()
        write(canvas, root, self.language)
        canvas.save()
        return target.getvalue()

    def _opening(self, flow: Flow, root: Node) -> None:
        flow.block(flow.set(str(self.title), flow.width, TITLE), TITLE, root.add("H1"))
        if self.subtitle:
            flow.block(flow.set(str(self.subtitle), flow.width, SUBTITLE), SUBTITLE, root.add("P"))
        flow.y -= 6
        flow.rule(flow.y, colour=BLUE, weight=1.5)
        flow.y -= 14
        self._bookmark(flow, str(self.title), 0)

    def _around(self, flow: Flow, number: int, count: int) -> None:
        """The head and the foot of a page; no content for a screen reader."""
        top = flow.paper[1] - 42
        flow.write(flow.one(str(settings.FUND_NAME), SMALL), SMALL, None, start=0, width=flow.width, y=top)
        if self.reference:
            above = 11 if flow.wide_of(self.reference, SMALL) + flow.wide_of(str(settings.FUND_NAME), SMALL) > flow.width - 12 else 0
            flow.write(flow.one(self.reference, SMALL), SMALL, None, start=0, width=flow.width, y=top + above, align="end")
        if self.mark:
            style = Style(11, bold=True, colour=RED)
            flow.write(flow.one(str(self.mark), style), style, None, start=0, width=flow.width, y=top + 14, align="middle")
        flow.rule(top - 8)
        flow.rule(BOTTOM - 14)
        pages = _("Page %(number)d of %(count)d") % {"number": number, "count": count}
        flow.write(flow.one(pages, SMALL), SMALL, None, start=0, width=flow.width, y=BOTTOM - 27, align="end")
        small = Style(7, colour=GREY)
        for index, shown in enumerate(flow.set(self.foot, flow.width - 90, small)[:3]):
            flow.write(shown, small, None, start=0, width=flow.width - 90, y=BOTTOM - 26 - 9 * index)

    def _heading(self, flow: Flow, root: Node, text: str, level: int) -> None:
        style = HEADINGS[level]
        flow.need(style.leading(flow.rtl) * 4)
        flow.down(16 if level == 1 else 10)
        self._bookmark(flow, text, level)
        flow.block(flow.set(text, flow.width, style), style, root.add(f"H{level + 1}"))
        flow.y -= 4

    def _table(self, flow: Flow, root: Node, grid: Grid, caption: str, texts: list[str]) -> None:
        """A table under its caption, which is a bookmark too; with texts the caption is a heading over them and the table."""
        room, style = grid.begin(flow), HEADINGS[2]
        if texts:
            room += sum(BODY.leading(flow.rtl) * (len(flow.set(text, flow.width, BODY)) + 1) for text in texts)
            flow.need(min(style.leading(flow.rtl) * 3 + room, flow.height))
            self._heading(flow, root, caption, 2)
            for text in texts:
                _paragraphs(flow, root, text, BODY)
        tag = root.add("Table")
        if caption and not texts:
            flow.need(style.leading(flow.rtl) * 2 + room)
            self._bookmark(flow, caption, 2)
            flow.block(flow.set(caption, flow.width, style), style, tag.add("Caption"))
            flow.y -= 2
        grid.lay(flow, tag)

    def _part(self, flow: Flow, root: Node, title: str, subtitle: str, wide: bool) -> None:
        flow.turn(wide)
        self.parts.append((title, len(flow.pages)))
        self._bookmark(flow, title, 0)
        flow.block(flow.set(title, flow.width, PART), PART, root.add("H2"))
        if subtitle:
            flow.block(flow.set(subtitle, flow.width, SUBTITLE), SUBTITLE, root.add("P"))
        flow.y -= 4
        flow.rule(flow.y, colour=BLUE, weight=1.2)
        flow.y -= 10

    def _contents(self, flow: Flow, root: Node, text: str) -> None:
        """Each title with its page at the end of the line; the first time pages are not known yet, and the room is the same."""
        self._heading(flow, root, text, 1)
        room, tag = 40.0, root.add("TOC")
        for title, page in self.known:
            item = tag.add("TOCI")
            shown = flow.set(title, flow.width - room, BODY)
            flow.need(BODY.leading(flow.rtl) * len(shown) + 6)
            top = flow.y
            flow.block(shown, BODY, item, width=flow.width - room)
            base = top - BODY.leading(flow.rtl) * 0.72
            flow.write(flow.one(str(page), BODY), BODY, item, start=flow.width - room, width=room, y=base, align="end")
            flow.y -= 4
            flow.rule(flow.y, weight=0.3)
            flow.y -= 4

    def _bookmark(self, flow: Flow, text: str, level: int) -> None:
        key = f"b{len(self.outline)}"
        level = min(level, self.outline[-1][2] + 1) if self.outline else 0
        self.outline.append((key, text, level))
        y = flow.y

        def operation(canvas: Any, marks: Marks) -> None:
            canvas.bookmarkHorizontal(key, 0, y)
            canvas.addOutlineEntry(text, key, level=level)

        flow.put(operation)


class Letter(Document):
    """A letter: to whom, where and when, about what; then its paragraphs and signatures."""

    def __init__(self, subject: Any, *, to: Sequence[Any], on: date, place: Any = "", language: str = "en", reference: str = "") -> None:
        super().__init__(subject, language=language, reference=reference)
        self.to, self.on, self.place = [str(part) for part in to], on, place

    def _opening(self, flow: Flow, root: Node) -> None:
        flow.y -= 18
        place = [str(self.place)] if self.place else []
        when = _(", ").join([*place, text_of(self.on)])
        leading = BODY.leading(flow.rtl)
        flow.write(flow.one(when, BODY), BODY, root.add("P"), start=0, width=flow.width, y=flow.y - leading, align="end")
        flow.y -= 2 * leading
        for part in self.to:
            flow.block(flow.set(part, flow.width * 0.6, BODY), BODY, root.add("P"))
        flow.y -= 24
        flow.block(flow.set(str(self.title), flow.width, HEADINGS[1]), HEADINGS[1], root.add("H1"))
        flow.y -= 10
        self._bookmark(flow, str(self.title), 0)


# the blocks


def _paragraphs(flow: Flow, root: Node, text: str, style: Style) -> None:
    for part in text.replace("\r\n", "\n").split("\n\n"):
        if part.strip():
            shown = flow.set(part.strip("\n"), flow.width, style)
            flow.need(style.leading(flow.rtl) * (len(shown) if len(shown) <= 3 else 2))
            flow.block(shown, style, root.add("P"))
            flow.down(style.size * 0.7)


def _items(flow: Flow, root: Node, texts: list[Any], numbered: bool) -> None:
    inset = 16.0
    tag = root.add("L")
    for number, text in enumerate(texts, start=1):
        shown = flow.set(str(text), flow.width - inset, BODY)
        flow.need(BODY.leading(flow.rtl) * min(len(shown), 4))
        item = tag.add("LI")
        mark = flow.one(f"{number}." if numbered else "•", BODY)
        base = flow.y - BODY.leading(shown[0].rtl) * 0.72
        flow.write(mark, BODY, item.add("Lbl"), start=0, width=inset, y=base)
        flow.block(shown, BODY, item.add("LBody"), start=inset, width=flow.width - inset)
        flow.down(2)
    flow.down(6)


def _facts(flow: Flow, root: Node, facts: list[tuple[Any, Any]], small: bool) -> None:
    inset = flow.width * (0.26 if small else 0.34)
    body, faint = (Style(8.5), Style(8.5, colour=GREY)) if small else (BODY, LABEL)
    tag, leading = root.add("Table"), body.leading(flow.rtl)
    for label, value in facts:
        row = tag.add("TR")
        name = flow.set(str(label), inset - 10, faint)
        shown = flow.set(text_of(value), flow.width - inset, body)
        flow.need(leading * min(len(shown), 6) + 6)
        top = flow.y - 3
        head = row.add("TH", scope="Row")
        for number, each in enumerate(name):
            flow.write(each, faint, head, start=0, width=inset - 10, y=top - leading * (number + 0.72))
        cell, page = row.add("TD"), len(flow.pages)
        flow.y -= 3
        for each in shown:
            flow.need(leading)
            flow.y -= leading
            flow.write(each, body, cell, start=inset, width=flow.width - inset, y=flow.y + leading * 0.28)
        lowest = top - leading * len(name) if page == len(flow.pages) else flow.y
        flow.y = min(flow.y, lowest) - 3
        flow.rule(flow.y, weight=0.3)
    flow.down(10)


def _with_currency(text: Any, currency: str) -> str:
    return _("%(head)s (%(currency)s)") % {"head": text, "currency": currency} if text else currency


def _signatures(flow: Flow, root: Node, people: list[list[str]]) -> None:
    abreast = 3 if len(people) % 3 == 0 else 2
    width = (flow.width - 30 * (abreast - 1)) / abreast
    set_in = [[person[0], *(line for text in person[1:] for line in flow.set(text, width, BODY))] for person in people]
    for row in (set_in[index : index + abreast] for index in range(0, len(set_in), abreast)):
        height = 52 + BODY.leading(flow.rtl) * max(len(person) for person in row)
        flow.need(height)
        for index, person in enumerate(row):
            _signature(flow, root.add("P"), person, start=index * (width + 30), width=width)
        flow.y -= height + 10


def _signature(flow: Flow, tag: Node, person: list[Any], *, start: float, width: float) -> None:
    """One person's place to sign: for whom, a rule, and below it the lines of what is known."""
    label, *rest = person
    flow.write(flow.one(label, LABEL), LABEL, tag, start=start, width=width, y=flow.y - 12)
    flow.rule(flow.y - 44, start=start, width=width, colour=INK)
    for number, line in enumerate(rest):
        flow.write(line, BODY, tag, start=start, width=width, y=flow.y - 44 - BODY.leading(flow.rtl) * (number + 0.85))
