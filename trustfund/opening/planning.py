"""Whether the plan of an opening adds up, and the entries that it posts. Pure, but for what the plan knows of subaccounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from trustfund.ledger import chart
from trustfund.ledger.funding.headroom import set_aside
from trustfund.ledger.history import TAKEN_OVER_GIFTS, TAKEN_OVER_GRANTS
from trustfund.money import Money, total, zero
from trustfund.opening.checking import Balance, Funding, History, Plan, sums
from trustfund.opening.workbook import Problem
from trustfund.ui.formatting import money_text

SURPLUS = "3010"
OUT_OF_CASH = ("2300", "9030", "9040")
"""Accounts of an instalment that say nothing of the cash it brought, as in `headroom`."""

OF_GRANT = ("1200", "1210", "1280", "1290", "2020")
PAIRS = {"9010": "9020", "9030": "9040"}


@dataclass(frozen=True)
class Planned:
    """One line to be posted: the account, the code of its subaccount, debit less credit, and its amount in another currency."""

    account: str
    of: str
    amount: Money
    original: Money | None = None


# Whether it adds up


def problems(plan: Plan) -> list[Problem]:
    """Everything that is wrong with the plan as a whole; with single rows first, for the rest depends on them."""
    if plan.problems:
        return plan.problems
    found = [*_twice(plan), *_balanced(plan), *_memo(plan)]
    return [*found, *_contributions(plan), *_grants(plan), *_funded(plan)]


def _twice(plan: Plan) -> Iterator[Problem]:
    """The same thing in two rows."""
    keyed: list[tuple[Any, str, Any]] = [
        *((row, "subaccount", ("b", row.window, row.account, row.of)) for row in plan.balances),
        *((row, "instalment", ("i", row.of)) for row in plan.instalments),
        *((row, "grant", ("g", row.of)) for row in plan.grants),
        *((row, "instalment", ("f", row.grant, row.instalment)) for row in plan.funding),
    ]
    seen = set()
    for row, column, key in keyed:
        if key in seen:
            yield row.row.problem(column, _("it stands in a row above already."))
        seen.add(key)


def _balanced(plan: Plan) -> Iterator[Problem]:
    """A window with 3010 balances; without it 3010 takes the difference. The memo accounts are no part of it."""
    by_window = sums(_on_statement(plan), lambda row: row.window, lambda row: row.amount)
    for window in sorted({row.window for row in plan.balances if row.account == SURPLUS}):
        if by_window.get(window):
            text = _("the debits of the window %(window)s are %(apart)s more than its credits.")
            yield Problem("Balances", 0, "", text % {"window": window, "apart": money_text(by_window[window])})


def _on_statement(plan: Plan) -> list[Balance]:
    return [row for row in plan.balances if chart.BY_CODE[row.account].type != chart.MEMO]


def _memo(plan: Plan) -> Iterator[Problem]:
    for first, contra in PAIRS.items():
        both = [row for row in plan.balances if row.account in (first, contra)]
        for (_window, of), apart in sums(both, lambda row: (row.window, row.of), lambda row: row.amount).items():
            if apart:
                text = _("%(first)s and %(contra)s of %(of)s are each other’s contra, and %(apart)s apart.")
                yield Problem("Balances", 0, "", text % {"first": first, "contra": contra, "of": of, "apart": money_text(apart)})


def _contributions(plan: Plan) -> Iterator[Problem]:
    """What each brought, less what went back, covers its support cost and what it granted; the support cost is that of its rate."""
    yield from filter(None, (_contribution(plan, row) for row in plan.instalments))
    yield from _unknown(plan, "instalment", plan.instalments, ("2200", "1300"))


def _contribution(plan: Plan, row: History) -> Problem | None:
    """The first thing that is wrong with one of them."""
    kept = row["received"] - row["refunded"]
    psc = set_aside(kept, plan.rates.get(row.of))
    if kept < zero():
        return row.row.problem("refunded", _("more went back than came."))
    if row["psc"] != psc:
        names = {"psc": money_text(psc), "kept": money_text(kept)}
        return row.row.problem("psc", _("at the rate of its subaccount the support cost in %(kept)s is %(psc)s.") % names)
    if row["granted"] > kept - psc:
        return row.row.problem("granted", _("more was granted than there was: %(left)s.") % {"left": money_text(kept - psc)})
    if _recognized(plan, row) < zero():
        return row.row.problem("received", _("2200 of this instalment is more than what it received."))
    return None


def _recognized(plan: Plan, row: History) -> Money:
    """What of a contribution was revenue in the years before: what came, and what is still to come, less what hangs on a condition."""
    held = [each.amount for each in plan.balances if (each.window, each.of) == (row.window, row.of) and each.account not in OUT_OF_CASH]
    return row["received"] + total(held)


def _unknown(plan: Plan, kind: str, known: list[History], accounts: tuple[str, ...]) -> Iterator[Problem]:
    """Balances of something that has no row of history."""
    named = {(row.window, row.of) for row in known}
    for row in plan.balances:
        if row.account in accounts and (row.window, row.of) not in named:
            names = {"of": row.of, "sheet": "Grants" if kind == "grant" else "Instalments"}
            yield row.row.problem("subaccount", _("%(of)s has no row in the sheet %(sheet)s for this window.") % names)


def _grants(plan: Plan) -> Iterator[Problem]:
    """Cash paid, less refunds, is what was accepted and what is still open in the balances."""
    for row in plan.grants:
        open_ = total(each.amount for each in plan.balances if (each.window, each.of) == (row.window, row.of) and each.account in OF_GRANT)
        wanted = row["accepted"] + open_
        if row["paid"] - row["refunded"] != wanted:
            names = {"paid": money_text(row["paid"] - row["refunded"]), "wanted": money_text(wanted)}
            text = _("paid less refunded is %(paid)s, accepted and the open balances are %(wanted)s.")
            yield row.row.problem("paid", text % names)
    yield from _unknown(plan, "grant", plan.grants, OF_GRANT)


def _funded(plan: Plan) -> Iterator[Problem]:
    """The sheet Funding, where it is filled in, says the same as the two histories; else the two add up to the same."""
    if not plan.funding:
        yield from _same_sums(plan)
        return
    given = sums(plan.funding, lambda row: row.instalment, lambda row: row.paid)
    got = sums(plan.funding, lambda row: row.grant, lambda row: row.paid)
    compared = [(row, "granted", row["granted"], given.get(row.of, zero())) for row in plan.instalments]
    compared += [(row, "paid", row["paid"] - row["refunded"], got.get(row.of, zero())) for row in plan.grants]
    for row, column, said, funded in compared:
        if said != funded:
            yield row.row.problem(column, _("in the sheet Funding it is %(amount)s.") % {"amount": money_text(funded)})
    yield from _strangers(plan)
    yield from _overdrawn(plan)


def _strangers(plan: Plan) -> Iterator[Problem]:
    """Each pair is of one window, and both sides have their history."""
    windows = {row.of: row.window for row in [*plan.instalments, *plan.grants]}
    for row in plan.funding:
        if windows.get(row.instalment) is None or windows.get(row.instalment) != windows.get(row.grant):
            yield row.row.problem("instalment", _("both need a row of history, in the same window."))


def _overdrawn(plan: Plan) -> Iterator[Problem]:
    """What is still reserved is there."""
    reserved = sums(plan.funding, lambda row: row.instalment, lambda row: row.reserved)
    for row in plan.instalments:
        left = row["received"] - row["refunded"] - row["psc"] - row["granted"]
        if reserved.get(row.of, zero()) > left:
            yield row.row.problem("granted", _("more is reserved than it has left, %(left)s.") % {"left": money_text(left)})


def _same_sums(plan: Plan) -> Iterator[Problem]:
    given = sums(plan.instalments, lambda row: row.window, lambda row: row["granted"])
    got = sums(plan.grants, lambda row: row.window, lambda row: row["paid"] - row["refunded"])
    for window in sorted(given.keys() | got.keys()):
        if given.get(window, zero()) != got.get(window, zero()):
            names = {"given": money_text(given.get(window, zero())), "got": money_text(got.get(window, zero())), "window": window}
            text = _("in the window %(window)s contributions granted %(given)s and grants got %(got)s.")
            yield Problem("Instalments", 0, "", text % names)


# What is posted


def windows(plan: Plan) -> list[str]:
    """The windows that are opened."""
    found = {row.window for row in plan.balances} | {row.window for row in plan.instalments} | {row.window for row in plan.grants}
    return sorted(found)


def lines(plan: Plan, window: str) -> list[Planned]:
    """The lines of the window's opening entry: its balances, 3010 where it takes the difference, and its history, which changes none."""
    rows = [row for row in plan.balances if row.window == window]
    found = [Planned(row.account, row.of, row.amount, row.original) for row in rows]
    apart = total(row.amount for row in _on_statement(plan) if row.window == window)
    if apart:
        found.append(Planned(SURPLUS, "", -apart))
    return [line for line in [*found, *_history(plan, window)] if line.amount]


def _history(plan: Plan, window: str) -> list[Planned]:
    """What contributions brought and grants spent, and per account the same taken off again under a name of its own."""
    gifts = [line for row in _with_owed(plan) if row.window == window for line in _of_gift(plan, row)]
    grants = [line for row in plan.grants if row.window == window for line in _of_grant(row)]
    return [*gifts, *_contra(gifts, TAKEN_OVER_GIFTS), *grants, *_contra(grants, TAKEN_OVER_GRANTS)]


def _with_owed(plan: Plan) -> list[History]:
    """The histories, and one of nothing for each instalment that only has balances: a receivable alone brought no cash."""
    known = {(row.window, row.of) for row in plan.instalments}
    empty = dict.fromkeys(("received", "psc", "granted", "refunded"), zero())
    owed = {
        (row.window, row.of): History(row.row, row.window, row.of, empty, "4010")
        for row in plan.balances
        if plan.kinds.get(row.of) == "instalment" and (row.window, row.of) not in known and row.account not in OUT_OF_CASH
    }
    return [*plan.instalments, *owed.values()]


def _of_gift(plan: Plan, row: History) -> list[Planned]:
    return [Planned(row.revenue, row.of, -_recognized(plan, row)), Planned("4090", row.of, row["refunded"])]


def _of_grant(row: History) -> list[Planned]:
    return [Planned("5010", row.of, row["accepted"]), Planned("5100", row.of, row["psc_charged"])]


def _contra(found: list[Planned], name: str) -> list[Planned]:
    by_account = sums(found, lambda line: line.account, lambda line: line.amount)
    return [Planned(account, name, -amount) for account, amount in sorted(by_account.items())]


def rate(line: Planned) -> Decimal | None:
    """Units per USD of a line in another currency, as its two amounts have it."""
    return None if line.original is None else (line.original.amount / abs(line.amount).amount).quantize(Decimal("1e-10"))


# Who paid for what


def pairs(plan: Plan, window: str) -> list[Funding]:
    """What each contribution paid to each grant: as the sheet says, else oldest rows first, each to its last cent."""
    grants = [row for row in plan.grants if row.window == window]
    if plan.funding:
        named = {row.of for row in grants}
        return [row for row in plan.funding if row.grant in named]
    left = {row.of: row["granted"].minor for row in plan.instalments if row.window == window}
    return [pair for row in grants for pair in _paid_by(row, left)]


def _paid_by(grant: History, left: dict[str, int]) -> Iterator[Funding]:
    needed = (grant["paid"] - grant["refunded"]).minor
    for code in left:
        taken = min(needed, left[code])
        if taken:
            left[code] -= taken
            needed -= taken
            yield Funding(grant.row, grant.of, code, Money.from_minor(taken, "USD"), zero())


def totals(found: list[Planned]) -> dict[str, Money]:
    """The balance per account, for the page: history comes to nothing."""
    by_account: dict[str, Money] = defaultdict(zero)
    for line in found:
        by_account[line.account] += line.amount
    return {code: amount for code, amount in sorted(by_account.items()) if amount}
