"""A voucher is written by one person, approved and posted by another, and reversed by a further one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed

from tests.donors.support import lines
from tests.factories.books import DAY, give, make_bank, make_instalment, open_years
from tests.factories.donors import PDF
from tests.factories.people import make_user
from tests.factories.vouchers import credit, debit, fee, make_voucher, says
from trustfund import clock
from trustfund.audit.models import Event
from trustfund.audit.recording import trail_for
from trustfund.files.models import StoredFile
from trustfund.ledger import balances, periods
from trustfund.ledger.exchange import rates
from trustfund.ledger.models import Entry, Period
from trustfund.ledger.verification import check_books
from trustfund.money import Money, usd
from trustfund.people.roles import Role
from trustfund.vouchers import actions
from trustfund.vouchers.models import Attachment, Voucher

pytestmark = pytest.mark.django_db
NOT_FINANCE = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.MANAGER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR]
NOT_APPROVER = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.MANAGER, Role.FINANCE, Role.AUDITOR, Role.ADMINISTRATOR]


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        yield


def close(*numbers):
    finance, approver = make_user(Role.FINANCE), make_user(Role.APPROVER)
    for period in Period.objects.filter(number__in=numbers).order_by("number"):
        periods.close(periods.propose_closing(period, by=finance), by=approver)


# Written


def test_finance_writes_a_voucher():
    voucher = make_voucher()
    assert (voucher.state, voucher.number, voucher.entry) == ("draft", f"V-2026-{voucher.pk:04d}", None)
    written = [(line.position, line.account_id, line.side, line.usd, line.memo) for line in voucher.lines.all()]
    assert written == [(1, "5220", "debit", usd("4800"), "Invoice 17"), (2, "2010", "credit", usd("4800"), "")]
    assert not Entry.objects.exists()


@pytest.mark.parametrize("role", NOT_FINANCE)
def test_nobody_else_writes_one(role):
    with pytest.raises(PermissionDenied):
        actions.draft(says(), by=make_user(role), narrative="Mine")


def test_a_draft_may_be_incomplete_but_its_lines_are_possible():
    open_years()
    voucher = actions.draft(says(fee()[:1]), by=make_user(Role.FINANCE), narrative="Half")
    assert [problem.text for problem in actions.problems_of(voucher)] == ["A voucher has at least two lines."]
    with pytest.raises(ValidationError, match="Line 1: Account 1010 wants a subaccount: bank account"):
        actions.draft(says([debit("1010", "5")]), by=make_user(Role.FINANCE), narrative="Wrong")


def test_its_maker_changes_it():
    voucher = make_voucher()
    changed = actions.change(voucher, says(fee("5000"), on=date(2026, 3, 2)), by=voucher.maker, narrative="Anew")
    assert (changed.state, changed.narrative, changed.date) == ("draft", "Anew", date(2026, 3, 2))
    assert [line.usd for line in changed.lines.all()] == [usd("5000"), usd("5000")]


def test_nobody_else_changes_submits_or_cancels_it():
    voucher = make_voucher()
    for by in [make_user(Role.FINANCE), make_user(Role.APPROVER), make_user(None)]:
        for act in (lambda by: actions.change(voucher, says(), by=by, narrative="x"), lambda by: actions.submit(voucher, by=by),
                    lambda by: actions.cancel(voucher, by=by)):  # fmt: skip
            with pytest.raises(PermissionDenied):
                act(by)


def test_what_is_submitted_is_no_longer_changed():
    voucher = make_voucher("submitted")
    for act in (lambda: actions.change(voucher, says(), by=voucher.maker, narrative="x"), lambda: actions.submit(voucher, by=voucher.maker),
                lambda: actions.cancel(voucher, by=voucher.maker)):  # fmt: skip
        with pytest.raises(TransitionNotAllowed):
            act()


def test_what_is_not_in_order_is_not_submitted():
    voucher = make_voucher(rows=[debit("5220", "10"), credit("2010", "9.99")])
    with pytest.raises(ValidationError, match=r"they are USD 0\.01 apart"):
        actions.submit(voucher, by=voucher.maker)
    voucher.refresh_from_db()
    assert voucher.state == "draft"


def test_a_cancelled_one_is_over():
    voucher = make_voucher("cancelled")
    with pytest.raises(TransitionNotAllowed):
        actions.submit(voucher, by=voucher.maker)


# Approved


def test_approval_posts_one_entry():
    voucher = make_voucher("approved")
    entry = Entry.objects.get()
    assert voucher.entry == entry
    assert (entry.reference, entry.source, entry.date, entry.kind) == (f"voucher:{voucher.pk}", "voucher.approve", DAY, "normal")
    assert (entry.object_type, entry.object_id, entry.by) == ("vouchers.voucher", str(voucher.pk), voucher.checker)
    assert lines(entry) == [("5220", None, 480000, 0), ("2010", None, 0, 480000)]
    assert check_books() == []


@pytest.mark.parametrize("role", NOT_APPROVER)
def test_only_an_approving_officer_approves_or_returns(role):
    voucher, by = make_voucher("submitted"), make_user(role)
    with pytest.raises(PermissionDenied):
        actions.approve(voucher, by=by)
    with pytest.raises(PermissionDenied):
        actions.return_(voucher, by=by, reason="No")


def test_nobody_approves_or_returns_their_own():
    both = make_user(Role.FINANCE, Role.APPROVER)
    voucher = make_voucher("submitted", maker=both)
    with pytest.raises(PermissionDenied):
        actions.approve(voucher, by=both)
    with pytest.raises(PermissionDenied):
        actions.return_(voucher, by=both, reason="No")


def test_the_database_refuses_one_person_twice():
    voucher = make_voucher("approved")
    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.filter(pk=voucher.pk).update(checker=voucher.maker)


@pytest.mark.parametrize("state", ["draft", "returned", "approved", "cancelled"])
def test_only_what_is_submitted_is_decided(state):
    voucher, by = make_voucher(state), make_user(Role.APPROVER)
    with pytest.raises(TransitionNotAllowed):
        actions.approve(voucher, by=by)
    with pytest.raises(TransitionNotAllowed):
        actions.return_(voucher, by=by, reason="No")
    assert Entry.objects.count() == (state == "approved")


def test_a_period_that_was_closed_since_stops_it():
    voucher = make_voucher("submitted")
    close(1, 2, 3)
    with pytest.raises(ValidationError, match="The period 2026-03 is closed"):
        actions.approve(voucher, by=make_user(Role.APPROVER))
    voucher.refresh_from_db()
    assert (voucher.state, Entry.objects.count()) == ("submitted", 0)


def test_a_returned_one_is_put_right_and_submitted_again():
    voucher = make_voucher("returned")
    assert (voucher.state, voucher.reason) == ("returned", "The invoice is missing.")
    voucher = actions.change(voucher, says(fee("4900")), by=voucher.maker, narrative="The audit of 2025")
    assert voucher.state == "returned"
    voucher = actions.submit(voucher, by=voucher.maker)
    assert (voucher.state, voucher.reason) == ("submitted", "")
    actions.approve(voucher, by=make_user(Role.APPROVER))
    assert balances.balance("5220") == usd("4900")


def test_free_text_is_not_on_record():
    voucher = make_voucher("returned")
    actions.change(voucher, says(), by=voucher.maker, narrative="A name")
    details = str(list(Event.objects.values_list("details", flat=True)))
    assert [event.act for event in trail_for(voucher)] == ["voucher.draft", "voucher.submit", "voucher.return_", "voucher.change"]
    assert "audit of 2025" not in details
    assert "A name" not in details
    assert "invoice" not in details
    assert "USD 4,800.00" in details


# Other currencies


def test_the_rate_of_the_day_holds():
    open_years()
    rates.add("EUR", date(2026, 3, 1), Decimal("0.92"), source="test")
    voucher = make_voucher("approved", fee(Money("1000", "EUR")))
    line = voucher.entry.lines.get(account="5220")
    assert (line.amount, line.original, line.rate) == (usd("1086.96"), Money("1000", "EUR"), Decimal("0.92"))


def test_lines_of_one_currency_that_balance_in_it_balance_in_usd():
    open_years()
    rates.add("EUR", date(2026, 3, 1), Decimal("0.92"), source="test")
    rows = [debit("5220", Money("0.10", "EUR")), debit("5210", Money("0.10", "EUR")), credit("2010", Money("0.20", "EUR"))]
    voucher = make_voucher("approved", rows)
    assert [(line.debit, line.credit) for line in voucher.entry.lines.order_by("position")] == [(11, 0), (11, 0), (0, 22)]


def test_a_rate_that_came_since_sends_it_back():
    open_years()
    rates.add("EUR", date(2026, 3, 1), Decimal("0.92"), source="test")
    voucher = make_voucher("submitted", fee(Money("1000", "EUR")))
    rates.add("EUR", date(2026, 3, 15), Decimal("0.95"), source="test")
    checker = make_user(Role.APPROVER)
    with pytest.raises(ValidationError, match="An exchange rate was added since"):
        actions.approve(voucher, by=checker)
    voucher = actions.submit(actions.return_(voucher, by=checker, reason="New rate"), by=voucher.maker)
    assert actions.approve(voucher, by=checker).entry.lines.first().rate == Decimal("0.95")


# Year-end


def test_an_adjustment_goes_to_period_13():
    with clock.frozen(date(2027, 1, 20)):
        voucher = make_voucher("approved", on=date(2026, 12, 31), kind="adjustment")
    assert (voucher.entry.kind, voucher.entry.period.number) == ("adjustment", 13)
    assert check_books() == []


# Reversed


def asked(voucher, **more):
    about = {"by": make_user(Role.FINANCE), "date": DAY, "narrative": "The invoice was another fund's.", **more}
    return actions.reverse(voucher, **about)


def test_a_posted_one_is_reversed_by_two_people():
    voucher = make_voucher("approved")
    reversal = asked(voucher)
    assert (reversal.state, reversal.kind, reversal.reverses) == ("submitted", "reversal", voucher)
    assert Entry.objects.count() == 1
    reversal = actions.approve(reversal, by=make_user(Role.APPROVER))
    assert reversal.entry.reverses == voucher.entry
    assert lines(reversal.entry) == [("5220", None, 0, 480000), ("2010", None, 480000, 0)]
    assert balances.balance("5220") == usd("0")
    assert check_books() == []


@pytest.mark.parametrize("role", NOT_FINANCE)
def test_only_finance_asks_for_a_reversal(role):
    with pytest.raises(PermissionDenied):
        asked(make_voucher("approved"), by=make_user(role))


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "cancelled"])
def test_only_what_is_posted_is_reversed(state):
    with pytest.raises(TransitionNotAllowed):
        asked(make_voucher(state))


def test_it_is_reversed_once():
    voucher = make_voucher("approved")
    reversal = asked(voucher)
    for _state in ("submitted", "approved"):
        with pytest.raises(ValidationError, match="reversed already, or its reversal waits"):
            asked(voucher)
        if reversal.state == "submitted":
            reversal = actions.approve(reversal, by=make_user(Role.APPROVER))
    with pytest.raises(TransitionNotAllowed):
        asked(reversal)


def test_a_reversal_that_is_given_up_makes_room_for_another():
    voucher = make_voucher("approved")
    reversal = asked(voucher)
    returned = actions.return_(reversal, by=make_user(Role.APPROVER), reason="Why?")
    with pytest.raises(TransitionNotAllowed):
        actions.change(returned, says(), by=returned.maker, narrative="Other lines")
    actions.cancel(returned, by=returned.maker)
    assert asked(voucher).state == "submitted"


@pytest.mark.parametrize("day, text", [(date(2026, 3, 15), "before the entry that it reverses"), (date(2026, 3, 17), "in the future")])
def test_a_reversal_has_a_day_between_its_entry_and_today(day, text):
    with pytest.raises(ValidationError, match=text):
        asked(make_voucher("approved"), date=day)


def test_a_reversal_nobody_approves_twice_or_alone():
    maker = make_user(Role.FINANCE, Role.APPROVER)
    reversal = asked(make_voucher("approved"), by=maker)
    with pytest.raises(PermissionDenied):
        actions.approve(reversal, by=maker)
    checker = make_user(Role.APPROVER)
    actions.approve(reversal, by=checker)
    with pytest.raises(TransitionNotAllowed):
        actions.approve(reversal, by=checker)


def test_what_is_owed_to_a_donor_is_not_paid_twice():
    gift, bank = give("1000"), make_bank()
    owed = make_voucher("approved", [debit("4090", "600", gift), credit("2300", "600", gift)])
    make_voucher("approved", [debit("2300", "600", gift), credit("1010", "600", bank)])
    again = make_voucher("submitted", [debit("2300", "0.01", gift), credit("1010", "0.01", bank)])
    with pytest.raises(ValidationError, match="Account 2300 would fall below nothing"):
        actions.approve(again, by=make_user(Role.APPROVER))
    with pytest.raises(ValidationError, match="would fall below nothing"):
        actions.approve(asked(owed), by=make_user(Role.APPROVER))
    assert check_books() == []


def test_what_a_contribution_has_not_is_not_taken_away():
    gift = make_instalment()
    voucher = make_voucher("submitted", [debit("4090", "1", gift), credit("2300", "1", gift)])
    with pytest.raises(ValidationError, match="can't be taken away"):
        actions.approve(voucher, by=make_user(Role.APPROVER))


# Attachments


def test_its_maker_attaches_and_takes_off():
    voucher = make_voucher()
    found = actions.attach(voucher, by=voucher.maker, upload=ContentFile(PDF, name="invoice.pdf"))
    assert (found.file.name, len(found.file.sha256)) == ("invoice.pdf", 64)
    event = trail_for(voucher).last()
    assert (event.act, event.details) == ("voucher.attach", {"file": found.file_id, "sha256": found.file.sha256})
    actions.detach(found, by=voucher.maker)
    assert (Attachment.objects.count(), StoredFile.objects.count()) == (0, 1)


def test_nobody_else_attaches_and_nobody_once_it_is_submitted():
    voucher = make_voucher()
    kept = actions.attach(voucher, by=voucher.maker, upload=ContentFile(PDF, name="invoice.pdf"))
    for by in (make_user(Role.FINANCE), make_user(Role.APPROVER), make_user(None)):
        with pytest.raises(PermissionDenied):
            actions.attach(voucher, by=by, upload=ContentFile(PDF, name="other.pdf"))
        with pytest.raises(PermissionDenied):
            actions.detach(kept, by=by)
    actions.submit(voucher, by=voucher.maker)
    with pytest.raises(TransitionNotAllowed):
        actions.attach(voucher, by=voucher.maker, upload=ContentFile(PDF, name="late.pdf"))
    with pytest.raises(TransitionNotAllowed):
        actions.detach(kept, by=voucher.maker)


def test_a_file_of_another_kind_is_refused_and_so_are_too_many(monkeypatch):
    voucher = make_voucher()
    with pytest.raises(ValidationError):
        actions.attach(voucher, by=voucher.maker, upload=ContentFile(b"MZ program", name="invoice.pdf"))
    monkeypatch.setattr(actions, "MOST_ATTACHMENTS", 1)
    actions.attach(voucher, by=voucher.maker, upload=ContentFile(PDF, name="one.pdf"))
    with pytest.raises(ValidationError, match="at most 1 attachments"):
        actions.attach(voucher, by=voucher.maker, upload=ContentFile(PDF, name="two.pdf"))


def test_the_rows_hold_to_their_constraints():
    make_voucher("approved")
    connection.check_constraints()
