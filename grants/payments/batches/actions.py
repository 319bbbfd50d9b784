"""The acts of a batch. What is submitted is known byte for byte; what is approved and sent is that, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import ConcurrentTransition

from grants.payments import actions as payments
from grants.payments.batches import content, permissions
from grants.payments.batches.models import PaymentBatch, Spelling
from grants.payments.models import Payment, PaymentOrder
from grants.payments.models import State as PaymentState
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.banking.payment_files import letters, orders
from trustfund.ledger.models import Subaccount
from trustfund.mail import outbox
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.ui.formatting import day_text, money_text
from trustfund.workflow import Digest, advance, lock, require


@transaction.atomic
def draft(chosen: Collection[Payment], *, by: Any, paid_from: Subaccount, execution_on: date, charges: str) -> PaymentBatch:
    """Put approved payments from one account together. ValidationError names what can't be in it."""
    if not permissions.can_make(by):
        raise PermissionDenied
    _refuse_none(chosen)
    _lock(*chosen)
    _refuse_day(execution_on)
    currency = paid_from.currency or "USD"
    about = {"execution_on": execution_on, "charges": charges}
    batch = PaymentBatch.objects.create(paid_from=paid_from, currency=currency, maker=by, **about)
    _fill(batch, chosen, by)
    record("paymentbatch.draft", of=batch, by=by, bank=paid_from.code, payments=sorted(each.pk for each in chosen))
    return batch


@transaction.atomic
def change(batch: PaymentBatch, chosen: Collection[Payment], *, by: Any, execution_on: date, charges: str) -> PaymentBatch:
    """Other payments, another day, while it is a draft."""
    _lock(*chosen, batch=batch)
    require(batch.change, by=by)
    _refuse_none(chosen)
    _refuse_day(execution_on)
    batch = advance(batch.change, by=by, execution_on=execution_on, charges=charges)
    keep = {each.pk for each in chosen}
    inside = content.payments_of(batch)
    _empty([each for each in inside if each.pk not in keep], by)
    within = {each.pk for each in inside}
    _fill(batch, [each for each in chosen if each.pk not in within], by)
    return batch


def _refuse_none(chosen: Collection[Payment]) -> None:
    if not chosen:
        raise ValidationError({"payments": _("Choose at least one payment.")}, code="none")


def _fill(batch: PaymentBatch, chosen: Collection[Payment], by: Any) -> None:
    for payment in sorted(chosen, key=lambda each: each.pk):
        _refuse_payment(batch, payment)
        advance(payment.put_in, by=by, batch=batch)


def _refuse_payment(batch: PaymentBatch, payment: Payment) -> None:
    if payment.paid_from_id != batch.paid_from_id:
        message = _("%(payment)s is to be paid from another of our accounts.")
        raise ValidationError(message % {"payment": payment}, code="account")
    if payment.state != PaymentState.APPROVED:
        message = _("%(payment)s is not waiting to be ordered any more: %(state)s.")
        raise ValidationError(message % {"payment": payment, "state": payment.get_state_display()}, code="state")


def _empty(chosen: Iterable[Payment], by: Any) -> None:
    for payment in chosen:
        advance(payment.take_out, by=by)


def _refuse_day(execution_on: date) -> None:
    if execution_on < clock.today():
        raise ValidationError({"execution_on": _("This day has passed.")}, code="day")


@transaction.atomic
def spell(batch: PaymentBatch, payment: Payment, *, by: Any, **written: str) -> Spelling:
    """Say how the bank is told of a payee, by hand. It holds for its account from now on; the older spelling stays on record.

    `written` has name, town, address, clearing_system, clearing_code and intermediary. ValidationError names the field.
    """
    lock(batch)
    require(batch.spell, by=by)
    if payment.batch_id != batch.pk:
        raise ValidationError(_("This payment is not in the batch any more."), code="gone")
    for field, value in written.items():
        _refuse_letters(field, value)
    before = Spelling.objects.filter(bank_account=payment.bank_account_id).first()
    changed = sorted(name for name, value in written.items() if value != (getattr(before, name) if before else ""))
    made = Spelling(bank_account_id=payment.bank_account_id, written_by=by, **written)
    _refuse_problems(content.Row(payment, made))
    made.save()
    advance(batch.spell, by=by)
    record("spelling.write", of=made, by=by, bank_account=payment.bank_account_id, changed=changed)
    return made


def _refuse_letters(field: str, value: str) -> None:
    if letters.strange_letters(value):
        message = _("Banks can’t write: %(letters)s")
        raise ValidationError({field: message % {"letters": letters.strange_letters(value)}}, code="letters")


def _refuse_problems(row: content.Row) -> None:
    found = row.problems
    if found:
        fields = {field.name for field in Spelling._meta.fields}
        raise ValidationError({each.field if each.field in fields else "name": each.text for each in found})


@transaction.atomic
def submit(batch: PaymentBatch, *, by: Any) -> PaymentBatch:
    """Seal it and give it to a second person. ValidationError with everything for which the bank would refuse it, and every closed gate."""
    _lock(batch=batch)
    require(batch.submit, by=by)
    _refuse_day(batch.execution_on)
    inside, now = content.payments_of(batch), clock.now().replace(microsecond=0)
    orders.refuse(content.problems(batch, content.rows_of(inside), now))
    _check_gates(inside)
    batch.submitted_at = now
    count, total = batch.total_now()
    digest = Digest(content.digest_of(content.file_of(batch)))
    batch = advance(batch.submit, by=by, at=now, count=count, total=total, sha256=digest)
    _tell(batch, "batch_to_approve", User.objects.holding(Role.APPROVER).exclude(pk=by.pk))
    return batch


@transaction.atomic
def approve(batch: PaymentBatch, *, by: Any, seen: str | None = None) -> PaymentBatch:
    """A second person approves what was submitted, all gates asked again.

    `seen` is the hash on the page that the person read: `ConcurrentTransition` (409) when the batch is another one by now.
    """
    _lock(batch=batch)
    require(batch.approve, by=by)
    if seen not in (None, batch.sha256):
        raise ConcurrentTransition("It was sent back and submitted again since it was read.")
    _unchanged(batch)
    _check_gates(content.payments_of(batch))
    batch = advance(batch.approve, by=by, on=clock.today(), sha256=Digest(batch.sha256))
    _tell(batch, "batch_to_order", User.objects.holding(Role.FINANCE).exclude(pk=by.pk))
    return batch


@transaction.atomic
def make_file(batch: PaymentBatch, *, by: Any) -> PaymentBatch:
    """Make its file, once: the last moment at which a closed gate, or anything that has changed, stops it."""
    _lock(batch=batch)
    require(batch.make_file, by=by)
    if batch.execution_on < clock.today():
        message = _("The day of execution, %(day)s, has passed: send the batch back and choose another day.")
        raise ValidationError(message % {"day": day_text(batch.execution_on)}, code="day")
    made = _unchanged(batch)
    inside, on = content.payments_of(batch), clock.today()
    _check_gates(inside)
    for payment in inside:
        advance(payment.order_in_batch, by=by, person=by, on=on)
    return advance(batch.make_file, by=by, on=on, order=PaymentOrder.of(made, by), sha256=Digest(batch.sha256))


@transaction.atomic
def take_file(batch: PaymentBatch, *, by: Any) -> bytes:
    """Give its file out, on record: it names accounts in full. ValidationError while there is none."""
    if not permissions.can_read_file(by):
        raise PermissionDenied
    if batch.order is None:
        raise ValidationError(_("The file is not made yet."), code="none")
    record("paymentbatch.take_file", of=batch, by=by, sha256=batch.sha256)
    return batch.order.file


def _unchanged(batch: PaymentBatch) -> bytes:
    """The file as it was submitted; ValidationError when it would be another one now."""
    count, total = batch.total_now()
    if (count, total) != (batch.count, batch.total):
        shown = {"then": batch.count, "sum": money_text(batch.total), "now": count, "rest": money_text(total)}
        message = _("A payment left the batch: %(then)s of %(sum)s were submitted, %(now)s of %(rest)s are there. Send the batch back.")
        raise ValidationError(message % shown, code="changed")
    made = content.file_of(batch)
    if content.digest_of(made) != batch.sha256:
        message = _("A name, an account or a bank code has changed since the batch was submitted. Send it back and look at it again.")
        raise ValidationError(message, code="changed")
    return made


def _check_gates(inside: Iterable[Payment]) -> None:
    """ValidationError that names each payment with a gate that is closed today."""
    found: list[str] = []
    for payment in inside:
        try:
            payments.check_gates(payment)
        except ValidationError as error:
            found += [f"{payment}: {text}" for text in error.messages]
    if found:
        raise ValidationError([*found, _("Hold or take out these payments; the rest can go.")], code="gates")


@transaction.atomic
def send_back(batch: PaymentBatch, *, by: Any, note: str) -> PaymentBatch:
    """Back to its maker, with the reason; its payments stay in it."""
    lock(batch)
    batch = advance(batch.send_back, by=by, note=note)
    _tell(batch, "batch_stopped", User.objects.filter(pk=batch.maker_id).exclude(pk=by.pk))
    return batch


@transaction.atomic
def cancel(batch: PaymentBatch, *, by: Any, note: str) -> PaymentBatch:
    """Give it up before its file is made: its payments are free for another one, or for an order of their own."""
    _lock(batch=batch)
    require(batch.cancel, by=by)
    _empty(content.payments_of(batch), by)
    batch = advance(batch.cancel, by=by, note=note)
    _tell(batch, "batch_stopped", User.objects.filter(pk=batch.maker_id).exclude(pk=by.pk))
    return batch


@transaction.atomic
def refuse(batch: PaymentBatch, chosen: Collection[Payment], *, by: Any, note: str) -> PaymentBatch:
    """The bank did not carry out these payments of the batch: nothing was posted, their tranches can be paid anew."""
    _lock(*chosen, batch=batch)
    require(batch.refuse, by=by)
    if not chosen or any(each.batch_id != batch.pk for each in chosen):
        raise ValidationError(_("Choose at least one payment of the batch."), code="none")
    for payment in sorted(chosen, key=lambda each: each.pk):
        payments.refuse(payment, by=by, note=note)
    return advance(batch.refuse, by=by, number=len(chosen))


@transaction.atomic
def settle(batch: PaymentBatch, *, by: Any, on: date, bank_reference: str) -> list[Payment]:
    """The bank debited the batch as one: every payment of it that is still with the bank is paid."""
    _lock(batch=batch)
    waiting = [each for each in content.payments_of(batch) if each.is_with_the_bank]
    return [payments.settle(each, by=by, on=on, bank_reference=bank_reference) for each in waiting]


def _lock(*chosen: Payment, batch: PaymentBatch | None = None) -> None:
    """The batch with its payments, their grants and their tranches, in the one order of all acts on payments.

    Nobody adds to a batch without its row, and a payment leaves it only by its own, so what is read after this stays.
    """
    inside = content.payments_of(batch) if batch else []
    found = list({each.pk: each for each in [*chosen, *inside]}.values())
    grants = {each.grant_id: each.grant for each in found}.values()
    tranches = {each.tranche_id: each.tranche for each in found}.values()
    lock(*grants, *found, *tranches, *([batch] if batch else []))


def _tell(batch: PaymentBatch, template: str, to: Any) -> None:
    key = f"{template}:{batch.pk}:{clock.now().isoformat()}"
    outbox.queue(template, to=to, key=key, path=batch.get_absolute_url(), batch=batch)
