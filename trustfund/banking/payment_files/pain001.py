"""Payment orders as ISO 20022 pain.001.001.09, which banks carry out. Pure: the same order gives the same bytes.

One message, one block of payments (one account, one day, booked as one), one transaction per payee. Amounts have the digits that ISO 4217
gives their currency.
"""

from __future__ import annotations

from datetime import UTC
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from trustfund.banking.payment_files.orders import Agent, Order, Party, Transfer, is_iban, problems_of, refuse
from trustfund.money import Money

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


def write(order: Order) -> bytes:
    """The file; ValidationError with every reason for which a bank would refuse it."""
    refuse(problems_of(order))
    root = Element("Document", {"xmlns": NAMESPACE})
    initiation = SubElement(root, "CstmrCdtTrfInitn")
    _header(SubElement(initiation, "GrpHdr"), order)
    _block(SubElement(initiation, "PmtInf"), order)
    indent(root)
    content: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return content + b"\n"


def _text(parent: Element, path: str, text: str) -> None:
    """Put a text at a path of new elements ("Id/IBAN"); nothing where there is no text."""
    if text:
        for name in path.split("/"):
            parent = SubElement(parent, name)
        parent.text = text


def _sums(parent: Element, order: Order) -> None:
    _text(parent, "NbOfTxs", str(len(order.transfers)))
    _text(parent, "CtrlSum", _number(order.total))


def _number(amount: Money) -> str:
    return f"{amount.amount:f}"


def _header(header: Element, order: Order) -> None:
    _text(header, "MsgId", order.message_id)
    _text(header, "CreDtTm", f"{order.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    _sums(header, order)
    _text(header, "InitgPty/Nm", order.payer.name)


def _block(block: Element, order: Order) -> None:
    _text(block, "PmtInfId", order.message_id)
    _text(block, "PmtMtd", "TRF")
    _text(block, "BtchBookg", "true")
    _sums(block, order)
    _text(block, "ReqdExctnDt/Dt", order.execution_on.isoformat())
    _party(SubElement(block, "Dbtr"), order.payer)
    account = SubElement(block, "DbtrAcct")
    _account(account, order.account)
    _text(account, "Ccy", order.currency)
    _agent(SubElement(block, "DbtrAgt"), order.bank)
    _text(block, "ChrgBr", order.charges)
    for each in order.transfers:
        _transfer(SubElement(block, "CdtTrfTxInf"), each)


def _transfer(element: Element, transfer: Transfer) -> None:
    names = SubElement(element, "PmtId")
    _text(names, "InstrId", transfer.reference)
    _text(names, "EndToEndId", transfer.reference)
    amount = SubElement(SubElement(element, "Amt"), "InstdAmt", {"Ccy": transfer.amount.currency})
    amount.text = _number(transfer.amount)
    if transfer.intermediary is not None:
        _agent(SubElement(element, "IntrmyAgt1"), transfer.intermediary)
    _agent(SubElement(element, "CdtrAgt"), transfer.bank)
    _party(SubElement(element, "Cdtr"), transfer.payee)
    _account(SubElement(element, "CdtrAcct"), transfer.account)
    if transfer.creditor_reference:
        _creditor_reference(SubElement(element, "RmtInf"), transfer.creditor_reference)
    elif transfer.remittance:
        _text(element, "RmtInf/Ustrd", transfer.remittance)


def _creditor_reference(remittance: Element, reference: str) -> None:
    about = SubElement(SubElement(remittance, "Strd"), "CdtrRefInf")
    _text(about, "Tp/CdOrPrtry/Cd", "SCOR")
    _text(about, "Ref", reference)


def _party(element: Element, party: Party) -> None:
    _text(element, "Nm", party.name)
    if party.country:
        address = SubElement(element, "PstlAdr")
        _text(address, "TwnNm", party.town)
        _text(address, "Ctry", party.country)
        for line in party.address:
            _text(address, "AdrLine", line)


def _account(element: Element, number: str) -> None:
    _text(element, "Id/IBAN" if is_iban(number) else "Id/Othr/Id", number)


def _agent(element: Element, agent: Agent) -> None:
    bank = SubElement(element, "FinInstnId")
    _text(bank, "BICFI", agent.bic)
    if agent.clearing_code:
        clearing = SubElement(bank, "ClrSysMmbId")
        _text(clearing, "ClrSysId/Cd", agent.clearing_system)
        _text(clearing, "MmbId", agent.clearing_code)
    _text(bank, "Nm", agent.name)
    _text(bank, "PstlAdr/Ctry", agent.country if agent.name else "")
    if not (agent.bic or agent.clearing_code):
        _text(bank, "Othr/Id", "NOTPROVIDED")
