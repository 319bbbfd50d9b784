"""Statements in SWIFT's MT940, read by the `mt-940` package one statement at a time; what it can't read is refused, never left out."""

from __future__ import annotations

import logging
import re
from typing import Any

import mt940 as package
from django.utils.translation import gettext as _

from trustfund.banking.found import Booking, Statement, day_of, money_of, plain, unreadable, within_limit, wrong
from trustfund.money import Money

BEGIN = re.compile(r"^:20:", re.MULTILINE)
ENTRY = re.compile(r"^:61:", re.MULTILINE)
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
NO_REFERENCE = "NONREF"
logging.getLogger("mt940").addHandler(logging.NullHandler())  # its words about a bad line would put names into the log
logging.getLogger("mt940").propagate = False


def looks_like(content: bytes) -> bool:
    """Whether a file is MT940: it has the tags with which every statement begins."""
    return b":20:" in content and b":25:" in content


def read(content: bytes) -> list[Statement]:
    """The statements of a file; ValidationError names the entry and the field of what is wrong."""
    text = _decoded(content)
    starts = [match.start() for match in BEGIN.finditer(text)]
    if not starts:
        raise unreadable(_("There is no statement in the file."))
    within_limit(len(ENTRY.findall(text)))
    ends = [*starts[1:], len(text)]
    return [_statement(text[start:end], number) for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1)]


def _decoded(content: bytes) -> str:
    """As UTF-8, else as Western European, in which most banks write it; another encoding shows by its control characters."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if CONTROLS.search(text.replace("\x01", "").replace("\x03", "")) or "\ufffd" in text:
        raise unreadable(_("The file is in an encoding that is not read: send it in UTF-8 or Windows-1252."))
    return text.replace("\x01", "").replace("\x03", "").replace("\r\n", "\n").replace("\r", "\n")


def _statement(block: str, number: int) -> Statement:
    where = _("Statement %(number)s") % {"number": number}
    block = re.split(r"^-\}?\s*$|^-\}", block, maxsplit=1, flags=re.MULTILINE)[0]
    found = package.models.Transactions(options=package.Options.all())
    try:
        found.parse(block)
    except Exception as error:  # it raises whatever its patterns and Python's dates and decimals raise
        raise unreadable(_("%(where)s: %(line)s can’t be read.") % {"where": where, "line": _line_of(error)}) from error
    data = found.data
    opened_on, opening = _balance(data, "opening", where, _("opening balance (:60F:)"))
    closed_on, closing = _balance(data, "closing", where, _("closing balance (:62F:)"))
    entries = [each.data for each in found.transactions if "amount" in each.data]
    if len(entries) != len(ENTRY.findall(block)):
        raise unreadable(_("%(where)s: an entry (:61:) can’t be read.") % {"where": where})
    return Statement(
        format="MT940",
        account=plain(data.get("account_identification"), 50),
        currency=opening.currency,
        number=_number(data, closed_on.year),
        opened_on=opened_on,
        opening=opening,
        closed_on=closed_on,
        closing=closing,
        bookings=[_booking(each, opening.currency, f"{where}, {_entry(position)}") for position, each in enumerate(entries, 1)],
    )


def _entry(position: int) -> str:
    return _("entry %(number)s") % {"number": position}


def _line_of(error: Exception) -> str:
    """The line that the package names, cut to what helps to find it."""
    line = error.args[2] if len(error.args) == 3 else ""
    return f"“{plain(str(line), 40)}”" if line else _("a line")


def _number(data: dict[str, Any], year: int) -> str:
    """The number of the statement and its page, which begin anew every year; the bank's reference where it numbers nothing."""
    number, page = data.get("statement_number"), data.get("sequence_number")
    if number is None:
        return plain(data.get("transaction_reference"), 80)
    return f"{year}-{int(number)}" + (f"/{int(page)}" if page else "")


def _balance(data: dict[str, Any], which: str, where: str, field: str) -> tuple[Any, Money]:
    found = data.get(f"final_{which}_balance") or data.get(f"intermediate_{which}_balance")
    if found is None or found.amount is None:
        raise wrong(where, field, _("it is missing: the file may be cut in the middle."))
    amount = money_of(f"{found.amount.amount:f}", found.amount.currency or "", where, field)
    return day_of(str(found.date), where, field), amount


def _booking(data: dict[str, Any], currency: str, where: str) -> Booking:
    reference, own = data.get("bank_reference") or "", data.get("customer_reference") or ""
    value_on = day_of(str(data["date"]), where, _("value date"))
    booked_on = data.get("entry_date")
    told = [data.get(name) for name in ("transaction_details", "purpose", "extra_details", "additional_purpose")]
    return Booking(
        where=where,
        booked_on=day_of(str(booked_on), where, _("booking date")) if hasattr(booked_on, "year") else value_on,
        value_on=value_on,
        amount=money_of(f"{data['amount'].amount:f}", currency, where, _("amount")),
        bank_reference=plain(reference, 140),
        end_to_end_id=plain(data.get("end_to_end_reference") or ("" if own == NO_REFERENCE else own), 140),
        counterparty=plain(data.get("applicant_name") or data.get("recipient_name"), 200),
        text=plain(" ".join(filter(None, told)), 1000),
    )
