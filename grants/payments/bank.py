"""What the statements of the banks learn of payments: how a bank may call one, and which ones it may have paid or sent back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from grants.payments import actions
from grants.payments.models import Payment, State
from trustfund.banking.hooks import Offer
from trustfund.banking.matching import named
from trustfund.banking.models import BankLine
from trustfund.ledger.models import Entry
from trustfund.money import Money
from trustfund.workflow import possible

REFERENCE = 60
"""As long as a payment keeps the reference of a bank."""


def words(entries: Sequence[Entry]) -> Mapping[int, Iterable[str]]:
    """The references of the payments that entries are about."""
    about = [(entry.pk, int(entry.object_id)) for entry in entries if entry.object_type == Payment._meta.label_lower]
    found = Payment.objects.filter(pk__in=[pk for _entry, pk in about])
    references = {each.pk: [each.reference, each.bank_reference, each.return_reference] for each in found}
    return {entry: references.get(pk, []) for entry, pk in about}


def offers(line: BankLine, user: Any) -> Iterable[Offer]:
    """What went out may be a payment that was ordered; what came in, one that the bank sent back."""
    seen = Payment.objects.visible_to(user).filter(paid_from=line.bank).select_related("grant__organisation", "tranche")
    if line.currency != "USD":
        return []
    return _paid(line, seen, user) if line.amount.amount < 0 else _returned(line, seen, user)


def _paid(line: BankLine, seen: Any, user: Any) -> list[Offer]:
    ordered = [each for each in seen.filter(state=State.EXPORTED) if each.to_transfer == -line.amount]
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


def _settle(payment: Payment, line: BankLine, by: Any) -> Entry:
    settled = actions.settle(payment, by=by, on=line.value_on, bank_reference=line.reference[:REFERENCE])
    assert settled.entry is not None
    return settled.entry


def _returned(line: BankLine, seen: Any, user: Any) -> list[Offer]:
    """Only one whose reference the bank names: its amount may be less by the charges."""
    text = f"{line.text} {line.end_to_end_id} {line.bank_reference}"
    paid = [each for each in seen.filter(state=State.PAID) if named((each.reference, each.bank_reference), text)]
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
