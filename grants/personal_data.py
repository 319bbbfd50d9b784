"""Finds in free text what looks like data of a person. Names can't be found; what can be is asked about before it is kept. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    EMAIL = "email", _("an e-mail address")
    PHONE = "phone", _("a telephone number")
    BIRTH_DATE = "birth_date", _("a date of birth")
    DOCUMENT = "document", _("the number of a passport or identity document")


@dataclass(frozen=True)
class Finding:
    """One place that looks like personal data: its kind and the words found."""

    kind: Kind
    excerpt: str


_LONGEST = 200_000
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = re.compile(
    r"(?<![\w.,])(?:\+|00)\d(?:[ ().\-/]{0,2}\d){6,13}(?!\w)"
    r"|(?<![\w.,/\-])(?=0(?:[ /\-]?\d){6})0\d{1,4}[ /\-]\d{2,4}(?:[ \-]?\d{2,4}){1,3}(?!\w)"
)
_DAY = r"(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d-\d{2}-\d{2}|\d{1,2}\.? \w{3,12} (?:19|20)\d\d)"
_BORN = re.compile(
    rf"(?:born|birth|d\.?o\.?b\.?|née?e?|naissance|nacid[oa]|nacimiento|родил\w{{0,6}}|рождения|出生|生于|مواليد|ولد\w{{0,6}}|الميلاد)[^\n.;]{{0,24}}?({_DAY})",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"(?:passport|passeport|pasaporte|паспорт\w{0,6}|护照|جواز|identity card|id card|national id|carte d'identité|visa)[^\n.;]{0,24}?"
    r"\b((?=[A-Z0-9]{0,12}\d{4})[A-Z0-9]{6,12})\b|(?<![\w-])([A-Z]{1,2}\d{7,8})(?![\w-])",
    re.IGNORECASE,
)


def findings(text: str) -> list[Finding]:
    """What in `text` looks like personal data, in the order in which it stands; the same words once."""
    found: dict[tuple[Kind, str], int] = {}
    for kind, pattern in ((Kind.EMAIL, _EMAIL), (Kind.PHONE, _PHONE), (Kind.BIRTH_DATE, _BORN), (Kind.DOCUMENT, _DOCUMENT)):
        for match in pattern.finditer(text[:_LONGEST]):
            words = next((group for group in match.groups() if group), match.group(0))
            found.setdefault((kind, words.strip()), match.start())
    return [Finding(kind, words) for (kind, words), _start in sorted(found.items(), key=lambda item: item[1])]


def digest(found: Iterable[tuple[str, Finding]]) -> str:
    """One digest of (place, finding) pairs, so that a confirmation holds for exactly what was seen: sha256, hexadecimal."""
    lines = sorted(f"{place}\x1f{finding.kind}\x1f{finding.excerpt}" for place, finding in found)
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()
