"""Vouchers for tests, by the real actions: the fee of the auditors unless the test says otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.factories.books import DAY, open_years
from tests.factories.people import make_user
from tests.factories.remembered import remembered
from trustfund.ledger.models import Subaccount
from trustfund.money import Money, usd
from trustfund.people.roles import Role
from trustfund.vouchers import actions
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.rules import Content, Row


def debit(account: str, amount: Money | str, of: Subaccount | None = None, memo: str = "") -> Row:
    return Row(account, "debit", amount if isinstance(amount, Money) else usd(amount), of, memo)


def credit(account: str, amount: Money | str, of: Subaccount | None = None, memo: str = "") -> Row:
    return Row(account, "credit", amount if isinstance(amount, Money) else usd(amount), of, memo)


def fee(amount: Money | str = "4800.00") -> list[Row]:
    """The auditors' invoice."""
    return [debit("5220", amount, memo="Invoice 17"), credit("2010", amount)]


def says(rows: list[Row] | None = None, *, on: date = DAY, kind: str = "entry") -> Content:
    """What a voucher of the general window says."""
    return Content(kind, on, "general", fee() if rows is None else rows)


@remembered
def make_voucher(
    state: str = "draft", rows: list[Row] | None = None, *, maker: Any = None, checker: Any = None, on: date = DAY, kind: str = "entry"
) -> Voucher:
    """A voucher that was taken to a state; its year is open."""
    open_years(on.year)
    maker = maker or make_user(Role.FINANCE)
    voucher = actions.draft(says(rows, on=on, kind=kind), by=maker, narrative="The audit of 2025")
    if state == "cancelled":
        return actions.cancel(voucher, by=maker)
    if state != "draft":
        voucher = actions.submit(voucher, by=maker)
    if state == "returned":
        return actions.return_(voucher, by=checker or make_user(Role.APPROVER), reason="The invoice is missing.")
    return actions.approve(voucher, by=checker or make_user(Role.APPROVER)) if state == "approved" else voucher
