"""The events that finance starts and the system works out, in the order in which they are offered."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from trustfund.vouchers.prepared import banks, donors, estimate, impairment, reserve, revaluation, windows
from trustfund.vouchers.prepared.event import Event

GROUPS = [
    (_("At the end of a month or a year"), [revaluation.REVALUATION, estimate.YEAR_END_ESTIMATE, reserve.OPERATING_RESERVE]),
    (
        _("What may not come in"),
        [
            impairment.IMPAIR_CONTRIBUTION,
            impairment.WRITE_OFF_CONTRIBUTION,
            impairment.IMPAIR_PARTNER,
            impairment.WRITE_OFF_PARTNER,
        ],
    ),
    (_("Money that goes back to a donor"), [donors.GOES_BACK, donors.REFUND]),
    (_("Bank accounts and windows"), [banks.CONVERSION, banks.PSC_SETTLED, windows.WINDOW_TRANSFER, windows.WINDOWS_SETTLED]),
]
EVENTS: dict[str, Event] = {event.name: event for _title, events in GROUPS for event in events}


def what(voucher: Any) -> str:
    """What a voucher is called in a list: the event that it was prepared for, else its kind."""
    event = EVENTS.get(voucher.event)
    return str(event.title) if event else str(voucher.get_kind_display())


def before_saving(event: Event, inputs: dict[str, Any], by: Any) -> None:
    """What must be there before lines can be kept: windows know one another by subaccounts."""
    if event in (windows.WINDOW_TRANSFER, windows.WINDOWS_SETTLED):
        windows.open_subaccounts(inputs, by)
