"""Money that came: what is posted to the cent, what is refused, and two people at once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django_fsm import TransitionNotAllowed

from donors.contributions import actions
from donors.contributions.models import Contribution
from donors.pledges.models import Instalment
from tests.donors.support import lines
from tests.factories.books import make_bank, make_grant, open_years
from tests.factories.donors import make_agreement, make_contact, make_contribution, make_donor, make_pledge, make_unidentified
from tests.factories.people import make_user
from tests.threads import together
from trustfund import clock
from trustfund.files.serving import intact
from trustfund.ledger import balances, tags
from trustfund.ledger.exchange import rates
from trustfund.ledger.funding import allocations
from trustfund.ledger.models import Entry
from trustfund.mail.models import Outbox
from trustfund.money import Money, usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 16)


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        yield


def instalment_of(pledge, number: int = 1) -> Instalment:
    return Instalment.objects.select_related("pledge__donor", "subaccount").get(pledge=pledge, number=number)


def cash(amount: Money, **more) -> dict:
    open_years(2026)
    return {"bank": make_bank(amount.currency), "on": DAY, "amount": amount, "bank_reference": "TRX1", **more}


# Gifts


@pytest.mark.parametrize("kind, revenue", [("state", "4010"), ("organisation", "4020"), ("person", "4030")])
def test_a_gift_is_revenue_by_donor_kind(kind, revenue):
    gift = make_contribution(usd("1000.50"), donor=make_donor(kind))
    assert lines(gift.entry) == [("1010", "BANK-USD", 100050, 0), (revenue, gift.number, 0, 100050)]
    assert (gift.state, gift.subaccount.parent) == ("received", gift.donor.subaccount)


def test_charges_are_an_expense_and_the_donor_gave_the_whole():
    gift = make_contribution(usd("1000"), charges=usd("15"))
    assert lines(gift.entry)[2:] == [("5300", None, 1500, 0), ("1010", "BANK-USD", 0, 1500)]
    assert balances.balance("1010", of=gift.bank) == usd("985")


def test_a_gift_can_fund_grants_less_its_programme_support_cost():
    tag = tags.create("theme-children", "Children", kind="theme")
    gift = make_contribution(usd("1130"), psc_rate=Decimal("0.13"), earmark=tag)
    row = next(row for row in allocations.headroom(DAY) if row.instalment == gift.subaccount)
    assert (row.received, row.psc, row.instalment.tag) == (usd("1130"), usd("130"), tag)


@pytest.mark.parametrize("amount, rate, cents", [(Money(1_500_000, "JPY"), "150", 1_000_000), (Money("307.500", "KWD"), "0.3075", 100_000)])
def test_currencies_without_and_with_three_decimals(amount, rate, cents):
    rates.add(amount.currency, date(2026, 3, 1), Decimal(rate), source="test")
    gift = make_contribution(amount)
    assert lines(gift.entry) == [("1020", f"BANK-{amount.currency}", cents, 0), ("4010", gift.number, 0, cents)]
    assert gift.amount == amount


def test_a_missing_rate_names_currency_and_day_and_enters_nothing():
    with pytest.raises(rates.MissingRate) as caught:
        make_contribution(Money(100, "CHF"))
    assert "CHF" in str(caught.value)
    assert "2026-03-16" in str(caught.value)
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.MANAGER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_finance_enters(role):
    with pytest.raises(PermissionDenied):
        make_contribution(by=make_user(role))
    with pytest.raises(PermissionDenied):
        make_unidentified(by=make_user(role))


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"on": DAY + timedelta(days=1)}, "on"),
        ({"amount": Money(100, "EUR")}, "amount"),
        ({"amount": usd(0)}, "amount"),
        ({"charges": usd("100")}, "charges"),
        ({"charges": Money(1, "EUR")}, "charges"),
        ({"bank_reference": "  "}, "bank_reference"),
    ],
)
def test_what_is_wrong_with_a_receipt_is_said_by_field(wrong, field):
    about = {**cash(usd("100")), **wrong}
    with pytest.raises(ValidationError) as caught:
        actions.receive_gift(make_donor(), by=make_user(Role.FINANCE), psc_rate=Decimal(0), **about)
    assert list(caught.value.message_dict) == [field]


def test_a_bank_reference_is_entered_once_per_bank_account():
    make_contribution(usd("100"), bank_reference="TRX 1")
    with pytest.raises(ValidationError) as caught:
        make_unidentified(usd("100"), bank_reference=" TRX  1 ")
    assert list(caught.value.message_dict) == ["bank_reference"]
    rates.add("EUR", date(2026, 3, 1), Decimal("0.8"), source="test")
    assert make_contribution(Money(5, "EUR"), bank_reference="TRX 1").pk


# On agreements


def test_cash_on_a_receivable_of_the_same_currency():
    pledge = make_agreement(usd("1000"))
    found = make_contribution(usd("1000"), instalment=instalment_of(pledge))
    code = f"{pledge.reference}/1"
    assert lines(found.entry) == [("1010", "BANK-USD", 100000, 0), ("1100", code, 0, 100000)]
    pledge.refresh_from_db()
    assert (pledge.state, instalment_of(pledge).state, found.subaccount.code) == ("paid", "received", code)


@pytest.mark.parametrize("rate, difference", [("0.5", ("4200", 0, 75000)), ("1", ("5400", 25000, 0))])
def test_exchange_differences_between_agreement_and_payment(rate, difference):
    rates.add("EUR", date(2026, 3, 1), Decimal("0.8"), source="test")
    rates.add("EUR", date(2026, 3, 16), Decimal(rate), source="test")
    pledge = make_agreement(Money(1000, "EUR"), on=date(2026, 3, 2))
    found = make_contribution(Money(1000, "EUR"), instalment=instalment_of(pledge))
    code, worth = f"{pledge.reference}/1", int(Decimal(100000) / Decimal(rate))
    account, debit, credit = difference
    assert lines(found.entry) == [("1020", "BANK-EUR", worth, 0), ("1100", code, 0, 125000), (account, code, debit, credit)]
    assert balances.balance("1100", of=found.subaccount) == usd(0)


def test_partial_payments_take_the_receivable_to_nothing_without_a_cent_left():
    rates.add("EUR", date(2026, 3, 1), Decimal("0.93"), source="test")
    pledge = make_agreement(Money(1000, "EUR"))
    for amount in ("333.33", "333.33", "333.34"):
        make_contribution(Money(amount, "EUR"), instalment=instalment_of(pledge))
    pledge.refresh_from_db()
    assert (pledge.state, instalment_of(pledge).outstanding) == ("paid", Money(0, "EUR"))
    assert balances.balance("1100", of=instalment_of(pledge).subaccount) == usd(0)


def test_an_agreement_of_two_instalments_is_partly_paid_until_both_came():
    pledge = make_agreement(usd("1000"), instalments=[(date(2026, 5, 1), usd("400")), (date(2027, 9, 1), usd("600"))])
    make_contribution(usd("400"), instalment=instalment_of(pledge, 1))
    pledge.refresh_from_db()
    assert pledge.state == "partly_paid"
    found = make_contribution(usd("600"), instalment=instalment_of(pledge, 2))
    assert lines(found.entry)[1][0] == "1110"
    pledge.refresh_from_db()
    assert pledge.state == "paid"


def test_more_than_is_outstanding_is_refused_or_a_gift():
    pledge = make_agreement(usd("1000"), psc_rate=Decimal("0.13"))
    with pytest.raises(ValidationError) as caught:
        make_contribution(usd("1100"), instalment=instalment_of(pledge))
    assert list(caught.value.message_dict) == ["amount"]
    found = make_contribution(usd("1100"), instalment=instalment_of(pledge), charges=usd("10"), rest_as_gift=True, bank_reference="TRX9")
    rest = Contribution.objects.get(part=2)
    assert (found.amount, rest.amount, rest.bank_reference, rest.subaccount.psc_rate) == (usd("1000"), usd("100"), "TRX9", Decimal("0.13"))
    assert balances.balance("1010", of=found.bank) == usd("1090")


def test_a_pledge_paid_in_another_currency_says_how_much_it_pays():
    rates.add("EUR", date(2026, 3, 1), Decimal("0.8"), source="test")
    pledge = make_agreement(Money(1000, "EUR"))
    with pytest.raises(ValidationError) as caught:
        make_contribution(usd("600"), instalment=instalment_of(pledge))
    assert list(caught.value.message_dict) == ["settles"]
    found = make_contribution(usd("600"), instalment=instalment_of(pledge), settles=Money(500, "EUR"))
    code = f"{pledge.reference}/1"
    assert lines(found.entry) == [("1010", "BANK-USD", 60000, 0), ("1100", code, 0, 62500), ("5400", code, 2500, 0)]
    assert instalment_of(pledge).outstanding == Money(500, "EUR")


def test_cash_is_not_matched_to_what_is_not_in_the_books():
    for pledge in (make_pledge(), make_agreement(booked=False)):
        with pytest.raises(ValidationError) as caught:
            make_contribution(instalment=instalment_of(pledge))
        assert list(caught.value.message_dict) == ["instalment"]


def test_a_paid_instalment_takes_no_more():
    pledge = make_agreement(usd("100"))
    make_contribution(usd("100"), instalment=instalment_of(pledge))
    with pytest.raises((ValidationError, TransitionNotAllowed)):
        make_contribution(usd("1"), instalment=instalment_of(pledge))


# Unidentified


def test_money_that_nobody_can_name_waits_and_funds_nothing():
    found = make_unidentified(usd("500"), charges=usd("5"))
    assert lines(found.entry) == [
        ("1010", "BANK-USD", 50000, 0),
        ("2100", f"{found.number}-U", 0, 50000),
        ("5300", None, 500, 0),
        ("1010", "BANK-USD", 0, 500),
    ]
    assert (found.state, found.donor, found.receipt, allocations.headroom(DAY)) == ("unidentified", None, None, [])


def test_it_is_identified_as_a_gift():
    found, donor = make_unidentified(usd("500"), charges=usd("5")), make_donor("organisation")
    finance = make_user(Role.FINANCE)
    found = actions.identify_as_gift(found, donor, by=finance, on=DAY, psc_rate=Decimal(0))
    assert lines(found.identified_entry) == [("2100", f"{found.number}-U", 50000, 0), ("4020", found.number, 0, 50000)]
    assert (found.state, found.donor, bool(found.receipt)) == ("received", donor, True)
    with pytest.raises(TransitionNotAllowed):
        actions.identify_as_gift(found, donor, by=finance, on=DAY, psc_rate=Decimal(0))


def test_it_is_identified_as_cash_of_an_instalment_with_its_exchange_difference():
    rates.add("EUR", date(2026, 3, 1), Decimal("0.8"), source="test")
    rates.add("EUR", date(2026, 3, 16), Decimal("1"), source="test")
    pledge, found = make_agreement(Money(1000, "EUR"), on=date(2026, 3, 2)), make_unidentified(Money(1000, "EUR"))
    found = actions.identify_as_instalment(found, instalment_of(pledge), by=make_user(Role.FINANCE), on=DAY)
    code = f"{pledge.reference}/1"
    assert lines(found.identified_entry) == [("2100", f"{found.number}-U", 100000, 0), ("1100", code, 0, 125000), ("5400", code, 25000, 0)]
    pledge.refresh_from_db()
    assert (pledge.state, found.subaccount.code) == ("paid", code)


def test_identifying_is_for_finance_and_on_a_real_day():
    found, pledge = make_unidentified(usd("10")), make_agreement(usd("5"))
    with pytest.raises(PermissionDenied):
        actions.identify_as_gift(found, make_donor(), by=make_user(Role.APPROVER), on=DAY, psc_rate=Decimal(0))
    with pytest.raises(ValidationError):
        actions.identify_as_gift(found, make_donor(), by=make_user(Role.FINANCE), on=DAY - timedelta(days=1), psc_rate=Decimal(0))
    with pytest.raises(ValidationError):
        actions.identify_as_instalment(found, instalment_of(pledge), by=make_user(Role.FINANCE), on=DAY)
    assert Contribution.objects.get(pk=found.pk).state == "unidentified"


# Entered in error


def test_what_was_entered_in_error_is_reversed_and_may_be_entered_again():
    pledge, approver = make_agreement(usd("1000")), make_user(Role.APPROVER)
    contact = make_contact(pledge.donor)
    found = make_contribution(usd("600"), instalment=instalment_of(pledge), bank_reference="TRX7")
    actions.withdraw(found, by=approver, on=DAY, reason="Another donor's.")
    assert (balances.balance("1010", of=found.bank), balances.balance("1100", of=found.subaccount)) == (usd(0), usd("1000"))
    pledge.refresh_from_db()
    assert (pledge.state, instalment_of(pledge).state, instalment_of(pledge).outstanding) == ("booked", "expected", usd("1000"))
    assert Outbox.objects.filter(recipient=contact, template="contribution_withdrawn").count() == 1
    assert not Contribution.objects.visible_to(contact).exists()
    again = make_contribution(usd("600"), instalment=instalment_of(pledge), bank_reference="TRX7")
    assert again.state == "received"
    with pytest.raises(TransitionNotAllowed):
        actions.withdraw(Contribution.objects.get(pk=found.pk), by=approver, on=DAY, reason="Twice.")


def test_one_of_two_payments_withdrawn_leaves_the_other():
    pledge = make_agreement(usd("1000"))
    make_contribution(usd("400"), instalment=instalment_of(pledge))
    second = make_contribution(usd("600"), instalment=instalment_of(pledge))
    actions.withdraw(second, by=make_user(Role.APPROVER), on=DAY, reason="Error.")
    pledge.refresh_from_db()
    assert (pledge.state, instalment_of(pledge).state) == ("partly_paid", "partly_received")


def test_an_identified_receipt_is_reversed_with_both_entries():
    found = make_unidentified(usd("500"), charges=usd("5"))
    found = actions.identify_as_gift(found, make_donor(), by=make_user(Role.FINANCE), on=DAY, psc_rate=Decimal(0))
    actions.withdraw(found, by=make_user(Role.APPROVER), on=DAY, reason="Error.")
    assert [balances.balance(code) for code in ("1010", "2100", "4010", "5300")] == [usd(0)] * 4


def test_who_entered_it_never_withdraws_it_and_money_in_use_stays():
    both = make_user(Role.FINANCE, Role.APPROVER)
    with pytest.raises(PermissionDenied):
        actions.withdraw(make_contribution(by=both), by=both, on=DAY, reason="Error.")
    with pytest.raises(PermissionDenied):
        actions.withdraw(make_contribution(), by=make_user(Role.FINANCE), on=DAY, reason="Error.")
    gift = make_contribution(usd("100"))
    for each in Contribution.objects.exclude(pk=gift.pk):
        actions.withdraw(each, by=make_user(Role.APPROVER), on=DAY, reason="Error.")
    allocations.reserve(make_grant(), usd("60"), on=DAY, by=None, reference="certify")
    with pytest.raises(ValidationError):
        actions.withdraw(gift, by=make_user(Role.APPROVER), on=DAY, reason="Error.")
    assert Contribution.objects.get(pk=gift.pk).state == "received"


# Receipts


def test_the_receipt_is_numbered_kept_with_its_hash_and_told_once():
    donor = make_donor()
    contact = make_contact(donor, language="fr")
    found = make_contribution(usd("100"), donor=donor)
    assert found.receipt_number == f"R2026-{found.pk:05d}"
    assert intact(found.receipt).read()[:5] == b"%PDF-"
    letter = Outbox.objects.get(template="contribution_received")
    assert (letter.recipient, letter.key) == (contact, f"contribution_received:{found.pk}")
    assert f"/donors/portal/contributions/{found.pk}/" in letter.body


def test_the_receipt_is_the_same_bytes_when_it_is_made_again():
    from donors.contributions import receipts

    found = Contribution.objects.get(pk=make_contribution(usd("100")).pk)
    assert receipts.made(found) == intact(found.receipt).read()


# At the same time


def outcome(result) -> str:
    return "done" if isinstance(result, Contribution) else type(result).__name__


@pytest.mark.django_db(transaction=True)
def test_two_people_match_one_instalment_and_it_is_paid_once():
    pledge = make_agreement(usd("100"))
    finance = [make_user(Role.FINANCE) for _number in range(4)]
    make_bank()
    acts = [
        lambda by=by, n=n: actions.receive_on_instalment(instalment_of(pledge), by=by, **cash(usd("100"), bank_reference=f"T{n}"))
        for n, by in enumerate(finance)
    ]
    assert sorted(map(outcome, together(*acts, refused=Exception))) == [*["ValidationError"] * 3, "done"]
    assert balances.balance("1100", of=instalment_of(pledge).subaccount) == usd(0)


@pytest.mark.django_db(transaction=True)
def test_two_people_identify_one_receipt_once():
    found, donors = make_unidentified(usd("100")), [make_donor() for _number in range(4)]
    finance = make_user(Role.FINANCE)
    acts = [
        lambda donor=donor: actions.identify_as_gift(Contribution.objects.get(pk=found.pk), donor, by=finance, on=DAY, psc_rate=Decimal(0))
        for donor in donors
    ]
    assert sorted(map(outcome, together(*acts, refused=Exception))) == [*["TransitionNotAllowed"] * 3, "done"]
    assert Entry.objects.filter(reference=f"contribution:{found.pk}:identified").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_enter_one_line_of_the_bank_once():
    donor, finance = make_donor(), make_user(Role.FINANCE)
    about = cash(usd("100"))
    acts = [lambda: actions.receive_gift(donor, by=finance, psc_rate=Decimal(0), **about)] * 4
    assert sorted(map(outcome, together(*acts, refused=Exception))) == [*["ValidationError"] * 3, "done"]
    assert Contribution.objects.count() == 1
