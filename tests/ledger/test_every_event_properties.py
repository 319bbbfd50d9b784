"""Random sequences of every event of the books: those of grants and contributions (test_properties.py), and what finance adds to them.

Receipts that nobody can name, gifts in kind, promises doubted, written off and kept, estimates and their reversal, other currencies,
the reserve, support paid over, windows. Everything of check_books holds, and the statements tie to each other.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.factories.books import make_bank, make_instalment, post
from tests.ledger import test_properties as base
from tests.statements.test_flows_tie import ties
from tests.statements.test_tie_out import adds_up
from tests.stories import stories
from trustfund import clock
from trustfund.ledger import balances, posting, postings, standing, subaccounts
from trustfund.ledger.closed import closing
from trustfund.ledger.funding import allocations, moving, trace
from trustfund.ledger.funding.headroom import headroom
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import FundWindow
from trustfund.money import Money, total, usd
from trustfund.statements import contributions, figures
from trustfund.statements.books import books_at

pytestmark = pytest.mark.django_db
EVENTS = [
    *base.EVENTS, "unidentified", "identified", "in_kind", "promise", "promise", "impair", "write_off", "keep_promise", "estimate",
    "estimate_back", "exchange", "revalue", "reserve", "support_paid", "between_windows", "moved_back", "charge", "outright", "outright",
    "unspent",
]  # fmt: skip
STEP = st.tuples(st.sampled_from(EVENTS), st.integers(1, 500_000), st.integers(0, 5))
LAST = date(2026, 12, 31)


def _some(*legs):
    return [leg for leg in legs if leg.amount.amount > 0]


def _in(window, *legs):
    return [replace(leg, window=window) for leg in legs]


class Fund(base.Fund):
    """The fund of the other machine, to which more happens."""

    def __init__(self):
        super().__init__()
        self.receipts, self.promises, self.estimates, self.euro = [], [], [], make_bank("EUR")
        self.moved = []
        self.windows = [self._window("general"), self._window("emergency")]

    @staticmethod
    def _window(code):
        window, made = FundWindow.objects.get_or_create(code=code, defaults={"name": code})
        if made:
            standing.put("window.open", window, by=None)
        return subaccounts.open("window", f"WINDOW-{code}", name=code, public_label=code)

    def post(self, legs):
        """Whatever names a grant is posted in the window that reserved for it."""
        found = [leg.of.pk for leg in legs if leg.of is not None and leg.of.kind == "grant"]
        windows = {window for each in allocations.windows_of(found).values() for window in each}
        return post(legs, self.day, **({"window": windows.pop()} if windows else {})) if legs else None

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
        """One window gives to another, as far as its contributions have something free; most often it is paid at once."""
        giver, taker = self.windows if choice % 2 else self.windows[::-1]
        gives, takes = giver.name, taker.name
        free = [row.available for row in headroom(self.day, window=gives, only_eligible=True) if row.available.minor > 0]
        amount = min(amount, total(free))
        owed = _in(gives, debit("3900", amount), credit("2900", amount, taker))
        entry = self.post(owed + _in(takes, debit("1900", amount, giver), credit("3900", amount)))
        moving.transfer(entry, amount, giver=gives, taker=takes, by=None)
        self.moved.append(entry)
        if choice % 3:
            paid = _in(gives, debit("2900", amount, taker), credit("1010", amount, self.bank))
            self.post(paid + _in(takes, debit("1010", amount, self.bank), credit("1900", amount, giver)))

    def moved_back(self, amount, choice):
        """Refused when the other window has used it."""
        posting.reverse(self._one_of(self.moved, choice), on=self.day, by=None, reference=self.reference())

    # Grants

    def window_of(self, choice):
        return "emergency" if choice % 2 else "general"

    def outright(self, amount, choice):
        """A tranche of an outright grant is due: no report is needed, and it is paid later."""
        grant = self.pick(choice, lambda each: each.open and each.advance.amount <= 0)
        amount = min(amount, grant.commitment)
        if amount.amount > 0:
            legs = postings.outright_due(grant.subaccount, amount, psc_rate=[None, Decimal("0.13")][choice % 2])
            window = grant.reservation.window_id
            posting.post(legs, reference=self.reference(), on=self.day, by=None, source=trace.DUE, window=window)

    def unspent(self, amount, choice):
        """Of what was due, paid or not, something is not spent."""
        grant = self.pick(choice, lambda each: each.open)
        due = balances.balance("5010", of=grant.subaccount) + balances.balance("1280", of=grant.subaccount)
        amount = min(amount, due)
        if amount.amount > 0:
            self.post(postings.outright_unspent(grant.subaccount, amount, payable=grant.payable, this_year=due))

    def estimate(self, amount, choice):
        grant = self.pick(choice, lambda each: each.open and each.advance.amount > 0)
        least = min(amount, grant.advance + balances.balance("1280", of=grant.subaccount))
        legs = _some(debit("5010", least, grant.subaccount), credit("1280", least, grant.subaccount))
        entry = self.post([*legs, *postings.programme_support(grant.subaccount, least, Decimal("0.13"))])
        self.estimates += [entry] if entry else []

    def estimate_back(self, amount, choice):
        posting.reverse(self._one_of(self.estimates, choice), on=self.day, by=None, reference=self.reference())

    def disallow(self, amount, choice):
        """What was accepted, not what is estimated."""
        grant = self.pick(choice)
        accepted = balances.balance("5010", of=grant.subaccount) - grant.payable + balances.balance("1280", of=grant.subaccount)
        if accepted.amount > 0:
            self.post(postings.expenditure_disallowed(grant.subaccount, min(amount, accepted)))


@given(steps=st.lists(STEP, min_size=10, max_size=40), close=st.booleans())
@example(steps=[("certify", 482, 2), ("report", 34_355, 5), ("unspent", 1509, 3), ("pay", 41_850, 0)], close=False)
@settings(max_examples=stories(15), deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
def test_whatever_happens_the_books_stay_in_order_and_the_statements_tie(db, steps, close):
    """Not shrunk: each example writes whole books."""
    with transaction.atomic(), clock.frozen(LAST):
        fund = Fund()
        for step in [("gift", 40_000_000, 0), *steps]:
            fund.happen(*step)
        if close and balances.unclosed_results(LAST.year):
            closing.close_year(LAST.year, by=None)
        connection.check_constraints()
        base.judge(fund)
        _tie(books_at(LAST))
        transaction.set_rollback(True)


def _tie(books):
    """I to IV and VII tie to each other, and the columns of all donors to the cash of Statement I."""
    one = figures.position(books)
    assert one.amounts("net") == one.amounts("net_assets")
    assert figures.performance(books).amounts("surplus")[0] == one.amounts("surplus_of_year")[0]
    ties(books, date(LAST.year, 1, 1))
    donors = contributions.contributions(books)
    for statement in (one, donors):
        adds_up(statement)
    assert donors.amounts("t:cash") == one.amounts("I.cash")[:1]
