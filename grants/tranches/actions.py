"""The acts of a tranche: laid out with the agreement, asked for, found ready, paid by a payment, its receipt confirmed.

Every act locks the grant first: an act of the grant that moves its tranches never waits for one of theirs in a circle.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grants.agreements import books
from grants.agreements.models import Grant
from grants.agreements.models import State as GrantState
from grants.reports.standing import accepted_ever
from grants.tranches import gates
from grants.tranches.models import State, Tranche
from trustfund import clock
from trustfund.ledger import postings
from trustfund.ledger.funding import conditions
from trustfund.ledger.funding.trace import DUE
from trustfund.mail import outbox
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.workflow import advance, lock, require


@transaction.atomic
def lay_out(grant: Grant, by: Any) -> None:
    """Told when the agreement comes into force: one tranche for each that it plans."""
    Tranche.objects.bulk_create(
        Tranche(grant=grant, planned=part, number=part.number, amount=part.amount, due_on=part.due_on)
        for part in grant.planned_tranches.order_by("number")
    )


@transaction.atomic
def stop(grant: Grant, by: Any) -> None:
    """Told when the agreement is ended early: what nobody has found ready is cancelled; the rest the closing looks at."""
    waiting = [State.PLANNED, State.REQUESTED, State.RETURNED]
    for tranche in grant.tranches.filter(state__in=waiting).order_by("pk"):
        advance(tranche.cancel, by=by)


@transaction.atomic
def request(tranche: Tranche, *, by: Any, needs: str) -> Tranche:
    """The NGO asks for a tranche, and says what the money is needed for; tranches are asked for in their order."""
    lock(tranche.grant, tranche)
    require(tranche.request, by=by)
    if tranche.grant.state not in (GrantState.ACTIVE, GrantState.REPORTING_CLOSED):
        raise ValidationError(_("Nothing is paid on a grant that is not active."), code="inactive")
    if tranche.grant.tranches.filter(number__lt=tranche.number).exclude(state__in=[State.PAID, State.RECEIPT_CONFIRMED]).exists():
        raise ValidationError(_("An earlier tranche is not paid yet."), code="order")
    tranche = advance(tranche.request, by=by, person=by, needs=needs)
    key = f"tranche-requested:{tranche.pk}:{clock.now().isoformat()}"
    outbox.queue("tranche_requested", to=User.objects.holding(Role.PROGRAMME), key=key, path=tranche.get_absolute_url(), tranche=tranche)
    return tranche


@transaction.atomic
def send_back(tranche: Tranche, *, by: Any, note: str) -> Tranche:
    """The request lacks something: the NGO is told what."""
    lock(tranche.grant, tranche)
    tranche = advance(tranche.send_back, by=by, note=note)
    key = f"tranche-returned:{tranche.pk}:{clock.now().isoformat()}"
    contacts = tranche.grant.organisation.contacts()
    outbox.queue("tranche_returned", to=contacts, key=key, path=tranche.get_absolute_url(), tranche=tranche)
    return tranche


@transaction.atomic
def make_ready(tranche: Tranche, *, by: Any, on: date | None = None) -> Tranche:
    """The request is accepted; ValidationError with the reasons of every gate that is closed on the day.

    A tranche of an outright grant is due with it: Dr 5010 / Cr 2020, its commitment liquidated, with programme support.
    """
    on = on or clock.today()
    lock(tranche.grant, tranche)
    require(tranche.make_ready, by=by)
    tranche = advance(tranche.make_ready, by=by, person=by)
    gates.check(tranche, on)
    if tranche.grant.is_outright:
        _due(tranche, on, by)
    key = f"tranche-ready:{tranche.pk}:{clock.now().isoformat()}"
    outbox.queue("tranche_ready", to=User.objects.holding(Role.FINANCE), key=key, path=tranche.get_absolute_url(), tranche=tranche)
    return tranche


def _due(tranche: Tranche, on: date, by: Any) -> None:
    """Its conditions are met, so the Fund owes it."""
    grant = tranche.grant
    legs = postings.outright_due(grant.books, tranche.amount, psc_rate=grant.psc_rate, before=accepted_ever(grant))
    entry = books.post(grant, legs, reference=f"tranche:{tranche.pk}:due", on=on, by=by, source=DUE, of=tranche)
    conditions.follow(grant.books, on=on, by=by, reference=entry.reference, of=tranche)


@transaction.atomic
def confirm_receipt(tranche: Tranche, *, by: Any, on: date) -> Tranche:
    """The NGO says on which day the money arrived."""
    if on > clock.today():
        raise ValidationError({"on": _("This day has not come yet.")})
    lock(tranche.grant, tranche)
    return advance(tranche.confirm_receipt, by=by, person=by, on=on)


def pay(tranche: Tranche, *, by: Any) -> Tranche:
    """Told by the payment that the bank made."""
    return advance(tranche.pay, by=by)


def reopen(tranche: Tranche, *, by: Any) -> Tranche:
    """Told by the payment that the bank sent back."""
    return advance(tranche.reopen, by=by)


def cancel(tranche: Tranche, *, by: Any) -> Tranche:
    """Told by the closing; a tranche with a payment under way is not cancelled: that room looks first."""
    return advance(tranche.cancel, by=by)
