"""What banks can write: the Latin letters, digits and few signs that every bank of SWIFT and SEPA passes on. Pure.

A name in another script is written in Latin letters by `anyascii`, letter by letter. Vowels that Arabic does not write, and how people
spell themselves, no table knows: a person looks at the result, and corrects it.
"""

from __future__ import annotations

import re
import string
import unicodedata

from anyascii import anyascii

SIGNS = "/-?:().,'+ "
ALLOWED = frozenset(string.ascii_letters + string.digits + SIGNS)
_SPELLED = str.maketrans({"&": "+", "@": "(at)", "_": "-", ";": ",", '"': "'", "`": "'", "[": "(", "]": ")", "{": "(", "}": ")", "|": "/"})
_PICTURES = ("So", "Sk", "Cs", "Co", "Cn")


def in_bank_letters(text: str) -> str:
    """The text on one line as a bank can write it; empty when nothing of it can be written."""
    kept = "".join(each for each in unicodedata.normalize("NFC", text) if unicodedata.category(each) not in _PICTURES)
    latin = anyascii(kept).translate(_SPELLED)
    return _tidy("".join(each if each in ALLOWED else " " for each in latin))


def _tidy(text: str) -> str:
    """One space between words, no double stroke, and no sign at the ends that a bank would take for one of its own."""
    single = re.sub(r"/{2,}", "/", " ".join(text.split()))
    return single.lstrip("/-:?+., ").rstrip("/-: ")


def strange_letters(text: str) -> str:
    """What of a text no bank can write, each once, in its order."""
    return "".join(dict.fromkeys(each for each in text if each not in ALLOWED))


def can_be_written(text: str) -> bool:
    """Whether a bank takes the text as it stands."""
    return not strange_letters(text) and text == _tidy(text)


def lines(text: str, width: int) -> list[str]:
    """An address as lines of at most `width` letters, broken between words; a longer word is broken where it must be."""
    found: list[str] = []
    for word in in_bank_letters(text.replace("\n", ", ").replace(",,", ",")).split():
        for part in (word[at : at + width] for at in range(0, len(word), width)):
            if found and len(found[-1]) + 1 + len(part) <= width:
                found[-1] = f"{found[-1]} {part}"
            else:
                found.append(part)
    return [tidied for tidied in map(_tidy, found) if tidied]
