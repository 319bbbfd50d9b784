"""Journal vouchers of the demo, one posted, one for the checker to approve, one that came back to its maker. All invented.

And some that the system works out from the books: the revaluation of last month, the reserve, and an impairment to approve.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile

from donors.pledges.models import Instalment
from grants.demo import papers
from grants.demo.cast import Cast
from trustfund import clock
from trustfund.ledger.models import GENERAL, Subaccount
from trustfund.money import Money, usd
from trustfund.vouchers import actions
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.prepared.registry import EVENTS
from trustfund.vouchers.rules import Content, Row


def run(cast: Cast, bank: Subaccount, today: date) -> None:
    """The audit of last year, the Board's journey, and a bank charge whose advice is missing."""
    fee = [Row("5220", "debit", usd("4800.00"), memo="Invoice 17"), Row("2010", "credit", usd("4800.00"))]
    audit = submitted(cast, today - timedelta(days=21), "Fee for the audit of last year (invented).", fee, "Invoice (invented)")
    with clock.frozen(today - timedelta(days=20)):
        actions.approve(audit, by=cast.checker)
    journey = [
        Row("5210", "debit", Money("2150.00", "EUR"), memo="Five tickets"),
        Row("5210", "debit", Money("860.50", "EUR"), memo="Hotel"),
        Row("2010", "credit", Money("3010.50", "EUR")),
    ]
    submitted(cast, today - timedelta(days=2), "Journey of the Board to its session (invented).", journey, "Travel claim (invented)")
    charge = [Row("5300", "debit", usd("35.00")), Row("1010", "credit", usd("35.00"), bank)]
    returned = submitted(cast, today - timedelta(days=5), "Charges of the bank for the quarter (invented).", charge, "Advice (invented)")
    with clock.frozen(today - timedelta(days=4)):
        actions.return_(returned, by=cast.checker, reason="The advice is of another quarter (invented).")


def prepared(cast: Cast, dollars: Subaccount, euros: Subaccount, today: date) -> None:
    """Last month is revalued, the reserve is set; the doubt about an instalment waits for the checker, a conversion is still a draft."""
    with clock.frozen(today):
        month = {"date": today.replace(day=1) - timedelta(days=1)}
        for name, inputs in (
            ("revaluation", month),
            ("operating_reserve", {"date": today, "plan": usd(400_000), "percent": Decimal(15)}),
        ):
            voucher = actions.prepare(EVENTS[name], inputs, by=cast.finance, narrative=f"{EVENTS[name].narrative} (invented)")
            actions.approve(actions.submit(voucher, by=cast.finance), by=cast.checker)
        late = Instalment.objects.open().filter(pledge__conditional=False).select_related("subaccount").order_by("due_on", "pk").first()
        if late is not None:
            doubtful = {"date": today, "of": late.subaccount, "amount": usd(50_000)}
            event = EVENTS["impair_contribution"]
            voucher = actions.prepare(event, doubtful, by=cast.finance, narrative="The donor's parliament has not voted it yet (invented).")
            actions.submit(voucher, by=cast.finance)
        exchanged = {"date": today, "old": euros, "out": Money("10000", "EUR"), "new": dollars, "came": usd("11390")}
        actions.prepare(EVENTS["conversion"], exchanged, by=cast.finance, narrative="Exchanged for the next payments (invented).")


def submitted(cast: Cast, day: date, narrative: str, rows: list[Row], paper: str) -> Voucher:
    """A voucher written by finance with its document, and submitted on the same day."""
    with clock.frozen(day):
        voucher = actions.draft(Content("entry", day, GENERAL, rows), by=cast.finance, narrative=narrative)
        actions.attach(voucher, by=cast.finance, upload=ContentFile(papers.page(paper), name="document.pdf"))
        return actions.submit(voucher, by=cast.finance)
