"""What is done with money that came: entered once, matched, identified later, receipted. Each act posts in its own transaction."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from donors.contributions import matching, permissions, receipts
from donors.contributions.models import Contribution
from donors.donors.actions import label_under
from donors.donors.models import Donor
from donors.pledges.models import Instalment
from trustfund import clock
from trustfund.audit.models import Event
from trustfund.audit.recording import draft
from trustfund.ledger import balances, periods, posting, postings, subaccounts
from trustfund.ledger.exchange import rates
from trustfund.mail import outbox
from trustfund.money import Money, zero
from trustfund.workflow import advance, lock

State = Contribution.State


@transaction.atomic
def receive_on_instalment(
    instalment: Instalment, *, by: Any, settles: Money | None = None, rest_as_gift: bool = False, **cash: Any
) -> Contribution:
    """Enter cash and match it to an instalment of an agreement in the books.

    `cash` as for `receive_unidentified`. `settles` says what it pays, in the pledge's currency, when the money came in another one.
    More than what is outstanding is refused, or with `rest_as_gift` entered as a gift under the same bank reference.
    Raises `PermissionDenied`, `ValidationError` (by field), `MissingRate`; `TransitionNotAllowed` when nothing is open any more.
    """
    _require(by)
    _lock_instalment(instalment)
    rest = _rest(instalment, cash["amount"]) if rest_as_gift and settles is None else None
    if rest:
        _check_cash(**cash)
        cash["amount"] = cash["amount"] - rest
    pays = matching.settled(instalment, cash["amount"], settles)
    found = _draft(by=by, donor=instalment.pledge.donor, instalment=instalment, settles=pays, **cash)
    legs = matching.on_instalment(instalment, _cash(found), pays)
    _enter(found)
    _settle(instalment, by=by)
    found.subaccount = instalment.subaccount
    _post(found, legs, by=by)
    if rest:
        excess = {**cash, "amount": rest, "charges": None, "part": 2}
        _gift(instalment.pledge.donor, by=by, psc_rate=instalment.pledge.psc_rate, earmark=instalment.pledge.earmark, **excess)
    return found


def looked_at(
    *, instalment: Instalment | None = None, settles: Money | None = None, rest_as_gift: bool = False, **cash: Any
) -> tuple[Money, Decimal]:
    """What stands against a receipt, before anybody is asked to confirm it; its worth in USD and the rate (units per USD) of its day.

    `cash` as for `receive_unidentified`, the others as for `receive_on_instalment`. Raises `ValidationError` (by field), `MissingRate`.
    """
    _check_cash(**cash)
    _refuse_twins(cash["bank"], _plain(cash["bank_reference"]), 1)
    periods.period_for(cash["on"])
    if instalment is not None:
        _check_open(instalment)
        rest = _rest(instalment, cash["amount"]) if rest_as_gift and settles is None else None
        matching.settled(instalment, cash["amount"] - rest if rest else cash["amount"], settles)
    return rates.to_usd(cash["amount"], cash["on"])


def _rest(instalment: Instalment, amount: Money) -> Money | None:
    """What is over when the instalment is paid, or None."""
    outstanding = instalment.outstanding
    if amount.currency != outstanding.currency or amount <= outstanding or not outstanding:
        return None
    return amount - outstanding


@transaction.atomic
def receive_gift(donor: Donor, *, by: Any, psc_rate: Decimal, earmark: Any = None, **cash: Any) -> Contribution:
    """Enter a gift by bank of a known donor without an agreement; `psc_rate` is a share of one. `cash` as for `receive_unidentified`."""
    _require(by)
    return _gift(donor, by=by, psc_rate=psc_rate, earmark=earmark, **cash)


def _gift(donor: Donor, *, by: Any, psc_rate: Decimal, earmark: Any, **cash: Any) -> Contribution:
    found = _enter(_draft(by=by, donor=donor, **cash))
    found.subaccount = _open_gift(found, donor, psc_rate, earmark)
    _post(found, matching.as_gift(donor, found.subaccount, _cash(found)), by=by)
    return found


@transaction.atomic
def receive_unidentified(
    *,
    by: Any,
    bank: Any,
    on: date,
    amount: Money,
    bank_reference: str,
    charges: Money | None = None,
    payer: str = "",
) -> Contribution:
    """Enter money whose donor nobody can name yet.

    `bank` is a subaccount of kind "bank", `on` the value date, `amount` gross of `charges`, both in the account's currency.
    Raises `PermissionDenied`, `ValidationError` (a bank reference that is entered already included) and `MissingRate`.
    """
    _require(by)
    found = _draft(by=by, bank=bank, on=on, amount=amount, bank_reference=bank_reference, charges=charges, payer=payer)
    cash = _cash(_enter(found))
    receipt = subaccounts.open("receipt", f"{found.number}-U", name=found.number, public_label=found.number)
    legs = postings.unidentified_receipt(receipt, bank, cash.worth, original=cash.amount, rate=cash.rate)
    charge = postings.bank_charge(bank, cash.charged, original=cash.charges, rate=cash.rate) if cash.charged else []
    found.subaccount = receipt
    _post(found, [*legs, *charge], by=by)
    return found


@transaction.atomic
def identify_as_instalment(
    contribution: Contribution, instalment: Instalment, *, by: Any, on: date, settles: Money | None = None
) -> Contribution:
    """Say that an unidentified receipt is cash of an instalment. Raises as `receive_on_instalment`; 409 when it was said before."""
    lock(contribution, instalment, instalment.pledge)
    receipt, legs = contribution.subaccount, []
    if contribution.state == State.UNIDENTIFIED:
        _check_open(instalment)
        _check_identified_on(contribution, on)
        settles = matching.settled(instalment, contribution.amount, settles)
        legs = matching.on_instalment(instalment, _waiting(contribution, receipt), settles)
    contribution = advance(
        contribution.identify, by=by, on=on, donor=instalment.pledge.donor, instalment=instalment, settles=settles
    )
    _settle(instalment, by=by)
    contribution.subaccount = instalment.subaccount
    _post_identified(contribution, receipt, legs, by=by)
    return contribution


@transaction.atomic
def identify_as_gift(
    contribution: Contribution, donor: Donor, *, by: Any, on: date, psc_rate: Decimal, earmark: Any = None
) -> Contribution:
    """Say that an unidentified receipt is a gift of `donor`. Raises as `receive_gift`, and 409 when it is identified already."""
    lock(contribution)
    receipt = contribution.subaccount
    if contribution.state == State.UNIDENTIFIED:
        _check_identified_on(contribution, on)
    contribution = advance(contribution.identify, by=by, on=on, donor=donor, instalment=None, settles=None)
    contribution.subaccount = _open_gift(contribution, donor, psc_rate, earmark)
    legs = matching.as_gift(donor, contribution.subaccount, _waiting(contribution, receipt))
    _post_identified(contribution, receipt, legs, by=by)
    return contribution


@transaction.atomic
def withdraw(contribution: Contribution, *, by: Any, on: date, reason: str) -> Contribution:
    """Withdraw a receipt that was entered in error: its entries are reversed on `on`, its instalment is open again, its donor is told.

    Raises `PermissionDenied` for who entered it, `ValidationError` when its money is reserved or spent, when a condition was met since,
    or for a closed period, `TransitionNotAllowed` when it is withdrawn already.
    """
    instalment = contribution.instalment
    lock(contribution, *([instalment, instalment.pledge] if instalment else []))
    if not contribution.received_on <= on <= clock.today():
        raise ValidationError({"on": _("It is withdrawn on a day from its value date to today.")})
    if instalment and instalment.pledge.condition_met_on:
        raise ValidationError(_("The condition of this agreement was met since: finance corrects it by a voucher."))
    contribution = advance(contribution.withdraw, by=by, on=on)
    if instalment:
        _take_back(instalment, by=by)
    for number, entry in enumerate([contribution.identified_entry, contribution.entry], 1):
        if entry is not None:
            posting.reverse(entry, on=on, by=by, reference=f"contribution:{contribution.pk}:withdrawn:{number}", reason=reason)
    _tell("contribution_withdrawn", contribution)
    return contribution


def _take_back(instalment: Instalment, *, by: Any) -> None:
    """The instalment and its pledge as they were without this cash."""
    instalment.__dict__.pop("received_minor", None)
    advance(instalment.take_back, by=by, nothing=not instalment.received)
    touched = [Instalment.State.PARTLY_RECEIVED, Instalment.State.RECEIVED]
    advance(instalment.pledge.take_back, by=by, nothing=not instalment.pledge.instalments.filter(state__in=touched).exists())


# What the acts share


def _require(by: Any) -> None:
    if not permissions.can_enter(None, by):
        raise PermissionDenied


def _lock_instalment(instalment: Instalment) -> None:
    """Lock and read again, then refuse what cash can't be matched to."""
    lock(instalment, instalment.pledge)
    _check_open(instalment)


def _check_open(instalment: Instalment) -> None:
    if not instalment.pledge.in_books:
        raise ValidationError({"instalment": _("This agreement is not in the books yet: it is signed and booked first.")})


def _check_identified_on(contribution: Contribution, on: date) -> None:
    if not contribution.received_on <= on <= clock.today():
        raise ValidationError({"on": _("It is identified on a day from its value date to today.")})


def _check_cash(*, bank: Any, on: date, amount: Money, bank_reference: str, charges: Money | None = None, **_others: Any) -> None:
    """What can be wrong with a line of a bank statement, by field."""
    errors: dict[str, str] = {}
    if on > clock.today():
        errors["on"] = _("The value date is in the future.")
    if amount.currency != (bank.currency or "USD"):
        errors["amount"] = _("The bank account is in %(currency)s.") % {"currency": bank.currency or "USD"}
    if amount.minor <= 0:
        errors["amount"] = _("The amount must be above zero.")
    if charges and not (charges.currency == amount.currency and 0 <= charges.minor < amount.minor):
        errors["charges"] = _("The charges must be less than the amount, in its currency.")
    if not bank_reference.strip():
        errors["bank_reference"] = _("Enter the bank's reference: it makes sure that no receipt is entered twice.")
    if errors:
        raise ValidationError(errors)


def _draft(
    *,
    by: Any,
    bank: Any,
    on: date,
    amount: Money,
    bank_reference: str,
    charges: Money | None = None,
    payer: str = "",
    part: int = 1,
    donor: Donor | None = None,
    instalment: Instalment | None = None,
    settles: Money | None = None,
) -> Contribution:
    """The row of a receipt, checked and not saved yet."""
    _check_cash(bank=bank, on=on, amount=amount, bank_reference=bank_reference, charges=charges)
    found = Contribution(state=State.RECEIVED if donor else State.UNIDENTIFIED, donor=donor, instalment=instalment, bank=bank, part=part)
    found.amount, found.received_on, found.entered_by = amount, on, by
    found.charges_minor = charges.minor if charges else 0
    found.settles_minor = settles.minor if settles is not None else None
    found.bank_reference, found.payer = _plain(bank_reference), payer.strip()
    return found


def _plain(bank_reference: str) -> str:
    return " ".join(bank_reference.split())


def _entered(found: Contribution) -> Event:
    """What goes on record of a receipt that is entered, with its entry in the books."""
    about = {"amount": str(found.amount), "on": str(found.received_on), "bank": found.bank_id, "donor": found.donor_id}
    about["state"] = str(found.state)
    return draft("contribution.enter", of=found, by=found.entered_by, **about)


def _enter(contribution: Contribution) -> Contribution:
    """Save the row; the same bank reference twice is refused, also when two people enter it in one moment."""
    _refuse_twins(contribution.bank, contribution.bank_reference, contribution.part)
    try:
        with transaction.atomic():
            contribution.save()
    except IntegrityError:
        _refuse_twins(contribution.bank, contribution.bank_reference, contribution.part)
        raise
    return contribution


def _refuse_twins(bank: Any, bank_reference: str, part: int) -> None:
    if Contribution.objects.filter(bank=bank, bank_reference=bank_reference, part=part).exclude(state=State.WITHDRAWN).exists():
        message = _("A receipt with this bank reference is entered already. Look for it in the list before you enter it again.")
        raise ValidationError({"bank_reference": message})


def _cash(contribution: Contribution) -> matching.Cash:
    """The receipt at the rate of its value date; `MissingRate` names currency and day."""
    worth, rate = rates.to_usd(contribution.amount, contribution.received_on)
    charges = contribution.charges or None
    charged = rates.to_usd(charges, contribution.received_on)[0] if charges else zero()
    return matching.Cash(contribution.bank, contribution.amount, worth, rate, charges, charged)


def _waiting(contribution: Contribution, receipt: Any) -> matching.Cash:
    """An unidentified receipt as the books hold it on 2100 until now."""
    held = -balances.balance("2100", of=receipt)
    _worth, rate = rates.to_usd(contribution.amount, contribution.received_on)
    return matching.Cash(contribution.bank, contribution.amount, held, rate)


def _open_gift(contribution: Contribution, donor: Donor, psc_rate: Decimal, earmark: Any) -> Any:
    """A gift is followed like an instalment: a subaccount of its own under the donor."""
    if not 0 <= psc_rate < 1:
        raise ValidationError({"psc_rate": _("The programme support cost is a percentage from 0 to below 100.")})
    code = contribution.number
    return subaccounts.open(
        "instalment",
        code,
        name=f"{donor.internal_name}, {code}",
        public_label=label_under(donor, code),
        parent=donor.subaccount,
        psc_rate=psc_rate,
        tag=earmark,
    )


def _settle(instalment: Instalment, *, by: Any) -> None:
    """Move the instalment and its pledge on; called when the contribution's row is there, so that what is outstanding counts it."""
    instalment.__dict__.pop("received_minor", None)
    advance(instalment.receive, by=by, everything=not instalment.outstanding)
    waiting = [Instalment.State.EXPECTED, Instalment.State.PARTLY_RECEIVED]
    everything = not instalment.pledge.instalments.filter(state__in=waiting).exists()
    advance(instalment.pledge.receive, by=by, everything=everything)


def _post(contribution: Contribution, legs: list[Any], *, by: Any) -> None:
    """Receipt first (the books' lock is taken last), then the entry, then the letter to the donor."""
    _issue_receipt(contribution, by=by)
    contribution.entry = posting.post(
        legs,
        reference=f"contribution:{contribution.pk}:received",
        on=contribution.received_on,
        by=by,
        source="contribution.enter",
        of=contribution,
        act=_entered(contribution),
    )
    contribution.save()
    _tell("contribution_received", contribution)


def _post_identified(contribution: Contribution, receipt: Any, legs: list[Any], *, by: Any) -> None:
    _issue_receipt(contribution, by=by)
    contribution.identified_entry = posting.post(
        postings.receipt_identified(receipt, legs),
        reference=f"contribution:{contribution.pk}:identified",
        on=contribution.identified_on or contribution.received_on,
        by=by,
        source="contribution.identify",
        of=contribution,
    )
    contribution.save()
    _tell("contribution_received", contribution)


def _issue_receipt(contribution: Contribution, *, by: Any) -> None:
    """Number and keep the receipt as PDF with its hash, once the donor is known."""
    if contribution.donor is None:
        return
    contribution.receipt_number = f"R{contribution.received_on.year}-{contribution.pk:05d}"
    contribution.receipt = receipts.kept(contribution, by=by)


def _tell(template: str, contribution: Contribution) -> None:
    """Tell the donor's contacts, once."""
    if contribution.donor is None:
        return
    received = template == "contribution_received"
    outbox.queue(
        template,
        to=contribution.donor.people(),
        key=f"{template}:{contribution.pk}",
        path=f"/donors/portal/contributions/{contribution.pk}/" if received else "/donors/portal/",
        amount=contribution.amount,
        received_on=contribution.received_on,
        receipt_number=contribution.receipt_number,
    )
