"""Contributions against the books: what donors still owe against the receivables, what came against the bank."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Case, F, Sum, When

from donors.contributions.models import Contribution
from donors.pledges.models import Instalment, Pledge
from trustfund.chain import Finding, advised
from trustfund.ledger.balances import WRITING_OFF
from trustfund.ledger.models import Line
from trustfund.ledger.postings import BANKS
from trustfund.money import Money

RECEIVABLE = ("1100", "1110")
SIGNED = Case(When(debit__gt=0, then=F("original_minor")), default=-F("original_minor"))


@advised("Open the pledge: its instalments say what is owed; a reduction, a write-off or a receipt was booked in one place only.")
def receivables() -> list[Finding]:
    """What each instalment of an agreement in the books still owes is what 1100 and 1110 hold of it, in the agreement's currency."""
    held = _held()
    booked = Instalment.objects.filter(pledge__state__in=[Pledge.State.BOOKED, Pledge.State.PARTLY_PAID, Pledge.State.PAID])
    findings = []
    for instalment in booked.with_received().select_related("pledge__donor").order_by("pk"):
        currency = instalment.pledge.currency
        owed = Money(0, currency) if instalment.pledge.waits_for_condition else instalment.outstanding
        found = Money.from_minor(held[instalment.subaccount_id, currency], currency)
        if found != owed:
            findings.append(Finding(f"instalment {instalment}", f"receivables of {owed}, what is still owed", str(found)))
    return findings


def _held() -> dict[tuple[int, str], int]:
    """Minor units by instalment and currency: what 1100 and 1110 hold, and what was taken off them against an allowance.

    What finance wrote off by its event is not there any more: its instalment says so too (`Instalment.outstanding`).
    """
    found: dict[tuple[int, str], int] = defaultdict(int)
    lines = Line.objects.filter(account_id__in=RECEIVABLE)
    used_up = Line.objects.filter(account_id="1190", debit__gt=0).values("entry_id")
    written_off = lines.filter(credit__gt=0, entry_id__in=used_up).exclude(entry__source=WRITING_OFF)
    for rows, sign in ((lines, 1), (written_off, -1)):
        for row in rows.order_by().values("subaccount_id", "currency").annotate(sum=Sum(SIGNED)):
            found[row["subaccount_id"], row["currency"]] += sign * row["sum"]
    return found


@advised("Open the contribution and its entry: what the bank credited is what the entry must bring to the bank account.")
def contributions() -> list[Finding]:
    """Each contribution's entry brings what was received, less the correspondent's charges, to its bank account."""
    came = Contribution.objects.exclude(entry=None).select_related("bank", "entry").order_by("pk")
    brought: dict[tuple[int, int], int] = defaultdict(int)
    lines = Line.objects.filter(account_id__in=BANKS, entry__source="contribution.enter").order_by()
    for row in lines.values("entry_id", "subaccount_id").annotate(sum=Sum(SIGNED)):
        brought[row["entry_id"], row["subaccount_id"]] = row["sum"]
    return [
        Finding(f"contribution {each.number}", f"its entry to bring {wanted} to {each.bank.code}", str(found))
        for each in came
        for wanted in [Money.from_minor(each.amount_minor - each.charges_minor, each.currency)]
        for found in [Money.from_minor(brought[each.entry_id or 0, each.bank_id], each.currency)]
        if found != wanted
    ]
