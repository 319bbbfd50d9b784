"""Posting: the only way into the ledger. An entry is written whole, numbered and sealed in one transaction, and never changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from trustfund.audit.models import Event
from trustfund.chain import within
from trustfund.ledger import chart, periods, writing
from trustfund.ledger.funding import allocations, headroom, moving, replacing
from trustfund.ledger.funding.models import Funding
from trustfund.ledger.legs import Leg, credit, debit
from trustfund.ledger.models import GENERAL, Entry, FundWindow, Note
from trustfund.ledger.writing import Draft
from trustfund.money import Money

__all__ = ["Draft", "credit", "debit", "post", "post_all", "reverse"]


def post(
    legs: Iterable[Leg],
    *,
    reference: str,
    on: date,
    by: Any,
    source: str,
    of: models.Model | None = None,
    window: FundWindow | str | None = None,
    kind: str = Entry.Kind.NORMAL,
    replaced: bool = False,
    act: Event | None = None,
) -> Entry:
    """Post an entry dated `on` and return it; the same reference with the same content returns the first one.

    `source` is the act that caused it ("payment.settle"), `of` the document or object it is about, `by` the user or None (the clock),
    `window` the fund window of legs that name none (the general one). `replaced` is for what can't be refused, as a card payment charged
    back: what it takes from a contribution although it is reserved or spent is taken over by the others. `act` is what goes on record
    with it (`recording.draft`), in the same statement on PostgreSQL: not when the entry was posted before.
    Takes both heads' locks, so call it after locking your own rows.
    ValidationError: nothing to post, unbalanced, an account or subaccount that does not fit, a closed period or a year not opened,
    the same reference with other content, money taken from a contribution that is reserved or spent.
    """
    code = window.code if isinstance(window, FundWindow) else window or GENERAL
    about = (of._meta.label_lower, str(of.pk)) if of is not None else ("", "")
    draft = Draft(list(legs), reference, on, source, *about, code, kind, getattr(by, "pk", None))
    return _post(draft, by, Replaced.ALL if replaced else Replaced.NOTHING, act)


@transaction.atomic
def reverse(entry: Entry, *, on: date, by: Any, reference: str, reason: str = "") -> Entry:
    """Post the mirror of `entry`, dated `on`; what can't be changed is corrected so. An entry is reversed once.

    What a payment or a refund allocated, or a transfer between windows moved, is taken back with it; costs that were charged to a
    contribution that never was are the others'.
    What an opening took over is handed back before (allocations.hand_back).
    `reason` is kept beside the entry as a note, outside the chain, where it can be erased.
    """
    legs = [leg.turned() for leg in _legs_of(entry)]
    about, person = (entry.object_type, entry.object_id), getattr(by, "pk", None)
    late = periods.is_late(entry, on)
    draft = Draft(legs, reference, on, "entry.reverse", *about, GENERAL, Entry.Kind.REVERSAL, person, entry.pk, late)
    other = Entry.objects.filter(reverses=entry).exclude(reference=reference).first()
    if other is not None:
        names = {"entry": entry, "other": other}
        raise ValidationError(_("The entry %(entry)s is reversed already, by %(other)s.") % names, code="reversed")
    mirror = _post(draft, by, Replaced.COSTS)
    if entry.kind != Entry.Kind.OPENING and entry.fundings.filter(kind__in=allocations.TAKEN_BACK).exists():
        allocations.restore(entry, entry_returned=mirror, by=by)
    if entry.fundings.filter(kind=Funding.Kind.TRANSFER).exists():
        moving.take_back(entry, mirror=mirror, by=by)
    if reason and not mirror.notes.exists():
        Note.objects.create(entry=mirror, text=reason[:500], by=by)
    return mirror


def _legs_of(entry: Entry) -> list[Leg]:
    lines = entry.lines.select_related("subaccount").order_by("position")
    return [
        Leg(
            "debit" if line.debit else "credit",
            line.account_id,
            Money.from_minor(line.debit or line.credit, "USD"),
            line.subaccount,
            Money.from_minor(line.original_minor, line.currency),
            line.rate,
            line.window_id,
        )
        for line in lines
    ]


class Replaced(Enum):
    """What others take over of a contribution whose money an entry takes away."""

    NOTHING = 0
    COSTS = 1
    ALL = 2


def _post(draft: Draft, by: Any, replaced: Replaced, act: Event | None = None) -> Entry:
    """What may still be refused after it was written, because it takes money from a contribution, is written under a savepoint."""
    _check(draft)
    lowered = _lowered(draft.legs)
    with transaction.atomic() if lowered else within():
        entry, now = writing.write([draft], act)[0]
        if not now:
            return _same(entry, draft)
        if lowered and replaced is not Replaced.NOTHING:
            replacing.replace(entry, lowered, by=by, everything=replaced is Replaced.ALL)
        headroom.refuse_overdrawn(lowered)
    return entry


@transaction.atomic
def post_all(drafts: Sequence[Draft]) -> list[Entry]:
    """Post many entries in this order, all or none: an import, a year of history. The same rules and refusals as `post`."""
    for draft in drafts:
        _check(draft)
    written = writing.write(drafts)
    headroom.refuse_overdrawn(_lowered(leg for draft in drafts for leg in draft.legs))
    return [entry if now else _same(entry, draft) for draft, (entry, now) in zip(drafts, written, strict=True)]


def _same(first: Entry, draft: Draft) -> Entry:
    about = (first.source, first.object_type, first.object_id, GENERAL, first.kind, first.by_id, first.reverses_id)
    if _content(Draft(_legs_of(first), first.reference, first.date, *about)) != _content(draft):
        message = _("The reference %(reference)s was posted already, with other content, as entry %(entry)s.")
        raise ValidationError(message % {"reference": first.reference, "entry": first}, code="reference")
    return first


def _content(draft: Draft) -> tuple[Any, ...]:
    """What must be the same when the same reference is posted again: who posts it may differ."""
    about = (draft.date, draft.kind, draft.source, draft.object_type, draft.object_id, draft.reverses)
    return (*about, [_leg_content(leg, draft.window) for leg in draft.legs])


def _leg_content(leg: Leg, window: str) -> tuple[Any, ...]:
    original = leg.original if leg.original is not None else leg.amount
    rate = leg.rate if leg.rate is not None else Decimal(1)
    return (leg.side, leg.code, leg.window or window, leg.of.pk if leg.of else None, leg.amount, original, rate)


def _lowered(legs: Iterable[Leg]) -> list[int]:
    """The instalments from which the entry takes money away."""
    sums: dict[int, int] = defaultdict(int)
    for leg in legs:
        if leg.of is not None and leg.of.kind == "instalment" and leg.code not in headroom.NOT_FUNDING:
            sums[leg.of.pk] += leg.credit - leg.debit
    return [pk for pk, brought in sums.items() if brought < 0]


# What is refused with a sentence before the database refuses it without one


def _check(draft: Draft) -> None:
    if len(draft.legs) < 2:
        raise ValidationError(_("There is nothing to post: an entry has at least two lines."), code="empty")
    for leg in draft.legs:
        _check_leg(leg)
    balances: dict[str, int] = defaultdict(int)
    for leg in draft.legs:
        balances[leg.window or draft.window] += leg.debit - leg.credit
    if any(balances.values()):
        names = {"reference": draft.reference}
        raise ValidationError(_("The debits of %(reference)s do not equal its credits.") % names, code="unbalanced")


def _check_leg(leg: Leg) -> None:
    account = chart.BY_CODE.get(leg.code)
    names = {"code": leg.code, "amount": leg.amount}
    if account is None:
        raise ValidationError(_("There is no account %(code)s.") % names, code="account")
    if leg.amount.currency != "USD" or leg.amount.amount <= 0:
        raise ValidationError(_("A line of account %(code)s is an amount of USD above zero, not %(amount)s.") % names, code="amount")
    if leg.of is None and account.subaccount_rule == chart.REQUIRED:
        raise ValidationError(_("A line of account %(code)s must name its subaccount.") % names, code="subaccount")
    if leg.of is not None and leg.of.kind not in account.subaccount_kinds.split():
        raise ValidationError(_("A line of account %(code)s can't name %(of)s.") % {**names, "of": leg.of.code}, code="subaccount")
    _check_original(leg, names)


def _check_original(leg: Leg, names: dict[str, Any]) -> None:
    currency = leg.original.currency if leg.original is not None else "USD"
    if currency != "USD" and leg.rate is None:
        raise ValidationError(_("A line of account %(code)s in another currency has its rate.") % names, code="rate")
    if currency == "USD" and leg.original not in (None, leg.amount):
        raise ValidationError(_("A line of account %(code)s in USD has one amount, %(amount)s.") % names, code="original")
    if leg.of is not None and leg.of.kind == "bank" and (leg.of.currency or "USD") != currency:
        raise ValidationError(_("The bank account %(of)s is kept in another currency.") % {"of": leg.of.code}, code="currency")
