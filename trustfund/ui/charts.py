"""Charts as SVG drawn on the server: one idea each, every bar labelled, the data as a table below.

Presentation attributes only: the CSP allows no inline style.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi

# Five colours that stay apart for colour-blind readers, each >= 3:1 against white.
COLOURS = ("#00609c", "#b35900", "#1b6e52", "#7a5195", "#4b5a6a")
WIDTH, ROW, LABEL, VALUE = 720, 32, 232, 128
BAR = (
    '<text x="{}" y="{}" text-anchor="{}" class="chart-label">{}</text><rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>'
    '<text x="{}" y="{}" text-anchor="{}" class="chart-value">{}</text>'
)
"""A label, a bar, and the value at its end."""
_numbers = count(1)


@dataclass(frozen=True)
class Chart:
    """What `<c-chart>` shows: the drawing, and the same data as rows of a table under `head`."""

    title: str
    description: str
    head: tuple[str, str]
    rows: Sequence[tuple[str, str]]
    svg: SafeString


def bars(title: str, description: str, rows: Sequence[tuple[str, Decimal | int, str]], *, head: tuple[str, str]) -> Chart:
    """Horizontal bars from (label, value >= 0, the value as text); the longest fills the width."""
    top = max((Decimal(value) for _label, value, _text in rows), default=Decimal(0)) or Decimal(1)
    room = WIDTH - LABEL - VALUE
    drawn = format_html_join(
        "",
        BAR,
        [_bar(place, label, int(room * Decimal(value) / top), text) for place, (label, value, text) in enumerate(rows)],
    )
    return Chart(
        title, description, head, [(label, text) for label, _value, text in rows], _svg(title, description, ROW * len(rows), drawn)
    )


def _bar(place: int, label: str, length: int, text: str) -> tuple[object, ...]:
    return _drawn(place, label, LABEL, max(length, 1), COLOURS[0], LABEL + max(length, 1), text)


def _drawn(place: int, label: str, start: int, length: int, colour: str, end: int, text: str) -> tuple[object, ...]:
    """What BAR wants: label, bar from `start`, value after `end`; mirrored where reading goes from right to left."""
    top, middle = place * ROW, place * ROW + ROW // 2 + 5
    if get_language_bidi():
        start, end = WIDTH - start - length, WIDTH - end
        return (WIDTH - LABEL + 8, middle, "start", label, start, top + 6, length, ROW - 12, colour, end - 8, middle, "end", text)
    return (LABEL - 8, middle, "end", label, start, top + 6, length, ROW - 12, colour, end + 8, middle, "start", text)


def _svg(title: str, description: str, height: int, drawn: SafeString) -> SafeString:
    number = next(_numbers)
    return format_html(
        '<svg class="chart-drawing" viewBox="0 0 {} {}" role="img" aria-labelledby="chart-{}-t chart-{}-d">'
        '<title id="chart-{}-t">{}</title><desc id="chart-{}-d">{}</desc>{}</svg>',
        WIDTH, height, number, number, number, title, number, description, drawn,
    )  # fmt: skip


def levels(title: str, description: str, rows: Sequence[tuple[str, Decimal, str]], *, head: tuple[str, str]) -> Chart:
    """Horizontal bars from a line at zero, which may go to the other side: (label, value, the value as text); what is below is marked."""
    top = max([value for _label, value, _text in rows] + [Decimal(0)])
    below = -min([value for _label, value, _text in rows] + [Decimal(0)])
    scale = Decimal(WIDTH - LABEL - VALUE) / ((top + below) or Decimal(1))
    zero = LABEL + int(below * scale)
    drawn = format_html_join(
        "",
        BAR,
        [_level(place, label, value, text, zero, scale) for place, (label, value, text) in enumerate(rows)],
    )
    zero = WIDTH - zero if get_language_bidi() else zero
    axis = format_html('<line x1="{}" y1="0" x2="{}" y2="{}" stroke="#4b5a6a"/>', zero, zero, ROW * len(rows))
    drawing = _svg(title, description, ROW * len(rows), drawn + axis)
    return Chart(title, description, head, [(label, text) for label, _value, text in rows], drawing)


def _level(place: int, label: str, value: Decimal, text: str, zero: int, scale: Decimal) -> tuple[object, ...]:
    length = max(int(abs(value) * scale), 1)
    start = zero if value >= 0 else zero - length
    colour = COLOURS[0] if value >= 0 else "#a3231a"
    end = zero + (length if value >= 0 else 0)
    return _drawn(place, label, start, length, colour, end, text)
