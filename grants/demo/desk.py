"""The finance desk of the demo: a second window, a funding rule to decide on, a fund to take over, and the ERP's extract. All invented."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from grants.demo.cast import Cast
from trustfund import clock
from trustfund.erp import actions as erp
from trustfund.erp import mapping
from trustfund.erp.layout import Layout
from trustfund.ledger import chart
from trustfund.ledger.models import GENERAL, FundWindow, Line
from trustfund.ledger.proposals import actions as proposals
from trustfund.money import usd
from trustfund.opening import actions as opening
from trustfund.opening.workbook import written
from trustfund.vouchers import actions as vouchers
from trustfund.vouchers.prepared.registry import EVENTS

WINDOW, FUND = "safe-return", "32UNV"
HEAD = ("posted_on", "document", "gl", "fund", "amount", "currency", "text")


def run(cast: Cast, today: date) -> None:
    """A window adopted and one proposed, a rule proposed, a workbook brought, the codes mapped and an extract compared."""
    with clock.frozen(today - timedelta(days=115)):
        purpose = "Journeys home, of the free choice of those who go (invented)."
        window = proposals.propose_window(code=WINDOW, name="Safe return", purpose=purpose, by=cast.finance)
    with clock.frozen(today - timedelta(days=113)):
        proposals.adopt_window(window, by=cast.manager)
    with clock.frozen(today - timedelta(days=8)):
        _transfer(cast, today - timedelta(days=8))
    with clock.frozen(today - timedelta(days=6)):
        proposals.propose_window(code="legal-aid", name="Legal aid", purpose="Lawyers for those who claim (invented).", by=cast.finance)
        next_year = date(today.year + 1, 1, 1)
        proposals.propose_rule(effective_on=next_year, split="first_in", reserve_share=Decimal("0.05"), by=cast.finance)
        content = _workbook()
        audited_on = clock.today().replace(day=1) - timedelta(days=1)  # in a month that stays open, so that a reader can approve it
        opening.stage("safe-return.xlsx", content, audited_on=audited_on, by=cast.finance)
    _erp(cast, today)


def _transfer(cast: Cast, on: date) -> None:
    """Money of contributions that nobody earmarked is moved to the window."""
    giver, taker = (FundWindow.objects.get(code=code) for code in (GENERAL, WINDOW))
    inputs = {"date": on, "giver": giver, "taker": taker, "amount": usd("5000.00")}
    narrative = "The first journeys home (invented)."
    voucher = vouchers.prepare(EVENTS["window_transfer"], inputs, by=cast.finance, narrative=narrative)
    vouchers.approve(vouchers.submit(voucher, by=cast.finance), by=cast.checker)


def _workbook() -> bytes:
    """The last audited balances of a small fund (invented) that is taken over into the window."""
    sheets: dict[str, list[list[Any]]] = {
        "Subaccounts": [
            ["SR-D1", "donor", "Duchy of Miramar (invented)", "A State", "", "", "", ""],
            ["SR-I1", "instalment", "Gift of the Duchy of Miramar (invented)", "A contribution", "SR-D1", "", "0.07", ""],
            ["SR-G1", "grant", "House at the quay (invented)", "A grant", "", "", "", ""],
            ["SR-BANK", "bank", "Safe return, USD account (invented)", "Bank account", "", "USD", "", ""],
        ],
        "Balances": [[WINDOW, "1010", "SR-BANK", "34650.00", "", "USD", ""], [WINDOW, "1200", "SR-G1", "5000.00", "", "", ""]],
        "Instalments": [[WINDOW, "SR-I1", "4010", "64200.00", "4200.00", "28500.00", "0"]],
        "Grants": [[WINDOW, "SR-G1", "28500.00", "23500.00", "0", "1645.00"]],
        "Funding": [["SR-G1", "SR-I1", "28500.00", "0"]],
    }
    return written(sheets)


def _erp(cast: Cast, today: date) -> None:
    """Accounts have the ERP's codes since last year; its newest extract lacks a line and has one of its own."""
    first, last = (today - timedelta(days=45)).replace(day=1), today - timedelta(days=11)
    accounts = [("account", each.code, f"1{each.code}010") for each in chart.CHART if each.type != chart.MEMO and each.code != "5900"]
    with clock.frozen(today - timedelta(days=10)):
        mapping.save([*accounts, ("window", GENERAL, FUND)], effective_on=date(today.year - 1, 1, 1), by=cast.finance)
        names = {name: getattr(Layout(), name) for name in HEAD}
        lines = Line.objects.filter(date__gte=first, date__lte=last).exclude(account__type=chart.MEMO).select_related("entry")
        rows = [_row(line) for line in lines.order_by("pk")][1:]
        rows.append([last.isoformat(), "51009999", "15300010", FUND, "17.40", "USD", "Charges (invented)"])
        content = "\r\n".join(",".join(cells) for cells in [list(names.values()), *rows])
        erp.bring(f"extract-{last:%Y-%m}.csv", content.encode(), starts_on=first, ends_on=last, by=cast.finance)


def _row(line: Line) -> list[str]:
    amount = f"{line.amount.amount:f}"
    return [line.date.isoformat(), f"5100{line.entry_id:04d}", f"1{line.account_id}010", FUND, amount, "USD", line.entry.reference]
