"""The vendored fonts: which one has a character, and every glyph reachable, in a fixed order.

reportlab gives a glyph that has no character of its own (a joined Arabic letter) a private one when it first meets it; the bytes of
a document would then depend on what was made before it. So all of them get theirs when the font is loaded.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path

import uharfbuzz
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD, HAN = "VTFSans-Regular", "VTFSans-Bold", "VTFHan-Regular"
PRIVATE = 0xE000
BLOCKS = {
    (0x900, 0x980): "VTFDevanagari-Regular",
    (0x980, 0xA00): "VTFBengali-Regular",
    (0xA00, 0xA80): "VTFGurmukhi-Regular",
    (0xA80, 0xB00): "VTFGujarati-Regular",
    (0xB00, 0xB80): "VTFOriya-Regular",
    (0xB80, 0xC00): "VTFTamil-Regular",
    (0xC00, 0xC80): "VTFTelugu-Regular",
    (0xC80, 0xD00): "VTFKannada-Regular",
    (0xD00, 0xD80): "VTFMalayalam-Regular",
    (0xD80, 0xE00): "VTFSinhala-Regular",
    (0xE00, 0xE80): "VTFThai-Regular",
    (0xE80, 0xF00): "VTFLao-Regular",
    (0x1000, 0x10A0): "VTFMyanmar-Regular",
    (0x1200, 0x13A0): "VTFEthiopic-Regular",
    (0x1780, 0x1800): "VTFKhmer-Regular",
}
"""Scripts of the names of organisations; their letters are always shaped."""
COMPLEX = frozenset(BLOCKS.values())
LIGHT = COMPLEX | {HAN}
"""Fonts of one weight: bold is drawn with an outline."""
MISSING = "\ufffd"
_loading = threading.Lock()


@lru_cache
def face(name: str) -> TTFont:
    """The font of that name, loaded once and known to reportlab."""
    with _loading:
        font = TTFont(name, str(FONTS / f"{name}.ttf"))
        if name != HAN:
            _reach_all_glyphs(font)
        pdfmetrics.registerFont(font)
        return font


def _reach_all_glyphs(font: TTFont) -> None:
    shaper = uharfbuzz.Font(font.hbFace)
    private = PRIVATE
    for glyph in range(font.hbFace.glyph_count):
        if glyph in font.face.glyphToChar:
            continue
        font.face.charToGlyph[private] = glyph
        font.face.glyphToChar[glyph] = [private]
        font.face.charWidths[private] = font.face._pdfScale(shaper.get_glyph_h_advance(glyph))
        private += 1


@lru_cache
def shaper(name: str) -> uharfbuzz.Font:
    """The font as the shaper sees it."""
    return uharfbuzz.Font(face(name).hbFace)


@lru_cache(maxsize=20_000)
def font_for(character: str, bold: bool) -> str:
    """The name of the font that has the character, "" if none has."""
    first = BOLD if bold else REGULAR
    code = ord(character)
    if code in face(first).face.charToGlyph and not PRIVATE <= code < 0xF900:
        return first
    if 0x900 <= code < 0x1800:
        name = next((name for (start, end), name in BLOCKS.items() if start <= code < end), "")
        return name if name and code in face(name).face.charToGlyph else ""
    return HAN if code in face(HAN).face.charToGlyph else ""
