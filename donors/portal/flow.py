"""The geometry of the flow picture. Pure: shares of a whole become bars and bands in whole units of the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trustfund.money import Money

WIDTH, HEIGHT, BAR, GAP, SLOT = 720, 260, 14, 12, 34
COLUMNS = (0, 250, 500)
COLOURS = {
    "received": "#00609c",
    "psc": "#4b5a6a",
    "reserve": "#7a5195",
    "available": "#b35900",
    "reserved": "#8a6d00",
    "paid": "#1b6e52",
    "costs": "#8c2f39",
}


@dataclass(frozen=True)
class Bar:
    """One bar with its label: x, y, height; the text stands right of it."""

    x: int
    y: int
    height: int
    label: Any
    money: Money
    colour: str

    @property
    def text_x(self) -> int:
        return self.x + BAR + 8

    @property
    def text_y(self) -> int:
        return self.y + max(self.height // 2 - 4, 12)

    @property
    def text_y2(self) -> int:
        return self.text_y + 17


@dataclass(frozen=True)
class Band:
    """A band from one bar to another, as the points of a path."""

    path: str
    colour: str


@dataclass(frozen=True)
class Picture:
    bars: list[Bar]
    bands: list[Band]
    height: int
    width: int = WIDTH
    bar: int = BAR


def draw(received: tuple[Any, Money], parts: Sequence[tuple[str, Any, Money]], uses: Sequence[tuple[str, Any, Money]]) -> Picture | None:
    """The picture of what was received, split into `parts` (key, label, money), the part "paid" split into `uses`; None for nothing.

    Heights are proportional; parts of nothing are left out.
    """
    label, whole = received
    if whole.minor <= 0:
        return None
    first = Bar(COLUMNS[0], 0, HEIGHT, label, whole, COLOURS["received"])
    second = _stack(COLUMNS[1], [part for part in parts if part[2].minor > 0], whole)
    paid = next((bar for bar, key in second if key == "paid"), None)
    third = _stack(COLUMNS[2], [use for use in uses if use[2].minor > 0], whole) if paid else []
    bands = _bands(first, [bar for bar, _key in second])
    if paid:
        bands += _bands(paid, [bar for bar, _key in third])
    bars = [first, *(bar for bar, _key in [*second, *third])]
    return Picture(bars, bands, max(bar.y + max(bar.height, SLOT) for bar in bars) + 4)


def _stack(x: int, parts: Sequence[tuple[str, Any, Money]], whole: Money) -> list[tuple[Bar, str]]:
    """Bars one under the other, with room for each label."""
    found, y = [], 0
    for key, label, money in parts:
        height = max(2, money.minor * HEIGHT // whole.minor)
        found.append((Bar(x, y, height, label, money, COLOURS.get(key, COLOURS["paid"])), key))
        y += max(height, SLOT) + GAP
    return found


def _bands(source: Bar, targets: Sequence[Bar]) -> list[Band]:
    """Bands that leave the source one under the other, without gaps."""
    found, y = [], source.y
    for target in targets:
        left, right, middle = source.x + BAR, target.x, (source.x + BAR + target.x) // 2
        y1, y2, end = y, min(y + target.height, source.y + source.height), target.y + target.height
        path = (
            f"M{left} {y1} C{middle} {y1} {middle} {target.y} {right} {target.y} L{right} {end} C{middle} {end} {middle} {y2} {left} {y2} Z"
        )
        found.append(Band(path, target.colour))
        y = y2
    return found
