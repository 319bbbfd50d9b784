"""The trace: which contributions fund which grant. Reserved when funds are certified, final when paid, only ever added to.

Every act is one `Funding` with its `Allocation` rows per instalment, sealed into the chain. References make acts idempotent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.ledger import sealing
from trustfund.ledger.funding.acting import begin, done, seal
from trustfund.ledger.funding.headroom import Headroom, headroom, refuse_overdrawn, rule_on
from trustfund.ledger.funding.models import Allocation, Funding, Reservation
from trustfund.ledger.funding.splitting import Parts, by_rank, pro_rata
from trustfund.ledger.funding.trace import TraceRow, trace_of
from trustfund.ledger.models import GENERAL, Entry, FundWindow, Subaccount
from trustfund.money import Money, total

__all__ = ["Headroom", "TraceRow", "confirm", "hand_back", "headroom", "refund", "release", "reserve", "restore", "take_over", "trace_of"]

Kind = Funding.Kind
TAKEN_BACK = (Kind.CONFIRM, Kind.REFUND)
"""The acts of an entry that are taken back when it is reversed or returned."""


@transaction.atomic
def reserve(grant: Subaccount, amount: Money, *, on: date, by: Any, reference: str, window: str = GENERAL) -> Reservation:
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
    parts = split(eligible, amount, rule.split, *_refusal(window))
    funding = begin(Kind.RESERVE, amount, grant=grant, on=on, by=by, reference=reference, split=rule.split, window=window)
    seal(funding, [{"instalment_id": pk, "reserved": cents, "reservation_id": funding.pk} for pk, cents in parts])
    return Reservation.objects.get(pk=funding.pk)


@transaction.atomic
def release(reservation: Funding, *, by: Any, on: date, reference: str, amount: Money | None = None) -> Funding | None:
    """Give back what is still reserved, or `amount` of it, to the contributions it came from; None when nothing is left."""
    sealing.lock_heads()
    first = done(reference)
    if first is not None:
        return first
    parts = _drawn(reservation, amount)
    if not parts:
        return None
    funding = begin(
        Kind.RELEASE, _sum(parts), grant=reservation.grant, on=on, by=by, reference=reference, **_as(reservation),
    )  # fmt: skip
    return seal(funding, [{"instalment_id": pk, "reserved": -cents, "reservation_id": reservation.pk} for pk, cents in parts])


def windows_of(grants: Iterable[int] | None = None) -> dict[int, set[str]]:
    """The window that reserved for each of these grants (primary keys of subaccounts; all of them): every line of a grant is in it."""
    found = Funding.objects.filter(kind=Kind.RESERVE, grant__isnull=False).order_by()
    if grants is not None:
        found = found.filter(grant__in=list(grants))
    windows: dict[int, set[str]] = defaultdict(set)
    for grant, window in found.values_list("grant_id", "window_id").distinct():
        windows[grant].add(window)
    return dict(windows)


def rows_of(funding: Funding | None) -> list[Allocation]:
    """The allocations of an act; none of none."""
    return list(funding.allocations.select_related("funding")) if funding is not None else []


@transaction.atomic
def confirm(reservation: Funding, entry: Entry, amount: Money, *, by: Any = None) -> list[Allocation]:
    """The payment `entry` draws `amount` USD on the reservation, pro rata to what each contribution still holds reserved: final.

    ValidationError when less is reserved. Once more for the same entry it gives the first allocations.
    """
    sealing.lock_heads()
    first = done(f"{entry.reference}:funded")
    if first is not None:
        return list(first.allocations.all())
    parts = _drawn(reservation, amount)
    funding = begin(
        Kind.CONFIRM, amount, grant=reservation.grant, on=entry.date, by=by or entry.by, reference=f"{entry.reference}:funded",
        entry=entry, **_as(reservation),
    )  # fmt: skip
    about = {"reservation_id": reservation.pk, "payment_id": entry.pk}
    seal(funding, [{"instalment_id": pk, "reserved": -cents, "allocated": cents, **about} for pk, cents in parts])
    return list(funding.allocations.all())


@transaction.atomic
def restore(entry_paid: Entry, *, entry_returned: Entry, by: Any = None) -> list[Allocation]:
    """What `entry_paid` allocated is taken back exactly, because of `entry_returned` (the bank's return, or a reversal).

    A payment's money is reserved for the grant again; a refund's is the grant's again. ValidationError when it was taken back before, when
    part of a payment was refunded since, or when what was refunded is used elsewhere by now.
    """
    sealing.lock_heads()
    reference = f"{entry_returned.reference}:restored"
    first = done(reference)
    if first is not None:
        return list(first.allocations.all())
    origin = Funding.objects.filter(entry=entry_paid, kind__in=TAKEN_BACK).select_related("grant", "reservation").first()
    rows = _taken_back(origin) if origin is not None else []
    if origin is None or abs(sum(row["allocated"] for row in rows)) != origin.amount_minor:
        message = _("What the entry %(entry)s allocated was taken back before.") % {"entry": entry_paid}
        raise ValidationError(message, code="restored")
    funding = begin(
        Kind.RESTORE, origin.amount, grant=origin.grant, on=entry_returned.date, by=by or entry_returned.by,
        reference=reference, window=origin.window_id, split=origin.split, reservation=origin.reservation, entry=entry_returned,
    )  # fmt: skip
    seal(funding, rows)
    refuse_overdrawn({row["instalment_id"] for row in rows})
    return list(funding.allocations.all())


def _taken_back(origin: Funding) -> list[dict[str, Any]]:
    """Of a payment: what each contribution, by now, has given to it. Of a refund: what it gave back."""
    if origin.kind == Kind.REFUND:
        return [
            {"instalment_id": row.instalment_id, "allocated": -row.allocated, "payment_id": row.payment_id}
            for row in origin.allocations.all()
        ]
    sums = Allocation.objects.filter(payment=origin.entry_id).order_by("instalment_id").values_list("instalment_id")
    about = {"reservation_id": origin.reservation_id, "payment_id": origin.entry_id}
    given = [(pk, cents) for pk, cents in sums.annotate(given=Sum("allocated")) if cents]
    return [{"instalment_id": pk, "reserved": cents, "allocated": -cents, **about} for pk, cents in given]


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
    funding = begin(Kind.RESERVE, _sum(parts), grant=grant, reference=f"{reference}:reserved", window=window, **about)
    seal(funding, [{"instalment_id": pk, "reserved": cents, "reservation_id": funding.pk} for pk, cents in parts])
    if paid:
        about |= {"reference": f"{reference}:paid", "entry": entry, **_as(funding)}
        confirmed = begin(Kind.CONFIRM, _sum(paid), grant=grant, **about)
        rows = [{"instalment_id": pk, "reserved": -cents, "allocated": cents} for pk, cents in paid]
        seal(confirmed, [{**row, "reservation_id": funding.pk, "payment_id": entry.pk} for row in rows])
    return funding


@transaction.atomic
def hand_back(entry: Entry, *, by: Any, on: date) -> None:
    """What `take_over` took over with an opening entry is taken away again, grant by grant, before the entry is reversed."""
    sealing.lock_heads()
    for confirmed in entry.fundings.filter(kind=Kind.CONFIRM).select_related("grant", "reservation").order_by("pk"):
        rows = [_mirrored(row) for row in confirmed.allocations.all()]
        assert confirmed.reservation is not None
        about: dict[str, Any] = {"on": on, "by": by, "reference": f"{confirmed.reference}:back", **_as(confirmed.reservation)}
        seal(begin(Kind.RESTORE, confirmed.amount, grant=confirmed.grant, entry=entry, **about), rows)
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
    first = done(reference)
    if first is not None:
        return list(first.allocations.all())
    rows = _last_paid_first(grant, amount)
    last = Funding.objects.filter(grant=grant, kind=Kind.CONFIRM).order_by("seal").last()
    about: dict[str, Any] = {"window": last.window_id, "split": last.split} if last else {}
    funding = begin(Kind.REFUND, amount, grant=grant, on=entry.date, by=by or entry.by, reference=reference, entry=entry, **about)
    seal(funding, rows)
    return list(funding.allocations.all())


def _last_paid_first(grant: Subaccount, amount: Money) -> list[dict[str, Any]]:
    held = Allocation.objects.filter(grant=grant, payment__isnull=False).order_by()
    sums = held.values("payment_id", "instalment_id").annotate(left=Sum("allocated"))
    by_payment = sums.order_by("-payment__date", "-payment_id", "instalment_id")
    rows, needed = [], amount.minor
    for payment, group in groupby((row for row in by_payment if row["left"] > 0), key=lambda row: row["payment_id"]):
        parts = [(row["instalment_id"], row["left"]) for row in group]
        taken = min(needed, sum(left for _pk, left in parts))
        rows += [{"instalment_id": pk, "allocated": -cents, "payment_id": payment} for pk, cents in pro_rata(parts, taken)]
        needed -= taken
    if needed:
        raise ValidationError(_("More was refunded than contributions paid to this grant."), code="refund")
    return rows


# Splitting


NOT_RESERVED = gettext_lazy("%(amount)s can't be reserved: the contributions that may fund it have %(available)s left.")
NOT_RESERVED_IN = gettext_lazy(
    "%(amount)s can't be reserved: in the window “%(window)s” the contributions that may fund it have %(available)s left."
)


def _refusal(window: str) -> tuple[Any, dict[str, Any]]:
    """The sentence when there is not enough; it names a window other than the general one."""
    return (NOT_RESERVED, {}) if window == GENERAL else (NOT_RESERVED_IN, {"window": FundWindow.objects.get(pk=window).name})


def split(eligible: list[Headroom], amount: Money, rule: str, refusal: Any, names: dict[str, Any] | None = None) -> Parts:
    """`amount` over the eligible instalments: rank by rank of their earmark, within each by the rule.

    ValidationError with the sentence `refusal`, of %(amount)s, %(available)s and `names`, when they have less.
    """
    usable = [row for row in eligible if row.available.amount > 0]
    there = total(row.available for row in usable)
    if amount.amount <= 0 or amount > there:
        raise ValidationError(refusal, "headroom", {"amount": amount, "available": there, **(names or {})})
    ranks = [[row.part for row in group] for _rank, group in groupby(usable, key=lambda row: row.earmark)]
    return by_rank(ranks, amount.minor, rule)


def _drawn(reservation: Funding, amount: Money | None) -> Parts:
    """`amount` (or all) of what is still reserved, pro rata per instalment; ValidationError when there is less."""
    left = Allocation.objects.filter(reservation_id=reservation.pk).order_by("instalment_id").values("instalment_id")
    parts = [(row["instalment_id"], row["held"]) for row in left.annotate(held=Sum("reserved")) if row["held"] > 0]
    there = sum(held for _pk, held in parts)
    if amount is not None and not 0 < amount.minor <= there:
        names = {"amount": amount, "left": Money.from_minor(there, "USD")}
        raise ValidationError(_("%(amount)s is more than the %(left)s that is still reserved."), "reservation", names)
    return pro_rata(parts, there if amount is None else amount.minor)


def _sum(parts: Parts) -> Money:
    return Money.from_minor(sum(cents for _pk, cents in parts), "USD")


def _as(reservation: Funding) -> dict[str, Any]:
    """An act on a reservation has its window and its rule."""
    return {"reservation": reservation, "window": reservation.window_id, "split": reservation.split}


def _same(first: Reservation, grant: Subaccount, amount: Money) -> Reservation:
    if (first.grant_id, first.amount) != (grant.pk, amount):
        message = _("The reference %(reference)s reserved something else already.") % {"reference": first.reference}
        raise ValidationError(message, code="reference")
    return first
