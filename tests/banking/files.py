"""Statements written as banks write them, from the same neutral facts: what the readers must give back."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from xml.sax.saxutils import escape

from trustfund.banking.csv_files import COLUMNS, MARKED, Layout
from trustfund.money import Money, minor_units, total

IBAN = "AT611904300234573201"
DAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Fact:
    """One entry as the tests mean it."""

    amount: Money
    after: int = 1
    value_after: int = 0
    reference: str = ""
    end_to_end: str = ""
    counterparty: str = ""
    text: str = ""


@dataclass(frozen=True)
class Facts:
    """One statement as the tests mean it; its days count from `first`."""

    entries: list[Fact]
    opening: Money
    account: str = IBAN
    number: str = "2026-12"
    first: date = DAY
    days: int = 10
    closing: Money | None = field(default=None)

    @property
    def currency(self) -> str:
        return self.opening.currency

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days)

    @property
    def ending(self) -> Money:
        return self.closing if self.closing is not None else self.opening + total((e.amount for e in self.entries), self.currency)

    def booked(self, entry: Fact) -> date:
        return self.first + timedelta(days=entry.after)

    def valued(self, entry: Fact) -> date:
        return self.booked(entry) + timedelta(days=entry.value_after)


# camt.053


def _balance(kind: str, money: Money, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(money)}"
        f"<CdtDbtInd>{_side(money)}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _amount(money: Money) -> str:
    return f'<Amt Ccy="{money.currency}">{abs(money).amount:f}</Amt>'


def _side(money: Money) -> str:
    return "CRDT" if money.minor >= 0 else "DBIT"


def _entry(facts: Facts, entry: Fact, version: str) -> str:
    new = version == "08"
    party = "Dbtr" if entry.amount.minor > 0 else "Cdtr"
    name = f"<Nm>{escape(entry.counterparty)}</Nm>"
    parties = f"<RltdPties><{party}>{f'<Pty>{name}</Pty>' if new else name}</{party}></RltdPties>" if entry.counterparty else ""
    remittance = f"<RmtInf><Ustrd>{escape(entry.text)}</Ustrd></RmtInf>" if entry.text else ""
    refs = f"<Refs><EndToEndId>{escape(entry.end_to_end or 'NOTPROVIDED')}</EndToEndId></Refs>"
    sides = f"{_amount(entry.amount)}<CdtDbtInd>{_side(entry.amount)}</CdtDbtInd>" if new else ""
    reference = f"<AcctSvcrRef>{escape(entry.reference)}</AcctSvcrRef>" if entry.reference else ""
    return (
        f"<Ntry>{_amount(entry.amount)}<CdtDbtInd>{_side(entry.amount)}</CdtDbtInd>"
        f"<Sts>{'<Cd>BOOK</Cd>' if new else 'BOOK'}</Sts>"
        f"<BookgDt><Dt>{facts.booked(entry)}</Dt></BookgDt><ValDt><Dt>{facts.valued(entry)}</Dt></ValDt>{reference}"
        "<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>"
        f"<NtryDtls><TxDtls>{refs}{sides}{parties}{remittance}</TxDtls></NtryDtls></Ntry>"
    )


def camt(*statements: Facts, version: str = "08") -> bytes:
    """A camt.053 file."""
    parts = "".join(
        f"<Stmt><Id>{escape(each.number)}</Id><CreDtTm>2026-03-31T06:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{each.account}</IBAN></Id><Ccy>{each.currency}</Ccy></Acct>"
        + _balance("OPBD", each.opening, each.first)
        + _balance("CLBD", each.ending, each.last)
        + "".join(_entry(each, entry, version) for entry in each.entries)
        + "</Stmt>"
        for each in statements
    )
    head = "<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-03-31T06:00:00</CreDtTm></GrpHdr>"
    namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    document = f'<Document xmlns="{namespace}"><BkToCstmrStmt>{head}{parts}</BkToCstmrStmt></Document>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode()


# MT940


def _comma(money: Money) -> str:
    text = f"{abs(money).amount:f}"
    return text.replace(".", ",") if minor_units(money.currency) else f"{text},"


def mt940(*statements: Facts) -> bytes:
    """An MT940 file; the number is "year-number"."""
    blocks = []
    for each in statements:
        lines = [":20:STMT", f":25:{each.account}", f":28C:{each.number.rpartition('-')[2]}", _mt_balance("60F", each.opening, each.first)]
        for entry in each.entries:
            mark = "C" if entry.amount.minor > 0 else "D"
            booked, valued = facts_days(each, entry)
            reference = f"//{entry.reference}" if entry.reference else ""
            lines.append(f":61:{valued:%y%m%d}{booked:%m%d}{mark}{_comma(entry.amount)}NTRF{entry.end_to_end or 'NONREF'}{reference}")
            lines += [f":86:{entry.text}"] if entry.text else []
        lines += [_mt_balance("62F", each.ending, each.last), "-"]
        blocks.append("\r\n".join(lines))
    return "\r\n".join([*blocks, ""]).encode()


def facts_days(facts: Facts, entry: Fact) -> tuple[date, date]:
    return facts.booked(entry), facts.valued(entry)


def _mt_balance(tag: str, money: Money, day: date) -> str:
    return f":{tag}:{'C' if money.minor >= 0 else 'D'}{day:%y%m%d}{money.currency}{_comma(money)}"


# CSV


def table(facts: Facts, layout: Layout, *, newest_first: bool = False) -> bytes:
    """A CSV as the layout says, with every column that it names."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=layout.delimiter, lineterminator="\r\n")
    for _row in range(layout.head_row - 1):
        writer.writerow(["Account statement"])
    balance, rows = facts.opening, []
    for entry in facts.entries:
        balance = balance + entry.amount
        rows.append(_cells(facts, entry, layout, balance))
    head = list(rows[0])
    writer.writerow(head)
    writer.writerows([[row[name] for name in head] for row in (reversed(rows) if newest_first else rows)])
    return out.getvalue().encode(layout.encoding)


def _cells(facts: Facts, entry: Fact, layout: Layout, balance: Money) -> dict[str, str]:
    shown = _number(entry.amount, layout)
    amounts = {layout.amount: shown}
    if layout.signs == COLUMNS:
        amounts = {layout.credit: shown if entry.amount.minor > 0 else "", layout.debit: _number(-entry.amount, layout)}
        amounts[layout.debit] = amounts[layout.debit] if entry.amount.minor < 0 else ""
    if layout.signs == MARKED:
        amounts = {layout.amount: _number(abs(entry.amount), layout), layout.mark: layout.debit_word if entry.amount.minor < 0 else "C"}
    cells = {
        layout.booked: facts.booked(entry).strftime(layout.date_format),
        layout.value: facts.valued(entry).strftime(layout.date_format),
        **amounts,
        layout.reference: entry.reference,
        layout.end_to_end: entry.end_to_end,
        layout.counterparty: entry.counterparty,
        layout.text: entry.text,
        layout.balance: _number(balance, layout),
        layout.account: facts.account,
        layout.currency: facts.currency,
    }
    return {name: value for name, value in cells.items() if name}


def _number(money: Money, layout: Layout) -> str:
    group = "." if layout.decimal_mark == "," else ","
    return f"{money.amount:,f}".replace(",", "\0").replace(".", layout.decimal_mark).replace("\0", group)
