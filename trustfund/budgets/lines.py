"""The lines of a budget: the uses that Statement II has, and what a window gives to others. Named once, here. Pure.

Impairment and exchange differences are no lines: nobody plans them, and no cash leaves for them.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

GRANTS, TRANSFERS = "grants", "transfers"
LINES = {
    GRANTS: (_("Grants and direct assistance"), ("5010",)),
    "programme_support": (_("Programme support costs"), ("5100",)),
    "staff": (_("Staff and consultants"), ("5200",)),
    "travel": (_("Travel and Board"), ("5210",)),
    "contractual": (_("Contractual services and audit"), ("5220",)),
    "charges": (_("Bank and processing charges"), ("5300",)),
    "other_expenses": (_("Other expenses"), ("5900",)),
    TRANSFERS: (_("Transfers to other windows, less those received"), ("3900",)),
}
"""Of each line its words and its accounts."""

ORDER = list(LINES)
CHOICES = [(key, label) for key, (label, _accounts) in LINES.items()]
OF_ACCOUNT = {account: key for key, (_label, accounts) in LINES.items() for account in accounts}
"""The line of an account."""


def label_of(line: str) -> str:
    """The words of a line."""
    return str(LINES[line][0])
