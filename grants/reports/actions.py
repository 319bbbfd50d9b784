"""The acts of a report: laid out when the grant comes into force, written, submitted, returned, accepted and posted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grants import personal_data
from grants.agreements import actions as agreements
from grants.agreements.models import Grant
from grants.outcomes import actions as outcomes
from grants.outcomes import grid
from grants.outcomes.models import OutcomeSheet
from grants.reports import permissions
from grants.reports.models import Expenditure, Report
from grants.reports.standing import accounted
from trustfund import clock
from trustfund.ledger import balances, posting, postings
from trustfund.mail import outbox
from trustfund.money import Money, total
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.workflow import advance, lock, require

NARRATIVE = ("activities", "results", "difficulties", "updated_plan")
NEEDED = ("activities", "results", "difficulties")


@transaction.atomic
def lay_out(grant: Grant, by: Any) -> None:
    """Told when a grant comes into force: its calendar of reports, each with its sheet of outcomes."""
    for period in grant.planned_reports.all():
        sheet = OutcomeSheet.objects.create(grant=grant, period_start=period.period_start, period_end=period.period_end)
        days = {"period_start": period.period_start, "period_end": period.period_end, "due_on": period.due_on}
        Report.objects.create(grant=grant, sheet=sheet, number=period.number, kind=period.kind, **days)


@transaction.atomic
def drop_open(grant: Grant, by: Any) -> None:
    """Told when a grant is terminated: reports not begun are cancelled, but for the final one, which is due now."""
    for report in grant.reports.filter(state__in=Report.WITH_THE_NGO, kind=Report.Kind.INTERIM):
        advance(report.cancel, by=by)


@transaction.atomic
def save_narrative(report: Report, texts: Mapping[str, str], *, by: Any, version: int) -> Report:
    """Keep a draft's words. `version` is the report as it was read; another's words are never overwritten (code `stale`)."""
    _writable(report, by)
    if report.version != version:
        text = _("A colleague saved this page while you were typing. Their words stand above yours: bring them together, then save again.")
        raise ValidationError(text, code="stale")
    for name in NARRATIVE:
        setattr(report, name, texts.get(name, getattr(report, name)))
    report.version += 1
    report.save(update_fields=[*NARRATIVE, "version"])
    return _begun(report, by)


@transaction.atomic
def save_expenditures(report: Report, rows: Sequence[Mapping[str, Any]], *, by: Any) -> list[Expenditure]:
    """Replace the report's list of transactions, all or nothing. Rows: budget_line, date, description, document_number, amount, local.

    Errors name the row (the first is 1). Used by the page and by the spreadsheet import alike.
    """
    _writable(report, by)
    problems = [problem for number, row in enumerate(rows, start=1) for problem in _problems(report, number, row)]
    if problems:
        raise ValidationError(problems)
    report.expenditures.all().delete()
    made = Expenditure.objects.bulk_create(_expenditure(report, number, row) for number, row in enumerate(rows, start=1))
    _begun(report, by)
    return made


def _expenditure(report: Report, number: int, row: Mapping[str, Any]) -> Expenditure:
    names = ("budget_line", "date", "description", "document_number", "amount")
    made = Expenditure(report=report, number=number, **{name: row[name] for name in names})
    if row.get("local"):
        made.local = row["local"]
    return made


def _problems(report: Report, number: int, row: Mapping[str, Any]) -> Iterable[str]:
    where = {"row": number, "start": report.period_start.isoformat(), "end": report.period_end.isoformat()}
    if row["budget_line"].grant_id != report.grant_id:
        yield _("Row %(row)d: this budget line belongs to another grant.") % where
    if not report.period_start <= row["date"] <= report.period_end:
        yield _("Row %(row)d: the date is outside this report's period, %(start)s to %(end)s.") % where
    if row["amount"].minor <= 0:
        yield _("Row %(row)d: the amount must be above zero.") % where
    if personal_data.findings(row["description"]):
        yield _("Row %(row)d: the description looks like personal data. Write what it was for, not for whom.") % where


def missing(report: Report) -> list[str]:
    """What has to be done before the report can be submitted; empty when nothing."""
    found = [
        _("“%(part)s” is empty.") % {"part": report._meta.get_field(name).verbose_name}  # type: ignore[union-attr]
        for name in NEEDED
        if not getattr(report, name).strip()
    ]
    counts = report.sheet.as_mapping()
    if not counts and not report.sheet.nobody:
        found.append(_("The outcomes are empty. Fill in the tables, or say that no persons were helped in this period."))
    found += [problem.message for problem in grid.problems(counts)]
    if not report.expenditures.exists() and accounted(report.grant, clock.today())[0]:
        found.append(_("The list of expenditure is empty, although a payment was received."))
    if personal_findings(report) and report.personal_data_confirmed != personal_digest(report):
        found.append(_("Some words look like personal data. Take them out, or confirm that they are not."))
    return found


def personal_findings(report: Report) -> list[tuple[str, personal_data.Finding]]:
    """(field, finding) of what in the narrative looks like data of a person."""
    return [(name, finding) for name in NARRATIVE for finding in personal_data.findings(getattr(report, name))]


def personal_digest(report: Report) -> str:
    return personal_data.digest(personal_findings(report))


@transaction.atomic
def confirm_no_personal_data(report: Report, *, by: Any) -> Report:
    """The NGO says that what was found is not data of a person; holds for exactly these words."""
    _writable(report, by)
    report.personal_data_confirmed = personal_digest(report)
    report.save(update_fields=["personal_data_confirmed"])
    return report


@transaction.atomic
def submit(report: Report, *, by: Any) -> Report:
    """Hand the report in: everything adds up, the numbers are frozen, the Fund is told."""
    lock(report.grant, report.sheet, report)
    require(report.submit, by=by)
    problems = missing(report)
    if problems:
        raise ValidationError(problems)
    advance(report.submit, by=by, at=clock.now(), content_hash=content_hash(report))
    outcomes.freeze(report.sheet, frozen=True)
    _tell("report_submitted", report, _staff(Role.PROGRAMME), f"report-submitted:{report.pk}:{report.submitted_at.isoformat()}")
    return report


@transaction.atomic
def send_back(report: Report, *, by: Any, reason: str) -> Report:
    """Return it to the NGO with what has to be corrected; its numbers can be changed again."""
    lock(report.grant, report.sheet, report)
    require(report.send_back, by=by)
    if not reason.strip():
        raise ValidationError({"reason": _("Say what has to be corrected: the NGO reads it.")})
    advance(report.send_back, by=by, reason=reason.strip())
    report.expenditures.update(disallowed=False, disallowed_reason="")
    outcomes.freeze(report.sheet, frozen=False)
    _tell("report_returned", report, report.grant.organisation.contacts(), f"report-returned:{report.pk}:{report.content_hash}")
    return report


@transaction.atomic
def accept_substance(report: Report, *, by: Any, on: date | None = None) -> Report:
    """The programme is satisfied with what was done; finance is asked for the money side."""
    advance(report.accept_substance, by=by, on=on or clock.today())
    _tell("report_for_finance", report, _staff(Role.FINANCE), f"report-for-finance:{report.pk}:{report.content_hash}")
    return report


@transaction.atomic
def accept(report: Report, *, by: Any, disallowed: Mapping[int, str] | None = None, on: date | None = None) -> Report:
    """Accept the expenditure, but for the rows {primary key: reason} that are disallowed, and post it.

    An interim report's disallowed rows stay an advance. Together with what was accepted before it stays within the grant's total.
    Accepting the final report closes the reporting of the grant.
    """
    grant, day = report.grant, on or clock.today()
    lock(grant, report)
    require(report.accept, by=by)
    amount = total(each.amount for each in report.expenditures.all() if each.pk not in (disallowed or {}))
    _within_the_grant(grant, amount, day)
    advance(report.accept, by=by, on=day, amount=amount)
    _disallow(report, disallowed or {})
    if amount:
        advances = balances.balance("1200", as_of=day, of=grant.subaccount)
        legs = postings.expenditure_accepted(grant.subaccount, amount, advance=advances, psc_rate=grant.psc_rate)
        posting.post(legs, reference=f"report:{report.pk}:accepted", on=day, by=by, source="report.accept", of=report)
    if report.kind == Report.Kind.FINAL:
        agreements.close_reporting(grant, by=by)
    _tell("report_accepted", report, grant.organisation.contacts(), f"report-accepted:{report.pk}")
    return report


def _within_the_grant(grant: Grant, amount: Money, day: date) -> None:
    _paid, before = accounted(grant, day)
    if before + amount > grant.amount:
        text = _("With this report the accepted expenditure would pass the grant of %(total)s by %(excess)s. Disallow what is too much.")
        raise ValidationError(text % {"excess": before + amount - grant.amount, "total": grant.amount})


def _disallow(report: Report, disallowed: Mapping[int, str]) -> None:
    for each in report.expenditures.filter(pk__in=disallowed):
        each.disallowed, each.disallowed_reason = True, disallowed[each.pk]
        each.save(update_fields=["disallowed", "disallowed_reason"])


def content_hash(report: Report) -> str:
    """sha256 (hexadecimal) over all the report says, as canonical JSON."""
    said = {
        "report": [report.grant.reference, report.number, str(report.period_start), str(report.period_end)],
        "narrative": {name: getattr(report, name) for name in NARRATIVE},
        "outcomes": sorted([*cell, persons] for cell, persons in report.sheet.as_mapping().items()),
        "indicators": sorted(report.sheet.results.values_list("indicator__number", "actual")),
        "expenditure": [
            [e.number, e.budget_line_id, str(e.date), e.description, e.document_number, e.amount.minor, e.local_minor, e.local_currency]
            for e in report.expenditures.order_by("number")
        ],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def remind(now: Any) -> None:
    """Run by the clock: tell each NGO once two weeks before a report is due, once on the day after, and once a month later."""
    today = clock.today()
    for report in Report.objects.open().filter(due_on__lte=date.fromordinal(today.toordinal() + 14)).select_related("grant__organisation"):
        late = (today - report.due_on).days
        stage = "soon" if late <= 0 else "late" if late <= 30 else "very-late"
        _tell("report_due", report, report.grant.organisation.contacts(), f"report-due:{report.pk}:{stage}")


def _writable(report: Report, by: Any) -> None:
    if not permissions.can_write(report, by):
        raise PermissionDenied
    lock(report)
    if not report.is_with_the_ngo:
        raise ValidationError(_("This report is with the Fund. It can be changed only when it is returned to you."))


def _begun(report: Report, by: Any) -> Report:
    return advance(report.start, by=by) if report.state == Report.State.DUE else report


def _staff(role: Role) -> Any:
    return User.objects.holding(role)


def _tell(template: str, report: Report, people: Any, key: str) -> None:
    outbox.queue(template, to=people, key=key, report=report, grant=report.grant, path=report.get_absolute_url())
