"""Which statements there are, in their order; and what a key in an address stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from trustfund.ledger import chart
from trustfund.ledger.models import FundWindow, Subaccount
from trustfund.statements import ageing, budget, cash_flow, contributions, figures, grant, net_assets, notes, pooled, windows
from trustfund.statements.books import BY_ACCOUNT, BY_LINE, Books, Keys
from trustfund.statements.shape import Statement

Url = Callable[[Subaccount], str] | None
"""Gives the address of the statement of a donor or a grant."""


@dataclass(frozen=True)
class Kind:
    """A statement of the whole Fund: its title and what it says, in the list; `make` from the books, a first day and addresses."""

    title: Any
    text: Any
    make: Callable[[Books, date | None, Url], Statement]


STATEMENTS: dict[str, Kind] = {
    "position": Kind(
        _("I. Statement of financial position"),
        _("What the Fund has, what it owes, and what is left."),
        lambda books, since, url: figures.position(books),
    ),
    "performance": Kind(
        _("II. Statement of financial performance"),
        _("What came in and what was spent in a period."),
        lambda books, since, url: figures.performance(books, since),
    ),
    "net-assets": Kind(
        _("III. Statement of changes in net assets"),
        _("From the net assets at the beginning to those at the end."),
        lambda books, since, url: net_assets.net_assets(books, since),
    ),
    "cash-flow": Kind(
        _("IV. Statement of cash flows"),
        _("From the surplus to the change in cash."),
        lambda books, since, url: cash_flow.cash_flow(books, since),
    ),
    "budget": Kind(
        _("V. Statement of comparison of budget and actual amounts"),
        _("The approved budget, what is committed and what was used of it, and why they differ."),
        lambda books, since, url: budget.budget_and_actual(books, since),
    ),
    "notes": Kind(
        _("VI. Notes to the financial statements"),
        _("Policies, and what stands behind the figures: donors, ages, grants, commitments, rates, events."),
        lambda books, since, url: notes.notes(books, since, url),
    ),
    "source-and-use": Kind(
        _("VII. Statement of source and use of funds"),
        _("Contributions, transfers to partners and costs, as pooled funds report them, and the delivery rate."),
        lambda books, since, url: pooled.pooled(books, since),
    ),
    "trial-balance": Kind(
        _("Trial balance"),
        _("Every account: balance before, debits, credits, balance."),
        lambda books, since, url: figures.trial_balance(books, since),
    ),
    "windows": Kind(
        _("The windows of the fund"),
        _("What each window has and owes, and its results."),
        lambda books, since, url: windows.windows(books, since),
    ),
    "contributions": Kind(
        _("Contributions and their use"),
        _("What became of each donor's money, tied to Statement I."),
        lambda books, since, url: contributions.contributions(books, url),
    ),
    "grants": Kind(
        _("Grants and advances"),
        _("Each grant: committed, paid, accepted, and what is still open."),
        lambda books, since, url: grant.grants(books, url),
    ),
    "receivables": Kind(
        _("Ageing of contributions receivable"),
        _("What each instalment still owes, by its due date."),
        lambda books, since, url: ageing.receivables(books, url),
    ),
    "advances": Kind(
        _("Ageing of advances and refunds due"),
        _("What each grant has not accounted for or paid back, and since when."),
        lambda books, since, url: ageing.advances(books, url),
    ),
}

SET = ("position", "performance", "net-assets", "cash-flow", "budget", "notes")
"""Statements I to VI: the financial statements of a year."""


def whole_set(books: Books, since: date | None) -> list[Statement]:
    """The financial statements of a period, as they are published: donors and grants under their public labels."""
    return [STATEMENTS[code].make(books, since, None) for code in SET]


BY_NUMBER = {"AGE": ageing, "III": net_assets, "IV": cash_flow, "V": budget, "VI": notes, "VII": pooled}
"""The statements whose figures have keys of their own, "IV.advances", by how these begin."""


def keys_of(key: str) -> Keys:
    """How the books are added up for a key: an account's code, or one that begins with a statement's number."""
    if key in chart.BY_CODE:
        return BY_ACCOUNT
    return BY_NUMBER[number].KEYS if (number := key.split(".")[0]) in BY_NUMBER else BY_LINE


def label_of(key: str) -> str:
    """The words for the lines with a key that there is."""
    if key in chart.BY_CODE:
        return f"{key} {chart.BY_CODE[key].label}"
    labels = BY_NUMBER[number].LABELS if (number := key.split(".")[0]) in BY_NUMBER else figures.LABELS
    whole, colon, one = key.partition(":")
    if colon and one != "*" and not one.isdigit():
        window = FundWindow.objects.filter(pk=one).first()
        return f"{labels.get(f'{whole}:*', whole)}, {window.label if window else one}"
    if colon and one != "*":
        named = Subaccount.objects.filter(pk=int(one)).first()
        return f"{labels.get(f'{whole}:*', whole)}, {named.name if named else one}"
    return str(labels.get(key, key))
