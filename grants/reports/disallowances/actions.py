"""The acts of a disallowance: proposed on an accepted report, approved by another person and posted, or refused, or withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from grants import personal_data
from grants.agreements import books, hooks
from grants.agreements.models import Grant
from grants.agreements.models import State as GrantState
from grants.reports import standing
from grants.reports.disallowances import permissions
from grants.reports.disallowances.models import Disallowance, DisallowedLine
from grants.reports.disallowances.reading import still_accepted
from grants.reports.models import Report
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.files.storing import store
from trustfund.ledger import postings
from trustfund.ledger.funding import allocations, conditions, ended
from trustfund.ledger.models import Entry
from trustfund.mail import outbox
from trustfund.money import Money, total, zero
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.ui.formatting import money_text
from trustfund.workflow import advance, lock, require

OPEN = (GrantState.ACTIVE, GrantState.SUSPENDED, GrantState.TERMINATED, GrantState.REPORTING_CLOSED)
"""A grant that is financially closed is not opened again by this."""


class Wanted(NamedTuple):
    """What is to be disallowed of one budget line, and why."""

    amount: Money
    reason: str


@transaction.atomic
def propose(report: Report, *, by: Any, lines: Mapping[int, Wanted], document: File[Any] | None = None) -> Disallowance:
    """Propose to disallow accepted expenditure: {budget line: amount and reason}, with a document or without; another person decides.

    ValidationError by the fields `amount_<line>` and `reason_<line>`. 409 when the report is not accepted, or its grant is closed.
    """
    lock(report.grant, report)
    may_propose(report, by)
    _check(report, lines)
    stored = store(document, by=by) if document is not None else None
    made = Disallowance.objects.create(report=report, proposed_by=by, document=stored)
    DisallowedLine.objects.bulk_create(
        DisallowedLine(disallowance=made, budget_line_id=pk, amount=each.amount, reason=each.reason.strip()) for pk, each in lines.items()
    )
    file = {"file": stored.pk, "sha256": stored.sha256} if stored is not None else {}
    record("disallowance.propose", of=made, by=by, report=report.pk, amount=str(made.amount), **file)
    _tell("disallowance_to_approve", made, User.objects.holding(Role.APPROVER).exclude(pk=by.pk))
    return made


def may_propose(report: Report, by: Any) -> None:
    """What `propose` asks first, for its page: PermissionDenied, or TransitionNotAllowed when there is nothing to disallow now."""
    if not permissions.can_propose(report, by):
        raise PermissionDenied
    if not _is_open(report):
        raise TransitionNotAllowed("The report is not accepted, its grant is closed, or a proposal waits.", object=report)


def can_be_proposed(report: Report, by: Any) -> bool:
    """Whether `propose` may be offered."""
    return permissions.can_propose(report, by) and _is_open(report)


def _is_open(report: Report) -> bool:
    if report.state != Report.State.ACCEPTED or report.grant.state not in OPEN:
        return False
    return not report.disallowances.filter(state=Disallowance.State.PROPOSED).exists()


def _check(report: Report, lines: Mapping[int, Wanted]) -> None:
    """Raises ValidationError: nothing at all, more than is accepted, no reason, or one that looks like data of a person."""
    if not lines:
        raise ValidationError(_("Enter at least one amount with its reason."), code="nothing")
    left, errors = still_accepted(report), dict[str, str]()
    for pk, each in lines.items():
        there = left.get(pk, zero())
        if not zero() < each.amount <= there:
            errors[f"amount_{pk}"] = _("Of this line %(left)s is accepted.") % {"left": money_text(there)}
        if not each.reason.strip():
            errors[f"reason_{pk}"] = _("Say why it is disallowed: the NGO reads it.")
        elif personal_data.findings(each.reason):
            errors[f"reason_{pk}"] = _("This looks like personal data. Write what is wrong with the expenditure, not about whom.")
    if errors:
        raise ValidationError(errors)
    _within_what_is_accepted(report, total(each.amount for each in lines.values()))


def _within_what_is_accepted(report: Report, amount: Money) -> None:
    """The books are asked too: what was recovered in other ways is not recovered twice."""
    accepted = standing.position(report.grant, clock.today()).accepted
    if amount > accepted:
        message = _("Only %(accepted)s of the grant’s expenditure is accepted in the books.")
        raise ValidationError(message % {"accepted": money_text(accepted)}, code="accepted")


@transaction.atomic
def approve(disallowance: Disallowance, *, by: Any) -> Disallowance:
    """The second person approves: Dr 1210 / Cr 5010 (4900 for an earlier year), programme support reversed; the NGO is told.

    What was accepted beyond the advance and not paid yet is owed no more instead, and is a commitment again while tranches can be paid.
    ValidationError when it is no longer accepted.
    A closing that was prepared is looked at again.
    """
    report, grant = disallowance.report, disallowance.report.grant
    lock(grant, *hooks.rows_of(grant), report, disallowance)
    require(disallowance.approve, by=by)
    if grant.state not in OPEN:
        raise ValidationError(_("The grant is financially closed: nothing of it is disallowed any more."), code="closed")
    _still_there(disallowance)
    on = clock.today()
    disallowance = advance(disallowance.approve, by=by, person=by, on=on, digest=disallowance.digest)
    disallowance.entry = _post(disallowance, on, by)
    disallowance.save(update_fields=["entry"])
    if grant.state == GrantState.REPORTING_CLOSED:
        hooks.tell(hooks.on_reopened, grant, by)
    people = [*grant.organisation.contacts(), *User.objects.holding(Role.FINANCE).exclude(pk=by.pk)]
    _tell("expenditure_disallowed", disallowance, people)
    return disallowance


def _still_there(disallowance: Disallowance) -> None:
    left = still_accepted(disallowance.report, but=disallowance)
    short = [line for line in disallowance.lines.all() if line.amount > left.get(line.budget_line_id, zero())]
    if short:
        raise ValidationError(_("Less of it is accepted by now: withdraw it and propose it anew."), code="accepted")
    _within_what_is_accepted(disallowance.report, disallowance.amount)


def _post(disallowance: Disallowance, on: date, by: Any) -> Entry:
    grant = disallowance.report.grant
    waived = _owed(grant, on) if not grant.is_outright else zero()
    waived = min(disallowance.amount, waived)
    legs = _legs(disallowance, waived, on)
    if grant.state != GrantState.REPORTING_CLOSED and waived:  # it can still be paid for something else
        legs = [*legs, *postings.grant_committed(grant.books, waived)]
    reference = f"disallowance:{disallowance.pk}:posted"
    entry = books.post(grant, legs, reference=reference, on=on, by=by, source="disallowance.approve", of=disallowance)
    conditions.follow(grant.books, on=on, by=by, reference=reference, of=disallowance)
    if waived and grant.state == GrantState.REPORTING_CLOSED:
        _free(grant, waived, reference, on, by, disallowance)
    return entry


def _owed(grant: Grant, on: date) -> Money:
    """What the Fund owes and can still keep: once the reporting is closed, not what a payment under way is about to pay."""
    under_way = hooks.under_way(grant) if grant.state == GrantState.REPORTING_CLOSED else zero()
    return max(standing.position(grant, on).payable - under_way, zero())


def _legs(disallowance: Disallowance, waived: Money, on: date) -> Any:
    """An outright grant was an expense when its tranches were due, another when the report was accepted."""
    report, grant, amount = disallowance.report, disallowance.report.grant, disallowance.amount
    support: dict[str, Any] = {"psc_rate": grant.psc_rate, "before": standing.accepted_ever(grant)}
    if grant.is_outright:
        this_year = standing.due_this_year(grant, on)
        return postings.outright_unspent(grant.books, amount, this_year=this_year, **support)
    earlier = report.accepted_on is not None and report.accepted_on.year < on.year
    return postings.expenditure_disallowed(grant.books, amount, earlier_year=earlier, waived=waived, **support)


def _free(grant: Grant, waived: Money, reference: str, on: date, by: Any, of: Disallowance) -> None:
    """What is owed no more is reserved no more, once nothing else of the grant will be paid."""
    freed = allocations.release(grant.funds, by=by, on=on, reference=f"{reference}:freed", amount=min(waived, grant.funds.remaining))
    ended.give_back(allocations.rows_of(freed), on=on, by=by, source="disallowance.approve", of=of)


@transaction.atomic
def refuse(disallowance: Disallowance, *, by: Any, note: str) -> Disallowance:
    """The second person does not agree: the expenditure stays accepted."""
    lock(disallowance.report.grant, disallowance.report, disallowance)
    disallowance = advance(disallowance.refuse, by=by, person=by, on=clock.today(), note=note.strip())
    _tell("disallowance_refused", disallowance, [disallowance.proposed_by])
    return disallowance


@transaction.atomic
def withdraw(disallowance: Disallowance, *, by: Any) -> Disallowance:
    """Whoever proposed it takes it back."""
    lock(disallowance.report.grant, disallowance.report, disallowance)
    withdrawn: Disallowance = advance(disallowance.withdraw, by=by)
    return withdrawn


def _tell(template: str, disallowance: Disallowance, people: Any) -> None:
    key, path = f"{template}:{disallowance.pk}", disallowance.get_absolute_url()
    outbox.queue(template, to=people, key=key, path=path, disallowance=disallowance, grant=disallowance.report.grant)
