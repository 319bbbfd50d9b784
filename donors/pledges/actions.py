"""What is done to a pledge. Each act that concerns the books posts to the ledger in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from donors.donors.actions import label_under
from donors.donors.models import Donor
from donors.pledges import carrying, permissions
from donors.pledges.models import Amendment, Consent, Instalment, Pledge
from donors.pledges.policy import policy_on, within_a_year
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.ledger import posting, postings, subaccounts
from trustfund.ledger.exchange import rates
from trustfund.ledger.funding import ended
from trustfund.money import Money, total
from trustfund.workflow import advance, lock

MOST_INSTALMENTS = 40


@transaction.atomic
def announce(
    donor: Donor,
    *,
    by: Any,
    on: date,
    amount: Money,
    instalments: Sequence[tuple[date, Money]],
    psc_rate: Decimal,
    earmark: Any = None,
    condition: str = "",
    expires_on: date | None = None,
) -> Pledge:
    """Record what a donor announced, in one currency: `instalments` are (due date, amount) and add up to `amount`.

    `psc_rate` is a share of one (0.13 is 13 %); a `condition` makes it conditional. Nobody is bound yet: memo accounts only.
    Raises `PermissionDenied`, `ValidationError` (by field), `MissingRate` when the currency has no rate on the day.
    """
    if not permissions.can_announce(None, by):
        raise PermissionDenied
    _check_terms(amount, instalments, psc_rate)
    _check_day(on)
    held = policy_on(on)
    pledge = Pledge(donor=donor, currency=amount.currency, amount_minor=amount.minor, psc_rate=psc_rate, earmark=earmark)
    pledge.conditional, pledge.condition, pledge.expires_on = bool(condition.strip()), condition.strip(), expires_on
    pledge.policy, pledge.policy_version, pledge.announced_on, pledge.announced_by = held.code, held.version, on, by
    pledge.save()
    _open(pledge)
    for number, (due_on, part) in enumerate(instalments, 1):
        _open_instalment(pledge, number, due_on, part)
    record("pledge.announce", of=pledge, by=by, donor=donor.pk, amount=str(amount), instalments=len(instalments))
    for instalment in pledge.instalments.all():
        worth, _rate = rates.to_usd(instalment.amount, on)
        _post(instalment, postings.pledge_announced(instalment.subaccount, worth), "announced", on=on, by=by)
    return pledge


def _check_terms(amount: Money, instalments: Sequence[tuple[date, Money]], psc_rate: Decimal) -> None:
    if not 1 <= len(instalments) <= MOST_INSTALMENTS:
        raise ValidationError({"amount": _("A pledge has between one and %(most)s instalments.") % {"most": MOST_INSTALMENTS}})
    if any(part.minor <= 0 for _due, part in instalments) or amount.minor <= 0:
        raise ValidationError({"amount": _("Each amount must be above zero.")})
    if total((part for _due, part in instalments), amount.currency) != amount:
        raise ValidationError({"amount": _("The instalments do not add up to the amount of the pledge.")})
    if not 0 <= psc_rate < 1:
        raise ValidationError({"psc_rate": _("The programme support cost is a percentage from 0 to below 100.")})


def _check_day(on: date, since: date | None = None) -> None:
    """A day of an act: not in the future, not before what it follows."""
    if on > clock.today():
        raise ValidationError({"on": _("This day is in the future.")})
    if since is not None and on < since:
        raise ValidationError({"on": _("This day is too early: it must not be before %(day)s.") % {"day": since.isoformat()}})


def _open(pledge: Pledge) -> None:
    """Give the pledge its reference and its subaccount."""
    pledge.reference = f"P{pledge.announced_on.year}-{pledge.pk:04d}"
    pledge.subaccount = subaccounts.open(
        "agreement",
        pledge.reference,
        name=f"{pledge.donor.internal_name}, {pledge.reference}",
        public_label=label_under(pledge.donor, pledge.reference),
        parent=pledge.donor.subaccount,
        expires_on=pledge.expires_on,
        psc_rate=pledge.psc_rate,
        tag=pledge.earmark,
    )
    pledge.save()


def _open_instalment(pledge: Pledge, number: int, due_on: date, amount: Money) -> Instalment:
    code = f"{pledge.reference}/{number}"
    subaccount = subaccounts.open(
        "instalment",
        code,
        name=f"{pledge.donor.internal_name}, {code}",
        public_label=label_under(pledge.donor, code),
        parent=pledge.subaccount,
        expires_on=pledge.expires_on,
        psc_rate=pledge.psc_rate,
        tag=pledge.earmark,
    )
    return Instalment.objects.create(pledge=pledge, number=number, amount_minor=amount.minor, due_on=due_on, subaccount=subaccount)


def _post(instalment: Instalment, legs: list[Any], act: str, *, on: date, by: Any) -> Any:
    """Post the legs of one instalment under a reference of its own; nothing when there are none."""
    if not legs:
        return None
    reference, source = f"instalment:{instalment.pk}:{act}", f"pledge.{act.split(':')[0]}"
    return posting.post(legs, reference=reference, on=on, by=by, source=source, of=instalment.pledge)


@transaction.atomic
def sign(pledge: Pledge, *, by: Any, on: date, document: Any) -> Pledge:
    """The fund manager records that the agreement was signed on a day, with the document (a `StoredFile`).

    Nothing is posted: finance books it.
    """
    lock(pledge)
    _check_day(on, since=pledge.announced_on)
    return advance(pledge.sign, by=by, on=on, document=document, signer=by)


@transaction.atomic
def book(pledge: Pledge, *, by: Any, on: date | None = None) -> Pledge:
    """Finance takes a signed agreement into the books, at the rate of `on` (default: the day it was signed).

    Unconditional: a receivable and revenue per instalment, the memo reversed. Conditional: the memo stays until the condition is met.
    Raises `PermissionDenied` also for who recorded the signature, `MissingRate`, and `ValidationError` for a closed period.
    """
    instalments = _lock_all(pledge)
    on = on or pledge.signed_on or clock.today()
    _check_day(on, since=pledge.signed_on)
    pledge = advance(pledge.book, by=by, on=on, booker=by)
    for instalment in instalments if not pledge.conditional else ():
        instalment.pledge = pledge
        _post(instalment, _signed_legs(instalment, on), "booked", on=on, by=by)
    return pledge


def _lock_all(pledge: Pledge) -> list[Instalment]:
    """Lock the pledge and its instalments, in the one order, and return these."""
    instalments = list(pledge.instalments.select_related("subaccount"))
    lock(pledge, *instalments)
    for instalment in instalments:
        instalment.pledge = pledge
    return instalments


def _signed_legs(instalment: Instalment, on: date) -> list[Any]:
    worth, rate = rates.to_usd(instalment.amount, on)
    return postings.agreement_signed(
        instalment.subaccount,
        worth,
        donor_kind=instalment.pledge.donor.kind,
        current=within_a_year(instalment.due_on, on),
        original=instalment.amount,
        rate=rate,
        announced=carrying.memo(instalment),
    )


@transaction.atomic
def meet_condition(pledge: Pledge, *, by: Any, on: date) -> Pledge:
    """The condition of an agreement is met: cash that came becomes revenue, what is to come a receivable; the memo is reversed.

    Raises `ValidationError` when it has no condition or it is met already.
    """
    instalments = _lock_all(pledge)
    if not pledge.waits_for_condition:
        raise ValidationError(_("This agreement has no condition that is still to be met."))
    _check_day(on, since=pledge.booked_on)
    pledge = advance(pledge.meet_condition, by=by, on=on)
    for instalment in instalments:
        instalment.pledge = pledge
        _post(instalment, _met_legs(instalment, on), "condition_met", on=on, by=by)
    return pledge


def _met_legs(instalment: Instalment, on: date) -> list[Any]:
    open_amount = instalment.outstanding
    worth, rate = rates.to_usd(open_amount, on)
    return postings.condition_met(
        instalment.subaccount,
        received=carrying.held(instalment),
        receivable=worth,
        donor_kind=instalment.pledge.donor.kind,
        original=open_amount,
        rate=rate,
        announced=carrying.memo(instalment),
    )


@transaction.atomic
def reduce(instalment: Instalment, *, by: Any, on: date, amount: Money, reason: str, document: Any) -> Amendment:
    """Reduce what is owed on an instalment by `amount` of the pledge's currency, on a document (a `StoredFile`) agreed with the donor.

    Dr 4090 / Cr 1100 at the receivable's carrying rate (memo only where a condition is not met).
    Raises `ValidationError` beyond the outstanding.
    """
    pledge = instalment.pledge
    lock(pledge, instalment)
    instalment.pledge = pledge
    _check_day(on, since=pledge.booked_on)
    _check_reduction(instalment, amount)
    legs, received = _reduced_legs(instalment, amount), instalment.received
    advance(instalment.reduce, by=by, amount=amount, received=received)
    everything = not pledge.instalments.filter(state__in=[Instalment.State.EXPECTED, Instalment.State.PARTLY_RECEIVED]).exists()
    pledge = advance(pledge.reduce, by=by, amount=amount, everything=everything)
    amendment = Amendment.objects.create(
        instalment=instalment, on=on, amount_minor=amount.minor, reason=reason.strip(), document=document, made_by=by
    )
    amendment.entry = _post(instalment, legs, f"reduced:{amendment.pk}", on=on, by=by)
    amendment.save()
    return amendment


def _check_reduction(instalment: Instalment, amount: Money) -> None:
    if amount.currency != instalment.pledge.currency:
        raise ValidationError({"amount": _("The reduction must be in the currency of the pledge.")})
    if not 0 < amount.minor <= instalment.outstanding.minor:
        message = _("Only what is still outstanding can be taken away: %(most)s.")
        raise ValidationError({"amount": message % {"most": instalment.outstanding}})


def _reduced_legs(instalment: Instalment, amount: Money) -> list[Any]:
    if instalment.pledge.waits_for_condition:
        return postings.pledge_settled(instalment.subaccount, carrying.memo(instalment, amount))
    stands = carrying.carried(instalment, amount)
    return postings.agreement_reduced(
        instalment.subaccount, stands.usd, current=stands.current, original=amount, rate=stands.rate
    )


@transaction.atomic
def keep(pledge: Pledge, *, by: Any, on: date, general: bool, document: Any) -> Pledge:
    """The donor consents, on a document (a `StoredFile`), that money left or returned after the agreement's end is kept.

    It does not expire any more, and with `general` it is not earmarked any more; what was due to the donor because it came back after the
    end, and was not paid yet, is the agreement's again. 409 for one without an end, or when the consent is recorded already.
    """
    instalments = _lock_all(pledge)
    _check_day(on, since=pledge.signed_on)
    pledge = advance(pledge.keep, by=by, on=on, general=general)
    Consent.objects.create(pledge=pledge, on=on, general=general, document=document, made_by=by)
    accounts = [each.subaccount for each in instalments]
    assert pledge.subaccount is not None  # since it was announced
    for account in (pledge.subaccount, *accounts):
        subaccounts.keep(account, by=by, general=general)
    ended.taken_back(accounts, on=on, by=by, reference=f"pledge:{pledge.pk}:kept")
    return pledge


@transaction.atomic
def lapse(pledge: Pledge, *, by: Any, on: date) -> Pledge:
    """Nothing will come of an announced or signed pledge that is not in the books: its memo is reversed, its instalments are not owed."""
    instalments = _lock_all(pledge)
    _check_day(on, since=pledge.announced_on)
    pledge = advance(pledge.lapse, by=by, on=on)
    for instalment in instalments:
        instalment.pledge = pledge
        legs = postings.pledge_settled(instalment.subaccount, carrying.memo(instalment))
        advance(instalment.cancel, by=by)
        _post(instalment, legs, "lapsed", on=on, by=by)
    return pledge


@transaction.atomic
def bring_current(*, by: Any, on: date) -> int:
    """At a closing: receivables that have come within twelve months move from 1110 to 1100. Returns how many; twice moves nothing."""
    if not permissions.can_book_closing(by):
        raise PermissionDenied
    _check_day(on)
    moved = 0
    still_open = Instalment.objects.open().select_related("pledge", "subaccount").order_by("pk")
    for instalment in list(still_open.select_for_update(of=("self",), no_key=True)):
        balance = carrying.becomes_current(instalment, on)
        if not balance:
            continue
        stands = carrying.Carrying(balance, instalment.outstanding, current=False)
        legs = postings.instalment_current(instalment.subaccount, balance, original=stands.original, rate=stands.rate)
        _post(instalment, legs, "current", on=on, by=by)
        moved += 1
    return moved
