"""The trace: which contributions fund which grant. Reserved when funds are certified, final when paid, only ever added to.

Every act is one `Funding` with its `Allocation` rows per instalment, sealed into the chain. References make acts idempotent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from trustfund.ledger import sealing
from trustfund.ledger.headroom import Headroom, headroom, rule_on
from trustfund.ledger.models import GENERAL, Allocation, Entry, Funding, FundingRule, Reservation, Subaccount
from trustfund.ledger.trace import TraceRow, trace_of
from trustfund.money import Money, total

__all__ = ["Headroom", "TraceRow", "confirm", "hand_back", "headroom", "refund", "release", "reserve", "restore", "take_over", "trace_of"]

Kind = Funding.Kind
Parts = list[tuple[int, int]]
"""Instalment and cents."""


@transaction.atomic
def reserve(
    grant: Subaccount, amount: Money, *, on: date, by: Any, reference: str, window: str = GENERAL
) -> Reservation:
    """Set `amount` USD aside for a grant, split over the contributions that may fund it by the rule in force.

    Earmarked money first, the narrowest earmark before wider ones, then the general pool; within each pro rata to what is available, or
    first in first out. ValidationError when there is not enough: never negative. The same reference once more is the first reservation.
    """
    sealing.lock_heads()
    first = Reservation.objects.filter(reference=reference).first()
    if first is not None:
        return _same(first, grant, amount)
    rule = rule_on(on)
    eligible = headroom(on, grant.tag, window=window, only_eligible=True)
    parts = _split(eligible, amount, rule.split)
    funding = _begin(Kind.RESERVE, grant, amount, on=on, by=by, reference=reference, split=rule.split, window=window)
    _seal(funding, [{"instalment_id": pk, "reserved": cents, "reservation_id": funding.pk} for pk, cents in parts])
    return Reservation.objects.get(pk=funding.pk)


@transaction.atomic
def release(reservation: Funding, *, by: Any, on: date, reference: str, amount: Money | None = None) -> Funding | None:
    """Give back what is still reserved, or `amount` of it, to the contributions it came from; None when nothing is left."""
    sealing.lock_heads()
    first = _done(reference)
    if first is not None:
        return first
    parts = _drawn(reservation, amount)
    if not parts:
        return None
    funding = _begin(Kind.RELEASE, reservation.grant, _sum(parts), on=on, by=by, reference=reference, reservation=reservation)
    return _seal(funding, [{"instalment_id": pk, "reserved": -cents, "reservation_id": reservation.pk} for pk, cents in parts])


@transaction.atomic
def confirm(reservation: Funding, entry: Entry, amount: Money, *, by: Any = None) -> list[Allocation]:
    """The payment `entry` draws `amount` on the reservation, pro rata to what each contribution still holds reserved: final."""
    sealing.lock_heads()
    first = _done(f"{entry.reference}:funded")
    if first is not None:
        return list(first.allocations.all())
    parts = _drawn(reservation, amount)
    funding = _begin(
        Kind.CONFIRM, reservation.grant, amount, on=entry.date, by=by or entry.by, reference=f"{entry.reference}:funded",
        reservation=reservation, entry=entry,
    )  # fmt: skip
    about = {"reservation_id": reservation.pk, "payment_id": entry.pk}
    _seal(funding, [{"instalment_id": pk, "reserved": -cents, "allocated": cents, **about} for pk, cents in parts])
    return list(funding.allocations.all())


@transaction.atomic
def restore(entry_paid: Entry, *, entry_returned: Entry, by: Any = None) -> list[Allocation]:
    """What `entry_paid` allocated is taken back exactly, because of `entry_returned` (the bank's return, or a reversal).

    A payment's money is reserved for the grant again; a refund's is the grant's again. ValidationError when it was taken back before.
    """
    sealing.lock_heads()
    reference = f"{entry_returned.reference}:restored"
    first = _done(reference)
    if first is not None:
        return list(first.allocations.all())
    caused = Allocation.objects.filter(funding__entry=entry_paid).select_related("funding__reservation")
    rows = [_mirrored(row) for row in caused]
    if not rows or Allocation.objects.filter(payment=entry_paid, funding__kind=Kind.RESTORE).exists():
        message = _("What the entry %(entry)s allocated was taken back before.") % {"entry": entry_paid}
        raise ValidationError(message, code="restored")
    origin = caused[0].funding
    changed = abs(sum(row["allocated"] for row in rows)) or origin.amount_minor
    funding = _begin(
        Kind.RESTORE, origin.grant, Money.from_minor(changed, "USD"), on=entry_returned.date, by=by or entry_returned.by,
        reference=reference, reservation=origin.reservation, entry=entry_returned,
    )  # fmt: skip
    _seal(funding, rows)
    return list(funding.allocations.all())


@transaction.atomic
def take_over(grant: Subaccount, entry: Entry, paid: Parts, still: Parts, *, window: str, by: Any) -> Funding:
    """The funding of a grant as it was when a fund was taken over by the opening `entry`: what instalments paid, what they still hold.

    `paid` and `still` are (instalment, cents). One act reserves all of it, another pays what was paid; `hand_back` takes both away.
    """
    sealing.lock_heads()
    reference = f"{entry.reference}:{grant.code}"
    held: dict[int, int] = defaultdict(int)
    for pk, cents in [*paid, *still]:
        held[pk] += cents
    parts = sorted(held.items())
    about: dict[str, Any] = {"on": entry.date, "by": by}
    funding = _begin(Kind.RESERVE, grant, _sum(parts), reference=f"{reference}:reserved", window=window, **about)
    _seal(funding, [{"instalment_id": pk, "reserved": cents, "reservation_id": funding.pk} for pk, cents in parts])
    if paid:
        confirmed = _begin(Kind.CONFIRM, grant, _sum(paid), reference=f"{reference}:paid", reservation=funding, entry=entry, **about)
        rows = [{"instalment_id": pk, "reserved": -cents, "allocated": cents} for pk, cents in paid]
        _seal(confirmed, [{**row, "reservation_id": funding.pk, "payment_id": entry.pk} for row in rows])
    return funding


@transaction.atomic
def hand_back(entry: Entry, *, by: Any, on: date) -> None:
    """What `take_over` took over with an opening entry is taken away again, grant by grant, before the entry is reversed."""
    sealing.lock_heads()
    for confirmed in entry.fundings.filter(kind=Kind.CONFIRM).select_related("grant", "reservation").order_by("pk"):
        rows = [_mirrored(row) for row in confirmed.allocations.all()]
        about: dict[str, Any] = {"on": on, "by": by, "reservation": confirmed.reservation}
        back = _begin(Kind.RESTORE, confirmed.grant, confirmed.amount, reference=f"{confirmed.reference}:back", entry=entry, **about)
        _seal(back, rows)
    for reserved in Funding.objects.filter(kind=Kind.RESERVE, reference__startswith=f"{entry.reference}:").order_by("pk"):
        release(reserved, by=by, on=on, reference=f"{reserved.reference}:back")


def _mirrored(row: Allocation) -> dict[str, Any]:
    return {
        "instalment_id": row.instalment_id,
        "reserved": -row.reserved,
        "allocated": -row.allocated,
        "reservation_id": row.reservation_id,
        "payment_id": row.payment_id,
    }


@transaction.atomic
def refund(grant: Subaccount, entry: Entry, amount: Money, *, by: Any = None) -> list[Allocation]:
    """A grant gave `amount` back (`entry`): it returns to the contributions of its last payment first.

    ValidationError beyond what was paid.
    """
    sealing.lock_heads()
    reference = f"{entry.reference}:refunded"
    first = _done(reference)
    if first is not None:
        return list(first.allocations.all())
    rows = _last_paid_first(grant, amount)
    funding = _begin(Kind.REFUND, grant, amount, on=entry.date, by=by or entry.by, reference=reference, entry=entry)
    _seal(funding, rows)
    return list(funding.allocations.all())


def _last_paid_first(grant: Subaccount, amount: Money) -> list[dict[str, Any]]:
    held = Allocation.objects.filter(grant=grant, payment__isnull=False).order_by()
    sums = held.values("payment_id", "instalment_id").annotate(left=Sum("allocated"))
    by_payment = sums.order_by("-payment__date", "-payment_id", "instalment_id")
    rows, needed = [], amount.minor
    for payment, group in groupby((row for row in by_payment if row["left"] > 0), key=lambda row: row["payment_id"]):
        parts = [(row["instalment_id"], row["left"]) for row in group]
        taken = min(needed, sum(left for _pk, left in parts))
        rows += [{"instalment_id": pk, "allocated": -cents, "payment_id": payment} for pk, cents in _pro_rata(parts, taken)]
        needed -= taken
    if needed:
        raise ValidationError(_("More was refunded than contributions paid to this grant."), code="refund")
    return rows


# Splitting


def _pro_rata(parts: Parts, cents: int) -> Parts:
    """`cents` over the parts in proportion to what they have; never more than one has; nothing for nothing."""
    held = sum(each for _pk, each in parts)
    if cents >= held:
        return [part for part in parts if part[1]]
    shares = Money.from_minor(cents, "USD").split([each for _pk, each in parts]) if cents else []
    return [(pk, share.minor) for (pk, _held), share in zip(parts, shares, strict=False) if share.minor]


def _first_in(parts: Parts, cents: int) -> Parts:
    """`cents` from the parts in their order, each to its last cent."""
    found = []
    for pk, held in parts:
        taken = min(held, cents)
        cents -= taken
        if taken:
            found.append((pk, taken))
    return found


SPLITS: Mapping[str, Callable[[Parts, int], Parts]] = {FundingRule.Split.PRO_RATA: _pro_rata, FundingRule.Split.FIRST_IN: _first_in}


def _split(eligible: list[Headroom], amount: Money, rule: str) -> Parts:
    """`amount` over the eligible instalments: rank by rank of their earmark, within each by the rule."""
    usable = [row for row in eligible if row.available.amount > 0]
    there = total(row.available for row in usable)
    if amount.amount <= 0 or amount > there:
        names = {"amount": amount, "available": there}
        message = _("%(amount)s can't be reserved: the contributions that may fund it have %(available)s left.")
        raise ValidationError(message, "headroom", names)
    found: Parts = []
    needed = amount.minor
    for _rank, group in groupby(usable, key=lambda row: row.earmark):
        parts = [(row.instalment.pk, row.available.minor) for row in group]
        taken = min(needed, sum(held for _pk, held in parts))
        found += SPLITS[rule](parts, taken)
        needed -= taken
    return found


def _drawn(reservation: Funding, amount: Money | None) -> Parts:
    """`amount` (or all) of what is still reserved, pro rata per instalment; ValidationError when there is less."""
    left = Allocation.objects.filter(reservation_id=reservation.pk).order_by("instalment_id").values("instalment_id")
    parts = [(row["instalment_id"], row["held"]) for row in left.annotate(held=Sum("reserved")) if row["held"] > 0]
    there = sum(held for _pk, held in parts)
    if amount is not None and not 0 < amount.minor <= there:
        names = {"amount": amount, "left": Money.from_minor(there, "USD")}
        raise ValidationError(_("%(amount)s is more than the %(left)s that is still reserved."), "reservation", names)
    return _pro_rata(parts, there if amount is None else amount.minor)


# Writing


def _sum(parts: Parts) -> Money:
    return Money.from_minor(sum(cents for _pk, cents in parts), "USD")


def _done(reference: str) -> Funding | None:
    return Funding.objects.filter(reference=reference).first()


def _same(first: Reservation, grant: Subaccount, amount: Money) -> Reservation:
    if (first.grant_id, first.amount) != (grant.pk, amount):
        message = _("The reference %(reference)s reserved something else already.") % {"reference": first.reference}
        raise ValidationError(message, code="reference")
    return first


def _begin(
    kind: str,
    grant: Subaccount,
    amount: Money,
    *,
    on: date,
    by: Any,
    reference: str,
    split: str | None = None,
    window: str | None = None,
    reservation: Funding | None = None,
    entry: Entry | None = None,
) -> Funding:
    funding = Funding(
        seal_id=sealing.head().seq + 1,
        kind=kind,
        reference=reference,
        date=on,
        grant=grant,
        window_id=window or (reservation.window_id if reservation else GENERAL),
        amount_minor=amount.minor,
        split=split or (reservation.split if reservation else rule_on(on).split),
        reservation_id=reservation.pk if reservation else None,
        entry=entry,
        by_id=getattr(by, "pk", None),
    )
    funding.save(force_insert=True)
    return funding


def _seal(funding: Funding, rows: list[dict[str, Any]]) -> Funding:
    made = [
        Allocation(
            **{"reserved": 0, "allocated": 0, **row},
            id=funding.pk * sealing.WIDTH + position,
            funding=funding,
            position=position,
            date=funding.date,
            grant_id=funding.grant_id,
        )
        for position, row in enumerate(rows, 1)
    ]
    Allocation.objects.bulk_create(made)
    codes = dict(Subaccount.objects.filter(pk__in={funding.grant_id, *(row.instalment_id for row in made)}).values_list("pk", "code"))
    sealing.add(sealing.funding_content(funding, made, codes), sealing.head())
    return funding
