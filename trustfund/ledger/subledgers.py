"""Sub-ledgers against their control accounts, and acts of funding against what they say they moved."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable

from django.db.models import Count, F, Sum

from trustfund.chain import Finding, advised
from trustfund.ledger import chart
from trustfund.ledger.funding.models import Funding
from trustfund.ledger.models import Account, Entry, Line, Subaccount
from trustfund.money import usd_cents


@advised("Look at the account's lines without a subaccount, or with one of another kind; reverse their entries and post them anew.")
def control_accounts() -> list[Finding]:
    """The subaccounts of each control account add up to the account's balance."""
    codes = Account.objects.filter(subaccount_rule=chart.REQUIRED).values_list("code", flat=True)
    lines = Line.objects.filter(account_id__in=list(codes)).order_by()
    whole = {row["account_id"]: row["sum"] for row in lines.values("account_id").annotate(sum=Sum(F("debit") - F("credit")))}
    parts: dict[str, int] = defaultdict(int)
    kinds = dict(Subaccount.objects.values_list("pk", "kind"))
    for row in lines.values("account_id", "subaccount_id").annotate(sum=Sum(F("debit") - F("credit"))):
        if kinds.get(row["subaccount_id"]) in chart.BY_CODE[row["account_id"]].subaccount_kinds.split():
            parts[row["account_id"]] += row["sum"]
    return [
        Finding(
            f"account {code}",
            f"its subaccounts to add up to its balance of {usd_cents(balance)}",
            f"{usd_cents(parts[code])} in the sub-ledger",
        )
        for code, balance in sorted(whole.items())
        if parts[code] != balance
    ]


MOVES = {
    Funding.Kind.RELEASE: (-1, 0),
    Funding.Kind.CONFIRM: (-1, 1),
    Funding.Kind.REFUND: (0, -1),
}
"""What an act of funding does with its amount: to what is reserved, to what is allocated."""


@advised("The sealed rows were altered: compare with the last export or backup whose head still holds, and restore it.")
def acts_of_funding() -> list[Finding]:
    """The allocations of each act of funding move what the act says."""
    sums = Funding.objects.filter(kind__in=MOVES).annotate(held=Sum("allocations__reserved"), given=Sum("allocations__allocated"))
    findings = []
    for act in sums.order_by("seal"):
        reserved, allocated = (sign * act.amount_minor for sign in MOVES[Funding.Kind(act.kind)])
        if (act.held or 0, act.given or 0) != (reserved, allocated):
            wanted = f"allocations of {usd_cents(reserved)} reserved and {usd_cents(allocated)} paid"
            found = f"{usd_cents(act.held or 0)} and {usd_cents(act.given or 0)}"
            findings.append(Finding(f"act of funding {act.reference}", wanted, found))
    return findings


NAMED = 10
"""How many of the missing numbers are named; an entry may have been given any number."""


@advised("Entries were deleted or numbered anew past the rules of the tables: restore the last backup whose head still holds.")
def missing_numbers() -> list[Finding]:
    """Which numbers of a fiscal year are missing or there twice; at most the first ten are named."""
    findings = []
    for row in Entry.objects.order_by("year_id").values("year_id").annotate(many=Count("pk")):
        found = list(Entry.objects.filter(year_id=row["year_id"]).order_by("number").values_list("number", flat=True))
        gaps = (range(before + 1, after) for before, after in itertools.pairwise([0, *found]))
        missing = list(itertools.islice(itertools.chain.from_iterable(gaps), NAMED + 1))
        if missing:
            named = ", ".join(map(str, missing[:NAMED])) + (" and more" if missing[NAMED:] else "")
            findings.append(Finding(f"fiscal year {row['year_id']}", "every number up to the last to be an entry's", f"none with {named}"))
    return findings


SUBLEDGERS: list[Callable[[], list[Finding]]] = [control_accounts, acts_of_funding, missing_numbers]
