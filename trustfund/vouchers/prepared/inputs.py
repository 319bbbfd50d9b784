"""What somebody entered for an event, as it is kept with the voucher: each value says of which kind it is, and is read back exactly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from trustfund.ledger.models import FundWindow, Subaccount
from trustfund.money import Money

Kept = dict[str, Any]


def _money(text: str) -> Money:
    currency, amount = text.split(" ")
    return Money(amount, currency)


READ: dict[str, Callable[[str], Any]] = {
    "day": date.fromisoformat,
    "money": _money,
    "number": Decimal,
    "subaccount": lambda code: Subaccount.objects.get(code=code),
    "window": lambda code: FundWindow.objects.get(code=code),
    "text": str,
}


def kept(values: dict[str, Any]) -> Kept:
    """Cleaned inputs as JSON: [kind, text] for each; what is empty is left out."""
    return {name: _kept(value) for name, value in values.items() if value not in (None, "", {})}


def _kept(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _kept(each) for name, each in value.items()}
    if isinstance(value, Money):
        return ["money", f"{value.currency} {value.amount}"]
    if isinstance(value, date):
        return ["day", value.isoformat()]
    if isinstance(value, Subaccount):
        return ["subaccount", value.code]
    if isinstance(value, FundWindow):
        return ["window", value.code]
    return ["number", format(value, "f")] if isinstance(value, Decimal) else ["text", str(value)]


def read(values: Kept) -> dict[str, Any]:
    """The inputs again. KeyError or ValueError for what `kept` never wrote."""
    return {name: read(each) if isinstance(each, dict) else READ[each[0]](each[1]) for name, each in values.items()}
