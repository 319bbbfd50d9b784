"""Rules suggest, a person confirms: the sum agrees to the cent, each line is in one match, and a match can be taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.banking.files import Fact
from tests.factories.agreements import make_payment
from tests.factories.banking import make_details, make_line, make_statement
from tests.factories.books import DAY, make_bank, open_years, post
from tests.factories.donors import make_agreement, make_contribution
from tests.factories.people import make_user
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.banking import actions, hooks, withdrawing
from trustfund.banking.matching import NEAR, Candidate, named, suggest
from trustfund.banking.models import BankLine, Match, MatchedLine
from trustfund.banking.open_items import lines_on, open_lines, suggestions
from trustfund.ledger import postings
from trustfund.ledger.models import Line
from trustfund.ledger.verification import check_books
from trustfund.money import Money, total, usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 16)


def candidate(pk: int, amount: str, day: date = MARCH, entry: int | None = None, *words: str) -> Candidate:
    return Candidate(pk, entry or pk, day, usd(amount), words)


def found(amount: str, *candidates: Candidate, text: str = "", day: date = MARCH) -> list[tuple[int, ...]]:
    return [each.lines for each in suggest(usd(amount), day, text, candidates)]


# The rules


def test_the_sum_must_agree_to_the_cent():
    assert found("100.00", candidate(1, "100.01"), candidate(2, "-100.00"), candidate(3, "100.00")) == [(3,)]


def test_what_is_nearer_comes_first():
    far, near = candidate(1, "5.00", MARCH - timedelta(days=9)), candidate(2, "5.00", MARCH + timedelta(days=1))
    assert found("5.00", far, near) == [(2,), (1,)]


def test_what_the_bank_names_comes_before_what_is_near():
    named_one = candidate(1, "5.00", MARCH - timedelta(days=30), None, "VTF-2026-7-1-1")
    assert found("5.00", named_one, candidate(2, "5.00"), text="PAYMENT vtf 2026 7 1 1 /SEPA") == [(1,), (2,)]


def test_too_far_away_is_not_suggested():
    assert found("5.00", candidate(1, "5.00", MARCH - NEAR - timedelta(days=1))) == []


def test_an_entry_with_its_charges_is_one_line_of_the_bank():
    assert found("95.00", candidate(1, "100.00", entry=7), candidate(2, "-5.00", entry=7)) == [(1, 2)]


def test_a_batch_of_a_day_is_one_line_of_the_bank():
    assert found("-60.00", candidate(1, "-10.00"), candidate(2, "-20.00"), candidate(3, "-30.00"), candidate(4, "99.00")) == [(1, 2, 3)]


def test_all_that_the_text_names_are_one_line_of_the_bank():
    lines = [candidate(1, "-10.00", MARCH, None, "REF-0001"), candidate(2, "-20.00", MARCH, None, "REF-0002"), candidate(3, "-30.00")]
    assert found("-30.00", *lines, text="REF-0001 REF-0002") == [(1, 2), (3,)]


def test_a_short_word_names_nothing():
    assert not named(["A-1", ""], "A1 and everything")


lines_of_books = st.lists(st.tuples(st.integers(-5, 5).filter(bool), st.integers(-60, 60), st.integers(1, 4)), max_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines_of_books, st.integers(-9, 9).filter(bool))
def test_whatever_is_suggested_adds_up_and_is_near(lines, wanted):
    lines = [Candidate(pk, entry, MARCH + timedelta(days=days), usd(amount)) for pk, (amount, days, entry) in enumerate(lines, 1)]
    by_pk = {each.pk: each for each in lines}
    made = suggest(usd(wanted), MARCH, "", lines)
    assert len({each.lines for each in made}) == len(made)
    for each in made:
        assert total((by_pk[pk].amount for pk in each.lines), "USD") == usd(wanted)
        assert all(abs(by_pk[pk].day - MARCH) <= NEAR for pk in each.lines)


# Against the books


@pytest.fixture
def finance():
    return make_user(Role.FINANCE)


@pytest.fixture
def line():
    """USD 100 came in on 17 March, and interest of that amount is in the books since 16 March."""
    open_years(2026)
    post(postings.interest(make_bank(), usd("100.00")), DAY)
    return make_line(usd("100.00"), first=DAY)


def of_books(line: BankLine) -> list[Line]:
    return list(open_lines(line.bank))


def test_a_match_is_confirmed_and_on_record(line, finance):
    (only,) = suggestions(line)
    assert (only.reasons, only.total) == ("the amount, 1 day apart", usd("100.00"))
    match = actions.confirm(line, only.lines, by=finance)
    assert [part.line.original for part in match.parts.all()] == [usd("100.00")]
    assert (match.confirmed_by, list(open_lines(line.bank)), BankLine.objects.unmatched().count()) == (finance, [], 0)
    event = trail_for(line).get()
    assert (event.act, event.details) == ("bankline.confirm", {"lines": [only.lines[0].pk], "amount": "USD 100.00"})
    assert check_books() == []


def test_a_match_is_taken_back_and_made_again(line, finance):
    lines = of_books(line)
    actions.confirm(line, lines, by=finance)
    actions.undo(line, by=finance)
    assert of_books(line) == lines
    line.refresh_from_db()
    assert not line.is_matched
    actions.confirm(line, lines, by=finance)
    assert [event.act for event in trail_for(line)] == ["bankline.confirm", "bankline.undo", "bankline.confirm"]


def test_twice_is_out_of_order(line, finance):
    lines = of_books(line)
    with pytest.raises(TransitionNotAllowed):
        actions.undo(line, by=finance)
    actions.confirm(line, lines, by=finance)
    with pytest.raises(TransitionNotAllowed):
        actions.confirm(line, lines, by=finance)
    actions.undo(line, by=finance)
    with pytest.raises(TransitionNotAllowed):
        actions.undo(line, by=finance)


@pytest.mark.parametrize("role", [None, Role.APPROVER, Role.AUDITOR, Role.MANAGER, Role.PROGRAMME])
def test_only_finance_matches(line, finance, role):
    user = make_user(role)
    with pytest.raises(PermissionDenied):
        actions.confirm(line, of_books(line), by=user)
    with pytest.raises(PermissionDenied):
        actions.take_up(line, "unidentified", by=user)
    actions.confirm(line, of_books(line), by=finance)
    with pytest.raises(PermissionDenied):
        actions.undo(line, by=user)


def test_what_does_not_add_up_is_refused_by_how_much(line, finance):
    post(postings.interest(make_bank(), usd("1.00")), DAY)
    with pytest.raises(ValidationError) as error:
        actions.confirm(line, of_books(line), by=finance)
    assert error.value.messages == [
        "The lines of the books give USD\u00a0101.00, the bank has USD\u00a0100.00: a difference of USD\u00a0(1.00)."
    ]
    with pytest.raises(ValidationError, match="at least one"):
        actions.confirm(line, [], by=finance)
    assert not Match.objects.exists()


def test_a_line_of_the_books_is_matched_once(line, finance):
    lines = of_books(line)
    actions.confirm(line, lines, by=finance)
    other = make_statement(Fact(usd("100.00")), details=line.bank.bank_details, opening=usd("100.00"), number="2", first=date(2026, 3, 26))
    with pytest.raises(ValidationError, match="matched already"):
        actions.confirm(other.lines.get(), lines, by=finance)
    with pytest.raises(IntegrityError), transaction.atomic():
        MatchedLine.objects.create(match=Match.objects.create(confirmed_by=finance), line=lines[0])


def test_a_line_of_another_account_is_refused(line, finance):
    entry = post(postings.interest(make_bank("EUR"), usd("100.00"), original=Money("100.00", "EUR"), rate=1), DAY)
    other = Line.objects.filter(entry=entry, subaccount=make_bank("EUR"))
    with pytest.raises(ValidationError, match="not of this bank account"):
        actions.confirm(line, list(other), by=finance)
    leg = Line.objects.get(entry__reference=of_books(line)[0].entry.reference, account="4100")
    with pytest.raises(ValidationError, match="not of this bank account"):
        actions.confirm(line, [leg], by=finance)


def test_an_account_in_another_currency_is_matched_in_that_currency(finance):
    open_years(2026)
    post(postings.interest(make_bank("EUR"), usd("110.00"), original=Money("100.00", "EUR"), rate="0.909091"), DAY)
    line = make_line(Money("100.00", "EUR"), details=make_details("EUR"), first=DAY)
    (only,) = suggestions(line)
    assert only.total == Money("100.00", "EUR")
    actions.confirm(line, only.lines, by=finance)
    assert check_books() == []


# What upper rooms offer


def recent(amount: Money, **facts: object) -> BankLine:
    """A line booked today."""
    return make_line(amount, first=clock.today() - timedelta(days=1), days=1, **facts)


def test_a_payment_that_was_ordered_is_settled_by_the_line_that_paid_it(finance):
    payment = make_payment("exported")
    line = recent(-payment.to_transfer, reference="TRX-77")
    (offer,) = hooks.offers_for(line, finance)
    assert offer.key == f"payment-{payment.pk}"
    match = actions.take_up(line, offer.key, by=finance)
    payment.refresh_from_db()
    assert (payment.state, payment.paid_on, payment.bank_reference) == ("paid", line.value_on, "TRX-77")
    assert [part.line.entry for part in match.parts.all()] == [payment.entry]
    assert hooks.offers_for(line, finance) == []
    assert check_books() == []


def test_whoever_approved_a_payment_is_not_offered_it():
    payment = make_payment("exported")
    line = recent(-payment.to_transfer)
    assert hooks.offers_for(line, payment.approved_by) == []


def test_a_payment_that_was_recorded_by_hand_is_suggested_by_its_reference(finance):
    payment = make_payment("paid")
    line = recent(-payment.to_transfer, text=f"Order {payment.reference}")
    (only,) = suggestions(line)
    assert "the reference" in only.reasons
    actions.confirm(line, only.lines, by=finance)
    assert check_books() == []


def test_a_payment_that_came_back_is_returned_less_what_the_bank_kept(finance):
    payment = make_payment("paid")
    line = recent(payment.to_transfer - usd("12.50"), text=f"RETURN {payment.reference}")
    keys = [offer.key for offer in hooks.offers_for(line, finance)]
    assert keys == ["unidentified", f"return-{payment.pk}"]
    actions.take_up(line, f"return-{payment.pk}", by=finance)
    payment.refresh_from_db()
    assert (payment.state, payment.return_charges) == ("returned", usd("12.50"))
    assert check_books() == []


def test_an_instalment_of_the_same_amount_is_received_by_its_line(finance):
    instalment = make_agreement(usd("50000")).instalments.get()
    line = recent(usd("50000"), counterparty="Kingdom of Arendal", reference="ARD-1")
    assert [offer.key for offer in hooks.offers_for(line, finance)] == [f"instalment-{instalment.pk}", "unidentified"]
    actions.take_up(line, f"instalment-{instalment.pk}", by=finance)
    instalment.refresh_from_db()
    assert instalment.state == "received"
    assert instalment.contributions.get().payer == "Kingdom of Arendal"
    assert check_books() == []


def test_what_nobody_can_name_is_entered_as_that(finance):
    open_years(clock.today().year)
    line = recent(usd("12.00"))
    actions.take_up(line, "unidentified", by=finance)
    assert lines_on(line.bank).get().original == usd("12.00")
    with pytest.raises(TransitionNotAllowed):
        actions.take_up(line, "unidentified", by=finance)
    assert check_books() == []


def test_an_offer_that_fails_leaves_nothing(finance):
    line = recent(usd("12.00"))
    with pytest.raises(ValidationError):  # the fiscal year is not open
        actions.take_up(line, "unidentified", by=finance)
    with pytest.raises(ValidationError, match="not possible any more"):
        actions.take_up(line, "payment-1", by=finance)
    assert not Match.objects.exists()
    assert trail_for(line).count() == 0


def test_a_contribution_is_suggested_by_its_bank_reference(finance):
    make_contribution(usd("500"), bank_reference="XK-0000-1")
    make_contribution(usd("500"), bank_reference="XK-0000-2")
    line = recent(usd("500"), reference="XK00002")
    assert [each.lines[0].entry.source for each in suggestions(line)] == ["contribution.enter"] * 2
    assert "the reference" in suggestions(line)[0].reasons
    assert "the reference" not in suggestions(line)[1].reasons


# Booked in parts


def in_parts(*amounts: str, books: str = "100.00"):
    """Lines of the bank, each in a statement of its own, and one line of the books."""
    open_years(2026)
    post(postings.interest(make_bank(), usd(books)), DAY)
    details, opening, found = make_details(), usd(0), []
    for number, amount in enumerate(amounts, 1):
        first = DAY + timedelta(days=2 * number)
        found.append(make_line(usd(amount), details=details, first=first, days=1, opening=opening, number=f"P-{number}"))
        opening += usd(amount)
    return found, list(open_lines(details.bank))


def test_several_lines_of_the_bank_are_one_line_of_the_books(finance):
    (first, second, third), (line,) = in_parts("60.00", "30.00", "10.00")
    with pytest.raises(ValidationError, match="a difference of"):
        actions.confirm(first, [line], by=finance, others=[second])
    match = actions.confirm(first, [line], by=finance, others=[second, third])
    assert set(match.bank_lines.all()) == {first, second, third}
    with pytest.raises(TransitionNotAllowed):
        actions.confirm(third, [line], by=finance)
    actions.undo(BankLine.objects.get(pk=second.pk), by=finance)
    assert BankLine.objects.unmatched().count() == 3
    assert not Match.objects.exists()
    assert [event.act for event in trail_for(third)] == ["bankline.confirm", "bankline.undo"]


def test_two_parts_are_suggested(finance):
    (first, second), (line,) = in_parts("60.00", "40.00")
    (shown,) = suggestions(first)
    assert (shown.lines, shown.others, shown.reasons) == ([line], [second], "the sum of two lines of the bank")
    out = make_line(usd("-5.00"), details=first.bank.bank_details, first=date(2026, 4, 20), opening=usd(100), number="Z")
    assert suggestions(out) == []


def test_other_lines_are_open_and_of_the_same_account(finance):
    (first, second), (line,) = in_parts("60.00", "40.00")
    elsewhere = make_line(Money("40.00", "EUR"), details=make_details("EUR"), first=DAY)
    with pytest.raises(ValidationError, match="A line of the bank is not of this account"):
        actions.confirm(first, [line], by=finance, others=[elsewhere])
    withdrawing.withdraw(second.statement, by=finance, reason="A test of the bank.")
    with pytest.raises(ValidationError, match="A line of the bank is not of this account"):
        actions.confirm(first, [line], by=finance, others=[second])
