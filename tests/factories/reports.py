"""Reports for tests, brought to a state by the real actions.

    make_report()                                  # due: the first of an active grant whose first tranche (USD 12,000) was paid
    make_report("submitted", spent=usd(9_600))     # written whole, with so much expenditure on the first budget line
    make_report("accepted", disallowed=1)          # its first row disallowed
"""

from __future__ import annotations

from typing import Any

from grants.agreements.models import Grant
from grants.outcomes import actions as outcomes
from grants.outcomes import grid
from grants.reports import actions
from grants.reports.models import Report
from tests.factories.agreements import make_payment
from tests.factories.ngos import owner_of
from tests.factories.people import make_user
from tests.factories.remembered import remembered
from trustfund.money import Money, usd
from trustfund.people.roles import Role

PATH = ["due", "draft", "submitted", "substance_accepted", "accepted"]
WORDS = {"activities": "Shelter and legal help.", "results": "Two are back at school.", "difficulties": "None.", "updated_plan": ""}
COUNTS = {
    ("age", "female", "18-24"): 12,
    ("exploitation", "female", "sexual"): 12,
    ("movement", "female", "cross_border"): 12,
    ("service", "female", "shelter"): 7,
}


@remembered
def make_report(
    state: str = "due", *, grant: Grant | None = None, spent: Money | None = None, number: int = 1, disallowed: int = 0, paid: bool = True
) -> Report:
    """A report of a grant in a state; `disallowed` rows of it are not accepted."""
    if grant is None:
        grant = make_payment("paid" if paid else "certified").grant
    report = grant.reports.get(number=number)
    steps = PATH[1 : PATH.index("submitted" if state == "returned" else state) + 1]
    for step in steps:
        report = _step(report, step, spent or usd(9_600), disallowed)
    if state == "returned":
        report = actions.send_back(report, by=make_user(Role.PROGRAMME), reason="Say more about the shelter.")
    return report


def _step(report: Report, state: str, spent: Money, disallowed: int) -> Report:
    if state == "draft":
        return fill(report, spent)
    if state == "submitted":
        return actions.submit(report, by=owner_of(report.grant.organisation))
    if state == "substance_accepted":
        return actions.accept_substance(report, by=make_user(Role.PROGRAMME))
    refused = {row.pk: "No receipt." for row in report.expenditures.all()[:disallowed]}
    return actions.accept(report, by=make_user(Role.FINANCE), disallowed=refused)


@remembered
def fill(report: Report, spent: Money, by: Any = None) -> Report:
    """Words, grids that add up, and two transactions that add up to `spent`."""
    by = by or owner_of(report.grant.organisation)
    report = actions.save_narrative(report, WORDS, by=by, version=report.version)
    for table in grid.Table:
        report.sheet.refresh_from_db()
        outcomes.save_table(report.sheet, table, COUNTS, by=by, version=report.sheet.version)
    actions.save_expenditures(report, rows(report, spent), by=by)
    report.refresh_from_db()
    return report


def rows(report: Report, spent: Money) -> list[dict[str, Any]]:
    """Two transactions on the first budget line."""
    line = report.grant.budget_lines.first()
    names = ["Rent of the shelter", "Food"]
    return [
        {"budget_line": line, "date": report.period_start, "description": name, "document_number": f"R-{n}", "amount": part}
        for n, (name, part) in enumerate(zip(names, spent.split([2, 1]), strict=True), start=1)
    ]
