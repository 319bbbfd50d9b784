"""What the statements of the banks learn of payments: how a bank may call one, and which ones it may have paid or sent back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from grants.payments import actions
from grants.payments.batches import actions as batches
from grants.payments.batches.content import reference_of
from grants.payments.batches.models import PaymentBatch
from grants.payments.models import Payment, State
from trustfund.banking.hooks import Likely, Offer
from trustfund.banking.matching import Candidate, named, suggest
from trustfund.banking.models import BankLine
from trustfund.ledger.models import Entry
from trustfund.money import Money, total
from trustfund.workflow import possible

REFERENCE = 60
"""As long as a payment keeps the reference of a bank."""


def words(entries: Sequence[Entry]) -> Mapping[int, Iterable[str]]:
    """The references of the payments that entries are about."""
    about = [(entry.pk, int(entry.object_id)) for entry in entries if entry.object_type == Payment._meta.label_lower]
    found = Payment.objects.filter(pk__in=[pk for _entry, pk in about]).select_related("batch")
    references = {each.pk: [*_names(each), each.bank_reference, each.return_reference] for each in found}
    return {entry: references.get(pk, []) for entry, pk in about}


def about(entries: Sequence[Entry]) -> Mapping[int, str]:
    """Which payment an entry is about, and to whom it went."""
    of = {entry.pk: int(entry.object_id) for entry in entries if entry.object_type == Payment._meta.label_lower}
    found = Payment.objects.filter(pk__in=of.values()).select_related("grant__organisation").in_bulk()
    words = _("Payment %(payment)s to %(payee)s")
    return {key: words % {"payment": found[pk].reference, "payee": found[pk].grant.organisation.name} for key, pk in of.items()}


def _names(payment: Payment) -> list[str]:
    """How we call a payment to the bank: by itself, and the batch that it was ordered in."""
    return [payment.reference, reference_of(payment), *([payment.batch.reference] if payment.batch else [])]


def offers(line: BankLine, user: Any) -> Iterable[Offer]:
    """What went out may be a payment that was ordered; what came in, one that the bank sent back."""
    seen = Payment.objects.visible_to(user).filter(paid_from=line.bank).select_related("grant__organisation", "tranche")
    if line.currency != "USD":
        return []
    seen = seen.select_related("batch")
    return [*_batches(line, seen, user), *_paid(line, seen, user)] if line.amount.amount < 0 else _returned(line, seen, user)


def _with_the_bank(seen: Any) -> list[Payment]:
    """Ordered, one that was held since too: the bank may have paid it."""
    waiting = Q(state=State.EXPORTED) | Q(state=State.HELD, exported_on__isnull=False)
    return list(seen.filter(waiting).order_by("pk"))


def _batches(line: BankLine, seen: Any, user: Any) -> Iterable[Offer]:
    """A debit that is the sum of all payments of a batch that are still with the bank; one that its text names comes first."""
    inside: dict[PaymentBatch, list[Payment]] = {}
    for payment in _with_the_bank(seen.exclude(batch=None)):
        inside.setdefault(payment.batch, []).append(payment)  # type: ignore[arg-type]
    text = f"{line.text} {line.end_to_end_id} {line.bank_reference}"
    for batch in sorted(inside, key=lambda each: (not named([each.reference], text), each.pk)):
        found = inside[batch]
        if len(found) > 1 and total(each.to_transfer for each in found) == -line.amount and all(_can(each, user) for each in found):
            yield _batch(batch, found, line)


def _can(payment: Payment, user: Any) -> bool:
    return possible(payment.settle, by=user)


def _batch(batch: PaymentBatch, found: list[Payment], line: BankLine) -> Offer:
    return Offer(
        key=f"batch-{batch.pk}",
        label=_("Batch %(batch)s: the bank paid it as one") % {"batch": batch},
        facts=[(_("Batch"), batch.reference), *((each.reference, each.to_transfer) for each in found)],
        do=partial(_settle_batch, batch, line),
        warning=_("Every payment of the batch that is with the bank is posted as paid on the value date, and the NGOs are told."),
    )


def _settle_batch(batch: PaymentBatch, line: BankLine, by: Any) -> list[Entry]:
    settled = batches.settle(batch, by=by, on=line.value_on, bank_reference=line.reference[:REFERENCE])
    return [each.entry for each in settled if each.entry is not None]


def _paid(line: BankLine, seen: Any, user: Any) -> list[Offer]:
    ordered = [each for each in _with_the_bank(seen) if each.to_transfer == -line.amount]
    return [
        Offer(
            key=f"payment-{payment.pk}",
            label=_("Payment %(payment)s: the bank paid it") % {"payment": payment},
            facts=_facts(payment),
            do=partial(_settle, payment, line),
            warning=_("The payment is posted as paid on the value date, and the NGO is told."),
        )
        for payment in ordered
        if possible(payment.settle, by=user)
    ]


def likely(lines: Sequence[BankLine], user: Any) -> Mapping[int, Sequence[Likely]]:
    """For many lines at once: payments that were ordered, of the same sum, one line each."""
    out = [each for each in lines if each.currency == "USD" and each.amount_minor < 0]
    seen = Payment.objects.visible_to(user).filter(paid_from__in={each.bank_id for each in out})
    waiting = _with_the_bank(seen.select_related("grant__organisation", "tranche", "batch")) if out else []
    by_bank: dict[int, list[Candidate]] = defaultdict(list)
    for each in waiting:
        by_bank[each.paid_from_id].append(_candidate(each))
    payments = {each.pk: each for each in waiting}
    return {each.pk: _likely(each, by_bank[each.bank_id], payments, user) for each in out}


def _candidate(payment: Payment) -> Candidate:
    assert payment.exported_on is not None
    names = (payment.reference, reference_of(payment))
    return Candidate(payment.pk, payment.pk, payment.exported_on, -payment.to_transfer, names)


def _likely(line: BankLine, candidates: list[Candidate], payments: Mapping[int, Payment], user: Any) -> list[Likely]:
    made = suggest(line.amount, line.booked_on, line.in_full, candidates)
    return [_as_likely(payments[each.lines[0]], each.named, ", ".join(each.reasons), user) for each in made if len(each.lines) == 1]


def _as_likely(payment: Payment, is_named: bool, reasons: str, user: Any) -> Likely:
    return Likely(
        key=f"payment-{payment.pk}",
        label=_("Payment %(payment)s to %(payee)s") % {"payment": payment.reference, "payee": payment.grant.organisation.name},
        url=payment.get_absolute_url(),
        amount=-payment.to_transfer,
        reasons=reasons,
        named=is_named,
        warning=_("Payments are posted as paid on the value date, and the NGOs are told."),
        refused=_refused(payment, user),
        locks=(payment.grant, payment.tranche, payment),
    )


def _refused(payment: Payment, user: Any) -> str:
    if not possible(payment.settle, by=user):
        return _("You approved this payment: another person says that it was paid.")
    return _("The payment is held.") if payment.state == State.HELD else ""


def _settle(payment: Payment, line: BankLine, by: Any) -> Entry:
    settled = actions.settle(payment, by=by, on=line.value_on, bank_reference=line.reference[:REFERENCE])
    assert settled.entry is not None
    return settled.entry


def _returned(line: BankLine, seen: Any, user: Any) -> list[Offer]:
    """Only one whose reference the bank names, ours before its own, which all of a batch bear: its amount may be less by the charges."""
    text = f"{line.text} {line.end_to_end_id} {line.bank_reference}"
    done = list(seen.filter(state=State.PAID))
    ours = [each for each in done if named((each.reference, reference_of(each)), text)]
    paid = ours or [each for each in done if named([*_names(each), each.bank_reference], text)]
    return [
        Offer(
            key=f"return-{payment.pk}",
            label=_("Payment %(payment)s: the bank sent it back") % {"payment": payment},
            facts=[*_facts(payment), (_("Charges kept by the bank"), payment.to_transfer - line.amount)],
            do=partial(_return, payment, line, payment.to_transfer - line.amount),
            warning=_("The return is posted on the value date, and the tranche can be paid anew."),
        )
        for payment in paid
        if line.amount <= payment.to_transfer and possible(payment.return_, by=user)
    ]


def _return(payment: Payment, line: BankLine, charges: Money, by: Any) -> Entry:
    returned = actions.return_(payment, by=by, on=line.value_on, bank_reference=line.reference[:REFERENCE], charges=charges)
    assert returned.return_entry is not None
    return returned.return_entry


def _facts(payment: Payment) -> list[tuple[str, Any]]:
    return [(_("Payment"), payment.reference), (_("NGO"), payment.grant.organisation.name), (_("To transfer"), payment.to_transfer)]
