"""What the bank of the demo says: one statement of the last half year, most of it matched, the rest for the reader. All invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from xml.sax.saxutils import escape

from grants.demo.cast import Cast
from grants.payments.models import Payment, State
from trustfund import clock
from trustfund.banking import actions, hooks
from trustfund.banking.models import BankLine
from trustfund.banking.open_items import lines_on, suggestions
from trustfund.ledger import balances
from trustfund.ledger.models import Subaccount
from trustfund.money import Money, total, usd

ACCOUNT, EURO_ACCOUNT = "AT611904300234573201", "AT021904300234573202"
BIC = "DEMOATWW"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
WEEKS = 26
TO_MATCH = 2
"""So many lines with a suggestion are left for the reader to confirm."""


@dataclass(frozen=True)
class Booked:
    """One entry as the bank has it."""

    on: date
    amount: Money
    reference: str
    name: str
    text: str


def run(cast: Cast, dollars: Subaccount, euros: Subaccount, today: date) -> None:
    """Both accounts described, the statement of the dollar account taken in and matched by finance."""
    first, last = today - timedelta(weeks=WEEKS), today - timedelta(days=1)
    opening = next(row.own for row in balances.bank_balances(first - timedelta(days=1)) if row.bank == dollars)
    entries = sorted([*_in_the_books(dollars, first, last), *_not_in_the_books(dollars, last)], key=lambda each: each.on)
    with clock.frozen(today):
        details = actions.describe(dollars, by=cast.finance, account=ACCOUNT, bic=BIC, layout=None)
        actions.describe(euros, by=cast.finance, account=EURO_ACCOUNT, layout=None)
        actions.take_in(details, f"camt053-{last}.xml", _camt(opening, entries, first, last), by=cast.finance)
        _match(cast)


def _in_the_books(bank: Subaccount, first: date, last: date) -> list[Booked]:
    """What the books have in these weeks, but for what was posted on the last days, which the bank has not booked yet."""
    lines = list(lines_on(bank).filter(date__gte=first, date__lt=last).select_related("entry"))
    words = hooks.words_of([line.entry for line in lines])
    return [Booked(line.date, line.original, f"T{line.pk}", "", f"{words[line.entry_id][-1]} (invented)") for line in lines]


def _not_in_the_books(bank: Subaccount, last: date) -> list[Booked]:
    """The bank paid an order, took a charge, and somebody gave something."""
    ordered = Payment.objects.filter(state=State.EXPORTED, paid_from=bank).select_related("grant__organisation")
    paid = [Booked(last, -each.to_transfer, f"P{each.pk}", each.grant.organisation.name, f"{each.reference} grant") for each in ordered]
    return [
        *paid,
        Booked(last, usd("-12.50"), "F1", "", "Charges (invented)"),
        Booked(last - timedelta(days=1), usd("450.00"), "G1", "Choir of the harbour (invented)", "For your good work (invented)"),
    ]


def _match(cast: Cast) -> None:
    """Finance confirmed what the rules suggest, but for the newest lines."""
    suggested = [line for line in BankLine.objects.order_by("booked_on", "pk") if any(not each.others for each in suggestions(line))]
    for line in suggested[:-TO_MATCH]:
        actions.confirm(line, suggestions(line)[0].lines, by=cast.finance)


def _camt(opening: Money, entries: list[Booked], first: date, last: date) -> bytes:
    """The file as a bank would send it."""
    closing = opening + total((each.amount for each in entries), opening.currency)
    parts = [
        f"<Id>{last:%Y-%m-%d}</Id><Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>USD</Ccy></Acct>",
        _balance("OPBD", opening, first),
        _balance("CLBD", closing, last),
        *map(_entry, entries),
    ]
    head = f"<GrpHdr><MsgId>{last:%Y%m%d}</MsgId><CreDtTm>{last}T20:00:00</CreDtTm></GrpHdr>"
    body = f"<BkToCstmrStmt>{head}<Stmt>{''.join(parts)}</Stmt></BkToCstmrStmt>"
    return f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{NAMESPACE}">{body}</Document>'.encode()


def _signed(amount: Money) -> str:
    side = "CRDT" if amount.amount >= 0 else "DBIT"
    return f'<Amt Ccy="{amount.currency}">{abs(amount).amount:f}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _balance(kind: str, amount: Money, day: date) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_signed(amount)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def _entry(entry: Booked) -> str:
    party = "Dbtr" if entry.amount.amount > 0 else "Cdtr"
    names = f"<RltdPties><{party}><Pty><Nm>{escape(entry.name)}</Nm></Pty></{party}></RltdPties>" if entry.name else ""
    details = f"<NtryDtls><TxDtls>{names}<RmtInf><Ustrd>{escape(entry.text)}</Ustrd></RmtInf></TxDtls></NtryDtls>"
    days = f"<BookgDt><Dt>{entry.on}</Dt></BookgDt><ValDt><Dt>{entry.on}</Dt></ValDt>"
    code = "<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>"
    return f"<Ntry>{_signed(entry.amount)}<Sts><Cd>BOOK</Cd></Sts>{days}<AcctSvcrRef>{entry.reference}</AcctSvcrRef>{code}{details}</Ntry>"
