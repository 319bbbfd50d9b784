"""Random sequences of every business event: the books stay in order, nothing goes below zero, the trace adds up to what was paid, and
the statements tie to each other and to the trial balance.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.factories.books import give, make_bank, make_grant, make_instalment, open_years, post
from tests.statements.test_flows_tie import ties
from tests.statements.test_tie_out import adds_up
from trustfund.ledger import allocations, balances, closing, posting, postings, standing, subaccounts, tags
from trustfund.ledger.headroom import headroom, totals
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import Entry, FundWindow
from trustfund.ledger.verification import check_books
from trustfund.money import Money, total, usd
from trustfund.statements import contributions, figures
from trustfund.statements.books import books_at

pytestmark = pytest.mark.django_db
EVENTS = [
    "gift", "agreement", "conditional", "certify", "certify", "pay", "pay", "pay", "returned", "report", "report", "disallow", "settle",
    "close_grant", "refund_donor", "reverse_gift", "interest", "cost", "release", "unidentified", "identified", "in_kind", "promise",
    "promise", "impair", "write_off", "keep_promise", "estimate", "estimate_back", "exchange", "revalue", "reserve", "support_paid",
    "between_windows", "charge",
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


class Fund:
    """A fund to which random events happen; what is refused with a ValidationError did not happen."""

    def __init__(self):
        open_years(2026)
        self.day, self.bank = date(2026, 1, 2), make_bank()
        region = tags.create("region", "Region", "region")
        self.tags = [None, None, region, tags.create("call", "Call", "call", parent=region), None, None]
        self.gifts, self.grants, self.paid, self.numbers = [], [], Counter(), 0
        self.receipts, self.promises, self.estimates, self.euro = [], [], [], make_bank("EUR")
        self.windows = [self._window("general"), self._window("emergency")]

    @staticmethod
    def _window(code):
        window, made = FundWindow.objects.get_or_create(code=code, defaults={"name": code})
        if made:
            standing.put("window.open", window, by=None)
        return subaccounts.open("window", f"WINDOW-{code}", name=code, public_label=code)

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

    def charge(self, amount, choice):
        self.post(postings.bank_charge(self.bank, amount))

    def unidentified(self, amount, choice):
        receipt = subaccounts.open("receipt", self.reference(), name="Receipt", public_label="Receipt")
        self.post(postings.unidentified_receipt(receipt, self.bank, amount))
        self.receipts.append((receipt, amount))

    def identified(self, amount, choice):
        receipt, held = self._one_of(self.receipts, choice)
        gift = make_instalment()
        self.post(postings.receipt_identified(receipt, postings.bank_gift(gift, self.bank, held, donor_kind="person")))

    def in_kind(self, amount, choice):
        """It brings no money: nothing can be certified from it."""
        giver = make_instalment()
        self.post([debit("5220", amount), credit("4040", amount, giver)])
        assert [row.available for row in headroom(self.day) if row.instalment == giver] in ([], [usd(0)])

    @staticmethod
    def _one_of(found, choice):
        if not found:
            raise ValidationError("there is none")
        return found.pop(choice % len(found))

    # What is promised, doubted, given up

    def promise(self, amount, choice):
        instalment = make_instalment()
        self.post(postings.agreement_signed(instalment, amount, donor_kind="state", current=bool(choice % 2)))
        self.promises.append((instalment, bool(choice % 2)))

    def _promised(self, choice):
        instalment, current = self._one_of(self.promises, choice)
        owed = balances.balance("1100" if current else "1110", of=instalment)
        allowed = -balances.balance("1190", of=instalment)
        return instalment, current, owed, allowed

    def impair(self, amount, choice):
        instalment, current, owed, allowed = self._promised(choice)
        self.promises.append((instalment, current))
        self.post(_some(debit("5500", min(amount, owed - allowed), instalment), credit("1190", min(amount, owed - allowed), instalment)))

    def write_off(self, amount, choice):
        instalment, current, owed, allowed = self._promised(choice)
        rest = debit("5500", owed - allowed, instalment)
        self.post(_some(debit("1190", allowed, instalment), rest, credit("1100" if current else "1110", owed, instalment)))

    def keep_promise(self, amount, choice):
        instalment, current, owed, allowed = self._promised(choice)
        self.post(_some(debit("1190", allowed, instalment), credit("5500", allowed, instalment)))
        self.post(postings.cash_on_receivable(instalment, self.bank, owed.times(2), carrying=owed, current=current))

    # The Fund's own money

    def exchange(self, amount, choice):
        """Dollars become euros at 0.8, with a loss of a cent where there is one."""
        lost = usd("0.01") if choice % 2 else usd(0)
        euros = debit("1020", amount, self.euro, Money.rounded(amount.amount * Decimal("0.8"), "EUR"), Decimal("0.8"))
        self.post(_some(euros, debit("5400", lost), credit("1010", amount + lost, self.bank)))

    def revalue(self, amount, choice):
        """The euros at the bank in dollars alone; every promise too, a few of them down."""
        nothing = Money(0, "EUR")
        for code, of, named in [("1020", self.euro, None), *(("1100", each, each) for each, current in self.promises if current)]:
            up = choice % 2 or balances.balance(code, of=of) <= amount
            legs = [debit(code, amount, of, nothing, Decimal("0.8")), credit("4200", amount, named)]
            self.post(legs if up else [credit(code, amount, of, nothing, Decimal("0.8")), debit("5400", amount, named)])

    def reserve(self, amount, choice):
        self.post(postings.operating_reserve(amount if choice % 2 else min(amount, -balances.balance("3100")).times(-1)))

    def support_paid(self, amount, choice):
        owed = -balances.balance("2400")
        if owed.amount > 0:
            self.post(postings.programme_support_settled(self.bank, min(amount, owed)))

    def between_windows(self, amount, choice):
        """One window owes another; every second time it is paid at once."""
        giver, taker = self.windows if choice % 2 else self.windows[::-1]
        gives, takes = giver.name, taker.name
        owed = _in(gives, debit("3900", amount), credit("2900", amount, taker))
        self.post(owed + _in(takes, debit("1900", amount, giver), credit("3900", amount)))
        if choice % 3:
            paid = _in(gives, debit("2900", amount, taker), credit("1010", amount, self.bank))
            self.post(paid + _in(takes, debit("1010", amount, self.bank), credit("1900", amount, giver)))

    # Grants

    def estimate(self, amount, choice):
        grant = self.pick(choice, lambda each: each.open and each.advance.amount > 0)
        least = min(amount, grant.advance + balances.balance("1280", of=grant.subaccount))
        legs = _some(debit("5010", least, grant.subaccount), credit("1280", least, grant.subaccount))
        entry = self.post([*legs, *postings.programme_support(grant.subaccount, least, Decimal("0.13"))])
        self.estimates += [entry] if entry else []

    def estimate_back(self, amount, choice):
        posting.reverse(self._one_of(self.estimates, choice), on=self.day, by=None, reference=self.reference())

    def certify(self, amount, choice):
        grant = make_grant(tag=self.tags[5 - choice])
        reservation = allocations.reserve(grant, amount, on=self.day, by=None, reference=self.reference())
        self.post(postings.grant_committed(grant, amount))
        self.grants.append(Grant(reservation))

    def pay(self, amount, choice):
        grant = self.pick(choice, lambda each: each.open and each.reservation.remaining.amount > 0)
        amount = min(amount, grant.reservation.remaining, grant.commitment + grant.payable)
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
        accepted = balances.balance("5010", of=grant.subaccount) - grant.payable + balances.balance("1280", of=grant.subaccount)
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


@given(steps=st.lists(STEP, min_size=10, max_size=40), close=st.booleans())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
def test_whatever_happens_the_books_stay_in_order(db, steps, close):
    with transaction.atomic():
        fund = Fund()
        for step in [("gift", 40_000_000, 0), *steps]:
            fund.happen(*step)
        if close and balances.unclosed_results(2026):
            closing.close_year(2026, by=None)
        connection.check_constraints()
        judge(fund)
        transaction.set_rollback(True)


def _some(*legs):
    return [leg for leg in legs if leg.amount.amount > 0]


def _in(window, *legs):
    return [replace(leg, window=window) for leg in legs]


def judge(fund):
    assert check_books() == []
    rows = balances.trial_balance(date(2026, 12, 31))
    assert total(row.balance for row in rows) == usd(0)
    for grant in fund.grants:
        trace = allocations.trace_of(grant.subaccount)
        assert total(row.paid for row in trace) == Money.from_minor(fund.paid[grant.subaccount], "USD")
        assert all(row.accepted <= row.paid and row.accepted.amount >= 0 for row in trace)
        assert grant.advance.amount >= 0
    room = totals(headroom(date(2026, 12, 31)))
    if room:
        assert room["received"] - room["psc"] - room["reserved"] - room["allocated"] == room["available"]
        assert all(row.available.amount >= 0 for row in headroom(date(2026, 12, 31)))
    statements(books_at(date(2026, 12, 31)))


def statements(books):
    """I to IV and VII tie to each other, and the columns of all donors to the cash of Statement I."""
    one = figures.position(books)
    assert one.amounts("net") == one.amounts("net_assets")
    assert figures.performance(books).amounts("surplus")[0] == one.amounts("surplus_of_year")[0]
    ties(books, date(2026, 1, 1))
    donors = contributions.contributions(books)
    for statement in (one, donors):
        adds_up(statement)
    assert donors.amounts("t:cash") == one.amounts("I.cash")[:1]
