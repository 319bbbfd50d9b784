"""The Fund's own costs and income in the demo: charges and interest of past months, charged to the contributions. All invented."""

from __future__ import annotations

from datetime import date, timedelta

from grants.demo.cast import Cast
from grants.demo.vouchers import submitted
from trustfund import clock
from trustfund.ledger.funding import costs
from trustfund.ledger.funding.months import months
from trustfund.ledger.models import Subaccount
from trustfund.money import usd
from trustfund.vouchers import actions
from trustfund.vouchers.rules import Row


def run(cast: Cast, bank: Subaccount, today: date) -> None:
    """Three months of charges and interest, posted by vouchers; every month but the newest allocated by finance."""
    for days, charge, interest in ((100, "42.50", "310.20"), (70, "38.00", "402.75"), (40, "55.10", "388.40")):
        day = today - timedelta(days=days)
        rows = [
            Row("5300", "debit", usd(charge), memo="Charges"),
            Row("1010", "debit", usd(interest), bank, memo="Interest"),
            Row("1010", "credit", usd(charge), bank),
            Row("4100", "credit", usd(interest)),
        ]
        voucher = submitted(cast, day, "Charges and interest of the month (invented).", rows, "Statement of the bank (invented)")
        with clock.frozen(day + timedelta(days=1)):
            actions.approve(voucher, by=cast.checker)
    with clock.frozen(today):
        for month in [each for each in reversed(months()) if each.waits][:-1]:
            if not costs.is_allocated(month.period):
                costs.allocate(month.period, by=cast.finance)
