"""Tables: columns measured, rows over pages with the head again on each, figures under figures, totals over a double rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trustfund.documents.flow import GREY, INK, Flow, Style
from trustfund.documents.shown import is_number, text_of
from trustfund.documents.tags import Node
from trustfund.documents.typesetting import Line, line, unbroken
from trustfund.money import Money

PAD = 5.0
GAP = 3.5
SAMPLE = 200
SHORT = 12
"""A table of so few rows is not begun where it does not fit."""
SIZES = (8.5, 7.5, 6.5, 5.5)
TAGGED_ROWS = 1_500
"""A longer table is tagged row by row: a tag per cell would make the file larger than what it says."""


@dataclass(frozen=True)
class Row:
    """A row: its cells (text, Money, Decimal, int, date, None), its kind and its indent in steps.

    Kinds: "line"; "section" (a heading within the table); "subtotal" (under a rule); "total" (between a rule and a double rule).
    """

    cells: Sequence[Any]
    kind: str = "line"
    indent: int = 0


@dataclass
class Grid:
    """A table to be laid on pages. `align` has "l" or "r" per column; `widths` are shares; `plain` leaves currencies to the head."""

    head: Sequence[str]
    rows: Sequence[Row]
    align: str = ""
    widths: Sequence[float] | None = None
    plain: bool = True
    size: float = SIZES[0]
    columns: list[float] = field(default_factory=list)

    def begin(self, flow: Flow) -> float:
        """Measure the columns; the height that must be left for the table to begin: its head and some rows, or all of a short one."""
        self.align = self.align or self._guess()
        self._fit(flow)
        style = self._style("head")
        leading = style.leading(flow.rtl)
        count = len(self.rows) if len(self.rows) <= SHORT else 2
        gap = GAP * flow.density
        return leading * max((len(cell) for cell in self._heads(flow)), default=1) + count * (leading + 2 * gap) + 2 * gap

    def _heads(self, flow: Flow) -> list[list[Line]]:
        style = self._style("head")
        return [flow.set(str(text), width - 2 * PAD, style) for text, width in zip(self.head, self.columns, strict=True)]

    def lay(self, flow: Flow, node: Node) -> None:
        """Put the table on the flow's pages, once it has begun."""
        head = self._heads(flow)
        self._head(flow, node, head)
        for index, row in enumerate(self.rows):
            keep = row.kind == "section" or any(each.kind in ("subtotal", "total") for each in self.rows[index + 1 : index + 2])
            self._row(flow, node, row, head, keep)
        if not self.rows or self.rows[-1].kind != "total":
            flow.rule(flow.y, colour=INK, weight=0.5)
        flow.y -= 12 * flow.density

    def _style(self, kind: str) -> Style:
        colour = GREY if kind == "head" else INK
        return Style(self.size, bold=kind in ("head", "section", "subtotal", "total"), colour=colour)

    def _text(self, value: Any, index: int) -> str:
        """The value as text; without its currency where the column's head has it."""
        headed = isinstance(value, Money) and value.currency in str(self.head[index])
        return text_of(value, plain=self.plain or headed or isinstance(value, date))

    def _guess(self) -> str:
        """Figures to the right, by the first row that has a value in the column."""
        lines = [row.cells for row in self.rows if row.kind != "section"]
        return "".join("r" if any(is_number(cells[i]) for cells in lines[:20] if i < len(cells)) else "l" for i in range(len(self.head)))

    # widths

    def _fit(self, flow: Flow) -> None:
        """Columns as wide as they need; when that is too much, texts share what figures leave; then smaller type."""
        for size in SIZES:
            self.size = size
            if self.widths:
                break
            natural, least = self._measured()
            if sum(least) <= flow.width:
                self.columns = self._shared(natural, least, flow.width)
                return
        shares = self.widths or [max(each, 1.0) for each in natural]
        self.columns = [flow.width * share / sum(shares) for share in shares]

    def _measured(self) -> tuple[list[float], list[float]]:
        """Per column the width of its longest cell, and the least that breaks no word (figures are never broken)."""
        natural, least = [], []
        for index, title in enumerate(self.head):
            cells = [self._text(row.cells[index], index) for row in self._sample() if index < len(row.cells)]
            wide = max((self._wide(cell, "total") for cell in cells), default=0.0)
            words = [*unbroken(str(title)), *self._unbroken(index)]
            word = max((self._wide(word, "total") for word in words), default=0.0)
            title_wide = self._wide(str(title), "head")
            headed = max((self._wide(part, "head") for part in unbroken(str(title))), default=0.0)
            natural.append(max(wide, min(headed, 130.0), min(title_wide, max(wide, 70.0))) + 2 * PAD + 1)
            least.append(min(max(max(wide, headed) if self.align[index] == "r" else word, 24.0), 130.0) + 2 * PAD + 1)
        return natural, least

    def _unbroken(self, index: int) -> Iterator[str]:
        """What is not broken of the cells of a column: their words, and days as a whole."""
        for row in self._sample():
            value = row.cells[index] if index < len(row.cells) else ""
            text = self._text(value, index)
            yield from [text] if isinstance(value, date) else unbroken(text)

    def _sample(self) -> list[Row]:
        rows = [row for row in self.rows if row.kind != "section"]
        if len(rows) <= 2 * SAMPLE:
            return rows
        return rows[:SAMPLE] + rows[-SAMPLE // 2 :] + rows[SAMPLE :: max(1, len(rows) // SAMPLE)]

    def _wide(self, text: str, kind: str) -> float:
        style = self._style(kind)
        return line(text, bold=style.bold).width * style.size / 1000

    def _shared(self, natural: list[float], least: list[float], width: float) -> list[float]:
        if sum(natural) <= width:
            spare = width - sum(natural)
            texts = [index for index, align in enumerate(self.align) if align == "l"] or [0]
            return [each + (spare if index == texts[0] else 0) for index, each in enumerate(natural)]
        over = [max(0.0, want - need) for want, need in zip(natural, least, strict=True)]
        spare = width - sum(least)
        return [need + spare * more / sum(over) for need, more in zip(least, over, strict=True)]

    # rows

    def _head(self, flow: Flow, node: Node, head: list[list[Line]]) -> None:
        style = self._style("head")
        leading = style.leading(flow.rtl)
        gap = GAP * flow.density
        height = leading * max(len(cell) for cell in head) + 2 * gap
        flow.need(height + 4 * leading)
        row = node.add("TR")
        for index, cell in enumerate(head):
            first = flow.y - height + leading * (len(cell) - 1) + gap
            tag = row.add("TH", scope="Column")
            self._cell(flow, tag, cell, index, style, top=first + leading, figure=self.align[index] == "r")
        flow.y -= height
        flow.rule(flow.y, colour=INK, weight=0.8)

    def _row(self, flow: Flow, node: Node, row: Row, head: list[list[Line]], keep: bool) -> None:
        """A row, or as much of it as the page takes, then the rest under the head again; `keep` leaves room for the row that follows."""
        style = self._style(row.kind)
        leading = style.leading(flow.rtl)
        cells = [self._lines(flow, row, index, style) for index in range(len(self.columns))]
        most = max(len(cell) for cell in cells)
        gap = GAP * flow.density
        height = leading * most + 2 * gap
        follows = leading * 2 if keep else 0
        if flow.room < height + follows and height < flow.height / 3:
            self._again(flow, node, head)
        done = 0
        tag = node.add("TR")
        while done < most:
            fits = max(1, int((flow.room - 2 * gap) / leading))
            self._part(flow, tag, row, [cell[done : done + fits] for cell in cells], style, min(fits, most - done))
            done += fits
            if done < most:
                self._again(flow, node, head)

    def _again(self, flow: Flow, node: Node, head: list[list[Line]]) -> None:
        flow.torn += 1
        flow.turn()
        self._head(flow, node, head)

    def _lines(self, flow: Flow, row: Row, index: int, style: Style) -> list[Line]:
        value = row.cells[index] if index < len(row.cells) else ""
        width = flow.width if row.kind == "section" else self.columns[index]
        indent = 10.0 * row.indent if index == 0 else 0.0
        if is_number(value):
            return [line(self._text(value, index), bold=style.bold)]
        return flow.set(self._text(value, index), width - 2 * PAD - indent, style)

    def _part(self, flow: Flow, tag: Node, row: Row, cells: list[list[Line]], style: Style, count: int) -> None:
        gap = GAP * flow.density
        top = flow.y - gap
        if row.kind in ("subtotal", "total"):
            self._rules(flow)
        by_row = len(self.rows) > TAGGED_ROWS
        for index, cell in enumerate(cells):
            part = tag if by_row else self._tag(tag, index)
            value = row.cells[index] if index < len(row.cells) else ""
            indent = 10.0 * row.indent if index == 0 else 0.0
            self._cell(flow, part, cell, index, style, top=top, figure=is_number(value), indent=indent)
        flow.y -= style.leading(flow.rtl) * count + 2 * gap
        if row.kind == "total":
            self._rules(flow, double=True)
            flow.y -= 3
        elif row.kind == "line":
            flow.rule(flow.y, weight=0.3)

    def _tag(self, tag: Node, index: int) -> Node:
        if index < len(tag.kids):
            return tag.kids[index]
        return tag.add("TH", scope="Row") if index == 0 else tag.add("TD")

    def _rules(self, flow: Flow, *, double: bool = False) -> None:
        """A rule over the columns of figures; a double one under a total."""
        start = 0.0
        for index, width in enumerate(self.columns):
            if self.align[index] == "r":
                for drop in (0.0, 1.8) if double else (0.0,):
                    flow.rule(flow.y - drop, start=start + PAD, width=width - 2 * PAD, colour=INK, weight=0.6)
            start += width

    def _cell(
        self, flow: Flow, tag: Node, cell: list[Line], index: int, style: Style, *, top: float, figure: bool, indent: float = 0
    ) -> None:
        """Figures stand right in both directions of reading, and a closing bracket hangs outside the digits."""
        start = sum(self.columns[:index]) + PAD + indent
        width = self.columns[index] - 2 * PAD - indent
        leading = style.leading(flow.rtl)
        hang = line(")", bold=style.bold).width * style.size / 1000
        for number, shown in enumerate(cell):
            align = "right" if figure else ("end" if self.align[index] == "r" else "start")
            room = width if not figure or shown.text.endswith(")") else width - hang
            place = start + (width - room if flow.rtl and figure else 0)
            flow.write(shown, style, tag, start=place, width=room, y=top - leading * number - leading * 0.72, align=align)


