"""The events that finance starts and the system works out, in the order in which they are offered."""

from __future__ import annotations

from typing import Any

from trustfund.vouchers.prepared import banks, donors, estimate, impairment, reserve, revaluation, windows
from trustfund.vouchers.prepared.event import Event

_ALL = [
    revaluation.REVALUATION,
    estimate.YEAR_END_ESTIMATE,
    impairment.IMPAIR_CONTRIBUTION,
    impairment.WRITE_OFF_CONTRIBUTION,
    impairment.IMPAIR_PARTNER,
    impairment.WRITE_OFF_PARTNER,
    donors.GOES_BACK,
    donors.REFUND,
    banks.CONVERSION,
    banks.PSC_SETTLED,
    windows.WINDOW_TRANSFER,
    windows.WINDOWS_SETTLED,
    reserve.OPERATING_RESERVE,
]
EVENTS: dict[str, Event] = {event.name: event for event in _ALL}


def what(voucher: Any) -> str:
    """What a voucher is called in a list: the event that it was prepared for, else its kind."""
    event = EVENTS.get(voucher.event)
    return str(event.title) if event else str(voucher.get_kind_display())


def before_saving(event: Event, inputs: dict[str, Any], by: Any) -> None:
    """What must be there before lines can be kept: windows know one another by subaccounts."""
    if event in (windows.WINDOW_TRANSFER, windows.WINDOWS_SETTLED):
        windows.open_subaccounts(inputs, by)
