"""What must hold of the rows of the books, whatever posted them: each check gives its findings in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, Sum
from django.db.models.functions import Abs

from trustfund.chain import Finding
from trustfund.ledger import chart
from trustfund.ledger.closed.checks import certifications, kept_balances
from trustfund.ledger.funding import allocations, costs, headroom
from trustfund.ledger.funding.models import Allocation, Funding
from trustfund.ledger.funding.moving import transfers
from trustfund.ledger.funding.trace import cash_to_grants
from trustfund.ledger.history import TAKEN_OVER_GRANTS
from trustfund.ledger.models import Account, Entry, Line, Seal, Subaccount
from trustfund.ledger.on_record import KEPT
from trustfund.ledger.subledgers import SUBLEDGERS
from trustfund.money import usd_cents

# Entries and lines


def _unsealed() -> list[Finding]:
    sealed = Exists(Seal.objects.filter(pk=OuterRef("seal_id")))
    headless = Exists(Entry.objects.filter(pk=OuterRef("entry_id")))
    unfunded = Exists(Funding.objects.filter(pk=OuterRef("funding_id")))
    return [
        *(Finding(f"entry {each.reference}", "a seal", "none") for each in Entry.objects.filter(~sealed)),
        *(Finding(f"act of funding {each.reference}", "a seal", "none") for each in Funding.objects.filter(~sealed)),
        *(Finding(f"line {each.pk}", "the entry that it belongs to", "none") for each in Line.objects.filter(~headless)),
        *(Finding(f"allocation {each}", "the act of funding that it belongs to", "none") for each in Allocation.objects.filter(~unfunded)),
    ]


def _numbering() -> list[Finding]:
    years = Entry.objects.order_by().values("year_id").annotate(first=Min("number"), last=Max("number"), many=Count("pk"))
    return [
        Finding(f"fiscal year {row['year_id']}", f"entries numbered 1 to {row['many']} without gaps", f"{row['first']} to {row['last']}")
        for row in years
        if (row["first"], row["last"]) != (1, row["many"])
    ]


def _balanced() -> list[Finding]:
    per_window = Line.objects.order_by().values("entry_id", "window_id").annotate(debits=Sum("debit"), credits=Sum("credit"))
    uneven = [
        Finding(
            f"entry {row['entry_id']}, window {row['window_id']}", f"credits of {usd_cents(row['debits'])}", str(usd_cents(row["credits"]))
        )
        for row in per_window.exclude(debits=F("credits"))
    ]
    short = Entry.objects.annotate(many=Count("lines")).filter(many__lt=2)
    return uneven + [Finding(f"entry {entry}", "at least two lines", "fewer") for entry in short]


def _lines() -> list[Finding]:
    odd = Line.objects.exclude(Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0))
    undated = Line.objects.exclude(date=F("entry__date"))
    return [
        *(Finding(f"line {line}", "one positive amount, debit or credit", f"{line.debit} and {line.credit}") for line in odd),
        *(Finding(f"line {line}", "the date of its entry", str(line.date)) for line in undated),
    ]


def _subaccounts() -> list[Finding]:
    """Control accounts: each line names a subaccount of its account's kind, so that the sub-ledger adds up to the account."""
    pairs = Line.objects.order_by().values("account_id", "subaccount__kind").annotate(many=Count("pk"))
    findings = []
    for row in pairs:
        account, kind = chart.BY_CODE.get(row["account_id"]), row["subaccount__kind"]
        fits = account and (kind in account.subaccount_kinds.split() if kind else account.subaccount_rule != chart.REQUIRED)
        if not fits:
            wanted = f"a subaccount of kind {account.subaccount_kinds or 'none'}" if account else "an account of the chart"
            findings.append(Finding(f"{row['many']} lines of account {row['account_id']}", wanted, kind or "no subaccount"))
    return findings


def _chart() -> list[Finding]:
    stored = {account.code: account for account in Account.objects.all()}
    columns = ("name", "type", "subaccount_kinds", "subaccount_rule", "monetary", "statement", "cash_flow", "translation")
    extra = [Finding(f"account {code}", "no account beside the chart", "one") for code in sorted(stored.keys() - chart.BY_CODE.keys())]
    neither = Account.objects.exclude(monetary__in=[True, False])  # SQLite takes any text for a boolean and reads it as false
    extra += [Finding(f"account {each.code}", "to be monetary or not", "neither") for each in neither]
    return extra + [
        Finding(f"account {code}", "to be as the chart says", "missing" if code not in stored else "something else")
        for code, each in chart.BY_CODE.items()
        if code not in stored or stored[code].currency != "" or any(getattr(stored[code], name) != getattr(each, name) for name in columns)
    ]


# What may never be: negative advances, payables, commitments


NEVER_NEGATIVE = {
    "1200": (1, "advances"),
    "1210": (1, "refunds due"),
    "9010": (1, "commitments"),
    "9030": (1, "pledges announced"),
    "2020": (-1, "grants payable"),
    "2100": (-1, "unidentified receipts"),
    "2200": (-1, "conditional contributions"),
    "2300": (-1, "payables to donors"),
}


def _never_negative() -> list[Finding]:
    lines = Line.objects.filter(account_id__in=NEVER_NEGATIVE).order_by()
    sums = lines.values("account_id", "subaccount__code").annotate(balance=Sum(F("debit") - F("credit")))
    named = [(*NEVER_NEGATIVE[row["account_id"]], row["subaccount__code"], row["balance"]) for row in sums]
    return [
        Finding(f"{what} of {code}", "no balance on the wrong side", str(usd_cents(balance)))
        for side, what, code, balance in named
        if balance * side < 0
    ]


def _memo() -> list[Finding]:
    """9010 and 9020, 9030 and 9040, are each other's contra for every grant and instalment."""
    findings = []
    for first, second in (("9010", "9020"), ("9030", "9040")):
        lines = Line.objects.filter(account_id__in=(first, second)).order_by()
        sums = lines.values("subaccount__code").annotate(balance=Sum(F("debit") - F("credit")))
        apart = [(row["subaccount__code"], usd_cents(row["balance"])) for row in sums if row["balance"]]
        findings += [Finding(f"{first} and {second} of {code}", "each to be the other's contra", f"{left} apart") for code, left in apart]
    return findings


# Funding


def _reservations() -> list[Finding]:
    sums = Allocation.objects.filter(reservation__isnull=False).order_by().values("reservation_id", "instalment__code")
    negative = [
        Finding(
            f"reservation {row['reservation_id']} on {row['instalment__code']}", "nothing below zero reserved", str(usd_cents(row["left"]))
        )
        for row in sums.annotate(left=Sum("reserved"))
        if row["left"] < 0
    ]
    made = Funding.objects.filter(kind=Funding.Kind.RESERVE).annotate(parts=Sum("allocations__reserved")).exclude(parts=F("amount_minor"))
    return negative + [Finding(f"reservation {each}", f"parts of {each.amount} in all", str(usd_cents(each.parts or 0))) for each in made]


def _payments() -> list[Finding]:
    """What the contributions gave each grant is the cash that it got."""
    sums = Allocation.objects.order_by().values("grant_id").annotate(given=Sum("allocated"))
    given = {row["grant_id"]: row["given"] for row in sums if row["given"]}
    cash = {grant: cents for grant, cents in cash_to_grants().items() if cents}
    codes = dict(Subaccount.objects.filter(pk__in=given.keys() | cash.keys()).values_list("pk", "code"))
    cash = {grant: cents for grant, cents in cash.items() if codes.get(grant) != TAKEN_OVER_GRANTS}
    return [
        Finding(
            f"grant {codes.get(pk, pk)}",
            f"contributions to give the {usd_cents(cash.get(pk, 0))} that it got",
            str(usd_cents(given.get(pk, 0))),
        )
        for pk in sorted(given.keys() | cash.keys())
        if given.get(pk, 0) != cash.get(pk, 0)
    ]


def _windows() -> list[Finding]:
    """The lines of a grant are in the window that reserved for it."""
    windows = allocations.windows_of()
    pairs = Line.objects.filter(subaccount__kind=Subaccount.Kind.GRANT).order_by()
    return [
        Finding(f"grant {code}", f"lines in the window {' or '.join(sorted(windows[pk]))} alone", f"some in {window}")
        for pk, code, window in pairs.values_list("subaccount_id", "subaccount__code", "window_id").distinct()
        if pk in windows and window not in windows[pk]
    ]


def _headroom() -> list[Finding]:
    """No contribution is promised or spent beyond what it brought."""
    last = Line.objects.aggregate(last=Max("date"))["last"]
    if last is None:
        return []
    rows = [row for rows in headroom.room_by_window(last).values() for row in rows]
    return [
        Finding(f"contribution {row.instalment.code}", "nothing reserved or spent beyond what it brought", f"{-available} too much")
        for row in rows
        if (available := row.available + row.reserve).amount < 0 and (row.reserved or row.allocated or row.charged or row.moved)
    ]


def _costs() -> list[Finding]:
    """Each act on the costs of a month came nearer to what the ledger had of them by then, and never past it: nothing charged twice."""
    findings = []
    before: dict[tuple[int | None, str, str], int] = defaultdict(int)
    for act in Funding.objects.filter(kind=Funding.Kind.COSTS).select_related("period").order_by("seal"):
        about = (act.period_id, act.window_id)
        posted = _posted_costs(act)
        for account, cents in act.allocations.order_by().values_list("account_id").annotate(cents=Sum("charged")):
            start, there = before[*about, account], posted.get(account, 0)
            before[*about, account] += cents
            if not min(start, there) <= start + cents <= max(start, there):
                where = f"costs of {act.period} on account {account}, act {act.pk}"
                findings.append(Finding(where, f"{usd_cents(there - start)} to charge at most", str(usd_cents(cents))))
    return findings


def _posted_costs(act: Funding) -> dict[str, int]:
    """Cents per account that the ledger had of a month when an act charged them."""
    assert act.period is not None
    sums = costs.posted([act.period], before=act.pk)
    return {account: cents for (_period, window, account), cents in sums.items() if window == act.window_id}


def _replaced() -> list[Finding]:
    """What others took over of a contribution is what it gave up, and the parts of the costs of a month add up."""
    sums = Allocation.objects.filter(funding__kind=Funding.Kind.REPLACE).order_by().values("funding__reference")
    uneven = [
        Finding(f"replacement {row['funding__reference']}", "others to take over what one gave up", f"{usd_cents(row['sum'])} apart")
        for row in sums.annotate(sum=Sum(F("reserved") + F("allocated") + F("charged") + F("moved")))
        if row["sum"]
    ]
    made = Funding.objects.filter(kind=Funding.Kind.COSTS).annotate(parts=Sum(Abs("allocations__charged")))
    return uneven + [Finding(f"act {each}", f"parts of {each.amount} in all", str(usd_cents(each.parts or 0))) for each in made
                     if each.parts != each.amount_minor]  # fmt: skip


CHECKS: list[Callable[[], list[Finding]]] = [
    _unsealed,
    _numbering,
    _balanced,
    _lines,
    _subaccounts,
    _chart,
    _never_negative,
    _memo,
    _reservations,
    _payments,
    _windows,
    _headroom,
    _costs,
    _replaced,
    transfers,
    *SUBLEDGERS,
    *KEPT,
    kept_balances,
    certifications,
]
"""Upper rooms add theirs in `AppConfig.ready()` (`register`)."""


def register(check: Callable[[], list[Finding]]) -> None:
    """Add the check of an upper room: its name says what it is about, `chain.advised` what to do about what it finds."""
    if check not in CHECKS:
        CHECKS.append(check)
