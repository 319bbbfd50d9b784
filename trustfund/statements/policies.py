"""The accounting policies of the notes. What rests on a room above (recognition of agreements) is registered by that room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

Provider = Callable[[date, date], list[str]]
"""Paragraphs on a period, from its first day to its last."""

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Have this room say its policy too; for `AppConfig.ready()`."""
    if provider not in _providers:
        _providers.append(provider)


def basis() -> list[str]:
    """On which basis the statements stand."""
    return [
        _("The financial statements are prepared on the accrual basis under the International Public Sector Accounting Standards (IPSAS) "
          "and on the assumption that the Fund goes on."),
        _("The functional and presentation currency is the United States dollar. The financial year is the calendar year."),
        _("All figures are sums of entries of one ledger whose entries are never changed; its head is printed on every page."),
    ]  # fmt: skip


def policies(since: date, until: date) -> list[str]:
    """The policies in force in a period."""
    others = [
        _("Grants: tranches paid to implementing partners are advances, an asset, until the expenditure that they report is accepted. "
          "Grants without conditions are an expense once they are enforceable."),
        _("Programme support cost is an expense when the expenditure that it supports is accepted, at the rate of the agreement."),
        _("Foreign currencies: transactions are recorded at the United Nations operational rate of exchange of their day; monetary "
          "balances are revalued at each month’s end, and differences are revenue or expense."),
        _("Receivables and refunds due are shown less an allowance for what is doubtful. Write-offs are approved by two people."),
        _("Cash and cash equivalents are bank balances, card payments under way and what of the cash pool is due within three months."),
        _("Contributions in kind are recognized at fair value, with the expense that they meet."),
        _("The operating reserve is set aside from the accumulated surplus by decision and is no expense."),
        _("Commitments to grantees and pledges that are not binding are not in the statements; the notes disclose them."),
    ]  # fmt: skip
    return [*[text for provider in _providers for text in provider(since, until)], *others]
