"""Exchange rates from files: the Treasury's XML of UN operational rates with its oddities, CSV and XLSX.

Oddities: dates like `1 Jan 2026`, one row per country so that currencies repeat, codes with a trailing tab, codes that are no
active currency (left out, and said).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree import ElementTree

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.files.sheets import open_workbook, values_of
from trustfund.ledger.exchange.rates import FUNCTIONAL
from trustfund.money import CURRENCIES

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 50_000
SMALLEST, LARGEST = Decimal("1E-10"), Decimal("1E+10")
MOST_AHEAD = timedelta(days=31)
COLUMNS = {
    "currency": ("f_curr_code", "currency", "code", "currency code"),
    "rate": ("rate", "units per usd"),
    "date": ("eff_date", "effective_on", "effective date", "date"),
}
MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}


@dataclass(frozen=True)
class Found:
    """The rates of a file (currency, effective day, units per USD), the codes that are no active currency, and the file's name."""

    rates: list[tuple[str, date, Decimal]]
    unknown: list[str]
    name: str


def read(name: str, content: bytes) -> Found:
    """The rates in a file, by the ending of its name; ValidationError says in which row what is wrong."""
    if len(content) > MAX_BYTES:
        raise ValidationError(_("The file is larger than 5 MB."), code="size")
    readers = {"xml": _xml, "csv": _csv, "xlsx": _xlsx}
    reader = readers.get(name.rpartition(".")[2].lower())
    if reader is None:
        raise ValidationError(_("Give the rates as XML, CSV or XLSX."), code="kind")
    return _parsed(name, reader(content))


Numbered = tuple[int, Mapping[str, Any]]
"""A row with its number: in a table as the reader's program counts them, with the head as the first, in XML from the first rate on."""


def _xml(content: bytes) -> Iterator[Numbered]:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValidationError(_("The XML file declares entities, which a file of rates never does."), code="xml")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 (no declarations, see above)
    except ElementTree.ParseError as error:
        message = _("The file is not well-formed XML at line %(line)s: is it cut off or damaged?")
        raise ValidationError(message % {"line": error.position[0]}, code="xml") from error
    for number, row in enumerate(root.iter("UN_OPERATIONAL_RATES"), 1):
        yield number, {child.tag.lower(): child.text for child in row}


def _csv(content: bytes) -> Iterator[Numbered]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("The CSV file is not in UTF-8."), code="encoding") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return _table(_lines(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))


def _lines(reader: Iterable[list[str]]) -> Iterator[list[str]]:
    number = 0
    try:
        for number, row in enumerate(reader, 1):  # noqa: B007 (said below)
            yield row
    except csv.Error as error:
        message = _("Row %(row)s: it can't be read as CSV, is the file cut off or damaged?") % {"row": number + 1}
        raise ValidationError(message, code="csv") from error


def _xlsx(content: bytes) -> Iterator[Numbered]:
    try:
        rows = values_of(open_workbook(content).worksheets[0], MAX_ROWS + 1)
    except ValidationError:
        raise
    except Exception as error:  # openpyxl raises whatever its zip and XML readers raise
        raise ValidationError(_("The file is not an XLSX workbook."), code="xlsx") from error
    return _table(rows)


def _table(rows: Iterable[Sequence[Any]]) -> Iterator[Numbered]:
    """The rows below the head that have something in them; ValidationError names the columns that the head lacks."""
    lines = iter(rows)
    head = [str(cell or "").strip().lower() for cell in next(lines, [])]
    missing = [column for column, names in COLUMNS.items() if not set(names) & set(head)]
    if any(head) and missing:
        names = {"names": ", ".join(missing), "head": ", ".join(cell for cell in head if cell)[:200]}
        raise ValidationError(_("The file has no column %(names)s; in its first row stand: %(head)s.") % names, code="columns")
    for number, cells in enumerate(lines, 2):
        if any(str(cell or "").strip() for cell in cells):
            yield number, dict(zip(head, cells, strict=False))


def _parsed(name: str, rows: Iterable[Numbered]) -> Found:
    found: list[tuple[str, date, Decimal]] = []
    unknown: set[str] = set()
    problems: list[str] = []
    for many, (number, row) in enumerate(rows, 1):
        if many > MAX_ROWS:
            raise ValidationError(_("The file has more than 50,000 rows."), code="size")
        try:
            currency, day, value = _row(row)
        except ValueError as error:
            problems.append(_("Row %(row)s: %(why)s.") % {"row": number, "why": error})
            continue
        if currency not in CURRENCIES:
            unknown.add(currency)
        elif currency != FUNCTIONAL:
            found.append((currency, day, value))
    if problems:
        raise ValidationError(problems[:50])
    if not found:
        raise ValidationError(_("The file has no exchange rates: columns for the currency's code, the rate and its date are needed."))
    return Found(found, sorted(unknown), name)


def _row(row: Mapping[str, Any]) -> tuple[str, date, Decimal]:
    by_name = {str(key or "").strip().lower(): value for key, value in row.items()}
    cells = {column: next((by_name[name] for name in names if by_name.get(name) is not None), "") for column, names in COLUMNS.items()}
    code = str(cells["currency"]).strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(_("“%(text)s” is not a currency's code") % {"text": code[:20]})
    return code, _date(cells["date"]), _decimal(cells["rate"])


def _decimal(cell: Any) -> Decimal:
    text = str(cell).strip()
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value <= 0 or len(text) > 30:
        raise ValueError(_("“%(text)s” is not a rate above zero") % {"text": text[:30]})
    if not SMALLEST <= value < LARGEST or value != value.quantize(SMALLEST):
        raise ValueError(_("the rate %(text)s has more than 10 decimals or 10 digits before them") % {"text": text[:30]})
    return value


def _date(cell: Any) -> date:
    """The effective day, which is not far ahead: the rates of a month are published a few days before it."""
    day = _written(cell)
    if day > clock.today() + MOST_AHEAD:
        raise ValueError(_("the date %(day)s is too far in the future") % {"day": day.isoformat()})
    return day


def _written(cell: Any) -> date:
    """2026-01-01, 1 Jan 2026, 01-Jan-2026, or a date cell."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = str(cell).strip()
    named = re.fullmatch(r"(\d{1,2})[ -]([A-Za-z]{3})[A-Za-z]*[ -](\d{4})", text)
    try:
        if named:
            return date(int(named[3]), MONTHS[named[2].lower()], int(named[1]))
        return date.fromisoformat(text[:10])
    except (ValueError, KeyError):
        raise ValueError(_("“%(text)s” is not a date like 1 Jan 2026 or 2026-01-01") % {"text": text[:20]}) from None
