"""Writing an act of funding under the heads' lock: begun, its allocations added, sealed into the chain."""

from __future__ import annotations

from datetime import date
from typing import Any

from trustfund.ledger import sealing
from trustfund.ledger.funding.headroom import rule_on
from trustfund.ledger.funding.models import Allocation, Funding
from trustfund.ledger.models import GENERAL, Entry, Period, Subaccount
from trustfund.money import Money


def done(reference: str) -> Funding | None:
    """The act with this reference, if it was done before."""
    return Funding.objects.filter(reference=reference).first()


def begin(
    kind: str,
    amount: Money,
    *,
    on: date,
    by: Any,
    reference: str,
    grant: Subaccount | None = None,
    window: str = GENERAL,
    split: str | None = None,
    reservation: Funding | None = None,
    entry: Entry | None = None,
    period: Period | None = None,
) -> Funding:
    """An act of this kind about `amount`; `seal` completes it, under the same lock of the heads."""
    funding = Funding(
        seal_id=sealing.head().seq + 1,
        kind=kind,
        reference=reference,
        date=on,
        grant=grant,
        period=period,
        window_id=window,
        amount_minor=amount.minor,
        split=split or rule_on(on).split,
        reservation_id=reservation.pk if reservation else None,
        entry=entry,
        by_id=getattr(by, "pk", None),
    )
    funding.save(force_insert=True)
    return funding


def seal(funding: Funding, rows: list[dict[str, Any]]) -> Funding:
    """Add the allocations (fields by name) and seal the act with them."""
    made = [
        Allocation(
            **{"reserved": 0, "allocated": 0, "charged": 0, "moved": 0, **row},
            id=funding.pk * sealing.WIDTH + position,
            funding=funding,
            position=position,
            date=funding.date,
            grant_id=funding.grant_id,
        )
        for position, row in enumerate(rows, 1)
    ]
    Allocation.objects.bulk_create(made)
    wanted = {row.instalment_id for row in made} | ({funding.grant_id} if funding.grant_id is not None else set())
    codes = dict(Subaccount.objects.filter(pk__in=wanted).values_list("pk", "code"))
    sealing.add(sealing.funding_content(funding, made, codes), sealing.head())
    return funding
