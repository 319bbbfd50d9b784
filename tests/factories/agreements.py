"""Grants, tranches and payments for tests, brought to a state by the real actions.

    make_grant()                                   # active: USD 24,000 in three tranches, funded by a gift of a State
    make_grant("offered", amount=usd(10_000))
    make_grant(call=call, funded=False)            # use the money that is there
    make_tranche("ready"); make_payment("paid")    # the first of a grant; `grant=` or `tranche=` for another one
    accept(grant, usd(12_000))                     # expenditure accepted, as the room of reports posts it
    make_closure(accepted=usd(6_000))              # reporting closed, of what was paid so much accepted
"""

from __future__ import annotations

from copy import copy
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from grants.agreements import actions, books
from grants.agreements.models import Grant
from grants.applications.models import Application
from grants.closing import actions as closing
from grants.closing.models import Closure
from grants.payments import actions as payments
from grants.payments.batches import actions as batches
from grants.payments.batches.models import PaymentBatch
from grants.payments.models import Payment
from grants.reports import standing
from grants.tranches import actions as tranches
from grants.tranches.models import Tranche
from tests.factories.applications import make_application
from tests.factories.books import make_bank
from tests.factories.donors import make_contribution
from tests.factories.ngos import make_ready_organisation, owner_of
from tests.factories.people import make_user
from tests.factories.remembered import remembered
from trustfund import clock
from trustfund.banking import actions as banking
from trustfund.ledger import postings, subaccounts
from trustfund.ledger.funding import allocations
from trustfund.ledger.models import Entry
from trustfund.money import Money, usd
from trustfund.people.models import User
from trustfund.people.roles import Role

STATES = ["approved", "certified", "offered", "signed", "active"]
TRANCHE_STATES = ["planned", "requested", "ready"]
AMOUNT = usd(24_000)
_number = count(1)


@remembered
def make_grant(
    state: str = "active", *, amount: Money = AMOUNT, application: Application | None = None, funded: bool = True,
    starts_on: date | None = None, publication: str = "full", organisation: Any = None, **fields: Any
) -> Grant:  # fmt: skip
    """A grant in a state, of an NGO that may be paid; with money of its own (`funded`). `fields` go to the application (`call` ...)."""
    if application is None:
        organisation = organisation or make_ready_organisation()
        application = make_application("recommended", organisation=organisation, requested=amount, **fields)
    if funded:
        make_contribution(amount)
    start = starts_on or clock.today()
    grant = actions.approve_award(application, by=make_user(Role.MANAGER), amount=amount, starts_on=start)
    target = state if state in STATES else "active" if state not in ("declined", "lapsed") else "offered"
    for step in STATES[1 : STATES.index(target) + 1]:
        grant = _step(grant, step, publication)
    return grant if state == target else _ended(grant, state)


def _step(grant: Grant, state: str, publication: str) -> Grant:
    if state == "certified":
        return actions.certify_funds(grant, by=make_user(Role.FINANCE))
    if state == "offered":
        return actions.offer(grant, by=make_user(Role.PROGRAMME), valid_until=actions.default_valid_until(clock.today()))
    if state == "signed":
        return sign(grant, publication)
    manager = make_user(Role.MANAGER)
    return actions.countersign(grant, by=manager, typed_name=manager.name, version=grant.current_version)


def sign(grant: Grant, publication: str = "full") -> Grant:
    """The NGO's owner, who is its signatory, signs."""
    owner = owner_of(grant.organisation)
    return actions.sign(grant, by=owner, typed_name=owner.name, publication=publication, version=grant.current_version)


def _ended(grant: Grant, state: str) -> Grant:
    if state == "declined":
        return actions.decline(grant, by=owner_of(grant.organisation), reason="We found other money.")
    if state == "lapsed":
        return actions.lapse(grant, by=make_user(Role.MANAGER), reason="The call was cancelled.")
    if state == "suspended":
        return actions.suspend(grant, by=make_user(Role.MANAGER), reason="We look into something.")
    if state == "terminated":
        return actions.terminate(grant, by=make_user(Role.MANAGER), reason="It was not kept.")
    return actions.close_reporting(grant, by=make_user(Role.FINANCE))


@remembered
def make_tranche(state: str = "planned", *, grant: Grant | None = None, number: int = 1) -> Tranche:
    """A tranche of a grant in a state: planned, requested, returned, ready, paid or receipt_confirmed."""
    grant = grant or make_grant()
    tranche = grant.tranches.get(number=number)
    if state in ("paid", "receipt_confirmed"):
        tranche = make_payment("paid", tranche=tranche).tranche
        return confirm_receipt(tranche) if state == "receipt_confirmed" else tranche
    for step in ["requested", "returned"] if state == "returned" else TRANCHE_STATES[1 : TRANCHE_STATES.index(state) + 1]:
        tranche = _tranche_step(tranche, step)
    return tranche


def _tranche_step(tranche: Tranche, state: str) -> Tranche:
    if tranche.state == state or TRANCHE_STATES[-1] == tranche.state:
        return tranche
    if state == "requested":
        return tranches.request(tranche, by=owner_of(tranche.grant.organisation), needs="Rent and food of the next months.")
    if state == "returned":
        return tranches.send_back(tranche, by=make_user(Role.PROGRAMME), note="Say for which months.")
    return tranches.make_ready(tranche, by=make_user(Role.PROGRAMME))


@remembered
def confirm_receipt(tranche: Tranche) -> Tranche:
    return tranches.confirm_receipt(tranche, by=owner_of(tranche.grant.organisation), on=clock.today())


@remembered
def make_payment(
    state: str = "certified", *, tranche: Tranche | None = None, grant: Grant | None = None, maker: User | None = None
) -> Payment:
    """The payment of a tranche (the first of `grant` or of a new one) in a state."""
    tranche = tranche or (grant or make_grant()).tranches.order_by("number").first()
    for step in TRANCHE_STATES[1:]:
        tranche = _tranche_step(tranche, step) if tranche.state in ("planned", "requested", "returned") else tranche
    payment = payments.certify(tranche, by=maker or make_user(Role.FINANCE), paid_from=make_bank())
    return advance_payment(payment, state)


@remembered
def advance_payment(payment: Payment, state: str) -> Payment:
    """Take a certified payment on to a state by people of their own."""
    before = {"approved": ["approved"], "exported": ["approved", "exported"], "paid": ["approved", "exported", "paid"]}
    paths = {**before, "returned": [*before["paid"], "returned"], "refused": [*before["exported"], "refused"], "certified": []}
    for step in paths.get(state, [state]):
        payment = _payment_step(payment, step)
    return payment


def _payment_step(payment: Payment, state: str) -> Payment:
    finance = make_user(Role.APPROVER if state in ("approved", "rejected") else Role.FINANCE)
    bank = {"on": clock.today(), "bank_reference": f"BANK-{next(_number)}"}
    acts: dict[str, Any] = {
        "approved": lambda: payments.approve(payment, by=finance),
        "exported": lambda: payments.export(payment, by=finance),
        "paid": lambda: payments.settle(payment, by=finance, **bank),
        "returned": lambda: payments.return_(payment, by=finance, charges=usd(0), **bank),
        "held": lambda: payments.hold(payment, by=finance, note="Wait."),
        "rejected": lambda: payments.reject(payment, by=finance, note="The amount is wrong."),
        "cancelled": lambda: payments.cancel(payment, by=finance, note="Not now."),
        "refused": lambda: payments.refuse(payment, by=finance, note="The bank does not know the account."),
    }
    return acts[state]()


BATCH_STATES = ["draft", "submitted", "approved", "ordered"]


@remembered
def make_batch(state: str = "draft", *, of: list[Payment] | None = None, maker: User | None = None, number: int = 1) -> PaymentBatch:
    """A batch of approved payments (`number` new ones) in a state, by people of their own; its account is described."""
    found = of if of is not None else [make_payment("approved") for _ in range(number)]
    banking.describe(make_bank(), by=make_user(Role.FINANCE), account="AT611904300234573201", bic="BKAUATWW", layout=None)
    about = {"paid_from": found[0].paid_from, "execution_on": clock.today(), "charges": "SHAR"}
    maker = maker or make_user(Role.FINANCE)
    batch = batches.draft(found, by=maker, **about)
    acts = {
        "submitted": lambda: batches.submit(batch, by=maker),
        "approved": lambda: batches.approve(batch, by=make_user(Role.APPROVER)),
        "ordered": lambda: batches.make_file(batch, by=make_user(Role.FINANCE)),
        "cancelled": lambda: batches.cancel(batch, by=make_user(Role.FINANCE), note="Not now."),
    }
    for step in ["cancelled"] if state == "cancelled" else BATCH_STATES[1 : BATCH_STATES.index(state) + 1]:
        acts[step]()
    return batch


@remembered
def accept(grant: Grant, amount: Money, *, by: User | None = None) -> Entry:
    """Expenditure of a grant is accepted in the books, as the room of reports posts it, without a report."""
    advance = standing.position(grant, clock.today()).advance
    legs = postings.expenditure_accepted(grant.subaccount, amount, advance=advance, psc_rate=Decimal(grant.psc_rate))
    reference = f"test:accepted:{grant.pk}:{next(_number)}"
    by = by or make_user(Role.FINANCE)
    return books.post(grant, legs, reference=reference, on=clock.today(), by=by, source="report.accept", of=grant)


@remembered
def make_closure(state: str = "open", *, grant: Grant | None = None, accepted: Money | None = None) -> Closure:
    """A closing: the first tranche (USD 12,000) paid, `accepted` of it (all by default), reporting closed."""
    grant = grant or make_payment("paid").grant
    paid = standing.position(grant, clock.today()).paid
    accept(grant, accepted if accepted is not None else paid)
    actions.close_reporting(grant, by=make_user(Role.FINANCE))
    closure = Closure.objects.get(grant=grant)
    if state in ("prepared", "confirmed"):
        closure = closing.prepare(closure, by=make_user(Role.FINANCE))
    return closing.confirm(closure, by=make_user(Role.APPROVER)) if state == "confirmed" else closure


def copies(grant: Grant, number: int) -> list[Grant]:
    """So many more rows like a grant, each of an NGO of its own, for the lists: rows, not acts; one dollar reserved where it must be."""
    if grant.reservation is not None:
        make_contribution(usd(2 * number))
    return [_copy(grant, each) for each in range(number)]


def _copy(grant: Grant, number: int) -> Grant:
    organisation = _again(grant.organisation, registration_number=f"COPY-{next(_number)}", name=f"Copy {number}")
    application = _again(grant.application, organisation=organisation, reference=f"COPY-{next(_number)}")
    reference = f"COPY-{next(_number)}"
    made = _again(grant, organisation=organisation, application=application, reference=reference, **_books_of(grant, reference))
    planned = made.planned_tranches.create(number=1, amount=made.amount, due_on=made.starts_on)
    Tranche.objects.create(grant=made, planned=planned, number=1, amount=made.amount, due_on=made.starts_on)
    return made


def _books_of(grant: Grant, reference: str) -> dict[str, Any]:
    if grant.reservation is None:
        return {}
    own = subaccounts.open("grant", reference, name=reference, public_label=reference)
    reservation = allocations.reserve(own, usd(1), on=clock.today(), by=make_user(Role.FINANCE), reference=reference)
    return {"subaccount": own, "reservation": reservation}


def _again(row: Any, **fields: Any) -> Any:
    made = copy(row)
    made.pk, made._state = None, copy(row._state)
    made._state.adding = True
    made._state.fields_cache = {}
    for name, value in fields.items():
        setattr(made, name, value)
    made.save(force_insert=True)
    return made
