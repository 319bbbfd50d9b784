"""The acts of a payment. The gates are asked when it is certified, approved and ordered; what the bank did is never refused."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from grants.agreements import actions as agreements
from grants.agreements import books, hooks
from grants.agreements.models import Grant
from grants.agreements.models import State as GrantState
from grants.payments import order, permissions
from grants.payments.models import IN_FLIGHT, LIVE, Payment, PaymentOrder
from grants.reports import standing
from grants.tranches import actions as tranches
from grants.tranches import gates
from grants.tranches.models import State as TrancheState
from grants.tranches.models import Tranche
from ngos.bank_accounts.models import BankAccount
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.ledger import postings
from trustfund.ledger.funding import allocations, conditions, ended
from trustfund.ledger.models import Entry, Subaccount
from trustfund.mail import outbox
from trustfund.money import Money, total, zero
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.ui.formatting import day_text
from trustfund.workflow import Digest, advance, lock, require

BANK_CHANGED = "bank_changed"


@transaction.atomic
def certify(tranche: Tranche, *, by: Any, paid_from: Subaccount) -> Payment:
    """Certify the payment of a tranche that is ready, from one of the fund's bank accounts in USD.

    ValidationError with the reason of every gate that is closed today; 409 when the tranche is not ready or has a payment already.
    """
    on = clock.today()
    lock(tranche.grant, tranche)
    may_certify(tranche, by)
    gates.check(tranche, on)
    facts = gates.facts_of(tranche.grant, on)
    amount = gates.payable(tranche, facts)
    payment = Payment.objects.create(
        tranche=tranche,
        grant=tranche.grant,
        reference=f"{tranche.grant.reference}-{tranche.number}-{tranche.payments.count() + 1}",
        amount=amount,
        netted=_netted(amount, facts.position.refund_due),
        bank_account=facts.bank_account,
        paid_from=paid_from,
        certified_by=by,
        certified_on=on,
    )
    about = {"tranche": tranche.pk, "amount": str(amount), "netted": str(payment.netted), "on": str(on)}
    record("payment.certify", of=payment, by=by, to=payment.bank_account_id, bank=paid_from.pk, **about)
    _tell(payment, "payment_to_approve", User.objects.holding(Role.APPROVER).exclude(pk=by.pk))
    return payment


def may_certify(tranche: Tranche, by: Any) -> None:
    """What `certify` asks first, for its page: PermissionDenied, or TransitionNotAllowed when there is nothing to certify."""
    if not permissions.can_certify(tranche, by):
        raise PermissionDenied
    if tranche.state != TrancheState.READY or tranche.payments.filter(state__in=LIVE).exists():
        raise TransitionNotAllowed("The tranche is not ready, or has a payment already.", object=tranche)


def _netted(amount: Money, due: Money) -> Money:
    """What the NGO owes is kept from what it gets."""
    netted = max(min(amount, due), zero())
    if netted == amount:
        raise ValidationError(_("The NGO owes at least as much as this tranche: enter its refund first."), code="netted")
    return netted


def under_way(grant: Grant) -> Money:
    """What is certified of a grant and has neither left the bank nor been stopped for good."""
    return total(grant.payments.filter(state__in=IN_FLIGHT).values_list("amount", flat=True))


def kept(grant: Grant) -> Money:
    """What payments under way keep of what the NGO owes: the bank may have paid so much less already."""
    return total(grant.payments.filter(state__in=IN_FLIGHT).values_list("netted", flat=True))


def locked_of(subaccount: int) -> list[Model]:
    """The grant with this subaccount (primary key): `certify` locks it before it decides what a payment keeps."""
    return list(Grant.objects.filter(subaccount=subaccount))


def kept_of(subaccount: int) -> Money:
    """The same of the grant with this subaccount (primary key), for whoever writes off what it owes."""
    return total(Payment.objects.filter(grant__subaccount=subaccount, state__in=IN_FLIGHT).values_list("netted", flat=True))


@transaction.atomic
def approve(payment: Payment, *, by: Any) -> Payment:
    """A second person approves; the gates are asked again."""
    _lock(payment)
    require(payment.approve, by=by)
    check_gates(payment)
    payment = advance(payment.approve, by=by, person=by, on=clock.today())
    _tell(payment, "payment_to_order", User.objects.holding(Role.FINANCE).exclude(pk=by.pk))
    return payment


@transaction.atomic
def export(payment: Payment, *, by: Any) -> Payment:
    """Make the order to the bank, the last moment at which a closed gate stops the payment; it is kept with its hash."""
    _lock(payment)
    require(payment.export, by=by)
    check_gates(payment)
    on = clock.today()
    made = PaymentOrder.of(order.pdf_of(payment, on), by)
    return advance(payment.export, by=by, person=by, on=on, order=made, sha256=Digest(made.sha256))


@transaction.atomic
def take_order(payment: Payment, *, by: Any) -> bytes:
    """Give the order's PDF out, on record: it names the account in full. ValidationError while there is none."""
    if not permissions.can_read_order(payment, by):
        raise PermissionDenied
    if payment.order is None:
        raise ValidationError(_("The payment was not ordered yet."), code="none")
    record("payment.take_order", of=payment, by=by, order=payment.order_id)
    return payment.order.file


@transaction.atomic
def settle(payment: Payment, *, by: Any, on: date, bank_reference: str) -> Payment:
    """Record that the bank paid: an advance (Dr 1200), an asset until the NGO's report on it is accepted.

    A gate that closed meanwhile is kept as an exception. ValidationError only for a value date that can't be, or in a closed period.
    """
    _lock(payment)
    require(payment.settle, by=by)
    if on > clock.today():
        raise ValidationError({"on": _("This day has not come yet.")})
    if on < payment.certified_on:
        text = _("The bank can't have paid before the payment was certified, on %(day)s.")
        raise ValidationError({"on": text % {"day": day_text(payment.certified_on)}})
    shut = _closed_gates(payment, on)
    payment = advance(payment.settle, by=by, on=on, bank_reference=bank_reference, closed_gates=shut)
    tranches.pay(payment.tranche, by=by)
    entry = _post_paid(payment, by, on)
    allocations.confirm(payment.grant.funds, entry, payment.to_transfer)
    conditions.follow(payment.grant.books, on=on, by=by, reference=entry.reference, of=payment)
    payment.entry = entry
    payment.save(update_fields=["entry"])
    _tell(payment, "tranche_paid", payment.grant.organisation.contacts())
    if shut:
        _tell(payment, "payment_exception", User.objects.holding(Role.MANAGER))
    return payment


def _post_paid(payment: Payment, by: Any, on: date) -> Entry:
    owed = standing.position(payment.grant, on).payable
    legs = postings.tranche_paid(
        payment.grant.books,
        payment.paid_from,
        payment.amount,
        payable=max(min(owed, payment.amount), zero()),
        refund_due=payment.netted,
    )
    reference = f"payment:{payment.pk}:paid"
    return books.post(payment.grant, legs, reference=reference, on=on, by=by, source="payment.settle", of=payment)


@transaction.atomic
def return_(payment: Payment, *, by: Any, on: date, bank_reference: str, charges: Money) -> Payment:
    """Record that the bank sent the money back, less `charges`: commitment and allocations are restored, the tranche is ready again.

    What a report accounted for meanwhile is owed to the NGO from now on; what a closing claimed back is settled, and free again.
    """
    lock(payment.grant, *hooks.rows_of(payment.grant), payment)
    require(payment.return_, by=by)
    if on > clock.today() or (payment.paid_on and on < payment.paid_on):
        raise ValidationError({"on": _("The money can't come back on this day.")})
    if charges >= payment.to_transfer:
        raise ValidationError({"charges": _("The charges are more than what came back.")})
    payment = advance(payment.return_, by=by, on=on, bank_reference=bank_reference, charges=charges)
    payment.grant = agreements.reopen(payment.grant, by=by)
    tranches.reopen(payment.tranche, by=by)
    assert payment.entry is not None  # it was posted when the bank paid
    gone = _gone(payment, payment.entry)
    entry = _post_returned(payment, gone, by, on, charges)
    allocations.restore(payment.entry, entry_returned=entry, by=by)
    conditions.follow(payment.grant.books, on=on, by=by, reference=entry.reference, of=payment)
    if gone.claimed:
        freed = allocations.release(payment.grant.funds, by=by, on=on, reference=f"payment:{payment.pk}:claimed", amount=gone.claimed)
        ended.give_back(allocations.rows_of(freed), on=on, by=by, source="payment.return", of=payment)
    payment.return_entry = entry
    payment.save(update_fields=["return_entry"])
    _tell(payment, "payment_returned", [*payment.grant.organisation.contacts(), *User.objects.holding(Role.FINANCE).exclude(pk=by.pk)])
    return payment


class _Gone(NamedTuple):
    """What of a payment is no open advance any more: it settled a payable or was accounted for since; a closing claimed it back."""

    payable: Money
    claimed: Money


def _gone(payment: Payment, paid: Entry) -> _Gone:
    """An advance never falls below zero: what is not there any more is claimed by a closing, or else owed to the NGO."""
    settled = total(Money.from_minor(debit, "USD") for debit in paid.lines.filter(account="2020").values_list("debit", flat=True))
    now = standing.position(payment.grant, clock.today())
    missing = max(payment.amount - settled - max(now.advance, zero()), zero())
    claimed = min(missing, max(now.refund_due, zero())) if payment.grant.state == GrantState.REPORTING_CLOSED else zero()
    return _Gone(settled + missing - claimed, claimed)


def _post_returned(payment: Payment, gone: _Gone, by: Any, on: date, charges: Money) -> Entry:
    legs = postings.payment_returned(
        payment.grant.books,
        payment.paid_from,
        payment.amount,
        payable=gone.payable,
        refund_due=payment.netted,
        claimed=gone.claimed,
        charges=charges,
    )
    reference = f"payment:{payment.pk}:returned"
    return books.post(payment.grant, legs, reference=reference, on=on, by=by, source="payment.return", of=payment)


@transaction.atomic
def refuse(payment: Payment, *, by: Any, note: str) -> Payment:
    """The bank did not carry out the order: nothing was posted, the tranche can be paid anew."""
    _lock(payment)
    return _stopped(advance(payment.refuse, by=by, note=note), by)


@transaction.atomic
def reject(payment: Payment, *, by: Any, note: str) -> Payment:
    """The second person says no."""
    _lock(payment)
    return _stopped(advance(payment.reject, by=by, note=note), by)


@transaction.atomic
def cancel(payment: Payment, *, by: Any, note: str) -> Payment:
    """Finance takes it back before it is ordered."""
    _lock(payment)
    return _stopped(advance(payment.cancel, by=by, note=note), by)


@transaction.atomic
def hold(payment: Payment, *, by: Any, note: str) -> Payment:
    """Stop it where it is."""
    _lock(payment)
    return _stopped(advance(payment.hold, by=by, note=note), by)


def _stopped(payment: Payment, by: Any) -> Payment:
    people = User.objects.filter(pk__in=[payment.certified_by_id, payment.approved_by_id]).exclude(pk=getattr(by, "pk", None))
    _tell(payment, "payment_stopped", people)
    return payment


@transaction.atomic
def release(payment: Payment, *, by: Any) -> Payment:
    """Take it up again; it has to be approved anew."""
    _lock(payment)
    payment = advance(payment.release, by=by)
    _tell(payment, "payment_to_approve", User.objects.holding(Role.APPROVER).exclude(pk=payment.certified_by_id))
    return payment


@transaction.atomic
def handle_exception(payment: Payment, *, by: Any, note: str) -> Payment:
    """The fund manager says how a payment that was made through a closed gate was dealt with."""
    if not permissions.can_handle_exception(payment, by):
        raise PermissionDenied
    _lock(payment)
    if not payment.has_open_exception:
        raise TransitionNotAllowed("There is no open exception.", object=payment)
    payment.exception_note, payment.exception_handled_by = note, by
    payment.save(update_fields=["exception_note", "exception_handled_by"])
    record("payment.handle_exception", of=payment, by=by)
    return payment


@transaction.atomic
def stop_all(grant: Grant, by: Any) -> None:
    """Told when the agreement is ended early: every payment that is under way is held."""
    under_way = [state for state in IN_FLIGHT if state != "held"]
    for payment in grant.payments.filter(state__in=under_way).order_by("pk"):
        hold(payment, by=by, note=_("The agreement was ended."))


def _lock(payment: Payment) -> None:
    """The grant first, as every act of these rooms does, so that nobody waits in a circle."""
    lock(payment.grant, payment.tranche, payment)


def check_gates(payment: Payment) -> None:
    """Raises ValidationError when a gate is closed, or the NGO's bank account is another than the one certified."""
    on = clock.today()
    gates.check(payment.tranche, on)
    if _bank_changed(payment, on):
        message = _("The NGO’s bank account has changed since: hold or cancel this payment and certify it anew.")
        raise ValidationError(message, code=BANK_CHANGED)


def _bank_changed(payment: Payment, on: date) -> bool:
    active = BankAccount.objects.active_for(payment.grant.organisation, on)
    return active is None or active.pk != payment.bank_account_id


def _closed_gates(payment: Payment, on: date) -> list[str]:
    """The names of the gates that are closed on the day, for the record of an exception."""
    names = [gate.name for gate in gates.closed(payment.tranche, on)]
    return [*names, BANK_CHANGED] if "bank" not in names and _bank_changed(payment, on) else names


def _tell(payment: Payment, template: str, to: Any) -> None:
    key = f"{template}:{payment.pk}:{clock.now().isoformat()}"
    outbox.queue(template, to=to, key=key, path=payment.get_absolute_url(), payment=payment)


def reseal() -> int:
    """Encrypt every order anew with the first of ENCRYPTION_KEYS; gives how many there are. What they say stays the same."""
    number = 0
    for each in PaymentOrder.objects.order_by("pk").iterator(chunk_size=50):
        each.save(update_fields=["content"])
        number += 1
    return number
