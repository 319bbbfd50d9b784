"""Statements III, IV and VII tie to I and II, and to the cent, on random books with every event, on any period and up to any head."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statements.random_books import ACTS, EVERY_EVENT, FIRST, MORE, agreement, happen
from tests.statements.test_tie_out import RANDOM, adds_up
from trustfund.ledger import chart, sealing
from trustfund.ledger.models import Entry, Line, Seal
from trustfund.money import total, zero
from trustfund.statements import ageing, cash_flow, figures, net_assets, pooled
from trustfund.statements.books import books_at, day_before, year_before

pytestmark = pytest.mark.django_db


@RANDOM
@given(events=EVERY_EVENT, days=st.integers(0, 1000), length=st.integers(0, 800), share=st.integers(20, 100))
def test_iii_iv_and_vii_tie_to_i_and_ii(events, days, length, share):
    happen(events)
    since, until = FIRST + timedelta(days=max(days - length, 0)), FIRST + timedelta(days=days)
    head = Seal.objects.filter(seq__lte=max(1, sealing.head().seq * share // 100)).latest("seq").seq
    ties(books_at(until, head), since)


def ties(books, since):
    """All three, of one period."""
    two = figures.performance(books, since)
    for statement in (_net_assets_tie(books, since, two), _cash_ties(books, since, two), _pooled_ties(books, since, two)):
        adds_up(statement)


def _position(books, day):
    return figures.position(books_at(day, books.seq))


@RANDOM
@given(events=EVERY_EVENT, days=st.integers(0, 1400))
def test_the_ageing_ties_to_i(events, days):
    happen(events)
    books = books_at(FIRST + timedelta(days=days))
    one = figures.position(books)
    owed, held = ageing.receivables(books), ageing.advances(books)
    for statement in (owed, held):
        adds_up(statement)
        for row in (row for table in statement.tables[:-1] for row in table.rows if row.kind == "line" and ":" in row.key):
            assert total(row.amounts[:-1]) == row.amounts[-1] or row.key.startswith("AGE")
    assert owed.amounts("tied")[0] == one.amounts("I.receivable_current")[0] + one.amounts("I.receivable_non_current")[0]
    assert held.amounts("tied") == one.amounts("I.advances")[:1]
    for statement, name in ((owed, "receivable"), (held, "advance"), (held, "due")):
        tables = [table for table in statement.tables if any(row.key == f"{name}:total" for row in table.rows)]
        assert [table.row(f"{name}:total").amounts[-1] for table in tables] in ([], statement.amounts(f"AGE.{name}:*"))


def _net_assets_tie(books, since, two):
    three = net_assets.net_assets(books, since)
    for prefix, column, start, end in (("", 0, since, books.as_of), ("before:", 1, year_before(since), year_before(books.as_of))):
        for key, day in (("beginning", day_before(start)), ("end", end)):
            then = _position(books, day)
            assert three.amounts(prefix + key)[-1] == then.amounts("net_assets")[0]
            assert three.amounts(prefix + key)[1] == then.amounts("I.reserves")[0]
        assert three.amounts(f"{prefix}result")[-1] == two.amounts("surplus")[column]
        assert three.amounts(f"{prefix}transfer")[-1] == zero()
    return three


def _cash_ties(books, since, two):
    """Opening cash and the flows are closing cash; each is the cash of Statement I; the surplus is that of Statement II."""
    four = cash_flow.cash_flow(books, since)
    ends, starts = [books.as_of, year_before(books.as_of)], [since, year_before(since)]
    assert four.amounts("closing") == four.amounts("cash") == [_position(books, day).amounts("I.cash")[0] for day in ends]
    assert four.amounts("opening") == [_position(books, day_before(day)).amounts("I.cash")[0] for day in starts]
    assert four.amounts("IV.result*") == two.amounts("surplus")
    assert four.amounts("IV.result.investment") == two.amounts("II.investment")
    return four


def _pooled_ties(books, since, two):
    """The balances are cash and investments of Statement I, what partners hold their balances there, expenditure that of Statement II."""
    seven = pooled.pooled(books, since)
    ends = [_position(books, day) for day in (year_before(books.as_of), books.as_of, books.as_of)]
    assert seven.amounts("closing") == seven.amounts("fund") == [_fund(each) for each in ends]
    starts = [_fund(_position(books, day_before(day))) for day in (year_before(since), since)]
    assert seven.amounts("opening") == [*starts, zero()]
    assert seven.amounts("held")[2:] == seven.amounts("partners")
    assert seven.amounts("VII.*.advances") == ends[2].amounts("I.advances")[:1]
    assert seven.amounts("VII.*.payable") == [-ends[2].amounts("I.grants_payable")[0]]
    assert seven.amounts("VII.*.accepted")[:2] == two.amounts("II.grants")[::-1]
    return seven


def _fund(position):
    return position.amounts("I.cash")[0] + position.amounts("I.investments")[0]


def test_the_random_books_have_every_kind_of_flow():
    cents = {"gift": 100_000_00, "commit": 10_000_00}
    acts = [agreement] * 8 + [*ACTS[:-1], *MORE[:-1]] * 6 + [*ACTS, *MORE]
    happen([(act, cents.get(act.__name__, 500_00), days, days // 3 % 12) for days, act in enumerate(acts, 1)])
    codes = set(Line.objects.values_list("account_id", flat=True))
    assert {"1020", "1060", "1190", "1210", "1280", "1290", "2400", "4040", "4200", "5400", "5500"} <= codes
    assert Line.objects.filter(original_minor=0).exists()
    assert set(Entry.objects.values_list("kind", flat=True)) >= {"opening", "closing", "reversal"}
    assert Entry.objects.filter(reverses__kind="closing").exists()
    ties(books_at(date(2026, 6, 30)), date(2025, 3, 1))


def test_every_account_has_its_place_in_the_flows():
    """By its class in the chart: no account is in none, and none is in two."""
    named = [code for _key, _label, codes in cash_flow.OPERATING for code in codes]
    balances = [each for each in chart.CHART if each.type in (chart.ASSET, chart.LIABILITY)]
    net = [each.code for each in chart.CHART if each.type == chart.NET]
    assert sorted(named) == sorted([*(each.code for each in balances if each.cash_flow == "operating"), "3900"])
    assert tuple(each.code for each in balances if each.cash_flow == "investing") == cash_flow.INVESTMENTS
    assert sorted([*cash_flow.DIRECT, "3900"]) == net
    places = {*pooled.FUND, pooled.UNIDENTIFIED, *pooled.USES}
    assert places == {each.code for each in chart.CHART if each.type != chart.MEMO}
