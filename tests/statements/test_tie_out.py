"""On random books everything ties: to the trial balance, to each other, to the trace, to the cent, on any day and up to any head."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.factories.books import DAY, give, open_years, post
from tests.statements.random_books import EVENTS, FIRST, happen
from tests.stories import stories
from trustfund.ledger import balances, chart, sealing, standing, subaccounts
from trustfund.ledger.funding import headroom, moving
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import FundWindow, Seal, Subaccount
from trustfund.ledger.verification import check_books
from trustfund.money import total, usd, zero
from trustfund.statements import contributions, figures, grant
from trustfund.statements.books import books_at, line_of
from trustfund.statements.shape import Figure, Statement

pytestmark = pytest.mark.django_db
RANDOM = settings(max_examples=stories(5), deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
"""Not shrunk: each example writes whole books."""


def adds_up(statement: Statement) -> None:
    """Each figure that adds up others does."""
    rows = {}
    for table in statement.tables:
        rows |= {row.key: row for row in table.rows}
        for row in table.rows:
            for index, value in enumerate(row.values):
                if not isinstance(value, Figure):
                    continue
                if value.terms:
                    assert value.amount == statement.books.amount(*value.terms)
                elif value.across:
                    assert value.amount == total(_signed(row.values[abs(n) - 1].amount, n) for n in value.across)
                elif value.parts:
                    parts = [(part.removeprefix("-"), -1 if part.startswith("-") else 1) for part in value.parts]
                    assert value.amount == total(_signed(rows[key].values[index].amount, sign) for key, sign in parts), row.key


def _signed(amount, sign):
    return amount if sign > 0 else -amount


@RANDOM
@given(events=EVENTS, days=st.integers(0, 1000), share=st.integers(0, 100))
def test_statements_tie_to_the_trial_balance(events, days, share):
    happen(events)
    day = FIRST + timedelta(days=days)
    head = Seal.objects.filter(seq__lte=max(1, sealing.head().seq * share // 100)).latest("seq").seq
    books = books_at(day, head)
    trial = balances.trial_balance(day, head, closing=False)
    one, two = figures.position(books), figures.performance(books)
    _lines_tie(one, two, trial, day)
    assert one.amounts("net") == one.amounts("net_assets")
    assert two.amounts("surplus")[0] == one.amounts("surplus_of_year")[0]
    for statement in (one, two, figures.trial_balance(books), contributions.contributions(books)):
        adds_up(statement)


def _lines_tie(one, two, trial, day):
    """Every account of the trial balance is in exactly one line; nothing else is."""
    assert total(row.balance for row in trial) == zero()
    by_line = defaultdict(zero)
    for row in trial:
        if row.account.type == chart.MEMO:
            continue
        by_line[line_of(row.account.code)] += row.balance
    results = total(amount for line, amount in by_line.items() if line.startswith("II."))
    for line, amount in by_line.items():
        if line.startswith("I.") and line != "I.accumulated_surplus" and line not in ("I.windows", "I.transfers"):
            assert abs(one.amounts(line)[0]) == abs(amount)
    funds = one.amounts("I.accumulated_surplus")[0] + one.amounts("surplus_of_year")[0]
    assert funds == -(results + by_line["I.accumulated_surplus"])
    assert one.amounts("assets")[0] == total(row.balance for row in trial if row.account.type == chart.ASSET)
    assert one.amounts("liabilities")[0] == -total(row.balance for row in trial if row.account.type == chart.LIABILITY)
    before = balances.trial_balance(date(day.year - 1, 12, 31), one.books.seq, closing=False)
    year = results - total(row.balance for row in before if row.account.type in (chart.REVENUE, chart.EXPENSE))
    assert two.amounts("surplus")[0] == -year


@RANDOM
@given(events=EVENTS, days=st.integers(0, 1000))
def test_the_trial_balance_is_the_ledgers(events, days):
    happen(events)
    day = FIRST + timedelta(days=days)
    statement = figures.trial_balance(books_at(day))
    found = {row.key: row.amounts[3] for table in statement.tables for row in table.rows if row.key in chart.BY_CODE}
    wanted = {row.account.code: row.balance for row in balances.trial_balance(day)}
    assert {code: amount for code, amount in found.items() if amount} == {code: amount for code, amount in wanted.items() if amount}
    before, debits, credits, balance = statement.amounts("total")
    assert (before, balance) == (usd(0), usd(0))
    assert debits == credits


@RANDOM
@given(events=EVENTS)
def test_contributions_tie_to_the_headroom_and_to_cash(events):
    happen(events)
    books = books_at(date(2028, 12, 31))
    instalments = list(contributions.instalments_of(books))
    columns = contributions.columns_of(books, instalments)
    for row in headroom.headroom(books.as_of):
        mine = columns[row.instalment.pk]
        assert (mine.kept, mine.psc, mine.paid) == (row.received - row.charged, row.psc, row.allocated)
        assert mine.balance == row.available + row.reserve + row.reserved
    statement = contributions.contributions(books)
    assert statement.amounts("t:cash") == figures.position(books).amounts("I.cash")[:1]
    assert not [row for row in statement.tables[1].rows if row.key == "t:grants"]
    _donors_add_up(books, statement)


def _donors_add_up(books, statement):
    """The sum of the donors' statements is the total of all contributions."""
    donors = Subaccount.objects.filter(kind=Subaccount.Kind.DONOR)
    each = [contributions.donor_statement(books, donor) for donor in donors]
    for found in each:
        adds_up(found)
    sums = [total(found.amounts("c:total")[index] for found in each) for index in range(10)]
    assert sums == statement.amounts("d:total")


@RANDOM
@given(events=EVENTS, days=st.integers(0, 1000))
def test_grants_tie_to_the_trace(events, days):
    happen(events)
    books = books_at(FIRST + timedelta(days=days))
    grants = [grant.grant_statement(books, each) for each in Subaccount.objects.filter(kind=Subaccount.Kind.GRANT)]
    for found in grants:
        adds_up(found)
        if found.tables[2].rows:
            _reserved, paid, accepted, _advance = found.amounts("s:total")
            assert paid == found.amounts("cash")[0]
            assert accepted == found.amounts("accepted")[0]
    together = grant.grants(books)
    adds_up(together)
    if together.tables[0].rows:
        _committed, paid, accepted, open_, _payable, _due = together.amounts("g:total")
        assert paid == total(found.amounts("cash")[0] for found in grants)
        assert accepted == total(found.amounts("accepted")[0] for found in grants)
        assert open_ == figures.position(books).amounts("I.advances")[0]
    advances = total(found.amounts("advance")[0] for found in grants)
    assert advances == figures.position(books).amounts("I.advances")[0]


def test_what_one_window_owes_another_is_no_finding():
    """1900 and 2900 are eliminated against each other in Statement I, before they are settled too."""
    open_years(2026)
    window = FundWindow.objects.create(code="emergency", name="Emergencies")
    standing.put("fundwindow.open", window, by=None)
    giver, taker = (subaccounts.open("window", f"WINDOW-{code}", name=code, public_label=code) for code in ("general", "emergency"))
    legs = [debit("3900", usd(5)), credit("2900", usd(5), taker)]
    legs += [replace(leg, window="emergency") for leg in (debit("1900", usd(5), giver), credit("3900", usd(5)))]
    gift = give("5")
    moving.transfer(post(legs), usd(5), giver="general", taker="emergency", by=None)
    assert gift.code in {row.instalment.code for row in headroom.headroom(DAY, window="emergency")}
    assert check_books() == []
