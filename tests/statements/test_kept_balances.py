"""Figures are the same with what was kept at closings and without it: on random books, on any day, up to any head."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from unittest import mock

import pytest
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from tests import lock_order
from tests.factories import books as factories
from tests.factories.people import make_user
from tests.statements.random_books import ACTS, FIRST, MORE, _events, happen
from tests.statements.test_tie_out import RANDOM
from trustfund.ledger import balances, chart, periods, postings, sealing
from trustfund.ledger.closed import days as at_once
from trustfund.ledger.closed import kept
from trustfund.ledger.closed.checks import kept_balances
from trustfund.ledger.closed.marks import YEAR_END
from trustfund.ledger.closed.models import ClosedBooks
from trustfund.ledger.funding import costs, headroom
from trustfund.ledger.models import Line, Period, Seal, Subaccount
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.statements import ageing, budget, cash_flow, figures, net_assets, notes, pooled
from trustfund.statements.books import books_at
from trustfund.treasury import delivery
from trustfund.treasury.position import position
from trustfund.vouchers.prepared.moment import Moment

pytestmark = pytest.mark.django_db
STATE = Period.State


def people():
    """A finance officer and an approving officer."""
    found = User.objects.filter(name__in=["Finance", "Approver"]).order_by("pk")
    return list(found) or [make_user(Role.FINANCE, name="Finance"), make_user(Role.APPROVER, name="Approver")]


def close_months(world, amount, day, pick):
    """Everything that ended by the day; the adjustments of the year before, and its months, now and then later than this year's."""
    finance, approver = people()
    found = Period.objects.filter(ends_on__lte=day, state=STATE.OPEN).order_by("-year" if pick % 2 else "year", "number")
    for period in found.exclude(number=13) if pick % 3 else found:
        if not Period.objects.filter(year=period.year_id, number__lt=period.number).exclude(state=STATE.CLOSED).exists():
            periods.close(periods.propose_closing(period, by=finance), by=approver)


def reopen_one(world, amount, day, pick):
    """The last closed period of a year."""
    finance, approver = people()
    closed_ones = list(Period.objects.filter(state=STATE.CLOSED).order_by("-ends_on", "-number"))
    periods.reopen(periods.propose_reopening(closed_ones[0], by=finance), by=approver)


CLOSINGS = [close_months, close_months, close_months, reopen_one]
EVENTS_AND_CLOSINGS = _events([*ACTS, *MORE, *CLOSINGS, *CLOSINGS], 20, 40)


def live(events):
    """Let them happen. Many periods are closed in one transaction here, as nobody does: the order of their locks is not looked at."""
    happen(events)
    lock_order.broken.clear()


def everything(day, since, head):
    """Every figure there is, of one day and head."""
    books = books_at(day, head)
    made = [figures.position(books), figures.trial_balance(books, since), figures.performance(books, since)]
    made += [room(books, since) for room in (net_assets.net_assets, cash_flow.cash_flow, pooled.pooled, budget.budget_and_actual)]
    made += [ageing.receivables(books), ageing.advances(books), notes.notes(books, since)]
    banks = Subaccount.objects.filter(kind="bank").order_by("code")
    return [
        [(row.key, row.amounts) for statement in made for table in statement.tables for row in table.rows],
        [balances.trial_balance(day, head, closing=closing) for closing in (True, False)],
        [balances.balance(code, day, head=head, closing=closing) for code in ("1010", "3010", "5010", "1200") for closing in (True, False)],
        [balances.balance("1010", day, bank, head=head, window="general") for bank in banks],
        [balances.original_balance(code, bank, day) for bank in banks for code in ("1010", "1020")],
        balances.bank_balances(day),
        balances.unclosed_results(day.year),
        balances.movements("1010", since, day, head=head)[0],
        [(row.instalment.pk, row.available, row.first_received_on) for row in headroom.headroom(day, head=head)],
        [Moment(day, head).held(chart.BY_CODE, estimates=estimates) for estimates in (True, False)],
        position(day),
        delivery.delivered(day),
        costs.posted(Period.objects.all(), before=head + 1),
    ]


@contextlib.contextmanager
def nothing_kept():
    """Everything is added up from the lines."""
    never = kept.NEWEST.replace("WHERE b.as_of", "WHERE 1 = 0 AND b.as_of")
    with mock.patch.object(kept, "NEWEST", never), mock.patch.object(at_once.Shelf, "at", return_value=None):
        yield


@RANDOM
@given(events=EVENTS_AND_CLOSINGS, days=st.integers(0, 1000), length=st.integers(0, 800), share=st.integers(20, 100))
def test_figures_are_the_same_with_kept_balances_and_without(events, days, length, share):
    live(events)
    until, since = FIRST + timedelta(days=days), FIRST + timedelta(days=max(days - length, 0))
    part = Seal.objects.filter(seq__lte=max(1, sealing.head().seq * share // 100)).order_by("seq").last()
    for day in {until, date(until.year, until.month, 1) - timedelta(days=1), date(until.year, 12, 31)}:
        for head in {part.seq if part else 0, sealing.head().seq} - {0}:
            found = everything(day, min(since, day), head)
            with nothing_kept():
                assert found == everything(day, min(since, day), head)


ASKED = [
    (["account_id", "window_id"], delivery.MARKS + costs.MARKS, {}),
    (["subaccount_id", "account_id"], (), {"account_id__in": ["1010", "1200", "5010"]}),
]


@RANDOM
@given(events=EVENTS_AND_CLOSINGS, some=st.lists(st.integers(0, 1000), max_size=5), share=st.integers(20, 100))
def test_several_days_at_once_are_what_each_is_by_itself(events, some, share):
    live(events)
    months = Period.objects.order_by("ends_on").values_list("ends_on", flat=True)
    wanted = sorted({*(FIRST + timedelta(days=number) for number in some), *months[::2]})
    for head in (None, sealing.head().seq * share // 100):
        for (by, pairs, narrow), apart in zip(ASKED, (kept.year_end_entries(), None), strict=True):
            names = [name for name, _condition in pairs]
            each = [kept.Reading.at(day, head, names).totals(by, pairs, without=apart, **narrow) for day in wanted]
            assert at_once.totals(wanted, by, pairs, head=head, without=apart, **narrow) == each


@RANDOM
@given(events=EVENTS_AND_CLOSINGS, days=st.integers(0, 1000))
def test_delivery_and_own_costs_are_those_of_the_lines(events, days):
    live(events)
    rows, windows = delivery.delivered(day := FIRST + timedelta(days=days))
    for part in delivery.PARTS:
        for row, about in [*((row, {"year": int(row.key)}) for row in rows), *((row, {"window": row.key}) for row in windows)]:
            assert getattr(row, part).minor == sum(line.debit - line.credit for line in delivery.lines(part, day, **about))
    own = Line.objects.filter(costs.OWN).exclude(YEAR_END).order_by().values_list("entry__period_id", "window_id", "account_id")
    assert costs.posted(Period.objects.all()) == {
        tuple(key): debits - credits for *key, debits, credits in own.annotate(debits=Sum("debit"), credits=Sum("credit"))
    }


def _partner(pick):
    """One of three partners, and what it has of advances."""
    code = f"PARTNER-{pick % 3}"
    found = Subaccount.objects.filter(code=code).first()
    grant = found or factories.subaccounts.open("grant", code, name=code, public_label=code)
    return grant, balances.balance("1200", of=grant)


def advance(world, amount, day, pick):
    grant, _held = _partner(pick)
    factories.post(postings.tranche_paid(grant, factories.make_bank(), amount), day)


def report(world, amount, day, pick):
    grant, held = _partner(pick)
    factories.post(postings.expenditure_accepted(grant, min(amount, held), advance=held), day)


def give_back(world, amount, day, pick):
    """The bank returned a payment to the third partner, or the second one owes a part of it."""
    grant, held = _partner(pick)
    if pick % 3:
        back = min(amount, held)
        legs = [postings.closure_unaccounted(grant, back), postings.payment_returned(grant, factories.make_bank(), back)]
        factories.post(legs[pick % 3 - 1], day)


ADVANCES = _events([advance, advance, advance, report, report, give_back, close_months], 12, 30)


@RANDOM
@given(events=ADVANCES, days=st.integers(100, 1090), share=st.integers(20, 100))
def test_ages_from_sums_are_those_of_the_lines_walked_one_by_one(events, days, share):
    live(events)
    day = FIRST + timedelta(days=days)
    part = Seal.objects.filter(seq__lte=max(1, sealing.head().seq * share // 100)).order_by("seq").last()
    for head in {part.seq if part else sealing.head().seq, sealing.head().seq}:
        books = books_at(day, head, keys=ageing.KEYS)
        for code, name in (("1200", "advance"), ("1210", "due")):
            open_ = ageing._open(books, name, day)
            walked = ageing._parts(books.lines().filter(account_id=code), open_, day, returns=code == "1200")
            assert ageing.partner_ages(books, code) == {pk: ageing._aged(parts, day, ageing.AGE) for pk, parts in walked.items()}


@RANDOM
@given(events=EVENTS_AND_CLOSINGS)
def test_what_is_kept_is_what_the_lines_come_to(events):
    live(events)
    assert kept_balances() == []


def test_the_examples_close_and_reopen():
    """The random books would prove nothing if no period of theirs was ever closed with something in it."""
    live([(ACTS[0], 100_00, 3, 1), (close_months, 1, 40, 2), (reopen_one, 1, 41, 1), (close_months, 1, 42, 2), (close_months, 1, 70, 2)])
    assert [str(each.as_of) for each in ClosedBooks.objects.filter(movements__isnull=False).distinct()] == ["2025-01-31"]
    assert Period.objects.filter(state=STATE.CLOSED, year=2025).count() == 2
