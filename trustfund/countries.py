"""Countries and areas by their ISO 3166 codes, named in the reader's language by Babel."""

from __future__ import annotations

from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trustfund.ui.formatting import locale_of

# What Babel lists beside ISO 3166-1: unions, outlying islands, reserved and private codes.
_NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"])


@lru_cache
def _named(language: str) -> tuple[tuple[str, str], ...]:
    found = locale_of(language).territories.items()
    rows = [(code, name) for code, name in found if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES]
    return tuple(sorted(rows, key=lambda row: row[1]))


def choices() -> list[tuple[str, str]]:
    """[(ISO 3166 alpha-2 code, name)] in the language in force, by name, with an empty choice first: for a form's `choices=`."""
    return [("", _("Choose a country")), *_named(get_language() or "en")]


def name(code: str) -> str:
    """The country's name in the language in force; the code itself when it is not known."""
    return dict(_named(get_language() or "en")).get(code, code)


def validate(code: str) -> None:
    """Raise `ValidationError` unless `code` is an ISO 3166 alpha-2 code."""
    if code not in dict(_named("en")):
        raise ValidationError(_("“%(code)s” is not a country."), code="country", params={"code": code})
