"""The budget of a grant by line as its statement shows it: what the accepted reports that are in the books say."""

from __future__ import annotations

from datetime import date

from grants.agreements.models import Grant
from grants.reports import budget
from grants.reports.disallowances import reading
from grants.reports.models import Report
from trustfund.ledger.models import Entry, Subaccount
from trustfund.statements.plans import PlanLine


def plan_of(subaccount: Subaccount, as_of: date, seq: int) -> list[PlanLine]:
    """The lines of the grant of this subaccount, with what was accepted and disallowed up to a day and a head of the ledger."""
    grant = Grant.objects.filter(subaccount=subaccount).first()
    if grant is None:
        return []
    accepted = grant.reports.filter(state=Report.State.ACCEPTED, accepted_on__lte=as_of).prefetch_related("expenditures")
    posted = Entry.objects.filter(object_type=Report._meta.label_lower, object_id__in=[str(each.pk) for each in accepted], pk__lte=seq)
    known = set(posted.values_list("object_id", flat=True))
    rows = [row for report in accepted if str(report.pk) in known for row in report.expenditures.all()]
    since = reading.by_line(reading.disallowed(grant, on=as_of, seq=seq))
    table = budget.rows(grant.budget_lines.all(), [], rows, now=since)
    return [PlanLine(row.line.description, row.budget, row.now - row.disallowed, row.disallowed) for row in table]
