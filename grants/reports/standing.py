"""How far a grant's advances are accounted for, and what is overdue: read from the books and from what the agreement planned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext as _

from grants.reports.disallowances import reading
from grants.reports.models import Report
from trustfund.ledger.balances import ESTIMATE
from trustfund.ledger.models import Line
from trustfund.money import Money, total, zero
from trustfund.ui.formatting import day_text

if TYPE_CHECKING:
    from grants.agreements.models import Grant

ADVANCE, REFUND_DUE, PAYABLE, SPENT, RECOVERED = "1200", "1210", "2020", "5010", "4900"
LOST = ("1290", "5500")
"""What was written off: an impairment alone comes to nothing over both."""


@dataclass(frozen=True)
class Position:
    """Where a grant stands in the books on a day, in USD; each figure is a balance of its subaccount.

    `advance` open advances, `refund_due` what the NGO owes back, `payable` what the fund owes the NGO, `accepted` expenditure,
    `written_off` what the Fund gave up of advances and refunds due, `paid` cash that the NGO has (all of them together).
    """

    advance: Money
    refund_due: Money
    payable: Money
    accepted: Money
    written_off: Money = field(default_factory=zero)

    @property
    def paid(self) -> Money:
        return self.advance + self.refund_due + self.accepted + self.written_off - self.payable


def position(grant: Grant, on: date) -> Position:
    """The grant's position at the end of a day; one query. All zero before its funds are certified.

    Year-end closing entries are left out: what was accepted stays accepted; what was disallowed of earlier years (4900) does not.
    So are year-end estimates: nothing was accepted, nothing is owed by them.
    """
    found: dict[str, Money] = {}
    if grant.subaccount_id is not None:
        accounts = [ADVANCE, REFUND_DUE, PAYABLE, SPENT, RECOVERED, *LOST]
        lines = Line.objects.filter(subaccount=grant.subaccount_id, account__in=accounts, date__lte=on)
        counted = lines.exclude(entry__kind="closing").exclude(ESTIMATE).order_by()
        sums = counted.values_list("account").annotate(debit=Sum("debit"), credit=Sum("credit"))
        found = {code: Money.from_minor(debit - credit, "USD") for code, debit, credit in sums}
    nothing = zero()
    return Position(
        advance=found.get(ADVANCE, nothing),
        refund_due=found.get(REFUND_DUE, nothing),
        payable=-found.get(PAYABLE, nothing),
        accepted=found.get(SPENT, nothing) + found.get(RECOVERED, nothing),
        written_off=sum((found.get(code, nothing) for code in LOST), nothing),
    )


def accepted_ever(grant: Grant) -> Money:
    """The accepted expenditure of a grant (of an outright grant: what was due), whatever the day of its entries, in USD: on its sum the
    programme support is rounded."""
    return position(grant, date.max).accepted


def accounted(grant: Grant, on: date) -> tuple[Money, Money]:
    """(paid, accepted): the cash that the NGO has had and the expenditure of it that was accepted, by the end of a day, in USD."""
    found = position(grant, on)
    return found.paid, found.accepted


def reported(grant: Grant, on: date) -> Money:
    """The expenditure that was accepted of reports by the end of a day, less what was disallowed since.

    Of an outright grant the books don't have it: reports inform.
    """
    accepted = Report.objects.filter(grant=grant, state=Report.State.ACCEPTED, accepted_on__lte=on)
    since = reading.by_line(reading.disallowed(grant, on=on))
    return (accepted.aggregate(sum=Sum("accepted_amount"))["sum"] or zero()) - total(since.values())


def due_this_year(grant: Grant, on: date) -> Money:
    """What became an expense for a grant in the year of a day, by that day: what is recovered of earlier years goes to 4900."""
    lines = Line.objects.filter(subaccount=grant.subaccount_id, account=SPENT, date__year=on.year, date__lte=on)
    sums = lines.exclude(entry__kind="closing").exclude(ESTIMATE).aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return Money.from_minor((sums["debit"] or 0) - (sums["credit"] or 0), "USD")


def overdue(grant: Grant, on: date) -> list[str]:
    """The reports that the NGO should have submitted before a day, each as a phrase with its due day; one query."""
    late = Report.objects.filter(grant=grant, state__in=Report.WITH_THE_NGO, due_on__lt=on).order_by("number")
    names = {"interim": _("interim report %(number)s, due %(day)s"), "final": _("final report (%(number)s), due %(day)s")}
    return [names[report.kind] % {"number": report.number, "day": day_text(report.due_on)} for report in late]
