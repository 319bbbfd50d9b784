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

from grants import personal_data, together
from grants.agreements import actions as agreements
from grants.agreements import books, hooks
from grants.agreements.models import Grant
from grants.outcomes import actions as outcomes
from grants.outcomes import grid
from grants.outcomes.models import OutcomeSheet
from grants.reports import permissions, rows
from grants.reports.models import Expenditure, Report, Wording
from grants.reports.standing import accepted_ever, accounted, reported
from trustfund import clock
from trustfund.ledger import balances, postings
from trustfund.ledger.funding import conditions
from trustfund.mail import outbox
from trustfund.money import Money, total
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.workflow import Digest, advance, lock, require

NARRATIVE = ("activities", "results", "difficulties", "updated_plan")
EXPENDITURE = "expenditure"
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
    """Told when a grant is terminated: what is not handed in is cancelled, but for the final one, which is still owed."""
    for report in grant.reports.filter(state__in=Report.WITH_THE_NGO, kind=Report.Kind.INTERIM):
        advance(report.cancel, by=by)


def save_narrative(report: Report, texts: Mapping[str, str], *, by: Any, version: int) -> Report:
    """Keep a draft's words: {part: text}. `version` is the report as it was read.

    A part that a colleague wrote meanwhile is not overwritten: the other parts are saved, these words are kept as a `Wording`, and a
    ValidationError (code `stale`) says so.
    """
    if _write_narrative(report, texts, by, version):
        text = _("A colleague wrote the same part while you were typing. Both texts are shown: bring them together, then save again.")
        raise ValidationError(text, code="stale")
    return report


@transaction.atomic
def _write_narrative(report: Report, texts: Mapping[str, str], by: Any, version: int) -> list[str]:
    """Save what can be saved; the parts that collided."""
    _writable(report, by)
    refused = collided(report, texts, by=by, version=version)
    fresh = {part: text for part, text in texts.items() if part in NARRATIVE and part not in refused and text != getattr(report, part)}
    for part, text in fresh.items():
        _write_part(report, part, text, by)
    for part in refused:
        kept = {"text": texts[part], "at": clock.now()}
        Wording.objects.update_or_create(report=report, part=part, author=by, refused=True, defaults=kept)
    if fresh:
        report.version += 1
        report.save(update_fields=[*NARRATIVE, "version", "marks"])
        _begun(report, by)
    return refused


def _write_part(report: Report, part: str, text: str, by: Any) -> None:
    """Put words in a part; those of somebody else that stood there are kept aside."""
    before, author = getattr(report, part), report.marks.get(part, [0, None])[1]
    if before.strip() and author not in (None, by.pk):
        Wording.objects.create(report=report, part=part, text=before, author_id=author, at=clock.now())
    setattr(report, part, text)
    together.mark(report.marks, part, version=report.version + 1, by=by, at=clock.now())


def collided(report: Report, texts: Mapping[str, str], *, by: Any, version: int) -> list[str]:
    """The parts that a colleague wrote since `version`, and differently."""
    found = [part for part in NARRATIVE if part in texts and texts[part] != getattr(report, part)]
    return [part for part in found if together.overtaken(report.marks, part, base=version, by=by, at=clock.now())]


@transaction.atomic
def save_expenditures(
    report: Report, listed: Sequence[Mapping[str, Any]], *, by: Any, version: int | None = None, numbers: Sequence[int] | None = None
) -> list[Expenditure]:
    """Replace the report's list of transactions, all or nothing. Rows: budget_line, date, description, document_number, amount, local.

    Errors name the row by `numbers` (where it was typed; by default the first is 1) and the column. `version` is the report as it was
    read: a list that a colleague saved meanwhile is not replaced (code `stale`); None replaces whatever stands.
    Used by the page and by the spreadsheet import alike.
    """
    _writable(report, by)
    if version is not None and together.overtaken(report.marks, EXPENDITURE, base=version, by=by, at=clock.now()):
        text = _("A colleague saved this list while you were typing. Compare theirs with yours below, then save again.")
        raise ValidationError(text, code="stale")
    if len(listed) > rows.MOST_ROWS:
        raise ValidationError(_("A report takes at most %(most)d transactions. Put small ones together.") % {"most": rows.MOST_ROWS})
    counted = zip(numbers or range(1, len(listed) + 1), listed, strict=True)
    problems = [problem for number, row in counted for problem in _problems(report, number, row)]
    if problems:
        raise ValidationError(problems)
    report.expenditures.all().delete()
    made = Expenditure.objects.bulk_create(_expenditure(report, number, row) for number, row in enumerate(listed, start=1))
    report.version += 1
    together.mark(report.marks, EXPENDITURE, version=report.version, by=by, at=clock.now())
    report.save(update_fields=["version", "marks"])
    _begun(report, by)
    return made


def _expenditure(report: Report, number: int, row: Mapping[str, Any]) -> Expenditure:
    names = ("budget_line", "date", "description", "document_number", "amount")
    made = Expenditure(report=report, number=number, **{name: row[name] for name in names})
    if row.get("local"):
        made.local = row["local"]
    return made


def _problems(report: Report, number: int, row: Mapping[str, Any]) -> Iterable[str]:
    for column, problem in _wrong(report, row):
        where = {"row": number, "column": rows.LABELS[column], "problem": problem}
        yield _("Row %(row)d, “%(column)s”: %(problem)s") % where


def _wrong(report: Report, row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """(column, what is wrong) of one row."""
    if row["budget_line"].grant_id != report.grant_id:
        yield "budget_line", _("this budget line belongs to another grant.")
    if not report.period_start <= row["date"] <= report.period_end:
        period = {"start": report.period_start.isoformat(), "end": report.period_end.isoformat()}
        yield "date", _("it is outside this report’s period, %(start)s to %(end)s.") % period
    if row["amount"].minor <= 0:
        yield "amount", _("it must be above zero.")
    for column in ("description", "document_number"):
        for finding in personal_data.findings(row[column]):
            if column == "description" or finding.kind == personal_data.Kind.EMAIL:
                said = {"excerpt": finding.excerpt, "kind": finding.kind.label}
                yield column, _("“%(excerpt)s” looks like %(kind)s. Write what it was for, not for whom.") % said


def missing(report: Report) -> list[str]:
    """What has to be done before the report can be submitted; empty when nothing."""
    return [text for texts in gaps(report).values() for text in texts]


def gaps(report: Report) -> dict[str, list[str]]:
    """What each part (narrative, outcomes, expenditure, protection) still needs."""
    return {
        "narrative": _empty_parts(report),
        "outcomes": _outcome_gaps(report),
        "expenditure": _expenditure_gaps(report),
        "protection": _protection_gaps(report),
    }


def _empty_parts(report: Report) -> list[str]:
    empty = [name for name in NEEDED if not getattr(report, name).strip()]
    return [_("“%(part)s” is empty.") % {"part": report._meta.get_field(name).verbose_name} for name in empty]  # type: ignore[union-attr]


def _outcome_gaps(report: Report) -> list[str]:
    counts = report.sheet.as_mapping()
    if not counts and not report.sheet.nobody:
        return [_("The outcomes are empty. Fill in the tables, or say that no persons were helped in this period.")]
    return [problem.message for problem in grid.problems(counts)]


def _expenditure_gaps(report: Report) -> list[str]:
    if not report.expenditures.exists() and accounted(report.grant, clock.today())[0]:
        return [_("The list of expenditure is empty, although a payment was received.")]
    return []


def _protection_gaps(report: Report) -> list[str]:
    if personal_findings(report) and report.personal_data_confirmed != personal_digest(report):
        return [_("Some words look like personal data. Take them out, or confirm that they are not.")]
    return []


def personal_findings(report: Report) -> list[tuple[str, personal_data.Finding]]:
    """(field, finding) of what in the narrative looks like data of a person."""
    return [(name, finding) for name in NARRATIVE for finding in personal_data.findings(getattr(report, name))]


def personal_digest(report: Report) -> str:
    return personal_data.digest(personal_findings(report))


@transaction.atomic
def confirm_no_personal_data(report: Report, *, by: Any, digest: str) -> Report:
    """The NGO says that what was found is not data of a person; `digest` is of what was shown, and it holds for exactly these words."""
    _writable(report, by)
    if digest != personal_digest(report):
        raise ValidationError(_("The words have changed meanwhile. Please look at them again."))
    report.personal_data_confirmed = digest
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
    now = clock.now()
    advance(report.submit, by=by, at=now, content_hash=content_hash(report))
    report.wordings.all().delete()
    outcomes.freeze(report.sheet, frozen=True)
    _tell("report_submitted", report, _staff(Role.PROGRAMME), f"report-submitted:{report.pk}:{now.isoformat()}")
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
    lock(report.grant, report)
    advance(report.accept_substance, by=by, on=on or clock.today())
    _tell("report_for_finance", report, _staff(Role.FINANCE), f"report-for-finance:{report.pk}:{report.content_hash}")
    return report


@transaction.atomic
def accept(
    report: Report, *, by: Any, disallowed: Mapping[int, str] | None = None, on: date | None = None, seen: str | None = None
) -> Report:
    """Accept the expenditure, but for the rows {primary key: reason} that are disallowed, and post it.

    `seen` is the content hash of the report that was judged: a corrected one is not accepted by a page that was opened before.
    An interim report's disallowed rows stay an advance. A report on an outright grant informs and posts nothing. Together with what was
    accepted before it stays within the grant's total.
    Accepting the final report closes the reporting of the grant.
    """
    grant, day = report.grant, on or clock.today()
    lock(grant, report, *(hooks.rows_of(grant) if report.kind == Report.Kind.FINAL else grant.tranches.all()))
    require(report.accept, by=by)
    _judged(report, disallowed or {}, seen)
    amount = total(each.amount for each in report.expenditures.all() if each.pk not in (disallowed or {}))
    _within_the_grant(grant, amount, day)
    _disallow(report, disallowed or {})
    advance(report.accept, by=by, on=day, amount=amount, digest=Digest(report.expenditure_digest))
    if amount and not grant.is_outright:
        advances = balances.balance("1200", as_of=day, of=grant.books)
        about = {"advance": advances, "before": accepted_ever(grant)}
        legs = postings.expenditure_accepted(grant.books, amount, psc_rate=grant.psc_rate, **about)
        reference = f"report:{report.pk}:accepted"
        entry = books.post(grant, legs, reference=reference, on=day, by=by, source="report.accept", of=report)
        conditions.follow(grant.books, on=day, by=by, reference=entry.reference, of=report)
    if report.kind == Report.Kind.FINAL:
        agreements.close_reporting(grant, by=by)
    _tell("report_accepted", report, grant.organisation.contacts(), f"report-accepted:{report.pk}")
    return report


def _within_the_grant(grant: Grant, amount: Money, day: date) -> None:
    before = reported(grant, day) if grant.is_outright else accounted(grant, day)[1]
    if before + amount > grant.amount:
        text = _("With this report the accepted expenditure would pass the grant of %(total)s by %(excess)s. Disallow what is too much.")
        raise ValidationError(text % {"excess": before + amount - grant.amount, "total": grant.amount})


def _judged(report: Report, disallowed: Mapping[int, str], seen: str | None) -> None:
    """Raises ValidationError when another version was judged, or a reason is missing or looks like data of a person."""
    numbers = dict(report.expenditures.values_list("pk", "number"))
    if seen not in (None, report.content_hash) or not set(disallowed) <= set(numbers):
        raise ValidationError(_("The NGO corrected this report while this page was open. Look at it again, then accept it."), code="stale")
    problems = [_("Row %(row)d: say why it is disallowed.") % {"row": numbers[pk]} for pk, why in disallowed.items() if not why.strip()]
    named = _("Row %(row)d: the reason looks like personal data. Write what is wrong with the row, not about whom.")
    problems += [named % {"row": numbers[pk]} for pk, why in disallowed.items() if personal_data.findings(why)]
    if problems:
        raise ValidationError(problems)


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
