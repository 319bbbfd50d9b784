"""The demo fund, built only by the real actions, in the time in which they would have happened."""

from __future__ import annotations

from datetime import date

from grants.demo import audit, banks, budgets, closings, costs, desk, first_cycle, fund, small, today, vouchers
from grants.demo.cast import Cast, assemble
from trustfund import clock

FOUNDED = date(2010, 11, 1)


def build(day: date) -> Cast:
    """Build the whole fund as of `day`, in an empty database. The same day gives the same fund."""
    with clock.frozen(FOUNDED):
        cast = assemble(FOUNDED)
        dollars, euros = fund.open_books(cast, day)
    donors = fund.first_donors(cast, dollars, euros)
    first_cycle.run(cast, dollars)
    closings.first_years(cast, FOUNDED)
    fund.later_donors(cast, donors, dollars, euros, day)
    today.run(cast, dollars, day)
    small.outright(cast, dollars, day)
    vouchers.run(cast, dollars, day)
    budgets.run(cast, day)
    banks.run(cast, dollars, euros, day)
    vouchers.prepared(cast, dollars, euros, day)
    costs.run(cast, dollars, day)
    desk.run(cast, day)
    small.of_window(cast, day)
    closings.run(cast, day)
    budgets.issue(cast, day)
    audit.run(cast.auditor, day)
    return cast
