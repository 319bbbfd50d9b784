"""The acts of a closing: opened with the final report, refunds entered, prepared by one person, confirmed by another."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from grants.agreements import actions as agreements
from grants.agreements import books
from grants.agreements.models import Grant
from grants.agreements.models import State as GrantState
from grants.closing import permissions
from grants.closing.models import Closure, Refund, State
from grants.payments import actions as payments
from grants.payments.models import IN_FLIGHT
from grants.reports import standing
from grants.reports.disallowances.models import Disallowance
from grants.tranches import actions as tranches
from grants.tranches.models import OPEN_STATES
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.ledger import balances, postings
from trustfund.ledger.funding import allocations, conditions, ended
from trustfund.ledger.models import Entry, Subaccount
from trustfund.mail import outbox
from trustfund.money import Money, zero
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.ui.formatting import money_text
from trustfund.workflow import advance, lock, require


@transaction.atomic
def begin(grant: Grant, by: Any) -> None:
    """Told when the reporting is closed: what was paid beyond the accepted expenditure becomes due, what is not needed is released.

    Dr 1210 / Cr 1200 for the unspent (of an outright grant Dr 1210 / Cr 5010, or 4900 for an earlier year); Dr 9020 / Cr 9010 for the
    residual commitment; the rest of the reservation is free again, but for accepted expenditure that is still owed to the NGO.
    ValidationError while a payment is under way.
    """
    on = clock.today()
    lock(grant, *grant.tranches.all())
    if grant.payments.filter(state__in=IN_FLIGHT).exists():
        raise ValidationError(_("A payment of this grant is under way: it must be paid or stopped first."), code="in_flight")
    accepted = _take_back_unspent(grant, on, by) if grant.is_outright else None
    position = standing.position(grant, on)
    _cancel_unneeded(grant, position.payable, by)
    released = _release(grant, position.payable, on, by)
    if position.advance:
        _post(grant, postings.closure_unaccounted(grant.books, position.advance), "unaccounted", on, by)
    found = position.accepted if accepted is None else accepted
    closure = Closure.objects.create(grant=grant, opened_on=on, paid=position.paid, accepted=found, released=released)
    unspent = position.advance if accepted is None else closure.unspent
    about = {"paid": str(closure.paid), "accepted": str(closure.accepted), "released": str(released)}
    record("closure.begin", of=closure, by=by, grant=grant.pk, unspent=str(unspent), **about)
    _tell(closure, "closing_opened", grant.organisation.contacts())


def _take_back_unspent(grant: Grant, on: date, by: Any) -> Money:
    """What was due of an outright grant beyond the reported expenditure comes back, or is owed no more; gives what was reported."""
    reported, position = standing.reported(grant, on), standing.position(grant, on)
    unspent = position.accepted - reported
    if unspent > zero():
        support: dict[str, Any] = {"psc_rate": grant.psc_rate, "before": standing.accepted_ever(grant)}
        this_year = standing.due_this_year(grant, on)
        legs = postings.outright_unspent(grant.books, unspent, payable=position.payable, this_year=this_year, **support)
        entry = _post(grant, legs, "unspent", on, by)
        conditions.follow(grant.books, on=on, by=by, reference=entry.reference, of=grant)
    return reported


def _cancel_unneeded(grant: Grant, owed: Money, by: Any) -> None:
    """What is owed is still paid with the next tranches; the others are cancelled."""
    for tranche in grant.tranches.filter(state__in=OPEN_STATES).order_by("number"):
        if owed > zero():
            owed -= tranche.amount
        else:
            tranches.cancel(tranche, by=by)


def _release(grant: Grant, owed: Money, on: date, by: Any) -> Money:
    """Release the residual commitment and what is reserved beyond `owed`; gives the commitment released, in USD."""
    commitment = balances.balance("9010", as_of=on, of=grant.books)
    if commitment:
        _post(grant, postings.residual_released(grant.books, commitment), "residual", on, by)
    free = grant.funds.remaining - owed
    if free > zero():
        freed = allocations.release(grant.funds, by=by, on=on, reference=f"grant:{grant.pk}:released", amount=free)
        ended.give_back(allocations.rows_of(freed), on=on, by=by, source="closing.released", of=grant)
    return commitment


def _post(grant: Grant, legs: Any, what: str, on: date, by: Any) -> Any:
    return books.post(grant, legs, reference=f"grant:{grant.pk}:{what}", on=on, by=by, source=f"closing.{what}", of=grant)


@transaction.atomic
def reopen(grant: Grant, by: Any) -> None:
    """Told when a payment came back from the bank, or expenditure was disallowed: two people look again at what was prepared or closed."""
    closure = Closure.objects.filter(grant=grant).exclude(state=State.OPEN).first()
    if closure is not None:
        lock(closure)
        advance(closure.reopen, by=by)


@transaction.atomic
def enter_refund(closure: Closure, *, by: Any, amount: Money, received_on: date, bank: Subaccount, bank_reference: str) -> Refund:
    """The NGO paid back: Dr bank / Cr 1210; it returns to the contributions of its last payment first.

    What returns to a contribution whose agreement has ended is due to its donor.

    ValidationError by field: more than is due, a day to come, a reference entered before.
    """
    if not permissions.can_enter_refund(closure, by):
        raise PermissionDenied
    grant = closure.grant
    lock(closure, grant)
    _check_refund(grant, amount, received_on, bank_reference)
    reference = f"refund:{closure.pk}:{closure.refunds.count() + 1}"
    entry = _post_refund(closure, grant, amount, reference=reference, on=received_on, bank=bank, by=by)
    refund = Refund.objects.create(
        closure=closure, amount=amount, received_on=received_on, bank=bank, bank_reference=bank_reference, entry=entry, entered_by=by
    )
    record("closure.enter_refund", of=closure, by=by, amount=str(amount), received_on=str(received_on))
    return refund


@transaction.atomic
def enter_repayment(
    disallowance: Disallowance, *, by: Any, amount: Money, received_on: date, bank: Subaccount, bank_reference: str
) -> Refund:
    """The NGO paid back what was disallowed, before its grant is closed: Dr bank / Cr 1210. Raises as `enter_refund`; 409 when it is not
    disallowed, or the grant is closed."""
    if not permissions.can_enter_repayment(disallowance, by):
        raise PermissionDenied
    grant = disallowance.report.grant
    lock(grant, disallowance)
    if disallowance.state != Disallowance.State.APPROVED or grant.state == GrantState.CLOSED:
        raise TransitionNotAllowed("It is not disallowed, or its grant is closed.", object=disallowance)
    _check_refund(grant, amount, received_on, bank_reference)
    reference = f"refund:disallowance:{disallowance.pk}:{disallowance.refunds.count() + 1}"
    entry = _post_refund(disallowance, grant, amount, reference=reference, on=received_on, bank=bank, by=by)
    about = {"received_on": received_on, "bank": bank, "bank_reference": bank_reference}
    refund = Refund.objects.create(disallowance=disallowance, amount=amount, entry=entry, entered_by=by, **about)
    record("disallowance.enter_refund", of=disallowance, by=by, amount=str(amount), received_on=str(received_on))
    return refund


def _post_refund(of: Closure | Disallowance, grant: Grant, amount: Money, *, reference: str, on: date, bank: Subaccount, by: Any) -> Entry:
    """It clears 1210 and returns to the contributions that paid; what is an ended agreement's is due to its donor."""
    legs = postings.grant_refund(grant.books, bank, amount)
    entry = books.post(grant, legs, reference=reference, on=on, by=by, source="closing.refund", of=of)
    rows = allocations.refund(grant.books, entry, amount, by=by)
    ended.give_back(rows, on=on, by=by, source="closing.refund", of=of)
    conditions.follow(grant.books, on=on, by=by, reference=entry.reference, of=of)
    return entry


def to_pay_back(grant: Grant) -> Money:
    """What the NGO owes and no payment under way keeps from it."""
    return standing.position(grant, clock.today()).refund_due - payments.kept(grant)


def _check_refund(grant: Grant, amount: Money, received_on: date, bank_reference: str) -> None:
    kept, due = payments.kept(grant), to_pay_back(grant)
    errors: dict[str, str] = {}
    if (amount <= zero() or amount > due) and kept:
        names = {"due": money_text(due), "kept": money_text(kept)}
        errors["amount"] = _("%(due)s is due: a payment under way keeps %(kept)s of what the NGO owes.") % names
    elif amount <= zero() or amount > due:
        errors["amount"] = _("%(due)s is due.") % {"due": money_text(due)}
    if received_on > clock.today():
        errors["received_on"] = _("This day has not come yet.")
    entered = Refund.objects.filter(Q(closure__grant=grant) | Q(disallowance__report__grant=grant))
    if entered.filter(bank_reference=bank_reference).exists():
        errors["bank_reference"] = _("A refund with this reference was entered already.")
    if errors:
        raise ValidationError(errors)


def open_items(closure: Closure, on: date) -> list[str]:
    """What is still open, one sentence each; nothing when the grant can be closed."""
    grant, found = closure.grant, []
    position = standing.position(grant, on)
    for amount, sentence in (
        (position.advance, _("%(amount)s was advanced and is not accounted for.")),
        (position.refund_due, _("%(amount)s is due from the NGO.")),
        (position.payable, _("%(amount)s of accepted expenditure is owed to the NGO.")),
        (grant.funds.remaining, _("%(amount)s is still reserved.")),
    ):
        if amount:
            found.append(sentence % {"amount": money_text(amount)})
    return found


@transaction.atomic
def prepare(closure: Closure, *, by: Any) -> Closure:
    """Finance finds nothing open; ValidationError says what is."""
    lock(closure.grant, closure)
    require(closure.prepare, by=by)
    _nothing_open(closure)
    for tranche in closure.grant.tranches.filter(state__in=OPEN_STATES).order_by("number"):
        tranches.cancel(tranche, by=by)
    closure = advance(closure.prepare, by=by, person=by, on=clock.today())
    _tell(closure, "closing_to_confirm", User.objects.holding(Role.APPROVER).exclude(pk=by.pk))
    return closure


@transaction.atomic
def confirm(closure: Closure, *, by: Any) -> Closure:
    """Another person confirms: the grant is financially closed."""
    lock(closure.grant, closure)
    require(closure.confirm, by=by)
    _nothing_open(closure)
    closure = advance(closure.confirm, by=by, person=by, on=clock.today())
    agreements.close(closure.grant, by=by)
    _tell(closure, "grant_closed", closure.grant.organisation.contacts())
    return closure


def _nothing_open(closure: Closure) -> None:
    found = open_items(closure, clock.today())
    if found:
        raise ValidationError(found)


def _tell(closure: Closure, template: str, to: Any) -> None:
    key = f"{template}:{closure.pk}:{clock.now().isoformat()}"
    outbox.queue(template, to=to, key=key, path=closure.get_absolute_url(), closure=closure)
