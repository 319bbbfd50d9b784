"""What a batch says to the bank: our account, and each payment with its payee in the letters of banks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from grants.payments.batches.models import PaymentBatch, Spelling
from grants.payments.models import Payment
from trustfund.banking.models import BankDetails
from trustfund.banking.payment_files import letters, pain001
from trustfund.banking.payment_files.orders import LINE, REFERENCE, Agent, Order, Party, Problem, Transfer, problems_of, transfer_problems

RELATED = ("grant__organisation", "grant__application", "bank_account__organisation", "tranche", "certified_by")


@dataclass(frozen=True)
class Row:
    """A payment of a batch as its page shows it: what stands on record, and what the bank gets."""

    payment: Payment
    spelling: Spelling | None

    @cached_property
    def transfer(self) -> Transfer:
        return _transfer(self.payment, self.spelling)

    @property
    def problems(self) -> list[Problem]:
        return list(transfer_problems(self.transfer))

    @property
    def differs(self) -> bool:
        """Whether the bank gets another writing than the one on record."""
        return self.transfer.payee.name != self.payment.bank_account.holder


def payments_of(batch: PaymentBatch) -> list[Payment]:
    """Its payments in the order of the file."""
    return list(batch.payments.select_related(*RELATED).order_by("pk"))


def rows_of(payments: Iterable[Payment], until: datetime | None = None) -> list[Row]:
    """Payments with the newest spelling of each account, or with the newest that there was at a moment; one query."""
    found = list(payments)
    spellings = Spelling.objects.filter(bank_account__in=[each.bank_account_id for each in found]).select_related("written_by")
    if until is not None:
        spellings = spellings.filter(written_at__lte=until)
    newest = {each.bank_account_id: each for each in spellings.order_by("pk")}
    return [Row(each, newest.get(each.bank_account_id)) for each in found]


def our_name() -> str:
    """The Fund's name as its bank has it: in English, whoever makes the file."""
    with translation.override("en"):
        return letters.in_bank_letters(str(settings.FUND_NAME))


def order_of(batch: PaymentBatch, rows: Iterable[Row], made_at: datetime) -> Order:
    """The order to the bank, as of the moment at which the batch is sealed."""
    details = BankDetails.objects.filter(bank=batch.paid_from_id).first()
    return Order(
        message_id=batch.reference,
        made_at=made_at,
        payer=Party(our_name()),
        account=details.account.replace(" ", "") if details else "",
        bank=Agent(details.bic if details else ""),
        execution_on=batch.execution_on,
        transfers=tuple(row.transfer for row in rows),
        charges=batch.charges,
    )


def problems(batch: PaymentBatch, rows: list[Row], made_at: datetime) -> list[Problem]:
    """Everything for which the bank would refuse it, in words that a person can do something about."""
    found = problems_of(order_of(batch, rows, made_at))
    if not BankDetails.objects.filter(bank=batch.paid_from_id).exists():
        return [Problem(_("Say first, under Bank statements, Accounts, which number our account has.")), *found]
    return found


def file_of(batch: PaymentBatch) -> bytes:
    """The file of a sealed batch: the same bytes whenever it is made, as long as nothing of it has changed."""
    assert batch.submitted_at is not None
    return pain001.write(order_of(batch, rows_of(payments_of(batch)), batch.submitted_at))


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def reference_of(payment: Payment) -> str:
    """By what the bank speaks of a payment: our reference, or its key where that is too long for a bank."""
    return payment.reference if len(payment.reference) <= REFERENCE else f"PAY-{payment.pk}"


def _transfer(payment: Payment, spelling: Spelling | None) -> Transfer:
    account = payment.bank_account
    return Transfer(
        reference=reference_of(payment),
        amount=payment.to_transfer,
        payee=_payee(payment, spelling),
        account=account.account_number,
        bank=Agent(
            bic=account.swift,
            clearing_system=spelling.clearing_system if spelling else "",
            clearing_code=spelling.clearing_code if spelling else "",
        ),
        intermediary=Agent(spelling.intermediary) if spelling and spelling.intermediary else None,
        remittance=f"{letters.in_bank_letters(payment.reference)} {our_name()}"[:140].rstrip(),
    )


def _payee(payment: Payment, spelling: Spelling | None) -> Party:
    organisation = payment.grant.organisation
    if spelling is None:
        name, town, address = payment.bank_account.holder, organisation.city, organisation.address
    else:
        name, town, address = spelling.name, spelling.town, spelling.address
    return Party(
        name=letters.in_bank_letters(name),
        country=organisation.country,
        town=letters.in_bank_letters(town),
        address=tuple(letters.lines(address, LINE)),
    )
