"""Reports of the demo: words, grids that add up, transactions; all invented."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from grants.demo.cast import Cast
from grants.outcomes import actions as outcomes
from grants.outcomes import grid
from grants.reports import actions
from grants.reports.disallowances import actions as disallowing
from grants.reports.disallowances.models import Disallowance
from grants.reports.disallowances.reading import still_accepted
from grants.reports.models import Report
from grants.typology import AgeBand, Exploitation, Movement, Service, Sex
from trustfund import clock
from trustfund.money import Money

WORDS = {
    "activities": "Invented for the demonstration. The team gave shelter, medical and legal help and began a training in accounting.",
    "results": "Those who wanted it are back at school or earn a first income. Nobody had to leave before they were ready.",
    "difficulties": "Documents took longer than planned. The consulate was visited every week until they came.",
    "updated_plan": "",
}


def write(cast: Cast, report: Report, amount: Money, on: date, *, persons: int) -> Report:
    """The report complete, with `amount` USD of expenditure spread over the budget's lines."""
    by = cast.owner(report.grant.organisation)
    with clock.frozen(on):
        actions.save_narrative(report, WORDS, by=by, version=report.version)
        for table in grid.Table:
            report.sheet.refresh_from_db()
            outcomes.save_table(report.sheet, table, counts(persons), by=by, version=report.sheet.version)
        if amount:
            actions.save_expenditures(report, transactions(report, amount), by=by)
    return report


def submit(cast: Cast, report: Report, on: date) -> Report:
    with clock.frozen(on):
        return actions.submit(report, by=cast.owner(report.grant.organisation))


def accept(cast: Cast, report: Report, on: date) -> Report:
    """The programme accepts the substance, finance the money a week later."""
    with clock.frozen(on):
        report = actions.accept_substance(report, by=cast.programme)
    with clock.frozen(on + timedelta(days=7)):
        return actions.accept(report, by=cast.finance)


def disallow(cast: Cast, report: Report, amount: Money, why: str, document: Any = None) -> Disallowance:
    """Finance proposes to disallow so much of the first budget line of which something is accepted."""
    line = next(iter(still_accepted(report)))
    return disallowing.propose(report, by=cast.finance, lines={line: disallowing.Wanted(amount, why)}, document=document)


def whole(cast: Cast, report: Report, amount: Money, on: date, *, persons: int) -> Report:
    """Written, submitted and accepted."""
    report = write(cast, report, amount, on, persons=persons)
    report = submit(cast, report, on + timedelta(days=1))
    return accept(cast, report, on + timedelta(days=14))


def transactions(report: Report, amount: Money) -> list[dict[str, Any]]:
    """Two payments for each budget line, in proportion to the budget, adding up to `amount`."""
    lines = [line for line in report.grant.budget_lines.all() if line.amount]
    rows = []
    for line, part in zip(lines, amount.split([line.amount.minor for line in lines]), strict=True):
        for number, half in enumerate(part.split([1, 1]), start=1):
            if half:
                day = report.period_start + timedelta(days=20 * number)
                rows.append(_row(line, min(day, report.period_end), number, half))
    return rows


def _row(line: Any, day: date, number: int, amount: Money) -> dict[str, Any]:
    about = {"description": f"{line.category_name}, part {number}", "document_number": f"R-{line.number}-{number}"}
    return {"budget_line": line, "date": day, "amount": amount, **about}


def counts(persons: int) -> dict[grid.Cell, int]:
    """Grids that count everybody once (invented)."""
    female, male = persons - persons // 5, persons // 5
    found: dict[grid.Cell, int] = {}
    for sex, number in ((Sex.FEMALE, female), (Sex.MALE, male)):
        young = number // 3
        found |= {
            ("age", sex.value, AgeBand.FROM_15.value): young,
            ("age", sex.value, AgeBand.FROM_18.value): number - young,
            ("exploitation", sex.value, Exploitation.SEXUAL.value): number // 2,
            ("exploitation", sex.value, Exploitation.LABOUR.value): number - number // 2,
            ("movement", sex.value, Movement.CROSS_BORDER.value): number,
            ("service", sex.value, Service.SHELTER.value): number // 2,
            ("service", sex.value, Service.LEGAL.value): number,
        }
    return {cell: number for cell, number in found.items() if number}
