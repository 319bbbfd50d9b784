"""Budgets for tests, by the real actions."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from tests.factories.donors import PDF
from tests.factories.people import make_user
from tests.factories.remembered import remembered
from trustfund.budgets import actions
from trustfund.budgets.actions import Row
from trustfund.budgets.models import Budget
from trustfund.ledger.models import FundWindow
from trustfund.money import usd
from trustfund.people.roles import Role

LINES = {"grants": "500000", "programme_support": "65000", "staff": "80000", "travel": "12000"}


def rows(**amounts: str) -> list[Row]:
    """Budget lines and their amounts."""
    return [Row(line, usd(amount)) for line, amount in (amounts or LINES).items()]


@remembered
def make_budget(
    state: str = "draft", *, year: int = 2026, window: str = "general", maker: Any = None, checker: Any = None, reason: str = "",
    document: bool = False, **amounts: str,
) -> Budget:  # fmt: skip
    """A version that was taken to a state; a revision when one is approved already."""
    maker = maker or make_user(Role.FINANCE)
    revises = Budget.objects.filter(window=window, year=year, state="approved").exists()
    reason = reason or ("More was pledged." if revises else "")
    budget = actions.draft(FundWindow.objects.get(pk=window), year, rows(**amounts), by=maker, reason=reason)
    if revises or document:
        budget = actions.attach(budget, by=maker, upload=ContentFile(PDF, name="minute.pdf"))
    if state == "cancelled":
        return actions.cancel(budget, by=maker)
    if state != "draft":
        budget = actions.submit(budget, by=maker)
    if state == "returned":
        return actions.return_(budget, by=checker or make_user(Role.APPROVER), remark="The travel is too much.")
    return actions.approve(budget, by=checker or make_user(Role.APPROVER)) if state == "approved" else budget
