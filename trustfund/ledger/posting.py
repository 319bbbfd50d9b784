"""Posting: the only way into the ledger. An entry is written whole, numbered and sealed in one transaction, and never changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from trustfund.ledger import allocations, chart, headroom, periods, sealing
from trustfund.ledger.legs import Leg, credit, debit
from trustfund.ledger.models import GENERAL, Entry, FundWindow, LedgerHead, Line, Note
from trustfund.money import Money

__all__ = ["credit", "debit", "post", "reverse"]


@dataclass(frozen=True)
class _Draft:
    """What is to be posted, before it has a number."""

    legs: list[Leg]
    reference: str
    date: date
    source: str
    object_type: str
    object_id: str
    window: str
    kind: str
    reverses: Entry | None = None

    def content(self) -> tuple[Any, ...]:
        """What must be the same when the same reference is posted again."""
        about = (self.date, self.kind, self.source, self.object_type, self.object_id, self.reverses.pk if self.reverses else None)
        return (*about, [_leg_content(leg, self.window) for leg in self.legs])


@transaction.atomic
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
) -> Entry:
    """Post an entry dated `on` and return it; the same reference with the same content returns the first one.

    `source` is the act that caused it ("payment.settle"), `of` the document or object it is about, `by` the user or None (the clock),
    `window` the fund window of legs that name none (the general one). Takes both heads' locks, so call it after locking your own rows.
    ValidationError: nothing to post, unbalanced, an account or subaccount that does not fit, a closed period or a year not opened,
    the same reference with other content, money taken from a contribution that is reserved or spent.
    """
    code = window.code if isinstance(window, FundWindow) else window or GENERAL
    about = (of._meta.label_lower, str(of.pk)) if of is not None else ("", "")
    return _post(_Draft(list(legs), reference, on, source, *about, code, kind), by)


@transaction.atomic
def reverse(entry: Entry, *, on: date, by: Any, reference: str, reason: str = "") -> Entry:
    """Post the mirror of `entry`, dated `on`; what can't be changed is corrected so. An entry is reversed once.

    What a payment or a refund allocated is taken back with it.
    `reason` is kept beside the entry as a note, outside the chain, where it can be erased.
    """
    legs = [leg.turned() for leg in _legs_of(entry)]
    draft = _Draft(legs, reference, on, "entry.reverse", entry.object_type, entry.object_id, GENERAL, Entry.Kind.REVERSAL, entry)
    other = Entry.objects.filter(reverses=entry).exclude(reference=reference).first()
    if other is not None:
        names = {"entry": entry, "other": other}
        raise ValidationError(_("The entry %(entry)s is reversed already, by %(other)s.") % names, code="reversed")
    mirror = _post(draft, by)
    if entry.fundings.exists():
        allocations.restore(entry, entry_returned=mirror, by=by)
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


def _post(draft: _Draft, by: Any) -> Entry:
    _check(draft)
    head = sealing.lock_heads()
    place = _place(draft)
    if place.first:
        return _same(Entry.objects.get(pk=place.first), draft)
    entry = _written(draft, head, place, by)
    headroom.refuse_overdrawn(_lowered(draft.legs))
    return entry


class _Place(NamedTuple):
    """Where an entry goes: the first one under its reference if there is one, the last number of the year, the period (it exists, or
    the posting is refused)."""

    first: int | None
    last: int
    period: int
    state: str | None


PLACE = """
SELECT (SELECT seal_id FROM ledger_entry WHERE reference = %s), (SELECT COALESCE(MAX(number), 0) FROM ledger_entry WHERE year_id = %s),
       p.id, p.state
FROM (SELECT 1 AS one) AS always LEFT JOIN ledger_period p ON p.year_id = %s AND p.number = %s
"""


def _place(draft: _Draft) -> _Place:
    """In one query, because every posting asks it under the lock."""
    year = draft.date.year
    with connection.cursor() as cursor:
        cursor.execute(PLACE, [draft.reference, year, year, periods.number_of(draft.date, draft.kind)])
        place = _Place(*cursor.fetchone())
    if not place.first and place.state not in periods.TAKES_POSTINGS:
        periods.period_for(draft.date, draft.kind)  # says why not
    return place


def _written(draft: _Draft, head: LedgerHead, place: _Place, by: Any) -> Entry:
    """Header, lines and seal, in this order; the database refuses anything else."""
    entry = Entry(
        seal_id=head.seq + 1,
        year_id=draft.date.year,
        number=place.last + 1,
        period_id=place.period,
        date=draft.date,
        kind=draft.kind,
        reference=draft.reference,
        source=draft.source,
        object_type=draft.object_type,
        object_id=draft.object_id,
        by_id=getattr(by, "pk", None),
        reverses=draft.reverses,
    )
    entry.save(force_insert=True)
    lines = Line.objects.bulk_create(_line(entry, position, leg, draft.window) for position, leg in enumerate(draft.legs, 1))
    codes = {leg.of.pk: leg.of.code for leg in draft.legs if leg.of}
    sealing.add(sealing.entry_content(entry, lines, codes, periods.number_of(draft.date, draft.kind)), head)
    return entry


def _line(entry: Entry, position: int, leg: Leg, window: str) -> Line:
    original = leg.original if leg.original is not None else leg.amount
    return Line(
        id=entry.pk * sealing.WIDTH + position,
        entry=entry,
        position=position,
        date=entry.date,
        account_id=leg.code,
        window_id=leg.window or window,
        subaccount=leg.of,
        debit=leg.debit,
        credit=leg.credit,
        currency=original.currency,
        original_minor=original.minor,
        rate=leg.rate if leg.rate is not None else Decimal(1),
    )


def _same(first: Entry, draft: _Draft) -> Entry:
    stored = _Draft(
        _legs_of(first), first.reference, first.date, first.source, first.object_type, first.object_id, GENERAL, first.kind, first.reverses
    )
    if stored.content() != draft.content():
        message = _("The reference %(reference)s was posted already, with other content, as entry %(entry)s.")
        raise ValidationError(message % {"reference": first.reference, "entry": first}, code="reference")
    return first


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


def _check(draft: _Draft) -> None:
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
