"""What is done with bank details, and who is told: everybody who could notice that a change was not theirs."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from ngos.bank_accounts import permissions
from ngos.bank_accounts.models import BankAccount, State
from ngos.bank_accounts.numbers import clean_account_number, clean_swift
from ngos.bank_accounts.verification import digest_of, exchanged_accounts
from ngos.organisations.models import Organisation
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.encryption import fingerprint
from trustfund.ledger.standing import RESEAL
from trustfund.mail import outbox
from trustfund.workflow import advance, lock, require

PURPOSE = "bank account number"


@transaction.atomic
def propose(organisation: Organisation, *, by: Any, country: str, account_number: str, swift: str, **fields: Any) -> BankAccount:
    """An owner or signatory proposes an account (`fields`: holder, holder_note, bank_name, currency).

    Raises `ValidationError` by field; also when another proposal of the organisation still waits.
    """
    if not permissions.can_propose(organisation, by):
        raise PermissionDenied
    lock(organisation)
    if organisation.bank_accounts.filter(state=State.PROPOSED).exists():
        raise ValidationError(_("Another account is waiting to be verified. Withdraw it first."))
    account = BankAccount(organisation=organisation, proposed_by=by, country=country, swift=swift, account_number=account_number, **fields)
    _clean(account)
    account.save()
    record("bankaccount.propose", of=account, by=by, organisation=organisation.pk, digest=digest_of(account))
    _tell("bank_account_proposed", account)
    return account


def _clean(account: BankAccount) -> None:
    """Put numbers into their one form and check the whole; errors by field."""
    errors: dict[str, list[str]] = {}
    for field, clean in (("account_number", clean_account_number), ("swift", clean_swift)):
        try:
            setattr(account, field, clean(getattr(account, field), account.country))
        except ValidationError as error:
            errors[field] = error.messages
    if not account.in_its_own_name and not account.holder_note.strip():
        errors["holder_note"] = [_("The account is not in the organisation's own name. Say why.")]
    if errors:
        raise ValidationError(errors)
    account.number_fingerprint = fingerprint(account.account_number, purpose=PURPOSE)
    account.full_clean()


@transaction.atomic
def record_call(account: BankAccount, *, by: Any, on: date, person: str, number: str) -> BankAccount:
    """Finance called the organisation back: whom, on which number known from before, on which day."""
    lock(account)
    require(account.record_call, by=by)
    if not clock.day_of(account.proposed_at) <= on <= clock.today():
        raise ValidationError({"on": _("The call was made after the account was proposed, and not later than today.")})
    return advance(account.record_call, by=by, caller=by, on=on, person=person, number=number)


@transaction.atomic
def verify(account: BankAccount, *, by: Any, on: date | None = None) -> BankAccount:
    """The approving officer confirms the call-back of somebody else; the cooling-off begins."""
    lock(account)
    require(account.verify, by=by)
    if account.called_by_id is None:
        raise ValidationError(_("Nobody has called the organisation back yet."))
    on = on or clock.today()
    begins = on + timedelta(days=settings.BANK_COOLING_OFF_DAYS)
    account = advance(account.verify, by=by, verifier=by, on=on, active_from=begins, digest=digest_of(account))
    _tell("bank_account_verified", account)
    return account


@transaction.atomic
def activate(account: BankAccount, *, by: Any, on: date | None = None) -> BankAccount:
    """After the cooling-off the account takes the place of the older one."""
    on = on or clock.today()
    in_use = BankAccount.objects.filter(organisation=account.organisation_id, state__in=[State.VERIFIED, State.ACTIVE])
    older = list(in_use.filter(pk__lt=account.pk))
    lock(account, *older)
    require(account.activate, by=by)
    if account.active_from is None or account.active_from > on:
        raise ValidationError(_("The cooling-off is not over yet."))
    for each in older:
        if each.state in (State.VERIFIED, State.ACTIVE):
            advance(each.supersede, by=by, on=account.active_from)
    account = advance(account.activate, by=by, on=on)
    _tell("bank_account_active", account)
    return account


@transaction.atomic
def reject(account: BankAccount, *, by: Any, reason: str) -> BankAccount:
    """Finance does not accept the account, or stops it; the organisation is told why. No older account comes back by itself."""
    account = advance(account.reject, by=by, reason=reason)
    _tell("bank_account_rejected", account)
    return account


@transaction.atomic
def withdraw(account: BankAccount, *, by: Any) -> BankAccount:
    """The organisation takes the account back; no older account comes back by itself."""
    account = advance(account.withdraw, by=by, reason=_("Withdrawn by the organisation."))
    _tell("bank_account_withdrawn", account)
    return account


@transaction.atomic
def reveal(account: BankAccount, *, by: Any) -> str:
    """The whole number, for who pays; that it was read is on record."""
    if not permissions.can_reveal(account, by):
        raise PermissionDenied
    record("bankaccount.reveal", of=account, by=by)
    return account.account_number


def activate_due(now: datetime) -> None:
    """A job of the clock: accounts whose cooling-off is over, each in its own transaction."""
    today = clock.today()
    for account in BankAccount.objects.filter(state=State.VERIFIED, active_from__lte=today).order_by("pk"):
        _activate_once(account, today)


def _activate_once(account: BankAccount, on: date) -> None:
    """A newer account may have taken its place, or somebody stopped it, or another tick was here first."""
    with suppress(TransitionNotAllowed):
        activate(account, by=None, on=on)


@transaction.atomic
def reseal() -> int:
    """Encrypt every number with the first of the keys; returns how many. After it the older keys can go.

    Its digest is put on record with the new key too, unless the account is not the one on record: that stays a finding.
    """
    accounts, exchanged = list(BankAccount.objects.select_for_update(no_key=True).order_by("pk")), exchanged_accounts()
    for account in accounts:
        account.number_fingerprint = fingerprint(account.account_number, purpose=PURPOSE)
        account.save(update_fields=["account_number", "number_fingerprint"])
    for account in accounts:
        if account.pk not in exchanged:
            record(RESEAL, of=account, by=None, digest=digest_of(account))
    return len(accounts)


def _tell(template: str, account: BankAccount) -> None:
    """Owners, editors and signatories: whoever did not expect this letter notices a fraud."""
    people = account.organisation.contacts() | account.organisation.signatories()
    context: dict[str, Any] = {"account": account, "organisation": account.organisation}
    outbox.queue(template, to=people.distinct(), key=f"{template}:{account.pk}", path=account.get_absolute_url(), **context)
