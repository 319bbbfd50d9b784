"""Account numbers: IBAN (ISO 13616) and SWIFT / BIC (ISO 9362), checked with an error that says what is wrong. Pure."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Length of an IBAN by country, from the SWIFT registry.
LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28, "CH": 21,
    "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18,
    "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23,
    "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27,
    "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28,
    "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip

# Territories whose banks use the codes of another country.
_FRENCH = ["BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"]
_CODES_OF = dict.fromkeys(_FRENCH, "FR") | dict.fromkeys(["GG", "IM", "JE"], "GB")

_SWIFT = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_PLAIN = re.compile(r"[A-Z0-9]{4,34}")


def compact(number: str) -> str:
    """The number without spaces, dashes and dots, in capitals."""
    return re.sub(r"[\s.\-\u00a0\u202f]", "", number).upper()


def uses_iban(country: str) -> bool:
    return _CODES_OF.get(country, country) in LENGTHS


def clean_account_number(number: str, country: str) -> str:
    """The compact number of an account in `country`; an IBAN where banks use IBAN. Raises `ValidationError`."""
    number = compact(number)
    if uses_iban(country):
        return _clean_iban(number, _CODES_OF.get(country, country))
    if not _PLAIN.fullmatch(number):
        raise ValidationError(_("An account number has 4 to 34 letters and digits."), code="number")
    return number


def _clean_iban(iban: str, country: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]+", iban):
        raise ValidationError(_("Banks in this country use IBAN: two letters, two digits, then the account."), code="iban_form")
    if iban[:2] != country:
        raise ValidationError(
            _("This IBAN is of %(found)s, but the bank is in %(wanted)s."),
            code="iban_country",
            params={"found": iban[:2], "wanted": country},
        )
    if len(iban) != LENGTHS[country]:
        raise ValidationError(
            _("An IBAN of %(country)s has %(wanted)s characters; this one has %(found)s."),
            code="iban_length",
            params={"country": country, "wanted": LENGTHS[country], "found": len(iban)},
        )
    if not checksum_fits(iban):
        raise ValidationError(_("The check digits of this IBAN do not fit: a character is wrong or two are swapped."), code="iban_checksum")
    return iban


def checksum_fits(iban: str) -> bool:
    """ISO 7064 MOD 97-10: letters count from 10, the first four characters move to the end."""
    digits = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
    return int(digits) % 97 == 1


def clean_swift(code: str, country: str) -> str:
    """The SWIFT code in capitals; its country must be the bank's. Raises `ValidationError`."""
    code = compact(code)
    if not _SWIFT.fullmatch(code):
        message = _("A SWIFT code has 8 or 11 characters: four letters, the country, then letters or digits.")
        raise ValidationError(message, code="swift_form")
    if code[4:6] not in (country, _CODES_OF.get(country, country)):
        raise ValidationError(
            _("This SWIFT code is of a bank in %(found)s, not in %(wanted)s."),
            code="swift_country",
            params={"found": code[4:6], "wanted": country},
        )
    return code


def mask(number: str) -> str:
    """All but the last four characters hidden: "•••• 3000"."""
    return f"•••• {number[-4:]}" if len(number) > 6 else "••••"
