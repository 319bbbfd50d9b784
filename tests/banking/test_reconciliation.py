"""From the balance per bank to the balance per books: every item is named, and so is whatever difference there is."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.banking.files import Fact
from tests.factories.banking import make_details, make_statement
from tests.factories.books import make_bank, open_years, post
from tests.factories.people import make_user
from tests.stories import stories
from trustfund.banking import actions, paper, withdrawing
from trustfund.banking.models import BankLine
from trustfund.banking.open_items import open_lines, suggestions
from trustfund.banking.reconciliation import reconcile
from trustfund.ledger import posting, postings
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import Entry
from trustfund.money import Money, usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
END = date(2026, 3, 31)


def march(day: int) -> date:
    return date(2026, 3, day)


@pytest.fixture
def finance():
    return make_user(Role.FINANCE)


@pytest.fixture
def bank():
    open_years(2026)
    return make_bank()


def earn(bank, amount: str, on: date) -> Entry:
    return post(postings.interest(bank, usd(amount)), on)


def spend(bank, amount: str, on: date) -> Entry:
    return post(postings.bank_charge(bank, usd(amount)), on)


def match_what_is_suggested(bank, by) -> None:
    for line in BankLine.objects.filter(bank=bank, match=None):
        if BankLine.objects.unmatched().filter(pk=line.pk).exists():
            for suggestion in suggestions(line)[:1]:
                actions.confirm(line, suggestion.lines, by=by, others=suggestion.others)


def amounts(items) -> list[Money]:
    return [item.amount for item in items]


def test_without_a_statement_there_is_nothing_to_reconcile(bank):
    assert reconcile(bank, END) is None


def test_an_account_that_agrees(bank, finance):
    earn(bank, "1000.00", march(1))
    moved = [Fact(usd("50.00")), Fact(usd("-7.00"), after=2)]
    statement = make_statement(*moved, details=make_details(), opening=usd("1000.00"), first=march(2))
    earn(bank, "50.00", march(3))
    spend(bank, "7.00", march(4))
    match_what_is_suggested(bank, finance)
    found = reconcile(bank, END)
    assert (found.per_bank, found.per_books, found.difference) == (usd("1043.00"), usd("1043.00"), usd(0))
    assert (found.outstanding, found.unmatched, found.last, found.covered) == ([], [], statement, False)
    assert reconcile(bank, march(12)).covered


def test_every_item_between_the_two_is_named(bank, finance):
    """Worked by hand: the bank has 1,000 + 50 - 3 = 1,047; a payment of 200 is on its way; a charge of 3 is not in the books."""
    earn(bank, "1000.00", march(1))
    make_statement(
        Fact(usd("50.00")), Fact(usd("-3.00"), after=5, text="Charges"), details=make_details(), opening=usd("1000.00"), first=march(2)
    )
    earn(bank, "50.00", march(3))
    spend(bank, "200.00", march(30))
    match_what_is_suggested(bank, finance)
    found = reconcile(bank, END)
    assert (found.per_bank, found.per_books) == (usd("1047.00"), usd("850.00"))
    assert (amounts(found.outstanding), amounts(found.unmatched)) == ([usd("-200.00")], [usd("-3.00")])
    assert (found.reached, found.difference) == (usd("850.00"), usd(0))
    early = reconcile(bank, march(5))
    assert (early.per_bank, early.per_books, early.outstanding, early.unmatched) == (usd("1050.00"), usd("1050.00"), [], [])


def test_a_payment_under_way_when_the_statements_began_is_outstanding_until_the_bank_pays_it(bank, finance):
    earn(bank, "1000.00", march(1))
    spend(bank, "100.00", march(1))
    details = make_details()
    make_statement(Fact(usd("-100.00"), after=3), details=details, opening=usd("1000.00"), first=march(2))
    match_what_is_suggested(bank, finance)
    found = reconcile(bank, march(3))
    assert (found.per_bank, found.per_books, amounts(found.outstanding)) == (usd("1000.00"), usd("900.00"), [usd("-100.00")])
    assert found.difference == usd(0)
    assert reconcile(bank, END).outstanding == []


def test_a_difference_that_was_there_before_is_named(bank):
    earn(bank, "990.00", march(1))
    make_statement(Fact(usd("50.00")), details=make_details(), opening=usd("1000.00"), first=march(2))
    found = reconcile(bank, END)
    assert (found.difference, found.at_the_beginning, found.unexplained) == (usd("-10.00"), usd("-10.00"), usd(0))
    assert amounts(found.unmatched) == [usd("50.00")]


def test_what_the_books_have_later_than_the_bank_is_at_the_bank_only_until_then(bank, finance):
    make_statement(Fact(usd("50.00")), details=make_details(), first=march(2))
    earn(bank, "50.00", march(20))
    match_what_is_suggested(bank, finance)
    found = reconcile(bank, march(10))
    assert (found.per_bank, found.per_books, amounts(found.unmatched), found.difference) == (usd("50.00"), usd(0), [usd("50.00")], usd(0))
    assert reconcile(bank, END).unmatched == []


def test_a_match_that_is_posted_in_part_leaves_the_rest(bank, finance):
    make_statement(Fact(usd("50.00")), details=make_details(), first=march(2))
    earn(bank, "20.00", march(3))
    earn(bank, "30.00", march(20))
    actions.confirm(BankLine.objects.get(), list(open_lines(bank)), by=finance)
    found = reconcile(bank, march(10))
    assert (amounts(found.unmatched), found.difference) == ([usd("30.00")], usd(0))


def test_what_was_entered_in_error_and_reversed_is_no_item(bank, finance):
    """Unless the bank had it: then its reversal stands alone."""
    earn(bank, "1000.00", march(1))
    wrong = post(postings.interest(bank, usd("70.00")), march(1))
    make_statement(Fact(usd("50.00")), details=make_details(), opening=usd("1000.00"), first=march(2))
    error = post(postings.interest(bank, usd("50.00")), march(3))
    posting.reverse(wrong, on=march(5), by=finance, reference="undo:1")
    posting.reverse(error, on=march(6), by=finance, reference="undo:2")
    found = reconcile(bank, END)
    assert (found.outstanding, amounts(found.unmatched), found.difference) == ([], [usd("50.00")], usd(0))
    assert amounts(reconcile(bank, march(5)).outstanding) == [usd("50.00")]
    assert suggestions(BankLine.objects.get()) == []
    actions.confirm(BankLine.objects.get(), [line for line in open_lines(bank) if line.entry_id == error.pk], by=finance)
    found = reconcile(bank, END)
    assert (amounts(found.outstanding), found.unmatched, found.difference) == ([usd("-50.00")], [], usd(0))


def test_a_revaluation_is_no_item_of_an_account_in_another_currency(finance):
    open_years(2026)
    euros = make_bank("EUR")
    post(postings.interest(euros, usd("110.00"), original=Money("100.00", "EUR"), rate="0.909091"), march(3))
    post([debit("1010", usd("4.00"), euros, Money(0, "EUR"), Decimal("0.909091")), credit("4200", usd("4.00"))], march(31))
    make_statement(Fact(Money("100.00", "EUR")), details=make_details("EUR"), first=march(2))
    match_what_is_suggested(euros, finance)
    found = reconcile(euros, END)
    assert (found.per_bank, found.per_books, found.difference) == (Money("100.00", "EUR"), Money("100.00", "EUR"), Money(0, "EUR"))


def test_what_the_bank_booked_in_parts_is_outstanding_by_the_rest(bank, finance):
    """Worked by hand: the books have 100 on 3 March, the bank 60 on the 4th and 40 on the 20th."""
    moved = [Fact(usd("60.00"), after=2), Fact(usd("40.00"), after=18)]
    make_statement(*moved, details=make_details(), first=march(2), days=28)
    earn(bank, "100.00", march(3))
    first, second = BankLine.objects.order_by("position")
    actions.confirm(first, list(open_lines(bank)), by=finance, others=[second])
    found = reconcile(bank, march(10))
    assert (found.per_bank, found.per_books) == (usd("60.00"), usd("100.00"))
    assert (amounts(found.outstanding), found.unmatched, found.difference) == ([usd("40.00")], [], usd(0))
    before = reconcile(bank, march(3))
    assert (amounts(before.outstanding), before.difference) == ([usd("100.00")], usd(0))
    assert (reconcile(bank, END).outstanding, reconcile(bank, END).unmatched) == ([], [])


def test_a_statement_that_is_missing_is_named_and_nothing_is_unexplained(bank, finance):
    details = make_details()
    make_statement(Fact(usd("50.00")), details=details, first=march(2), days=2)
    middle = make_statement(Fact(usd("7.00")), details=details, opening=usd("50.00"), first=march(5), days=2, number="M")
    make_statement(Fact(usd("1.00")), details=details, opening=usd("57.00"), first=march(8), days=2, number="L")
    withdrawing.withdraw(middle, by=finance, reason="It was of another month.")
    found = reconcile(bank, END)
    assert found.per_bank == usd("58.00")
    assert amounts(found.unmatched) == [usd("50.00"), usd("7.00"), usd("1.00")]
    assert [item.what for item in found.missing] == ["No statement between 2026-12 and L"]
    assert (found.difference, found.unexplained) == (usd(0), usd(0))


def test_it_is_printed_the_same_twice_and_in_every_language(bank, finance):
    earn(bank, "1000.00", march(1))
    make_statement(Fact(usd("-3.00"), text="Charges"), details=make_details(), opening=usd("1000.00"), first=march(2))
    found = reconcile(bank, END)
    made = paper.pdf_of(found, "en")
    assert made.startswith(b"%PDF-")
    assert made == paper.pdf_of(reconcile(bank, END), "en")
    assert len({paper.pdf_of(found, language) for language in ("en", "ar", "zh-hans", "ru")}) == 4


IN_BOOKS = ["no", "yes", "reversed"]
move = st.tuples(st.integers(1, 28), st.sampled_from([1, 2, 3, -1, -2, -3]), st.sampled_from(IN_BOOKS), st.integers(-2, 2))
moves = st.lists(move, max_size=8)


@settings(max_examples=stories(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(moves, st.integers(-3, 3), st.integers(1, 31))
def test_whatever_happened_nothing_is_unexplained(bank, finance, moved, opening, day):
    """Movements at the bank, some of them in the books too, on another day, some matched, some reversed before or after that."""
    with transaction.atomic():
        facts = [Fact(usd(amount), after=on - 1) for on, amount, _in_books, _apart in moved]
        make_statement(*facts, details=make_details(), opening=usd(opening), first=march(1), days=30)
        for on, amount, in_books, apart in moved:
            if in_books != "no":
                booked = march(min(max(on + apart, 1), 30))
                entry = (earn if amount > 0 else spend)(bank, str(abs(amount)), booked)
                if in_books == "reversed":
                    if apart > 0:
                        match_what_is_suggested(bank, finance)
                    posting.reverse(entry, on=booked + timedelta(days=1), by=finance, reference=f"undo:{entry.pk}")
        match_what_is_suggested(bank, finance)
        found = reconcile(bank, march(day))
        assert found.unexplained == usd(0)
        assert found.per_books == found.reached + found.at_the_beginning
        transaction.set_rollback(True)
