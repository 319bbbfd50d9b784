"""From the Board's recommendation to the closed grant, one act after the other."""

from __future__ import annotations

from datetime import date, timedelta

from grants.agreements import actions as agreements
from grants.agreements.models import AgreementVersion, Grant
from grants.applications.models import Application
from grants.closing import actions as closing
from grants.demo import organisations
from grants.demo.cast import Cast
from grants.payments import actions as payments
from grants.reports import standing
from grants.tranches import actions as tranches
from grants.tranches.models import Tranche
from trustfund import clock
from trustfund.ledger.models import Subaccount
from trustfund.money import Money


def award(cast: Cast, application: Application, amount: Money, on: date, *, starts_on: date) -> Grant:
    """Approved by the fund manager."""
    with clock.frozen(on):
        return agreements.approve_award(application, by=cast.manager, amount=amount, starts_on=starts_on)


def certify(cast: Cast, grant: Grant, on: date) -> Grant:
    """Funds certified by finance: reserved from contributions by the rule."""
    with clock.frozen(on):
        return agreements.certify_funds(grant, by=cast.finance)


def offer(cast: Cast, grant: Grant, on: date) -> Grant:
    with clock.frozen(on):
        return agreements.offer(grant, by=cast.programme, valid_until=on + timedelta(days=30))


def sign(cast: Cast, grant: Grant, on: date, *, publication: str = "full") -> Grant:
    """Signed by the NGO's signatory."""
    by = cast.owner(grant.organisation)
    with clock.frozen(on):
        return agreements.sign(grant, by=by, typed_name=by.name, publication=publication, version=_offered(grant))


def _offered(grant: Grant) -> AgreementVersion:
    """What lies before the two who sign."""
    version = grant.current_version
    assert version is not None  # it was offered
    return version


def countersign(cast: Cast, grant: Grant, on: date) -> Grant:
    """In force."""
    with clock.frozen(on):
        return agreements.countersign(grant, by=cast.manager, typed_name=cast.manager.name, version=_offered(grant))


def bring_into_force(
    cast: Cast, application: Application, amount: Money, on: date, *, starts_on: date, publication: str = "full"
) -> Grant:
    """Award, certification, offer and both signatures, a few days each."""
    grant = award(cast, application, amount, on, starts_on=starts_on)
    grant = certify(cast, grant, on + timedelta(days=3))
    grant = offer(cast, grant, on + timedelta(days=5))
    grant = sign(cast, grant, on + timedelta(days=15), publication=publication)
    return countersign(cast, grant, on + timedelta(days=20))


def request(cast: Cast, tranche: Tranche, on: date) -> Tranche:
    """The NGO asks for it, the programme finds every gate open."""
    organisations.screen(cast, tranche.grant.organisation, on)
    with clock.frozen(on):
        tranche = tranches.request(tranche, by=cast.owner(tranche.grant.organisation), needs="As planned (invented).")
        return tranches.make_ready(tranche, by=cast.programme)


def pay(cast: Cast, tranche: Tranche, bank: Subaccount, on: date) -> Tranche:
    """Requested, certified, approved, exported, paid, confirmed: within ten days."""
    tranche = request(cast, tranche, on)
    with clock.frozen(on + timedelta(days=1)):
        payment = payments.certify(tranche, by=cast.finance, paid_from=bank)
    with clock.frozen(on + timedelta(days=2)):
        payments.approve(payment, by=cast.checker)
        payments.export(payment, by=cast.finance)
    with clock.frozen(on + timedelta(days=5)):
        payments.settle(payment, by=cast.finance, on=on + timedelta(days=4), bank_reference=f"OUT-{payment.reference}")
    with clock.frozen(on + timedelta(days=8)):
        tranche.refresh_from_db()
        return tranches.confirm_receipt(tranche, by=cast.owner(tranche.grant.organisation), on=on + timedelta(days=6))


def close(cast: Cast, grant: Grant, bank: Subaccount, on: date) -> Grant:
    """What is unspent comes back, two people close the grant."""
    grant.refresh_from_db()
    closure = grant.closure
    with clock.frozen(on):
        due = standing.position(grant, on).refund_due
        if due:
            closing.enter_refund(
                closure,
                by=cast.finance,
                amount=due,
                received_on=on,
                bank=bank,
                bank_reference=f"BACK-{grant.reference}",
            )
        closing.prepare(closure, by=cast.finance)
    with clock.frozen(on + timedelta(days=3)):
        closing.confirm(closure, by=cast.checker)
    grant.refresh_from_db()
    return grant
