"""The chart of accounts: codes are stable; the migration copies this table into the database, `check_books` compares them.

Columns: code, name, type, which kinds of subaccount a line names and whether it must, monetary (revalued when not in USD), the line of
Statement I or II, the class in the cash-flow statement, the rate it is translated at.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

ASSET, LIABILITY, NET, REVENUE, EXPENSE, MEMO = "asset", "liability", "net_assets", "revenue", "expense", "memo"
REQUIRED, OPTIONAL, NONE = "required", "optional", "none"


@dataclass(frozen=True)
class Definition:
    """One account; `debit_natural` says on which side it grows."""

    code: str
    name: str
    type: str
    subaccount_kinds: str = ""
    subaccount_rule: str = NONE
    monetary: bool = False
    statement: str = ""
    cash_flow: str = "none"
    translation: str = "historical"

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return gettext(self.name)

    @property
    def debit_natural(self) -> bool:
        return self.type in (ASSET, EXPENSE) or self.code in ("9010", "9030", "4090")

    @property
    def period_result(self) -> bool:
        """Revenue or expense: closed into 3010 at year-end."""
        return self.type in (REVENUE, EXPENSE)


def _one(code: str, name: str, type_: str, kinds: str = "", line: str = "", flow: str = "none", **more: Any) -> Definition:
    """`kinds` ends with "?" where the subaccount is optional."""
    rule = NONE if not kinds else OPTIONAL if kinds.endswith("?") else REQUIRED
    return Definition(code, name, type_, kinds.rstrip("?"), rule, statement=line, cash_flow=flow, **more)


def _monetary(code: str, name: str, type_: str, kinds: str = "", line: str = "", flow: str = "operating") -> Definition:
    return _one(code, name, type_, kinds, line, flow, monetary=True, translation="closing")


CHART = [
    _monetary("1010", _("Bank accounts in United States dollars"), ASSET, "bank", "I.cash", "cash"),
    _monetary("1020", _("Bank accounts in other currencies"), ASSET, "bank", "I.cash", "cash"),
    _monetary("1030", _("Stripe clearing"), ASSET, "", "I.cash", "cash"),
    _monetary("1050", _("Cash pool held as cash equivalent"), ASSET, "", "I.cash", "cash"),
    _monetary("1060", _("Cash pool investments"), ASSET, "", "I.investments", "investing"),
    _monetary("1100", _("Contributions receivable, current"), ASSET, "instalment", "I.receivable_current"),
    _monetary("1110", _("Contributions receivable, non-current"), ASSET, "instalment", "I.receivable_non_current"),
    _monetary("1190", _("Allowance for doubtful contributions"), ASSET, "instalment", "I.receivable_current"),
    _one("1200", _("Advances to implementing partners"), ASSET, "grant", "I.advances", "operating"),
    _monetary("1210", _("Refunds due from partners"), ASSET, "grant", "I.other_receivables"),
    _one("1280", _("Estimated spending not yet reported on advances"), ASSET, "grant", "I.advances", "operating"),
    _monetary("1290", _("Allowance for doubtful advances and refunds"), ASSET, "grant", "I.other_receivables"),
    _monetary("1300", _("Disputed card payments"), ASSET, "instalment", "I.other_receivables"),
    _monetary("1400", _("Other receivables"), ASSET, "", "I.other_receivables"),
    _monetary("1900", _("Due from other windows"), ASSET, "window", "I.between_windows"),
    _monetary("2010", _("Payables and accruals"), LIABILITY, "", "I.payables"),
    _monetary("2020", _("Grants payable"), LIABILITY, "grant", "I.grants_payable"),
    _monetary("2100", _("Unidentified receipts"), LIABILITY, "receipt", "I.other_liabilities"),
    _one("2200", _("Conditional contributions"), LIABILITY, "instalment", "I.conditional", "operating"),
    _monetary("2300", _("Payable to donors"), LIABILITY, "instalment", "I.payable_to_donors"),
    _monetary("2400", _("Programme support cost payable"), LIABILITY, "", "I.payables"),
    _monetary("2410", _("Levy payable"), LIABILITY, "", "I.payables"),
    _monetary("2900", _("Due to other windows"), LIABILITY, "window", "I.between_windows"),
    _one("3010", _("Accumulated surplus"), NET, "", "I.accumulated_surplus"),
    _one("3100", _("Operating reserve"), NET, "", "I.reserves"),
    _one("3900", _("Inter-window transfers"), NET, "", "I.between_windows"),
    _one("4010", _("Contributions from Member States"), REVENUE, "instalment", "II.contributions", "operating"),
    _one("4020", _("Contributions from other donors"), REVENUE, "instalment", "II.contributions", "operating"),
    _one("4030", _("Contributions from individuals"), REVENUE, "instalment", "II.contributions", "operating"),
    _one("4040", _("Contributions in kind"), REVENUE, "instalment", "II.in_kind", "non_cash"),
    _one("4090", _("Refunds, reductions and chargebacks"), REVENUE, "instalment", "II.refunds", "operating"),
    _one("4100", _("Investment revenue"), REVENUE, "", "II.investment", "investing"),
    _one("4200", _("Exchange gains"), REVENUE, "instalment grant?", "II.exchange_gains", "non_cash"),
    _one("4900", _("Other revenue"), REVENUE, "grant?", "II.other_revenue", "operating"),
    _one("5010", _("Grants and direct assistance"), EXPENSE, "grant", "II.grants", "operating"),
    _one("5100", _("Programme support costs"), EXPENSE, "grant", "II.programme_support", "operating"),
    _one("5200", _("Staff and consultants"), EXPENSE, "", "II.staff", "operating"),
    _one("5210", _("Travel and Board"), EXPENSE, "", "II.travel", "operating"),
    _one("5220", _("Contractual services and audit"), EXPENSE, "", "II.contractual", "operating"),
    _one("5300", _("Bank and processing charges"), EXPENSE, "instalment grant?", "II.charges", "operating"),
    _one("5400", _("Exchange losses"), EXPENSE, "instalment grant?", "II.exchange_losses", "non_cash"),
    _one("5500", _("Impairment and write-off"), EXPENSE, "instalment grant?", "II.impairment", "non_cash"),
    _one("5900", _("Other expenses"), EXPENSE, "instalment grant?", "II.other_expenses", "operating"),
    _one("9010", _("Commitments to grantees"), MEMO, "grant", "note.commitments"),
    _one("9020", _("Commitments to grantees, contra"), MEMO, "grant", "note.commitments"),
    _one("9030", _("Pledges announced"), MEMO, "instalment", "note.pledges"),
    _one("9040", _("Pledges announced, contra"), MEMO, "instalment", "note.pledges"),
]

BY_CODE = {definition.code: definition for definition in CHART}


def rows() -> list[dict[str, Any]]:
    """The chart as rows of the account table."""
    return [asdict(definition) for definition in CHART]
