"""Closing a month and a year: what blocks, what may stand with a reason, two people, the year-end, certification, reopening."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from tests.donors.support import signed_in
from tests.factories.books import give, make_bank, open_years, post
from tests.factories.closings import closed, months_closed, person, proposed, ticked, year_closed
from tests.factories.people import make_user
from tests.factories.vouchers import make_voucher
from trustfund import clock
from trustfund.audit.models import Event
from trustfund.closings import actions, checks
from trustfund.closings.models import Checklist, Reopening, YearEnd
from trustfund.closings.verification import year_ends_on_record
from trustfund.ledger import balances, periods, postings
from trustfund.ledger.closed import certifying
from trustfund.ledger.closed.models import Certification, ClosedBooks
from trustfund.ledger.models import Entry, FiscalYear, Period
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
TODAY = date(2027, 2, 8)


@pytest.fixture(autouse=True)
def _in_february():
    with clock.frozen(TODAY):
        yield


@pytest.fixture
def year():
    """2026 with a gift in January and a bank charge in June."""
    open_years(2026, 2027)
    give("1000", date(2026, 1, 12))
    post(postings.bank_charge(make_bank(), usd("40")), date(2026, 6, 30))
    return FiscalYear.objects.get(year=2026)


def month(number=1, year=2026):
    return Period.objects.get(year=year, number=number)


def status(period, key):
    return next(each for each in checks.statuses(period) if each.key == key)


# The list


def test_a_voucher_that_is_not_posted_blocks_its_month(year):
    voucher = make_voucher("submitted", on=date(2026, 1, 20))
    found = status(month(), "vouchers")
    assert (found.state, found.found.open, found.found.text) == ("blocked", 1, voucher.number)
    assert status(month(2), "vouchers").state == "done"
    ticked(month())
    with pytest.raises(ValidationError, match=f"No voucher is left unposted \\({voucher.number}\\)"):
        actions.propose(month(), by=person(Role.FINANCE), reasons={each.key: "So" for each in checks.statuses(month())})
    assert (month().state, Checklist.objects.count()) == ("open", 0)


def test_a_bank_without_statements_may_stand_with_a_reason(year):
    found = status(month(), "banks")
    assert (found.state, found.found.text) == ("open", "BANK-USD: no statement of the bank")
    ticked(month())
    with pytest.raises(ValidationError) as error:
        actions.propose(month(), by=person(Role.FINANCE), reasons={"banks": " "})
    assert error.value.message_dict["reason_banks"] == ["Say why this may stand, or mend it."]
    told = actions.propose(month(), by=person(Role.FINANCE), reasons={"banks": "The bank is late."})
    assert [(each["key"], each["state"], each["reason"]) for each in told.items if each["key"] in ("banks", "ageing", "cards")] == [
        ("banks", "open", "The bank is late."), ("ageing", "done", ""), ("cards", "nothing", ""),
    ]  # fmt: skip


def test_a_receipt_nobody_can_name_is_named(year):
    from trustfund.ledger import subaccounts

    receipt = subaccounts.open("receipt", "U-1", name="Receipt", public_label="Receipt")
    post(postings.unidentified_receipt(receipt, make_bank(), usd("12.50")), date(2026, 1, 30))
    assert status(month(), "receipts").found.text == "U-1 USD 12.50"
    assert status(month(12), "receipts").state == "open"


def test_a_room_above_says_what_is_revalued(year):
    assert status(month(), "revaluation").state == "nothing"
    checks.provide("revaluation", lambda period: checks.Found(2, "EUR, JPY"))
    try:
        assert (status(month(), "revaluation").state, status(month(), "revaluation").found.text) == ("open", "EUR, JPY")
    finally:
        checks._finders.pop("revaluation")


def test_what_a_person_looked_at_counts_until_the_period_is_reopened(year):
    assert status(month(), "ageing").state == "open"
    actions.review(month(), "ageing", by=person(Role.FINANCE), note="One is overdue.")
    assert (status(month(), "ageing").state, status(month(), "ageing").review.note) == ("done", "One is overdue.")
    closed(month())
    periods.reopen(actions.propose_reopening(month(), by=person(Role.FINANCE), reason="An invoice came."), by=person(Role.APPROVER))
    assert status(month(), "ageing").state == "open"


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.MANAGER, None])
def test_only_finance_looks_and_proposes(year, role):
    other = make_user(role)
    with pytest.raises(PermissionDenied):
        actions.review(month(), "ageing", by=other, note="Fine")
    with pytest.raises(PermissionDenied):
        actions.propose(month(), by=other)


def test_a_review_says_something(year):
    with pytest.raises(ValidationError, match="what you found"):
        actions.review(month(), "ageing", by=person(Role.FINANCE), note="  ")


# Closing


def test_two_people_close_a_month_and_its_balances_are_kept(year):
    closed(month())
    assert (month().state, month().proposed_by.name, month().approved_by.name) == ("closed", "The finance", "The approver")
    kept = ClosedBooks.objects.get()
    assert (kept.as_of, [(row.account_id, row.debit, row.credit) for row in kept.balances.order_by("account_id")]) == (
        date(2026, 1, 31), [("1010", 1000_00, 0), ("4010", 0, 1000_00)],
    )  # fmt: skip
    assert check_books() == []


def test_what_came_up_after_the_proposal_is_said_to_the_approver(year):
    proposed(month())
    make_voucher("submitted", on=date(2026, 1, 20))
    with pytest.raises(ValidationError, match="No voucher is left unposted"):
        actions.close(month(), by=person(Role.APPROVER))
    assert (month().state, ClosedBooks.objects.count()) == ("closing", 0)


def test_what_is_newly_open_had_no_reason(year):
    proposed(month())
    from trustfund.ledger import subaccounts

    receipt = subaccounts.open("receipt", "U-1", name="Receipt", public_label="Receipt")
    post(postings.unidentified_receipt(receipt, make_bank(), usd("12.50")), date(2026, 1, 30))
    with pytest.raises(ValidationError, match="open now and was not") as error:
        actions.close(month(), by=person(Role.APPROVER))
    assert "Every receipt is identified (U-1 USD 12.50)" in error.value.messages[1]
    assert month().state == "closing"


def test_closing_twice_and_by_the_proposer_is_refused(year):
    both = make_user(Role.FINANCE, Role.APPROVER)
    ticked(month())
    actions.propose(month(), by=both, reasons={"banks": "Late"})
    with pytest.raises(PermissionDenied):
        actions.close(month(), by=both)
    actions.close(month(), by=person(Role.APPROVER))
    with pytest.raises(TransitionNotAllowed):
        actions.close(month(), by=person(Role.APPROVER))


# Reopening


def test_reopening_wants_a_reason_that_is_kept(year):
    closed(month())
    with pytest.raises(ValidationError, match="Say why"):
        actions.propose_reopening(month(), by=person(Role.FINANCE), reason=" ")
    actions.propose_reopening(month(), by=person(Role.FINANCE), reason="An invoice came.")
    assert Reopening.objects.get().reason == "An invoice came."
    assert Event.objects.filter(act="reopening.ask", details__contains="2026-01").count() == 1
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Reopening.objects.update(reason="Another")


def test_what_is_posted_after_a_reopening_is_in_the_balances_kept_anew(year):
    closed(month())
    first = balances.balance("1010", date(2026, 1, 31))
    head = ClosedBooks.objects.get().seq
    periods.reopen(actions.propose_reopening(month(), by=person(Role.FINANCE), reason="Interest."), by=person(Role.APPROVER))
    post(postings.interest(make_bank(), usd("5")), date(2026, 1, 31))
    assert balances.balance("1010", date(2026, 1, 31)) == first + usd("5")
    closed(month())
    assert ClosedBooks.objects.count() == 2
    assert balances.balance("1010", date(2026, 1, 31)) == first + usd("5")
    assert balances.balance("1010", date(2026, 1, 31), head=head) == first
    assert check_books() == []


# The year-end


def test_the_closing_entry_takes_results_to_the_surplus(year):
    months_closed(2026)
    made = actions.propose_year_end(year, by=person(Role.FINANCE))
    assert (made.lines, made.surplus) == (2, usd("960"))
    done = actions.approve_year_end(made, by=person(Role.APPROVER))
    assert (done.state, str(done.entry.period), done.entry.kind) == ("posted", "2026-13", "closing")
    assert balances.balance("3010") == -usd("960")
    assert actions.digest(2026)[0] == 0
    assert year_ends_on_record() == []
    YearEnd.objects.update(surplus=usd("959"), decided_by=make_user(Role.APPROVER))
    assert [each.found for each in year_ends_on_record()] == ["USD 959.00", str(YearEnd.objects.get().decided_by_id)]


def test_the_months_are_closed_first(year):
    closed(month())
    with pytest.raises(ValidationError, match="Close these months first: 2026-02"):
        actions.propose_year_end(year, by=person(Role.FINANCE))


def test_lines_that_changed_since_are_not_posted(year):
    months_closed(2026)
    made = actions.propose_year_end(year, by=person(Role.FINANCE))
    post(postings.direct_cost("5220", usd("7")), date(2026, 12, 31), kind=Entry.Kind.ADJUSTMENT)
    with pytest.raises(ValidationError, match="have changed"):
        actions.approve_year_end(made, by=person(Role.APPROVER))
    assert not Entry.objects.filter(kind=Entry.Kind.CLOSING).exists()
    actions.refuse_year_end(made, by=person(Role.APPROVER))
    again = actions.propose_year_end(year, by=person(Role.FINANCE))
    assert actions.approve_year_end(again, by=person(Role.APPROVER)).surplus == usd("953")


def test_later_adjustments_are_closed_by_a_further_entry(year):
    months_closed(2026)
    actions.approve_year_end(actions.propose_year_end(year, by=person(Role.FINANCE)), by=person(Role.APPROVER))
    with pytest.raises(ValidationError, match="no revenue or expense left"):
        actions.propose_year_end(year, by=person(Role.FINANCE))
    post(postings.direct_cost("5220", usd("7")), date(2026, 12, 31), kind=Entry.Kind.ADJUSTMENT)
    actions.approve_year_end(actions.propose_year_end(year, by=person(Role.FINANCE)), by=person(Role.APPROVER))
    assert YearEnd.objects.filter(state="posted").count() == 2
    assert balances.balance("3010") == -usd("953")


def test_two_people_post_it_and_it_is_proposed_once(year):
    months_closed(2026)
    both = make_user(Role.FINANCE, Role.APPROVER)
    made = actions.propose_year_end(year, by=both)
    with pytest.raises(ValidationError, match="proposed already"):
        actions.propose_year_end(year, by=person(Role.FINANCE))
    with pytest.raises(PermissionDenied):
        actions.approve_year_end(made, by=both)
    with pytest.raises(PermissionDenied):
        actions.propose_year_end(year, by=person(Role.AUDITOR))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE closings_yearend SET state = 'posted', decided_by_id = proposed_by_id")


def test_period_13_is_closed_after_the_entry(year):
    months_closed(2026)
    assert status(month(13), "year_end").state == "blocked"
    ticked(month(13))
    with pytest.raises(ValidationError, match="The year-end closing entry is posted"):
        actions.propose(month(13), by=person(Role.FINANCE))


# Certification


def test_a_certified_year_is_never_reopened(year):
    year_closed(2026)
    made = certifying.prepare(year, by=person(Role.FINANCE), on=TODAY)
    with pytest.raises(ValidationError, match="being certified"):
        periods.propose_reopening(month(13), by=person(Role.FINANCE))
    made = certifying.certify(made, by=person(Role.APPROVER), on=TODAY)
    made = certifying.approve(made, by=person(Role.MANAGER), on=TODAY)
    assert (made.state, made.prepared_by.name, made.certified_by.name, made.approved_by.name) == (
        "approved", "The finance", "The approver", "The manager",
    )  # fmt: skip
    with pytest.raises(ValidationError, match="never reopened"):
        actions.propose_reopening(month(13), by=person(Role.FINANCE), reason="Late")
    assert signed_in(Role.FINANCE).get(reverse("closings:period", args=[month(13).pk])).context["acts"] == []
    with pytest.raises(DatabaseError, match="never reopened"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_period SET state = 'reopening' WHERE year_id = 2026 AND number = 13")
    with pytest.raises(DatabaseError, match="final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_certification SET approved_on = '2020-01-01'")
    with pytest.raises(TransitionNotAllowed):
        certifying.withdraw(made, by=person(Role.FINANCE))
    assert check_books() == []


def test_certifying_in_order_by_those_who_may(year):
    with pytest.raises(ValidationError, match="Close these periods first"):
        certifying.prepare(year, by=person(Role.FINANCE), on=TODAY)
    year_closed(2026)
    both = make_user(Role.FINANCE, Role.APPROVER, Role.MANAGER)
    with pytest.raises(PermissionDenied):
        certifying.prepare(year, by=person(Role.APPROVER), on=TODAY)
    made = certifying.prepare(year, by=both, on=TODAY)
    for act in (certifying.certify, certifying.approve):
        with pytest.raises(PermissionDenied):
            act(made, by=both, on=TODAY)
    with pytest.raises(TransitionNotAllowed):
        certifying.approve(made, by=person(Role.MANAGER), on=TODAY)
    with pytest.raises(TransitionNotAllowed):
        certifying.prepare(year, by=both, on=TODAY)
    with pytest.raises(PermissionDenied):
        certifying.certify(made, by=person(Role.AUDITOR), on=TODAY)
    with pytest.raises(ValidationError, match="before the act"):
        certifying.certify(made, by=person(Role.APPROVER), on=date(2027, 2, 1))


def test_what_is_withdrawn_is_prepared_anew_after_a_reopening(year):
    year_closed(2026)
    made = certifying.certify(certifying.prepare(year, by=person(Role.FINANCE), on=TODAY), by=person(Role.APPROVER), on=TODAY)
    made = certifying.withdraw(made, by=person(Role.APPROVER))
    assert (made.state, made.certified_by) == ("withdrawn", None)
    periods.reopen(actions.propose_reopening(month(13), by=person(Role.FINANCE), reason="The auditor asks."), by=person(Role.APPROVER))
    with pytest.raises(ValidationError, match="2026-13"):
        certifying.prepare(year, by=person(Role.FINANCE), on=TODAY)
    closed(month(13))
    assert certifying.prepare(year, by=person(Role.FINANCE), on=TODAY).state == "prepared"
    assert Certification.objects.count() == 1
    assert check_books() == []
