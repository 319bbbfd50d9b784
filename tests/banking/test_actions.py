"""Statements are taken in whole or not at all, once, and stay as the bank wrote them."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.banking.files import IBAN, Fact, Facts, camt, mt940, table
from tests.factories.banking import make_details, make_line, make_statement
from tests.factories.books import make_bank
from tests.factories.people import make_user
from tests.stories import stories
from trustfund import clock
from trustfund.audit.models import Event
from trustfund.audit.recording import trail_for
from trustfund.banking import actions, withdrawing
from trustfund.banking.csv_files import Layout
from trustfund.banking.models import BankDetails, BankLine, BankStatement
from trustfund.files.models import StoredFile
from trustfund.files.serving import intact
from trustfund.ledger import subaccounts
from trustfund.ledger.verification import check_books
from trustfund.money import Money, usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 1)
FIRST = Facts([Fact(usd("250.00"), reference="B-1", counterparty="Arendal"), Fact(usd("-99.95"), after=3)], opening=usd("1000.00"))
SECOND = Facts([Fact(usd("10.00"))], opening=FIRST.ending, number="2026-13", first=date(2026, 3, 13))
LAYOUT = Layout(booked="Booked", amount="Amount", text="Text")


@pytest.fixture(autouse=True)
def _day():
    with clock.frozen(TODAY):
        yield


@pytest.fixture
def finance():
    return make_user(Role.FINANCE, name="Fiona Ance")


def take_in(content: bytes, details: BankDetails, by, **more):
    return actions.take_in(details, "statement.xml", content, by=by, **more)


def refused(content: bytes, details: BankDetails, by, **more) -> str:
    """What is said, and that nothing was kept."""
    before = (BankStatement.objects.count(), BankLine.objects.count(), StoredFile.objects.count(), Event.objects.count())
    with pytest.raises(ValidationError) as error:
        take_in(content, details, by, **more)
    assert (BankStatement.objects.count(), BankLine.objects.count(), StoredFile.objects.count(), Event.objects.count()) == before
    return " ".join(error.value.messages)


def test_a_statement_is_kept_with_its_lines_and_its_file(finance):
    content = camt(FIRST)
    (kept,) = take_in(content, make_details(), finance)
    assert (kept.number, kept.opening, kept.closing, kept.previous) == ("2026-12", usd("1000.00"), usd("1150.05"), None)
    assert [(line.position, line.amount, line.bank_reference, line.counterparty) for line in kept.lines.all()] == [
        (1, usd("250.00"), "B-1", "Arendal"),
        (2, usd("-99.95"), "", ""),
    ]
    assert kept.file.sha256 == hashlib.sha256(content).hexdigest()
    assert intact(kept.file).read() == content
    (event,) = trail_for(kept)
    assert (event.act, event.actor) == ("bankstatement.take_in", finance)
    assert "Arendal" not in str(event.details)
    assert check_books() == []


@pytest.mark.parametrize("written", [camt, mt940])
def test_several_statements_of_one_file_follow_on_each_other(finance, written):
    first, second = take_in(written(FIRST, SECOND), make_details(), finance)
    assert (second.previous, first.file_id) == (first, second.file_id)


def test_a_csv_is_read_as_the_accounts_layout_says(finance):
    details = make_details(layout=Layout(booked="Booked", amount="Amount", text="Text", balance="Balance"))
    (kept,) = take_in(table(FIRST, details.layout), details, finance)
    assert (kept.format, kept.number, kept.opening, kept.closing) == ("CSV", "2026-03-03/2026-03-05", usd("1000.00"), usd("1150.05"))


def test_a_csv_without_balances_is_given_them(finance):
    details = make_details(layout=LAYOUT)
    content = table(FIRST, LAYOUT)
    assert "give the opening and the closing balance" in refused(content, details, finance)
    assert "a difference of" in refused(content, details, finance, opening=usd(0), closing=usd("151.00"))
    (kept,) = take_in(content, details, finance, opening=usd(0), closing=usd("150.05"))
    assert kept.closing == usd("150.05")


def test_a_file_in_the_banks_own_encoding_is_kept_byte_for_byte(finance):
    content = mt940(replace(FIRST, entries=[Fact(usd("1.00"), text="Überweisung")])).decode().encode("cp1252")
    (kept,) = take_in(content, make_details(), finance)
    assert kept.lines.get().text == "Überweisung"
    assert intact(kept.file).read() == content


def test_entries_of_nothing_are_no_lines(finance):
    (kept,) = take_in(camt(replace(FIRST, entries=[Fact(usd("0.00")), Fact(usd("1.00"))])), make_details(), finance)
    assert [line.amount for line in kept.lines.all()] == [usd("1.00")]


def test_a_file_imported_twice_is_recognised(finance):
    details, content = make_details(), camt(FIRST)
    take_in(content, details, finance)
    text = refused(content, details, make_user(Role.FINANCE))
    assert text == "The statement 2026-12 of BANK-USD is here already: Fiona Ance imported it on 1 April 2026, 12:00."


def test_the_same_statement_in_another_file_is_recognised(finance):
    details = make_details()
    take_in(camt(FIRST), details, finance)
    assert "Fiona Ance imported it" in refused(camt(FIRST, version="02"), details, finance)
    assert "Fiona Ance imported it" in refused(mt940(FIRST, SECOND), details, finance)


@pytest.mark.parametrize(
    "facts, words",
    [
        (replace(FIRST, closing=usd("1150.06")), "a difference of USD\u00a00.01"),
        (replace(FIRST, account="AT483200000012345864"), "it is of the account AT483200000012345864"),
        (Facts([Fact(Money("1.00", "EUR"))], opening=Money(0, "EUR")), "it is in EUR, the account in USD"),
        (replace(FIRST, first=date(2026, 3, 25)), "has not come yet"),
        (replace(FIRST, number="2026-11", first=date(2026, 2, 25)), ""),
    ],
)
def test_what_can_not_be_right_is_refused_and_nothing_is_kept(finance, facts, words):
    details = make_details()
    if words:
        assert words in refused(camt(facts), details, finance)
    else:
        take_in(camt(FIRST), details, finance)
        assert "their days overlap" in refused(camt(facts), details, finance)


def test_a_missing_statement_is_noticed(finance):
    details = make_details()
    take_in(camt(FIRST), details, finance)
    assert "one between them is missing" in refused(camt(replace(SECOND, opening=usd("1.00"))), details, finance)


# Statements that come late


def chain(bank) -> list[str]:
    """The numbers of the statements that stand, each followed by the one that follows on it."""
    found, at = [], BankStatement.objects.standing().get(bank=bank, previous=None)
    while at is not None:
        found.append(at.number)
        at = BankStatement.objects.filter(previous=at).first()
    return found


def test_an_older_statement_is_put_before_the_first(finance):
    details = make_details()
    take_in(camt(SECOND), details, finance)
    (older,) = take_in(camt(FIRST), details, finance)
    assert (chain(details.bank), older.previous) == (["2026-12", "2026-13"], None)
    assert check_books() == []


def test_one_that_was_missing_is_put_between_once_both_sides_hold(finance):
    details = make_details()
    third = Facts([], opening=SECOND.ending, number="2026-14", first=date(2026, 3, 23), days=2)
    take_in(camt(FIRST, SECOND, third), details, finance)
    middle = BankStatement.objects.get(number="2026-13")
    withdrawing.withdraw(middle, by=finance, reason="The bank sent a corrected one.")
    assert chain(details.bank) == ["2026-12", "2026-14"]
    wrong = replace(SECOND, entries=[Fact(usd("11.00"))], number="2026-13b")
    assert "it ends with USD\u00a01,161.05, but the statement after it begins on 23 March 2026 with USD\u00a01,160.05" in refused(
        camt(wrong), details, finance
    )
    assert "their days overlap" in refused(camt(replace(SECOND, number="x", days=12)), details, finance)
    right = replace(SECOND, entries=[Fact(usd("4.00")), Fact(usd("6.00"))])
    take_in(camt(right), details, finance)
    assert chain(details.bank) == ["2026-12", "2026-13", "2026-14"]


def test_a_gap_is_filled_by_two_statements_of_one_file(finance):
    details = make_details()
    last = Facts([], opening=usd("1160.05"), number="2026-15", first=date(2026, 3, 26), days=1)
    take_in(camt(last), details, finance)
    assert "one between them is missing" in refused(camt(FIRST), details, finance)
    take_in(camt(SECOND, FIRST), details, finance)
    assert chain(details.bank) == ["2026-12", "2026-13", "2026-15"]


days = st.lists(st.tuples(st.integers(1, 4), st.integers(-500, 500)), min_size=1, max_size=6)


@settings(max_examples=stories(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(days, st.randoms())
def test_in_whatever_order_statements_come_they_end_in_sequence_or_are_refused(finance, moves, shuffled):
    """Cut at their balances, statements of one account come in any order: the chain of those that are there never breaks."""
    with transaction.atomic():
        details, first, opening, found = make_details(), date(2026, 1, 1), usd(0), []
        for number, (length, moved) in enumerate(moves):
            facts = Facts([Fact(Money.from_minor(moved, "USD"))] if moved else [], opening, number=f"N-{number}", first=first, days=length)
            found.append(facts)
            first, opening = first + timedelta(days=length + 1), facts.ending
        shuffled.shuffle(found)
        kept = []
        for facts in found:
            with suppress(ValidationError), transaction.atomic():
                take_in(camt(facts), details, finance)
                kept.append(facts)
        assert chain(details.bank) == [each.number for each in sorted(kept, key=lambda each: each.first)]
        transaction.set_rollback(True)


def test_the_second_statement_of_a_file_that_is_wrong_takes_the_first_with_it(finance):
    assert "a difference of" in refused(camt(FIRST, replace(SECOND, closing=usd("0.00"))), make_details(), finance)


def test_a_file_cut_in_the_middle_leaves_nothing(finance):
    content = camt(FIRST)
    assert "ends in the middle" in refused(content[: len(content) // 2], make_details(), finance)


@pytest.mark.parametrize("role", [None, Role.APPROVER, Role.AUDITOR, Role.MANAGER, Role.PROGRAMME, Role.ADMINISTRATOR])
def test_only_finance_takes_in_and_describes(role):
    details, user = make_details(), make_user(role)
    with pytest.raises(PermissionDenied):
        take_in(camt(FIRST), details, user)
    with pytest.raises(PermissionDenied):
        actions.describe(details.bank, by=user, account=IBAN, layout=None)


# The account


def test_what_changes_of_an_account_is_on_record(finance):
    bank = make_bank()
    details = actions.describe(bank, by=finance, account=IBAN, layout=None)
    actions.describe(bank, by=finance, account=IBAN, layout=None)
    details = actions.describe(bank, by=finance, account=IBAN, layout=LAYOUT)
    assert details.layout == LAYOUT
    events = trail_for(details)
    assert [(event.act, event.details["account"], event.details["csv"]) for event in events] == [
        ("bankdetails.describe", True, False),
        ("bankdetails.describe", False, True),
    ]
    assert IBAN not in str([event.details for event in events])


def test_only_a_bank_account_is_described(finance):
    donor = subaccounts.open("donor", "D-1", name="Donor", public_label="Donor")
    with pytest.raises(ValidationError):
        actions.describe(donor, by=finance, account=IBAN, layout=None)


# What the tables refuse


@pytest.mark.parametrize("change", [{"closing_minor": 1}, {"number": "x"}, {"imported_by": None}])
def test_a_statement_stays_as_it_was_imported(change):
    make_statement(Fact(usd("1.00")))
    with pytest.raises(IntegrityError), transaction.atomic():
        BankStatement.objects.update(**change)


@pytest.mark.parametrize(
    "change",
    [{"amount_minor": 2}, {"booked_on": TODAY}, {"bank_reference": "x"}, {"position": 2}, {"counterparty": "Other"}, {"text": "x"}],
)
def test_a_line_stays_what_the_bank_said(change):
    make_line(usd("1.00"), counterparty="Jane Doe", text="For the children")
    with pytest.raises(IntegrityError), transaction.atomic():
        BankLine.objects.update(**change)


def test_neither_is_deleted():
    make_line(usd("1.00"))
    for model in (BankLine, BankStatement):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.all()._raw_delete(using="default")


def test_the_name_of_a_person_can_be_erased():
    line = make_line(usd("1.00"), counterparty="Jane Doe", text="For the children")
    BankLine.objects.update(counterparty="", text="")
    line.refresh_from_db()
    assert (line.counterparty, line.text, line.amount) == ("", "", usd("1.00"))
    assert check_books() == []


amounts = st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=8)


@settings(max_examples=stories(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(amounts, st.sampled_from(["USD", "JPY", "KWD"]), st.sampled_from([camt, mt940]))
def test_what_is_kept_leads_from_the_opening_to_the_closing_balance(minors, currency, written):
    with transaction.atomic():
        facts = Facts([Fact(Money.from_minor(each, currency)) for each in minors], opening=Money.from_minor(5, currency))
        (kept,) = take_in(written(facts), make_details(currency), make_user(Role.FINANCE))
        assert kept.opening_minor + sum(line.amount_minor for line in kept.lines.all()) == kept.closing_minor
        transaction.set_rollback(True)
