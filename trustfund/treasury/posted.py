"""What the lines come to that are neither cash nor owed nor of what a contribution brought, by what they are about: "costs" ..."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db.models import Sum

from trustfund.ledger import chart
from trustfund.ledger.closed import days
from trustfund.ledger.closed.kept import year_end_entries
from trustfund.ledger.closed.marks import YEAR_END
from trustfund.ledger.funding import costs
from trustfund.ledger.funding.headroom import FUNDING
from trustfund.ledger.history import TAKEN_OVER_GIFTS, TAKEN_OVER_GRANTS
from trustfund.ledger.models import Line, Subaccount
from trustfund.money import Money, usd_cents, zero

CASH = ("1010", "1020", "1030", "1050")
"""What Statement I shows as cash and cash equivalents."""

OWED = ("2400", "2410", "3100", "2200", "2300", "2100", "2010")
"""Accounts whose balance is set aside of the cash: owed to others, hung on a condition, nobody's yet, or the reserve."""

GRANT, INSTALMENT = Subaccount.Kind.GRANT, Subaccount.Kind.INSTALMENT
COUNTED = {code for code in FUNDING if chart.BY_CODE[code].subaccount_kinds == INSTALMENT}
"""Accounts whose every line is of what a contribution brought."""
OTHERS = [each.code for each in chart.CHART if each.type != chart.MEMO and each.code not in {*CASH, *OWED, *COUNTED}]
PLACES = {
    "1060": "invested",
    "1400": "receivable",
    "3010": "opening",
    "5100": "support",
    **dict.fromkeys(("1900", "2900", "3900"), "windows"),
}
"""Accounts that are a step by themselves; the others are told by whom their lines name."""


def posted(as_of: date) -> dict[str, Money]:
    """The lines of the accounts that neither are cash nor owed nor a contribution's, as of a day: debits less credits, in USD."""
    sums: dict[str, Money] = defaultdict(zero)
    columns = ["account_id", "subaccount__kind"]
    (read,) = days.totals([as_of], columns, costs.MARKS, without=year_end_entries(), account_id__in=OTHERS)
    for (account, kind, own), (debits, credits, _own) in read.items():
        sums[_step(account, kind, own)] += usd_cents(debits - credits)
    for code, account, debits, credits in _taken_over(as_of):
        change = usd_cents(debits - credits)
        if code == TAKEN_OVER_GRANTS and account in OTHERS:
            sums[_step(account, GRANT, False)] -= change
            sums["opening"] += change
        elif code == TAKEN_OVER_GIFTS and account in FUNDING:
            sums["opening"] += change
    return dict(sums)


def _step(account: str, kind: str | None, own: bool) -> str:
    """The step that lines belong to; `received` is none, for headroom counts them."""
    if account in PLACES:
        return PLACES[account]
    if kind == INSTALMENT and account in FUNDING:
        return "received"
    if own:
        return "costs"
    return "partners" if kind == GRANT or account in costs.OF_OTHERS else "in_kind"


def _taken_over(as_of: date) -> list[tuple[str, str, int, int]]:
    """Code, account, debits and credits of the two names that stand against the history of a fund that was taken over: few lines."""
    lines = Line.objects.filter(subaccount__code__in=(TAKEN_OVER_GIFTS, TAKEN_OVER_GRANTS), date__lte=as_of).exclude(YEAR_END)
    columns = ("subaccount__code", "account_id")
    return list(lines.order_by().values_list(*columns).annotate(debits=Sum("debit"), credits=Sum("credit")))
