"""What a bank is ordered to do: transfers from one account, in one currency, on one day. And all that can be wrong with it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund.banking.payment_files.letters import can_be_written, strange_letters
from trustfund.money import Money, total

CHARGES = ("SHAR", "DEBT", "CRED", "SLEV")
"""Who bears the charges: shared, the payer, the payee, as the scheme says."""
REFERENCE, REMITTANCE, TOWN, LINE, LINES, ACCOUNT = 35, 140, 35, 70, 2, 34
MOST_TRANSFERS = 500
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_CREDITOR_REFERENCE = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}")


@dataclass(frozen=True)
class Party:
    """Who pays or is paid, in letters that banks can write; `country` is of ISO 3166."""

    name: str
    country: str = ""
    town: str = ""
    address: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agent:
    """A bank: by its BIC, or by the code of a national clearing system ("USABA", "021000021"), or both."""

    bic: str = ""
    clearing_system: str = ""
    clearing_code: str = ""
    name: str = ""
    country: str = ""


@dataclass(frozen=True)
class Transfer:
    """One payment: `reference` comes back from the bank (end to end). `creditor_reference` (ISO 11649) stands in place of `remittance`."""

    reference: str
    amount: Money
    payee: Party
    account: str
    bank: Agent
    intermediary: Agent | None = None
    remittance: str = ""
    creditor_reference: str = ""


@dataclass(frozen=True)
class Order:
    """All transfers of one message to one bank. `made_at` is in UTC; `bank` may have no BIC: the file goes to that bank anyway."""

    message_id: str
    made_at: datetime
    payer: Party
    account: str
    bank: Agent
    execution_on: date
    transfers: tuple[Transfer, ...]
    charges: str = "SHAR"

    @property
    def currency(self) -> str:
        return self.transfers[0].amount.currency

    @property
    def total(self) -> Money:
        """The control sum."""
        return total((each.amount for each in self.transfers), self.currency)


@dataclass(frozen=True)
class Problem:
    """What is wrong, in which field, and of which transfer (its reference), if it is of one."""

    text: str
    field: str = ""
    reference: str = ""

    def sentence(self) -> str:
        return f"{self.reference}: {self.text}" if self.reference else self.text


def refuse(problems: Iterable[Problem]) -> None:
    """ValidationError with a sentence for each, when there is any."""
    found = [problem.sentence() for problem in problems]
    if found:
        raise ValidationError(found, code="order")


def is_iban(account: str) -> bool:
    """Whether an account number without spaces is an IBAN with the right check digits."""
    return bool(_IBAN.fullmatch(account)) and _remainder(account) == 1


def _remainder(number: str) -> int:
    """ISO 7064 MOD 97-10 of a number that begins with its country and check digits."""
    return int("".join(str(int(each, 36)) for each in number[4:] + number[:4])) % 97


def longest_name(currency: str) -> int:
    """SEPA (euro) passes on 70 letters of a name, other systems 140."""
    return 70 if currency == "EUR" else 140


def problems_of(order: Order) -> list[Problem]:
    """Everything for which a bank would refuse the order, the whole first, then transfer by transfer."""
    if not order.transfers:
        return [Problem(_("There is no payment in it."))]
    return [*_of_the_whole(order), *(problem for each in order.transfers for problem in transfer_problems(each))]


def _of_the_whole(order: Order) -> Iterator[Problem]:
    if len(order.transfers) > MOST_TRANSFERS:
        yield Problem(_("A batch has at most %(most)s payments.") % {"most": MOST_TRANSFERS})
    if len({each.amount.currency for each in order.transfers}) > 1:
        yield Problem(_("All payments of a batch are in one currency."), "currency")
    if order.charges not in CHARGES:
        yield Problem(_("Say who bears the charges."), "charges")
    if not _is_reference(order.message_id):
        yield Problem(_("The reference of the batch has at most 35 letters that banks can write."), "message_id")
    twice = [each for each, number in Counter(each.reference for each in order.transfers).items() if number > 1]
    yield from (Problem(_("The reference is in the batch more than once."), "reference", each) for each in twice)
    yield from _name_problems(order.payer.name, order.currency, _("the Fund"))
    if not _is_account(order.account):
        yield Problem(_("Our account number is neither an IBAN nor a number of at most 34 letters and digits."), "account")
    if order.bank.bic and not _BIC.fullmatch(order.bank.bic):
        yield Problem(_("The BIC of our bank is not one."), "bic")


def transfer_problems(transfer: Transfer) -> Iterator[Problem]:
    """What is wrong with one of them; each problem names it."""
    for field, text in _of_transfer(transfer):
        yield Problem(text, field, transfer.reference)


def _of_transfer(transfer: Transfer) -> Iterator[tuple[str, str]]:
    if not _is_reference(transfer.reference):
        yield "reference", _("The reference has at most 35 letters that banks can write.")
    if transfer.amount.minor <= 0:
        yield "amount", _("The amount is not above zero.")
    yield from ((each.field, each.text) for each in _name_problems(transfer.payee.name, transfer.amount.currency, _("the payee")))
    yield from _address_problems(transfer.payee)
    if not _is_account(transfer.account):
        yield "account", _("The account number is neither an IBAN nor a number of at most 34 letters and digits.")
    yield from _bank_problems(transfer)
    yield from _remittance_problems(transfer)


def _name_problems(name: str, currency: str, of: str) -> Iterator[Problem]:
    most = longest_name(currency)
    if not name:
        yield Problem(_("Nothing of the name of %(of)s can be written in the letters of banks: write it by hand.") % {"of": of}, "name")
    elif len(name) > most:
        shown = {"of": of, "most": most, "number": len(name)}
        yield Problem(_("The name of %(of)s has %(number)s letters; the bank takes %(most)s: shorten it by hand.") % shown, "name")
    elif not can_be_written(name):
        shown = {"of": of, "letters": strange_letters(name) or name[0]}
        yield Problem(_("The name of %(of)s has what banks can’t write: %(letters)s") % shown, "name")


def _address_problems(payee: Party) -> Iterator[tuple[str, str]]:
    if payee.address and not payee.country:
        yield "country", _("An address needs its country.")
    if len(payee.town) > TOWN:
        yield "town", _("The town has more than %(most)s letters: shorten it by hand.") % {"most": TOWN}
    if len(payee.address) > LINES or any(len(each) > LINE for each in payee.address):
        yield "address", _("The address is longer than two lines of 70 letters: shorten it by hand.")
    if not all(can_be_written(each) for each in (payee.town, *payee.address)):
        yield "address", _("The address has what banks can’t write.")


def _bank_problems(transfer: Transfer) -> Iterator[tuple[str, str]]:
    bank, between = transfer.bank, transfer.intermediary
    if not bank.bic and not bank.clearing_code:
        yield "bic", _("The bank of the payee has neither a BIC nor a clearing code.")
    if any(each and each.bic and not _BIC.fullmatch(each.bic) for each in (bank, between)):
        yield "bic", _("The BIC of a bank is not one.")
    if bool(bank.clearing_system) != bool(bank.clearing_code) or len(bank.clearing_code) > REFERENCE:
        yield "clearing_code", _("A clearing code goes with its clearing system.")
    if between is not None and not between.bic:
        yield "intermediary", _("The intermediary bank is named by its BIC.")


def _remittance_problems(transfer: Transfer) -> Iterator[tuple[str, str]]:
    reference = transfer.creditor_reference
    if reference and not (_CREDITOR_REFERENCE.fullmatch(reference) and _remainder(reference) == 1):
        yield "creditor_reference", _("The creditor’s reference is not one of ISO 11649.")
    if transfer.remittance and (len(transfer.remittance) > REMITTANCE or not can_be_written(transfer.remittance)):
        yield "remittance", _("The remittance text has at most 140 letters that banks can write.")


def _is_reference(text: str) -> bool:
    return 0 < len(text) <= REFERENCE and can_be_written(text)


def _is_account(number: str) -> bool:
    """An IBAN whose digits agree, or another number; what looks like an IBAN and is none is a slip."""
    if _IBAN.fullmatch(number) and len(number) >= 15 and number[2:4].isdigit():
        return is_iban(number)
    return 0 < len(number) <= ACCOUNT and can_be_written(number)
