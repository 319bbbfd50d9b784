"""Pledges from announcement to payment: every line posted, who may, what is out of order."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from donors.pledges import actions
from donors.pledges.models import Instalment, Pledge
from tests.donors.support import entry, lines
from tests.factories.books import open_years
from tests.factories.donors import make_agreement, make_contribution, make_document, make_donor, make_pledge
from tests.factories.people import make_user
from tests.threads import together
from trustfund import clock
from trustfund.ledger import balances
from trustfund.ledger.exchange import rates
from trustfund.ledger.models import Entry
from trustfund.money import Money, usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 16)


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        yield


def only(pledge: Pledge) -> Instalment:
    return Instalment.objects.select_related("pledge__donor", "subaccount").get(pledge=pledge)


def memo(pledge: Pledge) -> Money:
    return balances.balance("9030", of=only(pledge).subaccount)


# Announced


def test_an_announcement_is_a_memo_and_nothing_else():
    pledge = make_pledge(usd("1000"))
    code = f"{pledge.reference}/1"
    assert lines(entry(f"instalment:{only(pledge).pk}:announced")) == [("9030", code, 100000, 0), ("9040", code, 0, 100000)]
    assert (pledge.state, pledge.policy, pledge.policy_version, pledge.conditional) == ("announced", "ipsas-47-48", "2026", False)


def test_subaccounts_stand_under_the_donor_and_carry_the_terms():
    pledge = make_pledge(psc_rate=Decimal("0.13"), expires_on=date(2028, 1, 1))
    account = only(pledge).subaccount
    assert (account.psc_rate, account.expires_on, account.tag) == (Decimal("0.13"), date(2028, 1, 1), None)
    assert (account.parent, account.parent.parent) == (pledge.subaccount, pledge.donor.subaccount)


def test_an_announcement_in_another_currency_is_at_the_rate_of_the_day():
    rates.add("EUR", date(2026, 3, 1), Decimal("0.8"), source="test")
    assert memo(make_pledge(Money(1000, "EUR"))) == usd("1250")


def test_a_missing_rate_names_currency_and_day():
    with pytest.raises(rates.MissingRate) as caught:
        make_pledge(Money(1000, "KWD"))
    assert "KWD" in str(caught.value)
    assert "2026-03-16" in str(caught.value)
    assert not Pledge.objects.exists()


@pytest.mark.parametrize(
    "terms, field",
    [
        ({"instalments": [(DAY, usd("999.99"))]}, "amount"),
        ({"instalments": []}, "amount"),
        ({"instalments": [(DAY, usd("1100")), (DAY, usd("-100"))]}, "amount"),
        ({"psc_rate": Decimal("1")}, "psc_rate"),
        ({"psc_rate": Decimal("-0.01")}, "psc_rate"),
        ({"on": DAY + timedelta(days=1)}, "on"),
    ],
)
def test_terms_that_can_not_be_are_refused_by_field(terms, field):
    with pytest.raises(ValidationError) as caught:
        make_pledge(usd("1000"), **terms)
    assert list(caught.value.message_dict) == [field]


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.APPROVER, Role.AUDITOR, Role.TRUSTEE])
def test_who_may_not_announce(role):
    with pytest.raises(PermissionDenied):
        actions.announce(make_donor(), by=make_user(role), on=DAY, amount=usd("1"), instalments=[(DAY, usd("1"))], psc_rate=Decimal(0))


# Signed and booked


@pytest.mark.parametrize("kind, revenue", [("state", "4010"), ("organisation", "4020"), ("person", "4030")])
def test_a_booked_agreement_is_receivable_and_revenue_by_donor_kind(kind, revenue):
    pledge = make_agreement(usd("1000"), donor=make_donor(kind))
    code = f"{pledge.reference}/1"
    assert lines(entry(f"instalment:{only(pledge).pk}:booked")) == [
        ("1100", code, 100000, 0),
        (revenue, code, 0, 100000),
        ("9040", code, 100000, 0),
        ("9030", code, 0, 100000),
    ]
    assert (pledge.state, memo(pledge)) == ("booked", usd(0))


def test_what_is_due_beyond_twelve_months_is_non_current():
    pledge = make_agreement(usd("1000"), instalments=[(date(2026, 9, 1), usd("400")), (date(2027, 9, 1), usd("600"))])
    first, second = pledge.instalments.order_by("number")
    assert balances.balance("1100", of=first.subaccount) == usd("400")
    assert balances.balance("1110", of=second.subaccount) == usd("600")


def test_at_a_closing_what_has_come_within_twelve_months_becomes_current_once():
    pledge = make_agreement(usd("600"), due_on=date(2027, 9, 1))
    finance, account = make_user(Role.FINANCE), only(pledge).subaccount
    assert actions.bring_current(by=finance, on=DAY) == 0
    with pytest.raises(ValidationError):
        actions.bring_current(by=finance, on=date(2026, 12, 31))
    with clock.frozen(date(2027, 1, 4)):
        assert [actions.bring_current(by=finance, on=date(2026, 12, 31)) for _time in range(2)] == [1, 0]
    assert (balances.balance("1100", of=account), balances.balance("1110", of=account)) == (usd("600"), usd(0))
    with pytest.raises(PermissionDenied):
        actions.bring_current(by=make_user(Role.MANAGER), on=date(2026, 12, 31))


def test_booking_is_at_the_rate_of_the_day_it_was_signed():
    rates.add("JPY", date(2026, 3, 1), Decimal("150"), source="test")
    rates.add("JPY", date(2026, 3, 16), Decimal("160"), source="test")
    pledge = make_agreement(Money(1_500_000, "JPY"), on=date(2026, 3, 10))
    assert balances.balance("1100", of=only(pledge).subaccount) == usd("10000")


def test_the_policy_stored_is_that_of_the_signature():
    open_years(2025)
    pledge = make_pledge(on=date(2025, 12, 20))
    assert pledge.policy == "ipsas-23"
    signed = actions.sign(pledge, by=make_user(Role.MANAGER), on=date(2026, 1, 5), document=make_document())
    assert (signed.policy, signed.policy_version) == ("ipsas-47-48", "2026")


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.FINANCE, Role.APPROVER, Role.AUDITOR])
def test_only_the_manager_records_the_signature(role):
    pledge = make_pledge()
    with pytest.raises(PermissionDenied):
        actions.sign(pledge, by=make_user(role), on=DAY, document=make_document())


@pytest.mark.parametrize("role", [None, Role.MANAGER, Role.APPROVER, Role.AUDITOR])
def test_only_finance_books(role):
    with pytest.raises(PermissionDenied):
        actions.book(make_agreement(booked=False), by=make_user(role))


def test_who_recorded_the_signature_never_books_it():
    both, pledge = make_user(Role.MANAGER, Role.FINANCE), make_pledge()
    pledge = actions.sign(pledge, by=both, on=DAY, document=make_document())
    with pytest.raises(PermissionDenied):
        actions.book(pledge, by=both)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pledge.objects.filter(pk=pledge.pk).update(booked_by=both)


def test_out_of_order_is_refused():
    manager, finance, pledge = make_user(Role.MANAGER), make_user(Role.FINANCE), make_pledge()
    with pytest.raises(TransitionNotAllowed):
        actions.book(pledge, by=finance)
    pledge = make_agreement()
    for act in [
        lambda: actions.sign(pledge, by=manager, on=DAY, document=make_document()),
        lambda: actions.book(pledge, by=finance),
        lambda: actions.lapse(pledge, by=manager, on=DAY),
    ]:
        with pytest.raises(TransitionNotAllowed):
            act()
    assert Entry.objects.filter(reference__endswith=":booked").count() == 1


def test_a_day_before_the_announcement_or_ahead_is_refused():
    pledge = make_pledge()
    for day in (DAY - timedelta(days=1), DAY + timedelta(days=1)):
        with pytest.raises(ValidationError) as caught:
            actions.sign(pledge, by=make_user(Role.MANAGER), on=day, document=make_document())
        assert list(caught.value.message_dict) == ["on"]


def test_an_agreement_is_never_signed_without_its_document():
    pledge = make_pledge()
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.sign(pledge, by=make_user(Role.MANAGER), on=DAY, document=None)


# Conditional


def test_a_conditional_agreement_stays_in_the_memo_until_its_condition_is_met():
    pledge = make_agreement(usd("1000"), condition="A matching gift is found.")
    account = only(pledge).subaccount
    assert (memo(pledge), balances.balance("1100", of=account), pledge.state) == (usd("1000"), usd(0), "booked")
    actions.meet_condition(pledge, by=make_user(Role.APPROVER), on=DAY)
    assert lines(entry(f"instalment:{only(pledge).pk}:condition_met")) == [
        ("1100", account.code, 100000, 0),
        ("4010", account.code, 0, 100000),
        ("9040", account.code, 100000, 0),
        ("9030", account.code, 0, 100000),
    ]


def test_cash_before_the_condition_is_a_liability_and_becomes_revenue():
    pledge = make_agreement(usd("1000"), condition="A matching gift is found.")
    cash = make_contribution(usd("400"), instalment=only(pledge))
    code = only(pledge).subaccount.code
    assert lines(cash.entry) == [
        ("1010", "BANK-USD", 40000, 0),
        ("2200", code, 0, 40000),
        ("9040", code, 40000, 0),
        ("9030", code, 0, 40000),
    ]
    pledge.refresh_from_db()
    actions.meet_condition(pledge, by=make_user(Role.MANAGER), on=DAY)
    assert lines(entry(f"instalment:{only(pledge).pk}:condition_met")) == [
        ("2200", code, 40000, 0),
        ("4010", code, 0, 40000),
        ("1100", code, 60000, 0),
        ("4010", code, 0, 60000),
        ("9040", code, 60000, 0),
        ("9030", code, 0, 60000),
    ]


def test_a_condition_is_met_once_and_by_whom_it_is_for():
    pledge = make_agreement(condition="A matching gift is found.")
    with pytest.raises(PermissionDenied):
        actions.meet_condition(pledge, by=make_user(Role.FINANCE), on=DAY)
    pledge.refresh_from_db()
    actions.meet_condition(pledge, by=make_user(Role.MANAGER), on=DAY)
    with pytest.raises(ValidationError):
        actions.meet_condition(pledge, by=make_user(Role.MANAGER), on=DAY)


# Reduced, lapsed


def test_a_reduction_takes_its_share_of_the_receivable():
    rates.add("EUR", date(2026, 3, 1), Decimal("0.8"), source="test")
    pledge = make_agreement(Money(1000, "EUR"))
    instalment, finance = only(pledge), make_user(Role.FINANCE)
    made = actions.reduce(instalment, by=finance, on=DAY, amount=Money(400, "EUR"), reason="Agreed.", document=make_document())
    assert lines(made.entry) == [("4090", instalment.subaccount.code, 50000, 0), ("1100", instalment.subaccount.code, 0, 50000)]
    pledge.refresh_from_db()
    left = Money(600, "EUR")
    assert (pledge.amount, only(pledge).amount, pledge.state, only(pledge).state) == (left, left, "booked", "expected")


def test_all_of_it_reduced_cancels_the_instalment():
    pledge = make_agreement(usd("1000"))
    actions.reduce(only(pledge), by=make_user(Role.FINANCE), on=DAY, amount=usd("1000"), reason="Agreed.", document=make_document())
    pledge.refresh_from_db()
    assert (only(pledge).state, balances.balance("1100", of=only(pledge).subaccount)) == ("cancelled", usd(0))


def test_the_rest_reduced_after_a_payment_is_received():
    pledge = make_agreement(usd("1000"))
    make_contribution(usd("700"), instalment=only(pledge))
    actions.reduce(only(pledge), by=make_user(Role.FINANCE), on=DAY, amount=usd("300"), reason="Agreed.", document=make_document())
    pledge.refresh_from_db()
    assert (pledge.state, only(pledge).state, pledge.amount) == ("paid", "received", usd("700"))


@pytest.mark.parametrize("amount", [usd("1000.01"), usd(0), Money(5, "EUR")])
def test_more_than_is_outstanding_is_not_reduced(amount):
    pledge = make_agreement(usd("1000"))
    with pytest.raises(ValidationError) as caught:
        actions.reduce(only(pledge), by=make_user(Role.FINANCE), on=DAY, amount=amount, reason="Agreed.", document=make_document())
    assert list(caught.value.message_dict) == ["amount"]


def test_only_finance_reduces_and_not_before_it_is_booked():
    about = {"on": DAY, "amount": usd("1"), "reason": "Agreed.", "document": make_document()}
    with pytest.raises(PermissionDenied):
        actions.reduce(only(make_agreement()), by=make_user(Role.MANAGER), **about)
    with pytest.raises(TransitionNotAllowed):
        actions.reduce(only(make_pledge()), by=make_user(Role.FINANCE), **about)


def test_a_reduced_condition_takes_only_from_the_memo():
    pledge = make_agreement(usd("1000"), condition="A matching gift is found.")
    actions.reduce(only(pledge), by=make_user(Role.FINANCE), on=DAY, amount=usd("250"), reason="Agreed.", document=make_document())
    assert (memo(pledge), balances.balance("4090", of=only(pledge).subaccount)) == (usd("750"), usd(0))


@pytest.mark.parametrize("make", [make_pledge, lambda: make_agreement(booked=False)])
def test_a_pledge_lapses_and_its_memo_is_reversed(make):
    pledge = make()
    with pytest.raises(PermissionDenied):
        actions.lapse(pledge, by=make_user(Role.FINANCE), on=DAY)
    pledge.refresh_from_db()
    actions.lapse(pledge, by=make_user(Role.MANAGER), on=DAY)
    assert (memo(pledge), only(pledge).state, only(pledge).outstanding) == (usd(0), "cancelled", usd(0))
    with pytest.raises(TransitionNotAllowed):
        actions.lapse(pledge, by=make_user(Role.MANAGER), on=DAY)


# At the same time


@pytest.mark.django_db(transaction=True)
def test_two_people_book_one_agreement_once():
    pledge = make_agreement(booked=False)
    people = [make_user(Role.FINANCE) for _number in range(4)]
    results = together(*[lambda by=by: actions.book(Pledge.objects.get(pk=pledge.pk), by=by) for by in people], refused=Exception)
    assert sorted(type(result).__name__ for result in results) == ["Pledge", *["TransitionNotAllowed"] * 3]
    assert Entry.objects.filter(reference__endswith=":booked").count() == 1
