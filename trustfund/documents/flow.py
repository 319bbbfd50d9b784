"""Pages that fill from top to bottom. Places count from the side where reading starts: an Arabic page mirrors an English one.

What is drawn is first kept per page (so that the last page's number is known) and then drawn in one go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape

from trustfund.documents.faces import LIGHT
from trustfund.documents.tags import Marks, Node
from trustfund.documents.typesetting import Line, line, lines

INK, GREY, HAIRLINE, BLUE = HexColor("#14202e"), HexColor("#4b5a6a"), HexColor("#d6dde5"), HexColor("#00609c")
MARGIN, TOP, BOTTOM = 57.0, 76.0, 68.0
DENSITIES = (1.0, 0.8, 0.6, 0.45)
"""How much of the usual blank is left between rows, paragraphs and tables, from loose to tight."""
LEADING = 1.42
ARABIC_LEADING = 1.62

Operation = Callable[[Any, Marks], None]


@dataclass(frozen=True)
class Style:
    """Size in points, weight and colour of a text."""

    size: float = 10
    bold: bool = False
    colour: Any = INK

    def leading(self, rtl: bool) -> float:
        return self.size * (ARABIC_LEADING if rtl else LEADING)


BODY = Style()
SMALL = Style(8, colour=GREY)
LABEL = Style(9, colour=GREY)


@dataclass
class Flow:
    """The pages so far, and how far down the last one is used. All measures are points.

    `density` is what is left of the blank between rows, paragraphs and tables; `torn` counts the tables that went over a page's end, `bare`
    the pages of which a third or more stayed empty because what comes next did not fit.
    """

    rtl: bool = False
    wide: bool = False
    density: float = 1.0
    torn: int = 0
    bare: int = 0
    pages: list[list[Operation]] = field(default_factory=lambda: [[]])
    y: float = 0

    def __post_init__(self) -> None:
        self.papers: list[tuple[float, float]] = []
        self._take(self.wide)

    def _take(self, wide: bool) -> None:
        """A sheet of paper, upright or turned."""
        self.wide = wide
        self.paper = landscape(A4) if wide else A4
        self.papers.append(self.paper)
        self.width = self.paper[0] - 2 * MARGIN
        self.y = self.paper[1] - TOP

    @property
    def room(self) -> float:
        """What is left of the page."""
        return self.y - BOTTOM

    @property
    def height(self) -> float:
        """What an empty page has."""
        return float(self.paper[1]) - TOP - BOTTOM

    @property
    def fresh(self) -> bool:
        """Whether nothing stands on the page yet."""
        return self.room >= self.height

    def turn(self, wide: bool | None = None) -> None:
        """A new page, of the same paper unless another one is asked for."""
        self.pages.append([])
        self._take(self.wide if wide is None else wide)

    def need(self, height: float) -> None:
        """A new page if the rest of this one is less than `height` and an empty one is more."""
        if self.room < height and not self.fresh:
            self.bare += self.room > self.height / 3
            self.turn()

    def down(self, height: float) -> None:
        """Leave blank, but never at the head of a page."""
        if not self.fresh:
            self.y -= height * self.density

    def put(self, operation: Operation) -> None:
        """Draw on the last page, later."""
        self.pages[-1].append(operation)

    def set(self, text: str, width: float, style: Style) -> list[Line]:
        """The lines of a text in a column of `width` points."""
        return lines(text, width=width * 1000 / style.size, bold=style.bold, rtl=self.rtl)

    def one(self, text: str, style: Style) -> Line:
        """The text as one line."""
        return line(text, bold=style.bold, rtl=self.rtl)

    def wide_of(self, text: str, style: Style) -> float:
        """How wide the text is on one line, in points."""
        return self.one(text, style).width * style.size / 1000

    def left(self, start: float, width: float) -> float:
        """The left edge of a box that begins `start` points from where reading starts."""
        return self.paper[0] - MARGIN - start - width if self.rtl else MARGIN + start

    def write(self, shown: Line, style: Style, node: Node | None, *, start: float, width: float, y: float, align: str = "start") -> None:
        """A line in a box, with `y` its base line; `align` is "start", "end" (of reading), "left", "right" or "middle"."""
        room = width - shown.width * style.size / 1000
        left = {"left": 0.0, "right": room, "middle": room / 2, "start": room if self.rtl else 0.0, "end": 0.0 if self.rtl else room}
        x = self.left(start, width) + left[align]
        self.put(lambda canvas, marks: draw(canvas, marks, shown, style, node, x, y))

    def rule(self, y: float, *, start: float = 0, width: float | None = None, colour: Any = HAIRLINE, weight: float = 0.5) -> None:
        """A horizontal rule."""
        width = self.width if width is None else width
        x = self.left(start, width)

        def operation(canvas: Any, marks: Marks) -> None:
            with marks.on(canvas, None):
                canvas.setStrokeColor(colour)
                canvas.setLineWidth(weight)
                canvas.line(x, y, x + width, y)

        self.put(operation)

    def block(self, shown: list[Line], style: Style, node: Node | None, *, start: float = 0, width: float | None = None) -> None:
        """Lines one under the other, over as many pages as they need; each by its own direction of reading."""
        width = self.width if width is None else width
        for each in shown:
            leading = style.leading(each.rtl)
            self.need(leading)
            self.y -= leading
            align = "right" if each.rtl else ("left" if each.text else "start")
            self.write(each, style, node, start=start, width=width, y=self.y + leading * 0.28, align=align)


def draw(canvas: Any, marks: Marks, shown: Line, style: Style, node: Node | None, x: float, y: float) -> None:
    """Draw a line from x on; joined or reordered letters also say what they are. Bold of a font of one weight has its outline drawn."""
    if not shown.pieces:
        return
    plain = all(type(piece.text) is str for piece in shown.pieces) and not shown.rtl
    with marks.on(canvas, node, "" if plain else shown.text):
        text = canvas.beginText(x, y)
        text.setFillColor(style.colour)
        canvas.setLineWidth(style.size * 0.03)
        text.setStrokeColor(style.colour)
        for piece in shown.pieces:
            text.setTextRenderMode(2 if style.bold and piece.font in LIGHT else 0)
            text.setFont(piece.font, style.size)
            text.setTextOrigin(x, y)
            text._textOut(piece.text)  # the public textOut measures again, and knows no shaped text
            x += piece.width * style.size / 1000
        text.setTextRenderMode(0)
        canvas.drawText(text)
