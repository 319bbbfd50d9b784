"""The fund's own costs and income, charged to contributions month by month: worked examples, refusals, corrections."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from tests.factories.books import give, make_bank, make_grant, make_instalment, open_years, post
from tests.factories.people import make_user
from tests.ledger.test_check_books import force, said
from trustfund import clock
from trustfund.ledger import periods, posting, postings, standing, subaccounts, tags
from trustfund.ledger.funding import allocations, costs
from trustfund.ledger.funding.headroom import headroom
from trustfund.ledger.funding.models import Allocation, Funding, FundingRule
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import FundWindow, Period, Subaccount
from trustfund.ledger.verification import check_books
from trustfund.money import Money, total, usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


@pytest.fixture(autouse=True)
def at_the_end_of_the_year(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 31))


def month(number):
    return Period.objects.get(year=2026, number=number)


def allocate(number, **more):
    return costs.allocate(month(number), by=make_user(Role.FINANCE), **more)


def cost(amount, on=JANUARY, code="5200"):
    return post(postings.direct_cost(code, usd(amount)), on)


def borne(instalment):
    """What a contribution bears, by account."""
    rows = Allocation.objects.filter(instalment=instalment, account__isnull=False)
    found = {code: sum(row.charged for row in rows if row.account_id == code) for code in rows.values_list("account_id", flat=True)}
    return {code: Money.from_minor(cents, "USD") for code, cents in found.items() if cents}


def available(instalment, on=date(2026, 12, 31)):
    return next(row.available for row in headroom(on) if row.instalment == instalment)


def test_costs_are_borne_in_proportion_to_what_is_unspent():
    # 300 and 100 are unspent on 31 January: of 40, three quarters and one quarter.
    big, small = give("300", date(2026, 1, 5)), give("100", date(2026, 1, 6))
    cost("40")
    (act,) = allocate(1)
    assert (act.kind, act.period, act.date, act.amount) == (Funding.Kind.COSTS, month(1), JANUARY, usd(40))
    assert (borne(big), borne(small)) == ({"5200": usd(30)}, {"5200": usd(10)})
    assert (available(big), available(small)) == (usd(270), usd(90))
    assert check_books() == []


def test_programme_support_and_what_is_granted_bear_nothing():
    # 113 less 13 of programme support, less 60 reserved: 40 can bear costs, as much as the other's 40.
    promised, free = give("113", date(2026, 1, 5), psc_rate=Decimal("0.13")), give("40", date(2026, 1, 5))
    allocations.reserve(make_grant(), usd(60), on=date(2026, 1, 10), by=None, reference="r1")
    before = {each: available(each) for each in (promised, free)}
    cost("20")
    allocate(1)
    parts = {each: before[each] - available(each) for each in (promised, free)}
    # The 60 came from 100 and 40: 42.86 and 17.14; 57.14 and 22.86 are left, of 20 they bear 14.285 and 5.715.
    assert before == {promised: usd("57.14"), free: usd("22.86")}
    assert parts == {promised: usd("14.29"), free: usd("5.71")}


def test_each_kind_of_cost_and_income_is_charged_by_its_account():
    gift, bank = give("1000", date(2026, 1, 5)), make_bank()
    for code in ("5200", "5210", "5220"):
        cost("10", code=code)
    post(postings.bank_charge(bank, usd("1.50")), JANUARY)
    post([debit("5900", usd(2)), credit("2010", usd(2))], JANUARY)
    post([debit("5500", usd(3)), credit("1400", usd(3))], JANUARY)
    post([debit("5400", usd(4)), credit("1010", usd(4), bank)], JANUARY)
    post([debit("1010", usd(5), bank), credit("4200", usd(5))], JANUARY)
    post(postings.interest(bank, usd(7)), JANUARY)
    post([debit("1010", usd(6), bank), credit("4900", usd(6))], JANUARY)
    allocate(1)
    out = {"5200": usd(10), "5210": usd(10), "5220": usd(10), "5300": usd("1.50"), "5900": usd(2), "5500": usd(3), "5400": usd(4)}
    assert borne(gift) == {**out, "4200": usd(-5), "4100": usd(-7), "4900": usd(-6)}
    assert available(gift) == usd("977.50")  # 1000 - 40.50 + 18


def test_what_names_a_contribution_or_a_grant_is_not_the_funds_own():
    gift, grant, bank = give("1000", date(2026, 1, 5)), make_grant(), make_bank()
    receivable = make_instalment()
    post(postings.agreement_signed(receivable, usd(100), donor_kind="state"), JANUARY)
    post(postings.cash_on_receivable(receivable, bank, usd(97), carrying=usd(100)), JANUARY)
    post([debit("5500", usd(3)), credit("1290", usd(3), grant)], JANUARY)
    post(postings.expenditure_disallowed(grant, usd(50), psc_rate=Decimal("0.13"), earlier_year=True), JANUARY)
    post([debit("5200", usd(80)), credit("4040", usd(80), make_instalment())], JANUARY)
    assert costs.plan(month(1)) == []
    assert available(gift) == usd(1000)


def test_what_is_given_in_kind_funds_nothing():
    open_years()
    gift = make_instalment()
    post([debit("5200", usd(80)), credit("4040", usd(80), gift)], JANUARY)
    assert [row for row in headroom(MARCH) if row.instalment == gift] == []


def test_earmarked_money_bears_only_what_the_general_pool_cannot():
    call = tags.create("call-1", "Call 1", "call")
    general, earmarked = give("30", date(2026, 1, 5)), give("100", date(2026, 1, 5), tag=call)
    cost("20")
    allocate(1)
    assert (borne(general), borne(earmarked)) == ({"5200": usd(20)}, {})
    cost("25", FEBRUARY)
    allocate(2)
    assert (borne(general), borne(earmarked)) == ({"5200": usd(30)}, {"5200": usd(15)})


def test_income_belongs_to_all_cash_that_is_still_there_what_is_reserved_included():
    call = tags.create("call-1", "Call 1", "call")
    general, earmarked = give("100", date(2026, 1, 5)), give("300", date(2026, 1, 5), tag=call)
    allocations.reserve(make_grant(), usd(100), on=date(2026, 1, 10), by=None, reference="r")
    post(postings.interest(make_bank(), usd(8)), JANUARY)
    allocate(1)
    assert (borne(general), borne(earmarked)) == ({"4100": usd(-2)}, {"4100": usd(-6)})
    assert available(general) == usd(2)  # interest adds headroom


def test_expired_money_bears_no_costs():
    ended, free = give("100", date(2026, 1, 5), expires_on=date(2026, 1, 20)), give("100", date(2026, 1, 5))
    cost("10")
    allocate(1)
    assert (borne(ended), borne(free)) == ({}, {"5200": usd(10)})


def test_first_in_first_out_is_the_other_rule():
    FundingRule.objects.create(effective_on=date(2026, 1, 1), split="first_in", reserve_share=Decimal(0))
    late, early = give("100", date(2026, 1, 20)), give("15", date(2026, 1, 5))
    cost("40")
    allocate(1)
    assert (borne(early), borne(late)) == ({"5200": usd(15)}, {"5200": usd(25)})


def under_an_agreement(amount, on):
    number = Subaccount.objects.count()
    above = subaccounts.open("agreement", f"A-{number}", name="Agreement", public_label="An agreement")
    instalment = subaccounts.open("instalment", f"A-{number}/1", name="Instalment", public_label="An instalment", parent=above)
    post(postings.bank_gift(instalment, make_bank(), usd(amount), donor_kind="state"), on)
    return instalment


def test_small_gifts_are_pooled_by_month_so_that_none_is_charged_by_luck():
    # Three agreements of 33,300 and 100 gifts of 1 share 50.50: 1,681.65 cents for each agreement, 5.05 for all gifts together.
    # The gifts' pool bears 5 cents; the two cents left over go to the first two agreements (remainder 0.65).
    # One by one, each gift (0.05 cents) would come after all the agreements, and four or five of them would pay for the others' remainders.
    open_years()
    agreements = [under_an_agreement("33300", date(2026, 1, 5)) for _number in range(3)]
    gifts = [give("1", date(2026, 1, 7)) for _number in range(100)]
    cost("50.50")
    allocate(1)
    assert [borne(each)["5200"] for each in agreements] == [usd("16.82"), usd("16.82"), usd("16.81")]
    assert total(amount for gift in gifts for amount in borne(gift).values()) == usd("0.05")


def test_what_nobody_can_bear_stays_named_and_is_tried_with_the_next_month():
    first = give("30", date(2026, 1, 5))
    cost("100")
    (item,) = costs.plan(month(1))
    assert (item.due, item.charged, item.rest) == (usd(100), usd(30), usd(70))
    allocate(1)
    assert available(first) == usd(0)
    assert costs.is_allocated(month(1))
    second = give("500", date(2026, 2, 3))
    cost("5", FEBRUARY)
    acts = allocate(2)
    assert [(act.period.number, act.date, act.amount) for act in acts] == [(1, FEBRUARY, usd(70)), (2, FEBRUARY, usd(5))]
    assert available(second) == usd(425)
    assert check_books() == []


def test_a_month_is_allocated_once():
    give("100", date(2026, 1, 5))
    cost("10")
    assert not costs.is_allocated(month(1))
    allocate(1)
    assert costs.is_allocated(month(1))
    with pytest.raises(ValidationError) as refused:
        allocate(1)
    assert refused.value.code == "nothing"
    assert Funding.objects.filter(kind="costs").count() == 1


def test_a_correction_is_one_more_act_to_those_who_bore_the_cost():
    bearer = give("100", date(2026, 1, 5))
    wrong = cost("10")
    allocate(1)
    other = give("900", date(2026, 2, 5))
    posting.reverse(wrong, on=FEBRUARY, by=None, reference="reversed")
    acts = allocate(2)
    assert [act.amount for act in acts] == [usd(10)]
    assert (borne(bearer), borne(other)) == ({}, {})
    assert check_books() == []


def test_income_that_is_no_more_is_taken_from_those_who_had_it():
    owner = give("100", date(2026, 1, 5))
    entry = post(postings.interest(make_bank(), usd(8)), JANUARY)
    allocate(1)
    other = give("900", date(2026, 2, 5))
    posting.reverse(entry, on=FEBRUARY, by=None, reference="reversed")
    allocate(2)
    assert (borne(owner), borne(other)) == ({}, {})


def test_late_entries_of_a_month_are_charged_with_that_month():
    give("100", date(2026, 1, 5))
    cost("10")
    allocate(1)
    cost("4", FEBRUARY)
    allocate(2)
    cost("3")
    (act,) = allocate(1)
    assert (act.period, act.date, act.amount, act.reference) == (month(1), JANUARY, usd(3), "costs:2026-01:general:2")
    assert check_books() == []


def test_a_closed_month_is_refused_and_its_rest_comes_with_the_next():
    give("100", date(2026, 1, 5))
    cost("10")
    periods.close(periods.propose_closing(month(1), by=make_user(Role.FINANCE)), by=make_user(Role.APPROVER))
    with pytest.raises(ValidationError) as refused:
        allocate(1)
    assert refused.value.code == "closed"
    (act,) = allocate(2)
    assert (act.period, act.date) == (month(1), FEBRUARY)


def test_a_month_that_is_not_over_is_refused(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 1, 30))
    give("100", date(2026, 1, 5))
    cost("10", date(2026, 1, 15))
    with pytest.raises(ValidationError) as refused:
        allocate(1)
    assert refused.value.code == "early"


@pytest.mark.parametrize("role", [Role.APPROVER, Role.MANAGER, Role.AUDITOR, Role.PROGRAMME])
def test_only_finance_allocates(role):
    give("100", date(2026, 1, 5))
    with pytest.raises(PermissionDenied):
        costs.allocate(month(1), by=make_user(role))


def test_figures_that_moved_since_they_were_seen_are_refused():
    give("100", date(2026, 1, 5))
    cost("10")
    seen = costs.digest(costs.plan(month(1)))
    cost("1")
    with pytest.raises(ValidationError) as refused:
        allocate(1, seen=seen)
    assert refused.value.code == "stale"
    allocate(1, seen=costs.digest(costs.plan(month(1))))


def test_period_13_is_allocated_on_the_last_day_of_the_year():
    give("100", date(2026, 1, 5))
    post([debit("5220", usd(9)), credit("2010", usd(9))], date(2026, 12, 31), kind="adjustment")
    assert costs.plan(month(12)) == []
    (act,) = allocate(13)
    assert (act.period.number, act.date) == (13, date(2026, 12, 31))


def test_a_charge_is_sealed_and_never_changed():
    give("100", date(2026, 1, 5))
    cost("10")
    allocate(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.filter(charged__gt=0).update(charged=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Funding.objects.filter(kind="costs").delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "sql, found",
    [
        ("UPDATE ledger_allocation SET charged = charged - 1 WHERE charged > 0", "a column or a line was altered"),
        ("UPDATE ledger_allocation SET charged = charged + 100 WHERE charged > 0", "USD 10.00 to charge at most; found USD 11.00"),
        ("UPDATE ledger_allocation SET charged = charged - 1 WHERE charged > 0", "parts of USD 10.00 in all; found USD 9.99"),
        ("UPDATE ledger_allocation SET account_id = '5210' WHERE charged > 0", "a column or a line was altered"),
        ("UPDATE ledger_funding SET period_id = period_id + 1 WHERE kind = 'costs'", "a column or a line was altered"),
    ],
)
def test_what_is_forced_is_found(sql, found):
    give("100", date(2026, 1, 5))
    allocations.reserve(make_grant(), usd(60), on=date(2026, 1, 10), by=None, reference="r1")
    cost("10")
    allocate(1)
    force(sql)
    assert found in said()


def test_each_window_bears_its_own_costs():
    window = FundWindow.objects.create(code="second", name="Second window")
    standing.put("fundwindow.create", window, by=None)
    general = give("100", date(2026, 1, 5))
    second = make_instalment()
    post(postings.bank_gift(second, make_bank(), usd(100), donor_kind="state"), date(2026, 1, 5), window="second")
    cost("10")
    post(postings.direct_cost("5200", usd(6)), JANUARY, window="second")
    acts = allocate(1)
    assert sorted((act.window_id, act.amount) for act in acts) == [("general", usd(10)), ("second", usd(6))]
    assert (borne(general), borne(second)) == ({"5200": usd(10)}, {"5200": usd(6)})
    reservation = allocations.reserve(make_grant(), usd(94), on=JANUARY, by=None, reference="r2", window="second")
    assert [row.instalment for row in reservation.allocations.all()] == [second]
    with pytest.raises(ValidationError):
        allocations.reserve(make_grant(), usd(1), on=JANUARY, by=None, reference="r3", window="second")
    assert check_books() == []
