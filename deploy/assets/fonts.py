"""Builds the fonts of the documents. A developer runs it when a version changes; the result is committed.

    apt-get download fonts-noto-core && dpkg -x fonts-noto-core_*.deb noto
    npm pack @fontsource/noto-sans-sc@5.3.0 && tar xzf fontsource-noto-sans-sc-5.3.0.tgz
    pip install "fonttools[woff]" && python fonts.py noto/usr/share/fonts/truetype/noto package ../../trustfund/documents/fonts

One file per weight holds Latin, Greek, Cyrillic, Georgian, Armenian, Hebrew and Arabic; Chinese and each script of OTHERS (organisations
have names in them) is a file of its own, in one weight.
Times are left out of the fonts, so that the same sources give the same bytes; their hashes go to fonts.sha256.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont

LATIN = [
    *range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x250, 0x2B0), *range(0x2B0, 0x370), *range(0x370, 0x400), *range(0x400, 0x530),
    *range(0x1E00, 0x2000), *range(0x2000, 0x2070), *range(0x2070, 0x20A0), *range(0x20A0, 0x20C1), 0x2116, 0x2122, 0x2212, 0x2215, 0x221E,
    0x2260, 0x2264, 0x2265, 0x25A1, 0x25CC, 0xFFFD,
]
ARABIC = [*range(0x600, 0x700), *range(0x750, 0x780), *range(0x8A0, 0x900), *range(0xFB50, 0xFE00), *range(0xFE70, 0xFF00)]
MORE = {
    "NotoSansHebrew": [*range(0x590, 0x600)],
    "NotoSansGeorgian": [*range(0x10A0, 0x1100), *range(0x1C90, 0x1CC0)],
    "NotoSansArmenian": [*range(0x530, 0x590)],
}
OTHERS = {
    "Devanagari": (0x900, 0x980), "Bengali": (0x980, 0xA00), "Gurmukhi": (0xA00, 0xA80), "Gujarati": (0xA80, 0xB00),
    "Oriya": (0xB00, 0xB80), "Tamil": (0xB80, 0xC00), "Telugu": (0xC00, 0xC80), "Kannada": (0xC80, 0xD00),
    "Malayalam": (0xD00, 0xD80), "Sinhala": (0xD80, 0xE00), "Thai": (0xE00, 0xE80), "Lao": (0xE80, 0xF00),
    "Myanmar": (0x1000, 0x10A0), "Ethiopic": (0x1200, 0x13A0), "Khmer": (0x1780, 0x1800),
}
"""The blocks of faces.BLOCKS; joiners, the dotted circle and the dandas are kept with each."""
SHARED = [0x20, 0x200C, 0x200D, 0x25CC, 0x964, 0x965]
KEEP = ["kern", "mark", "mkmk", "ccmp", "locl"]
ARABIC_KEEP = [*KEEP, "init", "medi", "fina", "isol", "rlig", "liga", "calt", "curs"]


def cut(source: Path, target: Path, characters: list[int], features: list[str]) -> Path:
    """A font with only these characters and layout features."""
    options = subset.Options()
    options.layout_features, options.hinting, options.glyph_names, options.notdef_outline = features, False, False, True
    options.drop_tables += ["MATH", "FFTM"]
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    subset.save_font(font, str(target), options)
    return target


def named(font: TTFont, family: str, style: str) -> TTFont:
    """The font under a name of its own, with no time in it."""
    names = {1: family, 2: style, 3: f"{family} {style}", 4: f"{family} {style}", 6: f"{family.replace(' ', '')}-{style}"}
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["head"].created = font["head"].modified = 0
    font.recalcTimestamp = False
    return font


def build(noto: Path, chinese: Path, target: Path) -> None:
    """Write the fonts, the licence and the hashes into `target`."""
    with tempfile.TemporaryDirectory() as folder:
        for style in ("Regular", "Bold"):
            parts = [cut(noto / f"NotoSans-{style}.ttf", Path(folder) / "latin.ttf", LATIN, KEEP)]
            parts.append(cut(noto / f"NotoSansArabic-{style}.ttf", Path(folder) / "arabic.ttf", ARABIC, ARABIC_KEEP))
            parts += [cut(noto / f"{name}-{style}.ttf", Path(folder) / f"{name}.ttf", more, KEEP) for name, more in MORE.items()]
            named(merge.Merger().merge([str(part) for part in parts]), "VTF Sans", style).save(target / f"VTFSans-{style}.ttf")
        for name, (first, last) in OTHERS.items():
            part = cut(noto / f"NotoSans{name}-Regular.ttf", Path(folder) / f"{name}.ttf", [*range(first, last), *SHARED], ["*"])
            named(TTFont(part), f"VTF {name}", "Regular").save(target / f"VTF{name}-Regular.ttf")
    han = TTFont(chinese / "files" / "noto-sans-sc-chinese-simplified-400-normal.woff2")
    han.flavor = None
    for table in ("GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "VORG"):
        if table in han:
            del han[table]
    named(han, "VTF Han", "Regular").save(target / "VTFHan-Regular.ttf")
    shutil.copy(chinese / "LICENSE", target / "LICENSE.txt")
    hashes = [f"{hashlib.sha256(font.read_bytes()).hexdigest()}  {font.name}" for font in sorted(target.glob("*.ttf"))]
    (target / "fonts.sha256").write_text("\n".join(hashes) + "\n", encoding="ascii")


if __name__ == "__main__":
    build(*map(Path, sys.argv[1:4]))
