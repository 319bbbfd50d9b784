"""Whatever finance writes and the checker approves, the books stay in order: refused is what would part them from their trace."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.books import DAY, give, make_bank, make_grant, make_instalment, post
from tests.factories.people import make_user
from tests.stories import stories
from trustfund import clock
from trustfund.ledger import chart, postings, subaccounts
from trustfund.ledger.exchange import rates
from trustfund.ledger.funding import allocations
from trustfund.ledger.models import Entry
from trustfund.ledger.verification import check_books
from trustfund.money import Money, usd
from trustfund.people.roles import Role
from trustfund.vouchers import actions, rules
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.rules import Content, Row

pytestmark = pytest.mark.django_db
CODES = sorted(chart.BY_CODE)
TRUSTED = [code for code in CODES if chart.BY_CODE[code].subaccount_kinds and code not in rules.OWN_ACTS]
ACCOUNT = st.sampled_from(CODES) | st.sampled_from(TRUSTED) | st.sampled_from(["2300", "4090", "1190", "4010"])
LINE = st.tuples(ACCOUNT, st.integers(0, 3), st.integers(1, 200_000), st.sampled_from(["USD", "USD", "USD", "EUR"]))
SHAPE = st.sampled_from(["pair", "pair", "pair", "free"])
STEP = st.tuples(st.sampled_from(["voucher"] * 5 + ["reverse"]), SHAPE, st.lists(LINE, min_size=1, max_size=3), ACCOUNT, st.integers(0, 40))


class Desk:
    """A fund with gifts, one partly granted and paid, and a maker and a checker who write whatever they are told."""

    def __init__(self):
        self.maker, self.checker = make_user(Role.FINANCE, second_factor=False), make_user(Role.APPROVER, second_factor=False)
        gifts = [give("5000", date(2026, 1, 5)), give("700", date(2026, 1, 6), psc_rate=Decimal("0.13")), make_instalment()]
        grants = [make_grant(), make_grant()]
        rates.add("EUR", date(2026, 1, 1), Decimal("0.92"), source="test")
        rates.add("EUR", date(2026, 2, 10), Decimal("0.95"), source="test")
        bank = make_bank()
        window = subaccounts.open("window", "W", name="W", public_label="W")
        receipt = subaccounts.open("receipt", "R", name="R", public_label="R")
        self.of = {"bank": [bank, make_bank("EUR")], "instalment": gifts, "grant": grants, "window": [window], "receipt": [receipt]}
        reservation = allocations.reserve(grants[0], usd("3000"), on=date(2026, 1, 10), by=None, reference="desk:1")
        post(postings.grant_committed(grants[0], usd("3000")), date(2026, 1, 10))
        paid = post(postings.tranche_paid(grants[0], bank, usd("2000")), date(2026, 1, 11))
        allocations.confirm(reservation, paid, usd("2000"))

    def row(self, side, line):
        account, choice, minor, currency = line
        kinds = chart.BY_CODE[account].subaccount_kinds.split()
        named = [each for kind in kinds for each in self.of[kind]]
        of = named[choice % len(named)] if named and not (choice == 3 and len(kinds) > 1) else None
        if of is not None and of.kind == "bank":
            currency = of.currency
        return Row(account, side, Money.from_minor(minor, currency), of)

    def voucher(self, shape, lines, against, days):
        """Debits, each with its credit on another account; or debits with one credit of them all."""
        debits = [self.row("debit", line) for line in lines]
        credits = [self.row("credit", (against, *line[1:])) for line in lines]
        if shape == "free":
            debits, credits = debits[:1], [*debits[1:], *credits]
        content = Content("entry", date(2026, 2, 1) + timedelta(days=days), "general", [*debits, *credits])
        voucher = actions.draft(content, by=self.maker, narrative="Random")
        actions.approve(actions.submit(voucher, by=self.maker), by=self.checker)

    def reverse(self, shape, lines, against, days):
        posted = Voucher.objects.filter(state="approved").order_by("pk")
        if posted:
            mirror = actions.reverse(posted[days % len(posted)], by=self.maker, date=DAY, narrative="Random")
            actions.approve(mirror, by=self.checker)

    def happen(self, act, *about):
        try:
            with transaction.atomic():
                getattr(self, act)(*about)
        except (ValidationError, TransitionNotAllowed):
            return


@given(steps=st.lists(STEP, min_size=3, max_size=12))
@settings(max_examples=stories(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_is_approved_the_books_stay_in_order(db, steps):
    with clock.frozen(DAY), transaction.atomic():
        desk = Desk()
        desk.happen("voucher", "pair", [("4090", 0, 50_000, "USD")], "2300", 1)
        desk.happen("voucher", "pair", [("2300", 0, 20_000, "USD")], "1010", 2)
        assert Entry.objects.filter(source="voucher.approve").count() == 2
        for step in steps:
            desk.happen(*step)
        connection.check_constraints()
        assert check_books() == []
        transaction.set_rollback(True)
