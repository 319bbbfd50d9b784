"""A file's name is for people to read only: cleaned of what could deceive or reach outside a folder."""

from __future__ import annotations

import re
import unicodedata

from trustfund.files.kinds import Kind

LONGEST_BYTES = 180
JOINERS = "\u200c\u200d"
"""Persian and Indic words need these two invisible characters; all others (bidi overrides among them) go."""


def cleaned(name: str, kind: Kind) -> str:
    """The name's last part, readable, at most 180 bytes long, with an ending that tells the kind; "document" when nothing is left."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(_shown(character) for character in unicodedata.normalize("NFC", last))
    visible = re.sub(r'[<>:"|?*]', "_", visible)
    visible = re.sub(r"\s+", " ", visible).strip(" .")
    stem, ending = _parted(visible, kind)
    return (_shortened(stem, LONGEST_BYTES - len(ending)) or "document") + ending


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "C" and character not in JOINERS:
        return " " if character in "\t\n\r" else ""
    return " " if category in ("Zl", "Zp") else character


def _parted(name: str, kind: Kind) -> tuple[str, str]:
    endings = kind.value.endings
    found = next((ending for ending in endings if name.lower().endswith(ending)), "")
    return (name[: len(name) - len(found)], name[len(name) - len(found) :]) if found else (name, endings[0])


def _shortened(stem: str, most: int) -> str:
    return stem.encode()[:most].decode(errors="ignore").strip(" ." + JOINERS)
