"""Whatever finance starts, in whatever order and with whatever amounts: posted or refused in words, and the books stay in order."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.factories.people import make_user
from tests.factories.prepared import make_prepared, reversed_by_two
from tests.statements.test_flows_tie import ties
from tests.stories import stories
from tests.vouchers.test_every_event import eur, keep
from trustfund import clock
from trustfund.ledger.exchange import rates
from trustfund.ledger.models import FundWindow
from trustfund.ledger.verification import check_books
from trustfund.money import Money
from trustfund.people.roles import Role
from trustfund.statements.books import books_at
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.prepared.registry import EVENTS

pytestmark = pytest.mark.django_db
RANDOM = settings(max_examples=stories(3), deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
NAMES = [*sorted(set(EVENTS) - {"year_end_estimate"}), "reverse"]
STEPS = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 12_000_00), st.integers(60, 140)), min_size=6, max_size=14)


def inputs(name, books, cents, day):
    """What might be entered for an event."""
    gift, owed, grant, bank, euro = books
    amount, windows = Money.from_minor(cents, "USD"), {each.pk: each for each in FundWindow.objects.all()}
    between = {"giver": windows["general"], "taker": windows["emergency"], "amount": amount}
    return {
        "revaluation": {"date": day.replace(day=1) - timedelta(days=1)},
        "impair_contribution": {"of": owed, "amount": amount},
        "write_off_contribution": {"of": owed, "amount": amount},
        "impair_partner": {"of": grant, "amount": amount},
        "write_off_partner": {"of": grant, "amount": amount},
        "goes_back": {"of": gift, "amount": amount},
        "donor_refund": {"of": gift, "bank": bank, "amount": amount},
        "conversion": {"old": euro, "out": eur(cents // 2000), "new": bank, "came": amount},
        "support_settled": {"bank": bank},
        "window_transfer": between,
        "windows_settled": {**between, "old": bank, "new": bank},
        "operating_reserve": {"plan": amount, "percent": Decimal(15)},
    }[name]


def step(books, name, cents, day, people):
    """One act of two people: posted, or refused in words with nothing half done."""
    try:
        with transaction.atomic():
            if name != "reverse":
                make_prepared(name, maker=people[0], checker=people[1], **inputs(name, books, cents, day))
            elif (last := Voucher.objects.filter(state="approved", kind="prepared", reversals=None).last()) is not None:
                reversed_by_two(last)
    except ValidationError:
        return


@RANDOM
@given(steps=STEPS)
@example(steps=[(name, 0, 100) for name in NAMES])
def test_the_books_stay_in_order(steps):
    with transaction.atomic():
        books, people, day = keep(), (make_user(Role.FINANCE), make_user(Role.APPROVER)), date(2026, 4, 2)
        for name, cents, units in steps:
            with clock.frozen(day):
                rates.add("EUR", day, Decimal(units).scaleb(-2), source="test")
                step(books, name, cents, day, people)
            day += timedelta(days=11)
        assert [str(each) for each in check_books()] == []
        ties(books_at(day), date(2026, 1, 1))
        transaction.set_rollback(True)
