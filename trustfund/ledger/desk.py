"""The pages of the finance desk in groups: the one bar of tabs that the books, the banks, the cash and the ERP share.

Pages of rooms above the ledger are named by their addresses only; whoever may not enter a room is not shown its pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trustfund.people.navigation import destinations_for

DATED = ("ledger", "vouchers", "budgets")
"""Rooms whose pages keep the day and the head that were chosen."""


@dataclass(frozen=True)
class Page:
    """A page by the name of its address; `room` is the destination that a person must have to see it, `query` stands behind it."""

    name: str
    label: Any
    room: str = "ledger:index"
    query: str = ""

    @property
    def dated(self) -> bool:
        """Whether a chosen day goes along."""
        return self.name.partition(":")[0] in DATED


@dataclass(frozen=True)
class Group:
    """Pages of one kind of work."""

    label: Any
    pages: tuple[Page, ...]


GROUPS = (
    Group(
        pgettext_lazy("finance desk", "Ledger"),
        (
            Page("ledger:index", _("Trial balance")),
            Page("ledger:entries", _("Entries")),
            Page("vouchers:index", _("Vouchers")),
            Page("ledger:check", _("Verification")),
        ),
    ),
    Group(
        _("Banks"),
        (
            Page("banking:index", _("Bank statements"), "banking:index"),
            Page("banking:lines", _("Lines to match"), "banking:index", "?state=open"),
            Page("banking:reconciliation", _("Reconciliation"), "banking:index"),
            Page("banking:accounts", _("Accounts at the banks"), "banking:index"),
            Page("ledger:banks", _("Bank accounts")),
        ),
    ),
    Group(
        _("Cash and forecast"),
        (
            Page("treasury:index", _("Cash position"), "treasury:index"),
            Page("treasury:forecast", _("Forecast"), "treasury:index"),
            Page("treasury:delivery", _("Delivery and headroom"), "treasury:index"),
        ),
    ),
    Group(
        _("Budgets and windows"),
        (
            Page("budgets:index", _("Budgets"), "budgets:index"),
            Page("ledger:headroom", _("Headroom")),
            Page("ledger:windows", _("Windows")),
            Page("ledger:rules", _("Funding rules")),
        ),
    ),
    Group(
        _("Closing"),
        (
            Page("ledger:periods", _("Periods")),
            Page("ledger:costs", _("Costs")),
            Page("ledger:rates", _("Exchange rates")),
            Page("opening:index", _("Opening of an existing fund"), "opening:index"),
        ),
    ),
    Group(
        _("ERP"),
        (
            Page("erp:index", _("Reconciliation"), "erp:index"),
            Page("erp:extracts", _("Extracts"), "erp:index"),
            Page("erp:mappings", _("Mapping"), "erp:index"),
        ),
    ),
)


def groups_for(user: Any) -> Iterator[Group]:
    """The groups with the pages that the user may open; a group without any is left out."""
    rooms = {each.url for each in destinations_for(user)}
    for group in GROUPS:
        pages = tuple(page for page in group.pages if reverse(page.room) in rooms)
        if pages:
            yield Group(group.label, pages)
