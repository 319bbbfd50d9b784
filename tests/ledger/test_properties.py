"""Random sequences of the business events: the books stay in order, nothing goes below zero, the trace adds up to what was paid."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.books import give, make_bank, make_grant, make_instalment, open_years, post
from tests.factories.people import make_user
from tests.stories import stories
from trustfund import clock
from trustfund.ledger import balances, posting, postings, tags
from trustfund.ledger.closed import closing
from trustfund.ledger.funding import allocations, costs
from trustfund.ledger.funding.headroom import brought, headroom, over_windows, totals
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import Entry, FundWindow, Period
from trustfund.ledger.verification import check_books
from trustfund.money import Money, total, usd
from trustfund.people.roles import Role
from trustfund.statements import contributions, figures
from trustfund.statements.books import books_at

pytestmark = pytest.mark.django_db
EVENTS = [
    "gift", "agreement", "conditional", "certify", "certify", "pay", "pay", "pay", "returned", "report", "report", "disallow", "settle",
    "close_grant", "refund_donor", "reverse_gift", "interest", "cost", "release", "cost", "month", "month", "charge_back", "reverse",
]  # fmt: skip
STEP = st.tuples(st.sampled_from(EVENTS), st.integers(1, 500_000), st.integers(0, 5))


class Grant:
    """What the test itself remembers of a grant, to compare the ledger with."""

    def __init__(self, reservation):
        self.reservation, self.subaccount = reservation, reservation.grant
        self.payments, self.open = [], True

    @property
    def advance(self):
        return balances.balance("1200", of=self.subaccount)

    @property
    def payable(self):
        return -balances.balance("2020", of=self.subaccount)

    @property
    def due(self):
        return balances.balance("1210", of=self.subaccount)

    @property
    def commitment(self):
        return balances.balance("9010", of=self.subaccount)

    @property
    def drawable(self):
        """What can be paid of it: money may still be reserved where nothing is committed or owed any more."""
        return min(self.reservation.remaining, self.commitment + self.payable)


class Fund:
    """A fund to which random events happen; what is refused with a ValidationError did not happen."""

    def __init__(self):
        open_years(2026)
        self.day, self.bank = date(2026, 1, 2), make_bank()
        region = tags.create("region", "Region", "region")
        self.tags = [None, None, region, tags.create("call", "Call", "call", parent=region), None, None]
        self.gifts, self.grants, self.paid, self.numbers = [], [], Counter(), 0
        self.finance = make_user(Role.FINANCE)

    def happen(self, event, cents, choice):
        self.day = min(self.day + timedelta(days=choice), date(2026, 12, 31))
        try:
            with transaction.atomic():
                getattr(self, event)(Money.from_minor(cents, "USD"), choice)
        except ValidationError:
            return

    def post(self, legs):
        return post(legs, self.day) if legs else None

    def reference(self):
        self.numbers += 1
        return f"property:{self.numbers}"

    def pick(self, choice, which=lambda grant: True):
        found = [grant for grant in self.grants if which(grant)]
        if not found:
            raise ValidationError("no such grant")
        return found[choice % len(found)]

    # Money in

    def gift(self, amount, choice):
        rate = [None, Decimal("0.13"), Decimal("0.07")][choice % 3]
        self.gifts.append(give(amount, self.day, psc_rate=rate, tag=self.tags[choice]))

    def agreement(self, amount, choice):
        instalment = make_instalment(tag=self.tags[choice])
        self.post(postings.pledge_announced(instalment, amount))
        self.post(postings.agreement_signed(instalment, amount, donor_kind="organisation", announced=amount, current=choice > 2))
        received = amount.times(Decimal(90 + 5 * choice) / 100)
        about = {"carrying": amount, "charges": usd("0.01"), "current": choice > 2}
        self.post(postings.cash_on_receivable(instalment, self.bank, received, **about))

    def conditional(self, amount, choice):
        instalment = make_instalment()
        self.post(postings.conditional_cash(instalment, self.bank, amount))
        if choice % 3 == 0:
            self.post(postings.condition_met(instalment, received=amount, donor_kind="state"))
        elif choice % 3 == 1:
            self.post(postings.condition_failed(instalment, amount))
            self.post(postings.donor_refund(instalment, self.bank, amount))

    def refund_donor(self, amount, choice):
        rows = [row for row in headroom(self.day) if row.available > amount]
        if rows:
            instalment = rows[choice % len(rows)].instalment
            self.post(postings.donor_refund_due(instalment, amount))
            self.post(postings.donor_refund(instalment, self.bank, amount))

    def reverse_gift(self, amount, choice):
        gift = Entry.objects.filter(lines__subaccount__in=self.gifts, reversed_by__isnull=True).order_by("pk").first()
        if gift:
            posting.reverse(gift, on=self.day, by=None, reference=self.reference())

    def interest(self, amount, choice):
        self.post(postings.interest(self.bank, amount))

    def cost(self, amount, choice):
        self.post(postings.direct_cost("5200", amount))
        self.post(postings.direct_cost_paid(self.bank, amount))

    def month(self, amount, choice):
        ended = Period.objects.filter(ends_on__lte=self.day).order_by("year", "number")
        if ended:
            costs.allocate(ended.reverse()[min(choice, len(ended) - 1)], by=self.finance)

    def charge_back(self, amount, choice):
        gift = self.gifts[choice % len(self.gifts)]
        there = Money.from_minor(brought([gift.pk]).get(gift.pk, 0), "USD")
        amount = min(amount, there)
        lost = [debit("4090", amount, gift), credit("1030", amount)] if amount.amount > 0 else []
        if lost:
            post(lost, self.day, replaced=True)

    def reverse(self, amount, choice):
        """A cost, interest, or an NGO's refund that was entered in error."""
        codes = ("5200", "4100", "1210")
        found = Entry.objects.filter(lines__account__in=codes, reversed_by__isnull=True, reverses__isnull=True).distinct().order_by("-pk")
        entry = found[choice] if choice < len(found) else None
        if entry and not entry.lines.filter(account_id__in=("1200", "9010", "5010")).exists():
            posting.reverse(entry, on=self.day, by=None, reference=self.reference())
            for funding in entry.fundings.filter(kind="refund"):
                self.paid[funding.grant] += funding.amount_minor

    # Grants

    def window_of(self, choice):
        """The window whose money a grant is certified against."""
        return "general"

    def certify(self, amount, choice):
        grant = make_grant(tag=self.tags[5 - choice])
        reservation = allocations.reserve(grant, amount, on=self.day, by=None, reference=self.reference(), window=self.window_of(choice))
        self.post(postings.grant_committed(grant, amount))
        self.grants.append(Grant(reservation))

    def pay(self, amount, choice):
        grant = self.pick(choice, lambda each: each.open and each.drawable.amount > 0)
        amount = min(amount, grant.drawable)
        about = {"payable": min(grant.payable, amount), "refund_due": usd(0)}
        entry = self.post(postings.tranche_paid(grant.subaccount, self.bank, amount, **about))
        allocations.confirm(grant.reservation, entry, amount)
        grant.payments.append((entry, amount, about))
        self.paid[grant.subaccount] += amount.minor

    def returned(self, amount, choice):
        grant = self.pick(choice, lambda each: each.payments and each.open)
        entry, paid, about = grant.payments[-1]
        if grant.advance < paid - about["payable"]:
            raise ValidationError("the NGO has reported on it")
        charges = usd("0.01") if paid > usd(1) else usd(0)
        back = self.post(postings.payment_returned(grant.subaccount, self.bank, paid, charges=charges, **about))
        allocations.restore(entry, entry_returned=back)
        grant.payments.pop()
        self.paid[grant.subaccount] -= paid.minor

    def report(self, amount, choice):
        grant = self.pick(choice, lambda each: each.open)
        amount = min(amount, grant.advance + (grant.commitment if choice > 3 else usd(0)))
        rate = [None, Decimal("0.13")][choice % 2]
        self.post(postings.expenditure_accepted(grant.subaccount, amount, advance=grant.advance, psc_rate=rate))

    def disallow(self, amount, choice):
        grant = self.pick(choice)
        accepted = balances.balance("5010", of=grant.subaccount) - grant.payable
        if accepted.amount > 0:
            self.post(postings.expenditure_disallowed(grant.subaccount, min(amount, accepted)))

    def settle(self, amount, choice):
        grant = self.pick(choice, lambda each: each.due.amount > 0)
        amount = min(amount, grant.due)
        entry = self.post(postings.grant_refund(grant.subaccount, self.bank, amount))
        allocations.refund(grant.subaccount, entry, amount)
        self.paid[grant.subaccount] -= amount.minor
        grant.payments = []

    def release(self, amount, choice):
        grant = self.pick(choice, lambda each: each.open)
        free = min(grant.reservation.remaining - grant.payable, grant.commitment)
        if free.amount > 0:
            amount = min(amount, free)
            self.post(postings.residual_released(grant.subaccount, amount))
            allocations.release(grant.reservation, by=None, on=self.day, reference=self.reference(), amount=amount)

    def close_grant(self, amount, choice):
        grant = self.pick(choice, lambda each: each.open and not each.payable)
        self.post(postings.closure_unaccounted(grant.subaccount, grant.advance))
        self.post(postings.residual_released(grant.subaccount, grant.commitment))
        allocations.release(grant.reservation, by=None, on=self.day, reference=self.reference())
        grant.open = False


@given(steps=st.lists(STEP, min_size=5, max_size=30), close=st.booleans())
@settings(max_examples=stories(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_happens_the_books_stay_in_order(db, steps, close):
    with transaction.atomic(), clock.frozen(date(2026, 12, 31)):
        fund = Fund()
        for step in [("gift", 40_000_000, 0), *steps]:
            fund.happen(*step)
        if close and balances.unclosed_results(2026):
            closing.close_year(2026, by=None)
        connection.check_constraints()
        judge(fund)
        transaction.set_rollback(True)


def _tie(day):
    """The columns of all contributions tie to the headroom, and to the cash of Statement I with every item named."""
    books = books_at(day)
    columns = contributions.columns_of(books, contributions.instalments_of(books))
    for row in over_windows(day).values():
        mine = columns[row.instalment.pk]
        assert (mine.psc, mine.paid, mine.balance) == (row.psc, row.allocated, row.available + row.reserve + row.reserved)
        assert mine.accepted <= mine.paid + row.reserved  # more than was paid only where a tranche of an outright grant is due
    tied = contributions.contributions(books)
    parts = [row.values[0].amount for row in tied.tables[1].rows]
    assert total(parts[:-1]) == parts[-1] == figures.position(books).amounts("I.cash")[0]


def judge(fund):
    assert check_books() == []
    rows = balances.trial_balance(date(2026, 12, 31))
    assert total(row.balance for row in rows) == usd(0)
    for grant in fund.grants:
        trace = allocations.trace_of(grant.subaccount)
        assert total(row.paid for row in trace) == Money.from_minor(fund.paid[grant.subaccount], "USD")
        assert all(row.accepted <= row.allocated and row.accepted.amount >= 0 for row in trace)
        assert grant.advance.amount >= 0
    _tie(date(2026, 12, 31))
    room = totals(over_windows(date(2026, 12, 31)).values())
    if room:
        assert room["received"] - room["psc"] - room["reserved"] - room["allocated"] - room["charged"] == room["available"]
        assert room["moved"] == usd(0)
    for window in FundWindow.objects.all():
        assert all(row.available.amount >= 0 for row in headroom(date(2026, 12, 31), window=window.code))
