"""Statements in ISO 20022: camt.053.001.02 and .08. The namespace tells the version. No entities, no network, a limit of size."""

from __future__ import annotations

from datetime import date
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import errors

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as safe
from django.utils.translation import gettext as _

from trustfund.banking.found import Booking, Statement, day_of, money_of, plain, unreadable, within_limit, wrong
from trustfund.money import Money

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
VERSIONS = ("camt.053.001.02", "camt.053.001.08")
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
BOOKED = "BOOK"
CUT = {errors.codes[text] for text in (errors.XML_ERROR_NO_ELEMENTS, errors.XML_ERROR_UNCLOSED_TOKEN, errors.XML_ERROR_PARTIAL_CHAR)}


def read(content: bytes) -> list[Statement]:
    """The statements of a file; ValidationError names the entry and the field of what is wrong."""
    root = _root(content)
    version = root.tag.partition("}")[0].removeprefix("{").removeprefix(NAMESPACE)
    if version not in VERSIONS:
        raise unreadable(_("The file is “%(found)s”. Statements are read as camt.053.001.02 or camt.053.001.08.") % {"found": version[:80]})
    reader = _Reader(version)
    found = [reader.statement(each, number) for number, each in enumerate(reader.all(root, "BkToCstmrStmt/Stmt"), 1)]
    if not found:
        raise unreadable(_("There is no statement in the file."))
    within_limit(sum(len(each.bookings) for each in found))
    return found


def _root(content: bytes) -> Any:
    try:
        return safe.fromstring(content, forbid_dtd=True)
    except ParseError as error:
        line = error.position[0]
        if error.code in CUT:
            raise unreadable(_("The file ends in the middle, at line %(line)s: send it again as a whole.") % {"line": line}) from error
        message = _("The file is not well-formed at line %(line)s: it is damaged, or not in the encoding that it declares.")
        raise unreadable(message % {"line": line}) from error
    except DefusedXmlException as error:
        raise unreadable(_("The file declares a document type or entities, which a bank’s statement never does.")) from error
    except (ValueError, LookupError) as error:
        raise unreadable(_("The file is not in the encoding that it declares.")) from error


class _Reader:
    """Reads elements of one version; the two differ in how a status and a party are written."""

    def __init__(self, version: str) -> None:
        self.version = version

    def path(self, path: str) -> str:
        return "/".join(f"{{{NAMESPACE}{self.version}}}{step}" for step in path.split("/"))

    def all(self, element: Element, path: str) -> list[Element]:
        return element.findall(self.path(path))

    def text(self, element: Element, *paths: str) -> str:
        """The text at the first of the paths that has one."""
        texts = (element.findtext(self.path(path)) for path in paths)
        return next((text.strip() for text in texts if text and text.strip()), "")

    def texts(self, element: Element, *paths: str) -> str:
        """All texts at the paths, joined."""
        found = [each.text or "" for path in paths for each in self.all(element, path)]
        return " ".join(filter(None, (text.strip() for text in found)))

    def statement(self, element: Element, number: int) -> Statement:
        where = _("Statement %(number)s") % {"number": self.text(element, "Id")[:35] or number}
        balances = self.balances(element, where)
        opened_on, opening = self.balance(balances, OPENING, where, _("opening balance (OPBD)"))
        closed_on, closing = self.balance(balances, CLOSING, where, _("closing balance (CLBD)"))
        currency = self.text(element, "Acct/Ccy") or opening.currency
        return Statement(
            format=self.version,
            account=plain(self.text(element, "Acct/Id/IBAN", "Acct/Id/Othr/Id"), 50),
            currency=currency,
            number=plain(self.text(element, "Id"), 80),
            opened_on=opened_on,
            opening=opening,
            closed_on=closed_on,
            closing=closing,
            bookings=self.bookings(element, where),
        )

    def balances(self, element: Element, where: str) -> dict[str, tuple[date, Money]]:
        found: dict[str, tuple[date, Money]] = {}
        for each in self.all(element, "Bal"):
            kind = self.text(each, "Tp/CdOrPrtry/Cd")
            field = _("balance %(kind)s") % {"kind": kind[:10]}
            if kind in (*OPENING, *CLOSING):
                found[kind] = (self.day(each, "Dt", where, field), self.amount(each, where, field))
        return found

    def balance(
        self, balances: dict[str, tuple[date, Money]], kinds: tuple[str, ...], where: str, field: str
    ) -> tuple[date, Money]:
        found = next((balances[kind] for kind in kinds if kind in balances), None)
        if found is None:
            raise wrong(where, field, _("it is missing."))
        return found

    def bookings(self, element: Element, where: str) -> list[Booking]:
        """What is booked: announced and pending entries are not part of the balances."""
        entries = enumerate(self.all(element, "Ntry"), 1)
        booked = [(number, each) for number, each in entries if self.text(each, "Sts/Cd", "Sts") in (BOOKED, "")]
        name = _("%(statement)s, entry %(number)s")
        return [self.booking(each, name % {"statement": where, "number": number}) for number, each in booked]

    def booking(self, entry: Element, where: str) -> Booking:
        amount = self.amount(entry, where, _("amount"))
        booked_on = self.day(entry, "BookgDt", where, _("booking date"))
        value_on = self.day(entry, "ValDt", where, _("value date")) if self.all(entry, "ValDt") else booked_on
        details = self.all(entry, "NtryDtls/TxDtls")
        party = "Dbtr" if amount.amount > 0 else "Cdtr"
        names = [self.text(each, f"RltdPties/{party}/Pty/Nm", f"RltdPties/{party}/Nm") for each in details]
        told = [self.texts(each, "RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref", "AddtlTxInf") for each in details]
        return Booking(
            where=where,
            booked_on=booked_on,
            value_on=value_on,
            amount=amount,
            bank_reference=plain(self.text(entry, "AcctSvcrRef", "NtryDtls/TxDtls/Refs/AcctSvcrRef", "NtryRef"), 140),
            end_to_end_id=plain(" ".join(self.end_to_end(each) for each in details), 140),
            counterparty=plain(", ".join(filter(None, names)), 200),
            text=plain(" ".join([*told, self.text(entry, "AddtlNtryInf")]), 1000),
        )

    def end_to_end(self, details: Element) -> str:
        found = self.text(details, "Refs/EndToEndId")
        return "" if found == "NOTPROVIDED" else found

    def amount(self, element: Element, where: str, field: str) -> Money:
        """`Amt` with its currency, signed by whether it is a credit; a reversal says itself which way it goes."""
        amount = element.find(self.path("Amt"))
        side = self.text(element, "CdtDbtInd")
        if amount is None or side not in ("CRDT", "DBIT"):
            raise wrong(where, field, _("it is missing, or does not say whether it is a credit or a debit."))
        text = (amount.text or "").strip()
        found = money_of(text, amount.get("Ccy", ""), where, field)
        if text.startswith(("-", "+")):
            raise wrong(where, field, _("“%(text)s” has a sign; credit and debit are told apart by CdtDbtInd.") % {"text": text[:40]})
        return found if side == "CRDT" else -found

    def day(self, element: Element, name: str, where: str, field: str) -> date:
        return day_of(self.text(element, f"{name}/Dt", f"{name}/DtTm"), where, field)
