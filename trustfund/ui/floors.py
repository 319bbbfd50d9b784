"""The picture of the floors, drawn from the import contracts as SVG."""

from __future__ import annotations

from xml.sax.saxutils import escape

WIDTH, HEIGHT, GAP, LEFT = 760, 34, 6, 20
FILL = ("#e6eff7", "#f6f8fa")


def picture(parts: list[tuple[str, list[list[str]]]]) -> str:
    """An SVG of the floors; nothing imports upward. `parts`: [(title, [[modules side by side], ...])], the highest first."""
    shapes: list[str] = []
    top = 20
    for title, layers in parts:
        shapes.append(f'<text x="{LEFT}" y="{top + 14}" font-weight="bold">{escape(title)}</text>')
        top += 26
        for number, modules in enumerate(layers):
            shapes += _floor(modules, top, FILL[number % 2])
            top += HEIGHT + GAP
        top += 18
    box = f'viewBox="0 0 {WIDTH + 2 * LEFT} {top}"'
    frame = f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-family="sans-serif" font-size="13" role="img">'
    about = "<title>The floors of the house</title><desc>Each floor may import from those below it, never from one above.</desc>"
    return "\n".join([frame, about, *shapes, "</svg>\n"])


def _floor(modules: list[str], top: int, fill: str) -> list[str]:
    width = (WIDTH - GAP * (len(modules) - 1)) / len(modules)
    shapes = []
    for number, name in enumerate(modules):
        left = LEFT + number * (width + GAP)
        shapes.append(f'<rect x="{left:.0f}" y="{top}" width="{width:.0f}" height="{HEIGHT}" rx="4" fill="{fill}" stroke="#00609c"/>')
        shapes.append(f'<text x="{left + width / 2:.0f}" y="{top + 22}" text-anchor="middle" fill="#14202e">{escape(name)}</text>')
    return shapes
