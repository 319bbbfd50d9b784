"""From the free cash to what can be granted: the steps add up, on random books too, with nothing left unexplained."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.donors.support import signed_in
from tests.factories.books import DAY, give, make_bank, make_grant, make_instalment, open_years, post
from tests.statements.random_books import EVERY_EVENT, FIRST, happen
from tests.statements.test_tie_out import RANDOM
from trustfund import clock
from trustfund.ledger import postings
from trustfund.ledger.funding import allocations
from trustfund.ledger.funding.headroom import room_by_window
from trustfund.ledger.legs import credit, debit
from trustfund.money import total, usd, zero
from trustfund.people.roles import Role
from trustfund.treasury.bridge import bridge
from trustfund.treasury.position import position

pytestmark = pytest.mark.django_db


def ties(day):
    found = bridge(position(day))
    available = total(row.available for rows in room_by_window(day).values() for row in rows)
    assert [step for step in found.steps if not (step.label and step.url)] == []
    assert found.free + total(step.amount for step in found.steps) == found.available == available
    assert found.unexplained == zero()
    return found


@RANDOM
@given(events=EVERY_EVENT, days=st.integers(0, 1400))
def test_the_steps_lead_to_the_headroom_on_random_books(events, days):
    happen(events)
    ties(FIRST + timedelta(days=days))


def test_support_cost_that_no_contribution_set_aside_is_a_step():
    with clock.frozen(DAY):
        open_years(2026)
        gift, grant = give("10000"), make_grant()  # of a donor who sets nothing aside
        reservation = allocations.reserve(grant, usd("4000"), on=DAY, by=None, reference="r")
        paid = post(postings.tranche_paid(grant, make_bank(), usd("3000")))
        allocations.confirm(reservation, paid, usd("3000"))
        post(postings.expenditure_accepted(grant, usd("2000"), advance=usd("3000"), psc_rate=Decimal("0.13")))
        post([debit("5200", usd("70")), credit("4040", usd("70"), gift)])
        found = ties(DAY)
    assert (found.free, found.available) == (usd("5740"), usd("6000"))
    assert [(step.amount, step.url.split("?")[0]) for step in found.steps] == [(usd("260"), "/books/accounts/5100/")]


def test_each_step_is_named_and_leads_to_its_lines():
    # 113,000 came with 13 % in it; 7,000 are the reserve; 5,000 hang on a condition; costs of 1,500 nobody bears yet
    with clock.frozen(DAY):
        open_years(2026)
        give("113000", psc_rate=Decimal("0.13"))
        grant = make_grant()
        allocations.reserve(grant, usd("40000"), on=DAY, by=None, reference="r")
        post([debit("3010", usd("7000")), credit("3100", usd("7000"))])
        post(postings.conditional_cash(make_instalment(), make_bank(), usd("5000")))
        post(postings.direct_cost("5220", usd("1500")))
        found = ties(DAY)
        assert (found.free, found.available) == (usd("51500"), usd("65000"))
        assert [(step.amount, step.url.split("?")[0]) for step in found.steps] == [
            (usd("7000"), "/books/accounts/3100/"),
            (usd("5000"), "/books/accounts/2200/"),
            (usd("1500"), "/books/costs/"),
        ]
        page = signed_in(Role.AUDITOR).get("/treasury/").content.decode()
    assert "From free cash to what can be granted" in page
    assert "Unexplained" not in page
