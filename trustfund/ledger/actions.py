"""What people do to the books themselves: opening a year, taking in rates, adding a bank account of the Fund. Periods: `periods`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from trustfund.ledger import periods, permissions, subaccounts
from trustfund.ledger.exchange import rates
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.models import FiscalYear, Subaccount


def open_year(year: int, *, by: Any) -> FiscalYear:
    """Finance opens a fiscal year."""
    if not permissions.can_open_year(by):
        raise PermissionDenied
    return periods.open_year(year, by=by)


def add_rates(found: list[Any], *, source: str, by: Any) -> tuple[list[Rate], int]:
    """Finance takes in rates (currency, day, value): those that are new, and how many were known."""
    if not permissions.can_add_rates(by):
        raise PermissionDenied
    return rates.add_all(found, source=source[:100], by=by)


def open_bank(*, code: str, name: str, currency: str, by: Any) -> Subaccount:
    """Finance adds a bank account of the Fund itself."""
    if not permissions.can_open_bank(by):
        raise PermissionDenied
    return subaccounts.open("bank", code, name=name, public_label=code, currency=currency, by=by)
