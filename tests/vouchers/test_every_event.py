"""Each event that finance starts, once, in one set of books worked by hand; then everything ties and other programs agree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.factories.books import give, make_bank, make_grant, make_instalment, open_years, post
from tests.factories.prepared import make_prepared, reversed_by_two
from tests.factories.remembered import remembered
from tests.ledger.test_exports import CHECKS
from tests.statements.test_flows_tie import ties
from tests.statements.test_tie_out import adds_up
from trustfund import clock
from trustfund.ledger import balances, postings, standing
from trustfund.ledger.exchange import rates
from trustfund.ledger.funding import allocations
from trustfund.ledger.models import FundWindow
from trustfund.ledger.verification import check_books
from trustfund.money import Money, usd
from trustfund.statements import catalogue, figures
from trustfund.statements.books import books_at
from trustfund.vouchers.prepared.banks import currency_of

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 31)
YEAR_END = date(2026, 12, 31)


def eur(amount):
    return Money(amount, "EUR")


@remembered
def keep():
    """A receivable and a bank account in euro, a grant with an advance of 40,000 since 20 March, support cost of 13 %."""
    open_years(2026, 2027)
    for day, value in ((date(2026, 3, 1), "0.90"), (MARCH, "0.80"), (date(2026, 12, 1), "0.80"), (date(2026, 12, 20), "0.80")):
        rates.add("EUR", day, Decimal(value), source="test")
    bank, euro = make_bank(), make_bank("EUR")
    gift = give("113000", date(2026, 3, 2), psc_rate=Decimal("0.13"))
    owed = make_instalment()
    post(postings.agreement_signed(owed, usd("10000"), donor_kind="state", original=eur("9000"), rate=Decimal("0.90")), date(2026, 3, 3))
    post(postings.bank_gift(make_instalment(), euro, usd("2000"), donor_kind="state", original=eur("1800"), rate=Decimal("0.90")),
         date(2026, 3, 4))  # fmt: skip
    grant = make_grant(psc_rate=Decimal("0.13"))
    reservation = allocations.reserve(grant, usd("60000"), on=date(2026, 3, 5), by=None, reference="reserve")
    post(postings.grant_committed(grant, usd("60000")), date(2026, 3, 9))
    paid = post(postings.tranche_paid(grant, bank, usd("40000")), date(2026, 3, 20))
    allocations.confirm(reservation, paid, usd("40000"))
    standing.put("fundwindow.open", FundWindow.objects.create(code="emergency", name="Emergency window"), by=None)
    return gift, owed, grant, bank, euro


def on(day):
    return clock.frozen(day)


def every_event():
    gift, owed, grant, bank, euro = keep()
    general, emergency = FundWindow.objects.get(code="general"), FundWindow.objects.get(code="emergency")
    with on(date(2026, 4, 2)):
        make_prepared("revaluation", date=MARCH)  # 9,000 EUR: 10,000 > 11,250; 1,800 EUR: 2,000 > 2,250
        make_prepared("impair_contribution", of=owed, amount=usd("5000"))
        make_prepared("impair_contribution", of=owed, amount=usd("4000"))
        make_prepared("write_off_contribution", of=owed, amount=usd("5625"))  # half of it: 4,000 were allowed
        make_prepared("goes_back", of=gift, amount=usd("11300"))
        make_prepared("donor_refund", of=gift, bank=bank)
        make_prepared("conversion", old=euro, out=eur("900"), new=bank, came=usd("1100"))  # booked at 1,125
        make_prepared("window_transfer", giver=general, taker=emergency, amount=usd("3000"))
        make_prepared("windows_settled", giver=general, taker=emergency, amount=usd("1000"), old=bank, new=bank)
        make_prepared("operating_reserve", plan=usd("20000"), percent=Decimal(15))
        make_prepared("impair_partner", of=grant, amount=usd("2000"))
        make_prepared("write_off_partner", of=grant, amount=usd("2500"))
    with on(date(2026, 12, 31)):
        estimate = {"grant": grant, "amount": usd("38000"), "policy": usd("37500"), "psc_rate": Decimal("0.13"), "since": date(2026, 3, 20)}
        make_prepared("year_end_estimate", date=YEAR_END, amounts={grant.code: estimate})  # 500 beyond the open advance
        post(postings.programme_support(grant, usd("1000"), Decimal("0.13")), YEAR_END)
        make_prepared("support_settled", bank=bank)  # 130; the support cost of the estimate, 4,940, is not paid: it is reversed
    return gift, owed, grant, bank, euro


def held(code, **about):
    return balances.balance(code, **about).amount


def test_every_account_stands_as_worked_out_by_hand():
    _gift, owed, grant, _bank, euro = every_event()
    stands = {row.account.code: row.balance.amount for row in balances.trial_balance(YEAR_END) if row.balance}
    assert stands == {
        "1010": Decimal(113000 - 40000 - 11300 + 1100 - 130),
        "1020": Decimal(1125),
        "1100": Decimal(5625),
        "1200": Decimal(37500),
        "1280": Decimal(-37500),
        "1900": Decimal(2000),
        "2020": Decimal(-500),
        "2400": Decimal(-4940),
        "2900": Decimal(-2000),
        "3010": Decimal(3000),
        "3100": Decimal(-3000),
        "4010": Decimal(-113000 - 10000 - 2000),
        "4090": Decimal(11300),
        "4200": Decimal(-1500),
        "5010": Decimal(38000),
        "5100": Decimal(4940 + 130),
        "5400": Decimal(25),
        "5500": Decimal(5000 - 1000 + 1625 + 2000 + 500),
        "9010": Decimal(20000),
        "9020": Decimal(-20000),
    }
    assert balances.original_balance("1020", euro).amount == 900
    assert held("1100", of=owed) == 5625
    assert held("1290", of=grant) == held("1190", of=owed) == 0


def test_the_books_are_in_order():
    every_event()
    assert [str(each) for each in check_books()] == []


@pytest.mark.parametrize("kind", CHECKS)
def test_other_programs_agree(kind, tmp_path):
    from django.core.management import call_command

    every_event()
    path = tmp_path / f"ledger.{kind}"
    call_command("export_ledger", "--format", kind, "--output", str(path), verbosity=0)
    done = CHECKS[kind](path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_banks_are_kept_in_the_currencies_that_they_have():
    _gift, _owed, _grant, bank, euro = every_event()
    assert (currency_of(bank), currency_of(euro)) == ("USD", "EUR")


def test_reversing_all_that_can_be_reversed_leaves_the_books_in_order():
    _gift, owed, grant, bank, _euro = keep()
    with on(date(2026, 4, 2)):
        made = [
            make_prepared("revaluation", date=MARCH),
            make_prepared("impair_contribution", of=owed, amount=usd("5000")),
            make_prepared("write_off_contribution", of=owed),
            make_prepared("impair_partner", of=grant, amount=usd("2000")),
            make_prepared("write_off_partner", of=grant),
            make_prepared("operating_reserve", plan=usd("20000"), percent=Decimal(15)),
        ]
        before = {code: held(code) for code in ("1100", "1200")}
        assert before == {"1100": 0, "1200": 0}
        for voucher in reversed(made):
            reversed_by_two(voucher)
        assert [held(code) for code in ("1190", "1290", "3100", "5500", "4200")] == [0] * 5
        assert (held("1100", of=owed), held("1200", of=grant)) == (10000, 40000)
    assert check_books() == []
    assert bank


def test_statements_tie():
    every_event()
    for day in (MARCH, date(2026, 4, 2), YEAR_END):
        books = books_at(day)
        one, two = figures.position(books), figures.performance(books)
        assert one.amounts("net") == one.amounts("net_assets")
        assert two.amounts("surplus")[0] == one.amounts("surplus_of_year")[0]
        ties(books, date(2026, 1, 1))
        for kind in catalogue.STATEMENTS.values():
            adds_up(kind.make(books, None, None))
