"""Books at random: events as the Fund has them, in any order, with whatever the ledger refuses left out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import strategies as st

from tests.factories import books
from tests.factories.people import make_user
from trustfund import clock
from trustfund.ledger import balances, posting, postings
from trustfund.ledger.closed import closing
from trustfund.ledger.funding import allocations, costs
from trustfund.ledger.funding.models import Funding
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import Entry, Period, Subaccount
from trustfund.money import Money, usd
from trustfund.people.roles import Role

FIRST = date(2025, 1, 1)
YEARS = (2024, 2025, 2026, 2027)
RATE = Decimal("0.13")


@dataclass
class World:
    """What there is to act on."""

    gifts: list[Subaccount] = field(default_factory=list)
    receivables: list[tuple[Subaccount, Money]] = field(default_factory=list)
    conditional: list[tuple[Subaccount, Money]] = field(default_factory=list)
    receipts: list[tuple[Subaccount, Money]] = field(default_factory=list)
    grants: list[tuple[Subaccount, Funding]] = field(default_factory=list)
    payments: list[tuple[Subaccount, Entry, Money]] = field(default_factory=list)


def gift(world: World, amount: Money, day: date, pick: int) -> None:
    world.gifts.append(books.give(amount, day, psc_rate=RATE if pick % 2 else None))


def agreement(world: World, amount: Money, day: date, pick: int) -> None:
    instalment = books.make_instalment(psc_rate=RATE)
    books.post(postings.agreement_signed(instalment, amount, donor_kind="state", current=bool(pick % 2)), day)
    if pick % 2:
        world.receivables.append((instalment, amount))


def cash_on_receivable(world: World, amount: Money, day: date, pick: int) -> None:
    instalment, carrying = world.receivables.pop(pick % len(world.receivables))
    received = carrying.times(Decimal("1.0371") if pick % 3 else Decimal("0.9")) or carrying
    bank, charges = books.make_bank(), usd("0.35") if pick % 2 else usd(0)
    books.post(postings.cash_on_receivable(instalment, bank, received, carrying=carrying, charges=charges), day)
    world.gifts.append(instalment)


def conditional_cash(world: World, amount: Money, day: date, pick: int) -> None:
    instalment = books.make_instalment()
    books.post(postings.conditional_cash(instalment, books.make_bank(), amount), day)
    world.conditional.append((instalment, amount))


def condition(world: World, amount: Money, day: date, pick: int) -> None:
    instalment, held = world.conditional.pop(pick % len(world.conditional))
    met = postings.condition_met(instalment, received=held, donor_kind="organisation")
    books.post(met if pick % 2 else postings.condition_failed(instalment, held), day)


def unidentified(world: World, amount: Money, day: date, pick: int) -> None:
    receipt = books.subaccounts.open("receipt", f"U-{day}-{pick}-{amount.minor}", name="Receipt", public_label="Receipt")
    books.post(postings.unidentified_receipt(receipt, books.make_bank(), amount), day)
    world.receipts.append((receipt, amount))


def identified(world: World, amount: Money, day: date, pick: int) -> None:
    receipt, held = world.receipts.pop(pick % len(world.receipts))
    instalment = books.make_instalment()
    books.post(postings.receipt_identified(receipt, postings.bank_gift(instalment, books.make_bank(), held, donor_kind="person")), day)
    world.gifts.append(instalment)


def own_money(world: World, amount: Money, day: date, pick: int) -> None:
    bank = books.make_bank()
    legs = [
        lambda: postings.interest(bank, amount),
        lambda: postings.bank_charge(bank, amount),
        lambda: postings.direct_cost("5220", amount),
        lambda: postings.direct_cost_paid(bank, amount),
        lambda: postings.operating_reserve(amount),
        lambda: postings.pledge_announced(books.make_instalment(), amount),
    ]
    books.post(legs[pick % len(legs)](), day)


def commit(world: World, amount: Money, day: date, pick: int) -> None:
    grant = books.make_grant()
    reservation = allocations.reserve(grant, amount, on=day, by=None, reference=f"reserve:{grant.code}")
    books.post(postings.grant_committed(grant, amount), day)
    world.grants.append((grant, reservation))


def pay(world: World, amount: Money, day: date, pick: int) -> None:
    grant, reservation = world.grants[pick % len(world.grants)]
    paid = min(amount, reservation.remaining)
    entry = books.post(postings.tranche_paid(grant, books.make_bank(), paid), day)
    allocations.confirm(reservation, entry, paid)
    world.payments.append((grant, entry, paid))


def returned(world: World, amount: Money, day: date, pick: int) -> None:
    grant, paid, sum_ = world.payments[pick % len(world.payments)]
    if balances.balance("1200", of=grant) < sum_:
        return
    back = books.post(postings.payment_returned(grant, books.make_bank(), sum_), max(day, paid.date))
    allocations.restore(paid, entry_returned=back)
    world.payments.pop(pick % len(world.payments))


def accept(world: World, amount: Money, day: date, pick: int) -> None:
    grant, _reservation = world.grants[pick % len(world.grants)]
    advance = balances.balance("1200", of=grant)
    books.post(postings.expenditure_accepted(grant, min(amount, advance), advance=advance, psc_rate=RATE), day)


def refund(world: World, amount: Money, day: date, pick: int) -> None:
    grant, _reservation = world.grants[pick % len(world.grants)]
    back = min(amount, balances.balance("1200", of=grant))
    books.post(postings.closure_unaccounted(grant, back), day)
    entry = books.post(postings.grant_refund(grant, books.make_bank(), back), day + timedelta(days=pick % 40))
    allocations.refund(grant, entry, back)


def back_to_donor(world: World, amount: Money, day: date, pick: int) -> None:
    instalment = world.gifts[pick % len(world.gifts)]
    books.post(postings.donor_refund_due(instalment, amount), day)
    if pick % 2:
        books.post(postings.donor_refund(instalment, books.make_bank(), amount), day)


def reverse_last(world: World, amount: Money, day: date, pick: int) -> None:
    entry = Entry.objects.filter(reference__startswith="test:").latest("pk")
    if not entry.fundings.exists() and entry.kind != Entry.Kind.REVERSAL:
        posting.reverse(entry, on=max(day, entry.date), by=None, reference=f"reverse:{entry.pk}", reason="random")


def month(world: World, amount: Money, day: date, pick: int) -> None:
    """The fund's own costs and income of the months before, charged to the contributions."""
    with clock.frozen(date(2028, 1, 1)):
        costs.allocate(Period.objects.get(year=day.year, number=day.month), by=make_user(Role.FINANCE))


def charged_back(world: World, amount: Money, day: date, pick: int) -> None:
    """Taken away from a gift whatever was done with it: others take over what it funded."""
    instalment = world.gifts[pick % len(world.gifts)]
    books.post([debit("4090", amount, instalment), credit("1010", amount, books.make_bank())], day, replaced=True)


def close(world: World, amount: Money, day: date, pick: int) -> None:
    closing.close_year(day.year, by=None)


ACTS: list[Callable[[World, Money, date, int], None]] = [
    *[gift, gift, agreement, cash_on_receivable, conditional_cash, condition, unidentified, identified, own_money, own_money],
    *[commit, commit, pay, pay, pay, returned, accept, accept, refund, back_to_donor, reverse_last, close],
    *[own_money, month, month, charged_back],
]

# What moves no cash, moves it between accounts, or comes from elsewhere


def revaluation(world: World, amount: Money, day: date, pick: int) -> None:
    """Of cash alone, of a receivable alone, or of both in one entry: lines that have no amount in their own currency."""
    nothing, rate = Money(0, "EUR"), Decimal("0.9")
    lines = [("1020", books.make_bank("EUR"))] if pick % 3 else []
    lines += [("1100", world.receivables[pick % len(world.receivables)][0])] if pick % 2 else []
    up = [debit(code, amount, of, nothing, rate) for code, of in lines]
    legs = [*up, credit("4200", usd(0) + sum((leg.amount for leg in up), usd(0)))]
    books.post(legs if pick % 5 else [*(leg.turned() for leg in up), debit("5400", legs[-1].amount)], day)


def conversion(world: World, amount: Money, day: date, pick: int) -> None:
    lost = min(amount, Money.from_minor(pick + 1, "USD"))
    euro = debit("1020", amount, books.make_bank("EUR"), Money("1000", "EUR"), Decimal("0.9"))
    books.post([euro, debit("5400", lost), credit("1010", amount + lost, books.make_bank())], day)


def impairment(world: World, amount: Money, day: date, pick: int) -> None:
    instalment, carrying = world.receivables[pick % len(world.receivables)]
    lost = min(amount, carrying)
    books.post([debit("5500", lost, instalment), credit("1190", lost, instalment)], day)
    if pick % 2:
        books.post([debit("1190", lost, instalment), credit("1100", lost, instalment)], day + timedelta(days=pick * 40))


def partner_impairment(world: World, amount: Money, day: date, pick: int) -> None:
    grant, _reservation = world.grants[pick % len(world.grants)]
    books.post([debit("5500", amount, grant if pick % 2 else None), credit("1290", amount, grant)], day)


def disallowed(world: World, amount: Money, day: date, pick: int) -> None:
    grant, _reservation = world.grants[pick % len(world.grants)]
    books.post(postings.expenditure_disallowed(grant, amount, psc_rate=RATE, earlier_year=bool(pick % 2)), day)


def estimate(world: World, amount: Money, day: date, pick: int) -> None:
    grant, _reservation = world.grants[pick % len(world.grants)]
    books.post([debit("5010", amount, grant), credit("1280", amount, grant)], day)


def in_kind(world: World, amount: Money, day: date, pick: int) -> None:
    books.post([debit("5200", amount), credit("4040", amount, books.make_instalment())], day)


def opening(world: World, amount: Money, day: date, pick: int) -> None:
    """What another system kept before: cash, an advance, a payable, the surplus and a reserve."""
    legs = [debit("1010", amount.times(3), books.make_bank()), debit("1200", amount, books.make_grant())]
    legs += [credit("2010", amount), credit("3100", amount), credit("3010", amount.times(2))]
    books.post(legs, day, kind=Entry.Kind.OPENING)


def own_cash(world: World, amount: Money, day: date, pick: int) -> None:
    bank = credit("1010", amount, books.make_bank())
    others = [
        debit("2400", amount), debit("1060", amount), debit("5300", amount), debit("1300", amount, books.make_instalment()),
        debit("3010", amount), debit("5010", amount, books.make_grant()), debit("1400", amount),
    ]  # fmt: skip
    other = others[pick % len(others)]
    books.post([other, bank] if pick < 7 else [other.turned(), bank.turned()], day)


def reopen(world: World, amount: Money, day: date, pick: int) -> None:
    entry = Entry.objects.filter(kind=Entry.Kind.CLOSING).latest("pk")
    posting.reverse(entry, on=max(day, entry.date), by=None, reference=f"reopen:{entry.pk}", reason="random")


MORE = [revaluation, conversion, impairment, partner_impairment, disallowed, estimate, in_kind, opening, own_cash, own_cash, reopen]


def _events(acts: list[Callable[[World, Money, date, int], None]], least: int, most: int) -> st.SearchStrategy:
    one = st.tuples(st.sampled_from(acts), st.integers(1, 90_000_00), st.integers(0, 900), st.integers(0, 11))
    return st.lists(one, min_size=least, max_size=most)


EVENTS = _events(ACTS, 12, 30)
EVERY_EVENT = _events([*ACTS, *MORE], 16, 36)


def happen(events: list[tuple[Callable[..., None], int, int, int]]) -> World:
    """Let the events happen, by their days; what can't happen does not."""
    books.open_years(*YEARS)
    world = World()
    for act, cents, days, pick in sorted(events, key=lambda event: event[2]):
        refused = (ValidationError, IndexError, ZeroDivisionError, ValueError, Entry.DoesNotExist)
        with contextlib.suppress(*refused), transaction.atomic():
            act(world, Money.from_minor(cents, "USD"), FIRST + timedelta(days=days), pick)
    return world
