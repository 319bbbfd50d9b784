"""Prepared vouchers for tests, by the real actions."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.factories.people import make_user
from tests.factories.remembered import remembered
from trustfund import clock
from trustfund.people.roles import Role
from trustfund.vouchers import actions
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.prepared.registry import EVENTS


@remembered
def make_prepared(name: str, state: str = "approved", *, maker: Any = None, checker: Any = None, **inputs: Any) -> Voucher:
    """A voucher of an event taken to a state; inputs as its form cleans them, the date is today unless the test says otherwise."""
    maker = maker or make_user(Role.FINANCE)
    voucher = actions.prepare(EVENTS[name], {"date": clock.today(), **inputs}, by=maker, narrative=f"Test of {name}")
    if state != "draft":
        voucher = actions.submit(voucher, by=maker)
    return actions.approve(voucher, by=checker or make_user(Role.APPROVER)) if state == "approved" else voucher


def reversed_by_two(voucher: Voucher, on: date | None = None) -> Voucher:
    """The approved reversal of a posted one."""
    mirror = actions.reverse(voucher, by=make_user(Role.FINANCE), date=on or clock.today(), narrative="Wrong")
    return actions.approve(mirror, by=make_user(Role.APPROVER))
