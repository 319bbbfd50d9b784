"""Text to lines: scripts of both directions, joined letters, wrapping. Widths are in thousandths of the type size.

Nothing in a text is markup. Text is cleaned (control characters, bidi overrides), put in its font, ordered by the Unicode
bidirectional algorithm (python-bidi) and, where letters join, shaped (HarfBuzz).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any

import uharfbuzz
from bidi import algorithm
from reportlab.pdfbase.ttfonts import ShapeData, ShapedStr

from trustfund.documents.faces import COMPLEX, MISSING, face, font_for, shaper

RIGHT_TO_LEFT = ("R", "AL")
SHAPED = ("R", "AL", "AN", "NSM")
JOINERS = "\u200c\u200d"
OPENING, CLOSING = "([{", ")]}"
NOT_AT_START = "，。、；：！？）》」』】〉”’…％,.;:!?)]}"
NOT_AT_END = "（《「『【〈“‘([{"


@dataclass(frozen=True)
class Piece:
    """Glyphs of one font, in the order in which they are drawn, and their width."""

    text: str
    font: str
    width: float


@dataclass(frozen=True)
class Line:
    """One line: the text as it is read, and its pieces from left to right."""

    text: str
    pieces: tuple[Piece, ...] = field(compare=False)
    width: float
    rtl: bool = False


def is_rtl(text: str, document_rtl: bool = False) -> bool:
    """Whether a text runs from right to left: by its first strong letter, in an Arabic document by any of them."""
    strong = [kind for kind in map(unicodedata.bidirectional, text) if kind == "L" or kind in RIGHT_TO_LEFT]
    if document_rtl:
        return not strong or any(kind in RIGHT_TO_LEFT for kind in strong)
    return bool(strong) and strong[0] in RIGHT_TO_LEFT


def clean(text: str) -> str:
    """The text without what can't be seen but would change how the rest is seen; line breaks stay."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n"))
    return "".join(map(_visible, text.replace("\t", "    ")))


@lru_cache(maxsize=10_000)
def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if character == "\n" or character in JOINERS:
        return character
    if category in ("Cc", "Cf"):
        return ""
    return MISSING if category in ("Cn", "Co", "Cs") else character


def lines(text: str, *, width: float, bold: bool = False, rtl: bool = False) -> list[Line]:
    """The lines of a text, at most `width` wide each; an empty text has one empty line. `rtl` is the document's direction."""
    return [line for part in clean(text).split("\n") for line in _wrapped(part, width, bold, is_rtl(part, rtl))]


def line(text: str, *, bold: bool = False, rtl: bool = False) -> Line:
    """The text on one line, however long."""
    text = clean(text).replace("\n", " ")
    base = is_rtl(text, rtl)
    return _set(text, 0, len(text), _levels(text, base), bold, base)


def unbroken(text: str) -> list[str]:
    """The parts of a text that a line break never tears, one after the other."""
    return [text[first:last] for first, last in _atoms(text)]


def _wrapped(text: str, width: float, bold: bool, base: bool) -> Iterator[Line]:
    text = text.strip(" ")
    levels = _levels(text, base)
    start = end = 0
    used = 0.0
    for first, last in _atoms(text):
        room = _width(text[first:last], bold)
        glue = _width(text[end:first], bold) if first > end else 0.0
        if end > start and used + glue + room > width:
            yield _set(text, start, end, levels, bold, base)
            start, used, glue = first, 0.0, 0.0
        while room > width and last - first > 1:
            cut = first + _fitting(text[first:last], width - used - glue, bold)
            yield _set(text, start, cut, levels, bold, base)
            start = first = end = cut
            used, glue, room = 0.0, 0.0, _width(text[first:last], bold)
        used, end = used + glue + room, last
    yield _set(text, start, end, levels, bold, base)


def _fitting(word: str, width: float, bold: bool) -> int:
    """How many characters of a word that is too long fit; at least one."""
    used = 0.0
    for count, character in enumerate(word):
        used += _width(character, bold)
        if used > width:
            return _at_a_letter(word, max(1, count))
    return len(word)


def _at_a_letter(word: str, cut: int) -> int:
    """The place at or before `cut` where no mark is torn from its letter; at least one letter on."""
    at = cut
    while at > 1 and (unicodedata.category(word[at])[0] == "M" or word[at] in JOINERS or word[at - 1] in JOINERS):
        at -= 1
    return at if at > 1 else cut


def _atoms(text: str) -> Iterator[tuple[int, int]]:
    """The parts of a text that are not broken: words, and single characters of Chinese (never apart from their punctuation)."""
    for word in re.finditer(r"[^ ]+", text):
        first = word.start()
        for at in range(word.start() + 1, word.end()):
            if _breakable(text[at - 1], text[at]):
                yield first, at
                first = at
        yield first, word.end()


def _breakable(before: str, after: str) -> bool:
    if before < "\u2e80" and after < "\u2e80":
        return False
    return (_is_han(before) or _is_han(after)) and after not in NOT_AT_START and before not in NOT_AT_END


def _is_han(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or "\uff00" <= character <= "\uffef"


def _set(text: str, start: int, end: int, levels: list[int] | None, bold: bool, base: bool) -> Line:
    """The line text[start:end] with its pieces in the order in which they are seen."""
    shown = text[start:end]
    if levels is None:
        pieces = _pieces(shown, bold, False)
    else:
        runs = _visual([(level, start + at, start + until) for level, at, until in _runs(levels[start:end])])
        pieces = tuple(piece for level, at, until in runs for piece in _pieces(text[at:until], bold, bool(level % 2)))
    return Line(shown, pieces, sum(piece.width for piece in pieces), base)


def _runs(levels: list[int]) -> Iterator[tuple[int, int, int]]:
    for level, group in groupby(enumerate(levels), key=lambda pair: pair[1]):
        indexes = [index for index, _level in group]
        yield level, indexes[0], indexes[-1] + 1


def _visual(runs: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Rule L2: from the highest level down, what stands at that level or above is turned round."""
    for threshold in range(max((run[0] for run in runs), default=0), 0, -1):
        turned: list[tuple[int, int, int]] = []
        for above, group in groupby(runs, key=lambda run: run[0] >= threshold):
            part = list(group)
            turned += part[::-1] if above else part
        runs = turned
    return runs


def _levels(text: str, base: bool) -> list[int] | None:
    """The embedding level of each character; None when all of it runs from left to right."""
    if not base and not any(unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in text):
        return None
    seen = [index for index, character in enumerate(text) if character not in JOINERS]
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = int(base), "LR"[base]
    algorithm.get_embedding_levels("".join(text[index] for index in seen), storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    _pair_brackets(storage["chars"], "LR"[base])
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    levels = [int(base)] * len(text)
    for index, character in zip(seen, storage["chars"], strict=True):
        levels[index] = character["level"]
    for index in range(1, len(text)):
        if text[index] in JOINERS:
            levels[index] = levels[index - 1]
    return levels


def _pair_brackets(characters: list[dict[str, Any]], base: str) -> None:
    """Rule N0, which python-bidi leaves out: both brackets of a pair run like what is inside, so "Aid (AID)" keeps its last one.

    `characters` have their kind after the weak ones were resolved, and as "ch" the letter; `base` is the direction of the text.
    """
    for first, last in _bracket_pairs(characters):
        inside = {_direction(each) for each in characters[first + 1 : last]} - {""}
        if not inside:
            continue
        before = next((found for each in reversed(characters[:first]) if (found := _direction(each))), base)
        runs = base if base in inside else before
        characters[first]["type"] = characters[last]["type"] = runs


def _bracket_pairs(characters: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Which brackets belong together, in the order of the opening ones; those without another are left out."""
    waiting: list[tuple[str, int]] = []
    pairs = []
    for index, each in enumerate(characters):
        if each["ch"] in OPENING:
            waiting.append((CLOSING[OPENING.index(each["ch"])], index))
        elif each["ch"] in CLOSING and any(closing == each["ch"] for closing, _at in waiting):
            while waiting[-1][0] != each["ch"]:
                waiting.pop()
            pairs.append((waiting.pop()[1], index))
    return sorted(pairs)


def _direction(character: dict[str, Any]) -> str:
    """ "L" or "R" of what has a direction (digits count as "R", by rule N0), else ""."""
    kind = character["type"]
    return "L" if kind == "L" else "R" if kind in ("R", "EN", "AN") else ""


@lru_cache(maxsize=20_000)
def _width(text: str, bold: bool) -> float:
    rtl = any(unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in text)
    return sum(piece.width for piece in _pieces(text, bold, rtl))


@lru_cache(maxsize=20_000)
def _pieces(text: str, bold: bool, rtl: bool) -> tuple[Piece, ...]:
    """A run of one direction as pieces of one font each, from left to right."""
    parts = [_piece("".join(group), font, rtl) for font, group in _by_font(text, bold)]
    return tuple(reversed(parts) if rtl else parts)


def _by_font(text: str, bold: bool) -> Iterator[tuple[str, list[str]]]:
    """Groups of characters of one font; what no font has is shown as missing; joiners stay with the letter before."""
    fonts: list[tuple[str, str]] = []
    for character in text:
        if fonts and character in JOINERS:
            fonts.append((fonts[-1][0], character))
            continue
        font = font_for(character, bold)
        fonts.append((font, character) if font else (font_for(MISSING, bold), MISSING))
    for font, group in groupby(fonts, key=lambda pair: pair[0]):
        yield font, [character for _font, character in group]


def _piece(text: str, font: str, rtl: bool) -> Piece:
    if rtl or font in COMPLEX or any(unicodedata.bidirectional(character) in SHAPED for character in text):
        return _shaped(text, font, rtl)
    return Piece(text, font, face(font).stringWidth(text, 1000))


def _shaped(text: str, font: str, rtl: bool) -> Piece:
    """HarfBuzz joins letters, places marks and turns brackets; each glyph is then named by the character that reportlab knows it by."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if rtl else "ltr"
    uharfbuzz.shape(shaper(font), buffer, {"kern": True, "liga": True})
    known, scale = face(font).face, face(font).pdfScale
    characters, data, width = "", [], 0.0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        code = known.glyphToChar[info.codepoint][0]
        advance = scale(position.x_advance)
        offsets = (scale(position.y_advance), scale(position.x_offset), scale(position.y_offset))
        data.append(ShapeData(info.cluster, advance, *offsets, known.charWidths[code]))
        characters += chr(code)
        width += advance
    return Piece(ShapedStr(characters, shapeData=data), font, width)
