"""What is done with an application as a whole: begun, submitted, taken back, asked about, screened, and told what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grants.applications import eligibility, letters, permissions, progress, receipts
from grants.applications.content import Content, sealed
from grants.applications.models import Application, State
from grants.applications.records import ApplicationSnapshot, Clarification, EligibilityFinding, Letter
from grants.calls.models import Call
from ngos.organisations.models import Organisation
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.files.storing import store_bytes
from trustfund.mail import outbox
from trustfund.ui.formatting import VIENNA, moment_text
from trustfund.workflow import advance, lock, require


@transaction.atomic
def start(call: Call, organisation: Organisation, *, by: Any, answers: Mapping[str, bool]) -> Application:
    """Begin the organisation's one application to an open call, after its eligibility questions.

    `answers` maps a question's number (as text) to yes or no. Raises PermissionDenied, ValidationError when the call is not open,
    an answer does not pass, or the organisation has an application to this call already.
    """
    if not permissions.can_start(organisation, by):
        raise PermissionDenied
    lock(call)
    _refuse_closed(call)
    if eligibility.failures(list(call.eligibility_questions.all()), answers):
        raise ValidationError(_("By the answers given, your organisation can't apply to this call."))
    _refuse_second(call, organisation)
    number = call.applications.count() + 1
    application = Application.objects.create(
        call=call, organisation=organisation, reference=f"{call.reference}-{number:03d}", eligibility=dict(answers), started_by=by,
        started_at=clock.now(),
    )  # fmt: skip
    record("application.start", of=application, by=by, call=call.pk, organisation=organisation.pk)
    return application


@transaction.atomic
def submit(application: Application, *, by: Any) -> ApplicationSnapshot:
    """Hand in what is complete, before the deadline by the server's clock: frozen, hashed, with a receipt.

    Raises PermissionDenied, TransitionNotAllowed, ValidationError that lists what is missing or says that it is late.
    """
    lock(application)
    require(application.submit, by=by)
    now = clock.now()
    _refuse_closed(Call.objects.get(pk=application.call_id))
    content = Content(application)
    if problems := progress.problems(content):
        raise ValidationError(problems)
    text, content_hash = sealed(content)
    version = application.version + 1
    number = f"{application.reference}-R{version}"
    receipt = receipts.pdf(application, at=now, by=by, number=number, version=version, content_hash=content_hash)
    stored = store_bytes(receipt, f"{number}.pdf", by=by)
    advance(application.submit, by=by, at=now, version=version, submitter=by, content_hash=content_hash)
    snapshot = ApplicationSnapshot.objects.create(
        application=application, version=version, content=text, content_hash=content_hash, receipt_number=number, submitted_at=now,
        submitted_by=by, receipt=stored,
    )  # fmt: skip
    record("application.freeze", of=application, by=by, version=version, content_hash=content_hash, receipt=stored.sha256)
    letters.write(application, "application_received", Letter.Kind.RECEIPT, key=f"application-received:{number}", snapshot=snapshot)
    return snapshot


@transaction.atomic
def withdraw(application: Application, *, by: Any) -> Application:
    """The NGO takes it back; until the deadline it can take it up again."""
    return advance(application.withdraw, by=by)


@transaction.atomic
def resume(application: Application, *, by: Any) -> Application:
    """Make a withdrawn application a draft again, while the call is open. ValidationError otherwise, or when another was begun."""
    lock(application, application.call)
    require(application.resume, by=by)
    _refuse_closed(application.call)
    _refuse_second(application.call, application.organisation)
    application.findings.all().delete()
    return advance(application.resume, by=by)


@transaction.atomic
def ask_clarification(application: Application, *, by: Any, question: str, due_on: date) -> Clarification:
    """Ask the applicant something before its eligibility is decided. ValidationError for a day that is not in the future."""
    lock(application)
    require(application.ask_clarification, by=by)
    if due_on <= clock.today():
        raise ValidationError({"due_on": _("Give the applicant time: the day must be in the future.")})
    asked = Clarification.objects.create(application=application, question=question, due_on=due_on, asked_by=by, asked_at=clock.now())
    advance(application.ask_clarification, by=by)
    key = f"application-clarification:{asked.pk}"
    letters.write(application, "application_clarification", Letter.Kind.CLARIFICATION, key=key, clarification=asked)
    return asked


@transaction.atomic
def answer_clarification(application: Application, *, by: Any, answer: str) -> Clarification:
    """The applicant's answer; the officer who asked is told."""
    lock(application)
    require(application.answer_clarification, by=by)
    asked = application.clarifications.filter(answered_at__isnull=True).select_related("asked_by").latest("pk")
    asked.answer, asked.answered_by, asked.answered_at = answer, by, clock.now()
    asked.save()
    advance(application.answer_clarification, by=by)
    key = f"application-clarified:{asked.pk}"
    outbox.queue("application_clarified", to=[asked.asked_by], key=key, path=application.get_absolute_url(), application=application)
    return asked


@transaction.atomic
def decide_eligibility(application: Application, *, by: Any, findings: Mapping[int, tuple[bool, str]]) -> Application:
    """Eligible when every question of the call is met, else ineligible with the reasons; the applicant gets a letter.

    `findings` maps the primary key of each eligibility question to (met, reason). ValidationError when one is left out, or has no
    reason although it is not met.
    """
    lock(application)
    require(application.find_eligible, by=by)
    rows = _findings(application, findings)
    EligibilityFinding.objects.bulk_create(rows)
    reasons = "\n".join(row.reason for row in rows if not row.met)
    if reasons:
        advance(application.find_ineligible, by=by, at=clock.now(), screener=by, reasons=reasons)
    else:
        advance(application.find_eligible, by=by, at=clock.now(), screener=by)
    template = "application_ineligible" if reasons else "application_eligible"
    key = f"application-eligibility:{application.pk}:{application.version}"
    letters.write(application, template, Letter.Kind.ELIGIBILITY, key=key, findings=[row for row in rows if not row.met])
    return application


def _findings(application: Application, findings: Mapping[int, tuple[bool, str]]) -> list[EligibilityFinding]:
    rows, errors = [], []
    for question in application.call.eligibility_questions.all():
        met, reason = findings.get(question.pk, (None, ""))
        if met is None or (not met and not reason.strip()):
            errors.append(_("Say of “%(question)s” whether it is met, and if not, why.") % {"question": question.text})
        rows.append(EligibilityFinding(application=application, question=question, met=bool(met), reason=reason.strip()))
    if errors:
        raise ValidationError(errors)
    return rows


def take_into_review(application: Application, *, by: Any) -> Application:
    """Its reviewers have been named: eligible > in review."""
    return advance(application.take_into_review, by=by)


def mark_reviewed(application: Application, *, by: Any) -> Application:
    """The last of its reviews is in: in review > reviewed."""
    return advance(application.mark_reviewed, by=by)


def return_to_review(application: Application, *, by: Any) -> Application:
    """A review was opened again: reviewed > in review."""
    return advance(application.return_to_review, by=by)


def shortlist(application: Application, *, by: Any) -> Application:
    """It goes to the Board: reviewed > shortlisted."""
    return advance(application.shortlist, by=by)


def recommend(application: Application, *, by: Any) -> Application:
    """The Board recommends it: reviewed or shortlisted > recommended."""
    return advance(application.recommend, by=by)


def reserve(application: Application, *, by: Any) -> Application:
    """It waits on the reserve list: reviewed or shortlisted > reserve."""
    return advance(application.reserve, by=by)


def promote(application: Application, *, by: Any) -> Application:
    """It moves up from the reserve list: reserve > recommended."""
    return advance(application.promote, by=by)


def decline(application: Application, *, by: Any) -> Application:
    """It was not selected: reviewed, shortlisted or recommended > not selected. The letter is the room of decisions'."""
    return advance(application.decline, by=by)


def award(application: Application, *, by: Any) -> Application:
    """The fund manager approved the award: recommended > awarded."""
    return advance(application.award, by=by)


def lapse(application: Application, *, by: Any) -> Application:
    """The reserve list ended: reserve > lapsed."""
    return advance(application.lapse, by=by)


def _refuse_closed(call: Call) -> None:
    now = clock.now()
    if call.is_open(now):
        return
    if call.opens_at is not None and call.is_upcoming(now):
        raise ValidationError(_("This call opens at %(moment)s in Vienna.") % {"moment": _vienna(call.opens_at)})
    message = _(
        "This call closed at %(deadline)s in Vienna; our clock now says %(now)s. What you wrote is kept as a draft. "
        "If a failure on our side held you up, write to the secretariat."
    )
    local = now.astimezone(VIENNA)
    clock_now = f"{moment_text(now, zone=VIENNA)}:{local:%S}"
    raise ValidationError(message % {"deadline": _vienna(call.deadline), "now": clock_now}, code="late")


def _vienna(moment: datetime) -> str:
    return moment_text(moment, zone=VIENNA)


def _refuse_second(call: Call, organisation: Organisation) -> None:
    if call.applications.filter(organisation=organisation).exclude(state=State.WITHDRAWN).exists():
        raise ValidationError(_("Your organisation has an application to this call already."), code="second")
