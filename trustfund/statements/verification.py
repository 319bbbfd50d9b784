"""Statements I and II against the trial balance: what they show in all is what the accounts hold."""

from __future__ import annotations

from datetime import date

from trustfund import clock
from trustfund.chain import Finding, advised
from trustfund.ledger import balances, chart, sealing, versions
from trustfund.ledger.models import Line
from trustfund.money import Money, total
from trustfund.statements import figures, issuing
from trustfund.statements.books import Books
from trustfund.statements.models import Disclosure

KINDS = (chart.ASSET, chart.LIABILITY, chart.NET, chart.REVENUE, chart.EXPENSE)


@advised("An account is in no line of a statement, or in two; or lines were altered, which the chain says too. Look there first.")
def statements() -> list[Finding]:
    """As of today, and of the last day that has lines: totals of Statement I and the surplus of II, tied to the trial balance."""
    head = sealing.head()
    last = Line.objects.order_by("-date").values_list("date", flat=True).first()
    days = sorted({clock.today(), last or clock.today()})
    return [finding for day in days for finding in _tied(Books(day, head.seq, head.hash), day)]


def _tied(books: Books, day: date) -> list[Finding]:
    trial = balances.trial_balance(day, books.seq, closing=False)
    one, two = figures.position(books), figures.performance(books)
    sums = {kind: total(row.balance for row in trial if row.account.type == kind) for kind in KINDS}
    before = balances.trial_balance(date(day.year - 1, 12, 31), books.seq, closing=False)
    results = (chart.REVENUE, chart.EXPENSE)
    surplus = total(row.balance for row in before if row.account.type in results) - sums[chart.REVENUE] - sums[chart.EXPENSE]
    between = total(row.balance for row in trial if row.account.code == "2900")  # eliminated against 1900, among the assets
    net = -(sums[chart.NET] + sums[chart.REVENUE] + sums[chart.EXPENSE])
    shown = [
        ("total assets of Statement I", one.amounts("assets")[0], sums[chart.ASSET] + between),
        ("total liabilities of Statement I", one.amounts("liabilities")[0], between - sums[chart.LIABILITY]),
        ("net assets of Statement I", one.amounts("net_assets")[0], net),
        ("assets less liabilities of Statement I", one.amounts("net")[0], net),
        ("surplus of Statement II", two.amounts("surplus")[0], surplus),
    ]
    return [_said(what, day, found, wanted) for what, found, wanted in shown if found != wanted]


def _said(what: str, day: date, found: Money, wanted: Money) -> Finding:
    return Finding(f"{what} as of {day}", f"{wanted}, by the trial balance", str(found))


@advised("The notes would print other texts than were approved. Put them back from a backup; a change is a further version by two people.")
def texts() -> list[Finding]:
    """Each approved version of a year's texts says what was approved, and none was slipped in or taken out."""
    return versions.findings(Disclosure, "approved texts", lambda rows: rows.prefetch_related("passages"))


@advised("A file that was given out names other books than these. Make it again, compare it with the copy that was given out, and ask why.")
def issued() -> list[Finding]:
    """Each statement that was issued is as on record, and the head that it prints is in the ledger."""
    return issuing.unlike_record()
