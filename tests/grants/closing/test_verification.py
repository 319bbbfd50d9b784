"""`check_books` on grants: agreements against commitments, payments against the bank, accepted reports against expenditure."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction

from grants.agreements import actions as agreements
from grants.agreements.models import Grant
from grants.closing import actions as closing
from grants.closing.verification import refunds
from grants.payments.models import Payment
from grants.reports.disallowances import actions as disallowing
from grants.reports.disallowances.actions import Wanted
from grants.reports.models import Report
from tests.factories.agreements import make_closure, make_grant, make_payment
from tests.factories.books import make_bank, make_instalment
from tests.factories.people import make_user
from tests.factories.reports import make_report
from tests.ledger.forcing import alter, said_by
from trustfund import clock
from trustfund.ledger import postings, subaccounts
from trustfund.ledger.models import Line
from trustfund.ledger.posting import post
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checker():
    make_user(Role.APPROVER)


def test_a_signed_amount_that_is_not_the_commitment_is_found():
    grant = make_grant()
    assert said_by("commitments") == []
    Grant.objects.filter(pk=grant.pk).update(amount=usd(25_000))
    assert said_by("commitments") == [f"commitment of {grant}: expected {usd(25_000)}, as the agreement says; found {usd(24_000)}."]


def test_a_commitment_that_stays_after_the_closing_is_found():
    closure = make_closure("confirmed")
    grant = closure.grant
    assert said_by("commitments") == []
    subaccount = grant.subaccount
    lines = [postings.debit("9010", usd(7), of=subaccount), postings.credit("9020", usd(7), of=subaccount)]
    post(lines, reference="late", on=clock.today(), by=None, source="test")
    assert said_by("commitments") == [f"commitment of {grant}: expected nothing once it is closed; found USD 7.00."]


def test_a_commitment_before_the_countersignature_is_found():
    grant = make_grant("offered")
    lines = [postings.debit("9010", usd(7), of=grant.subaccount), postings.credit("9020", usd(7), of=grant.subaccount)]
    post(lines, reference="early", on=clock.today(), by=None, source="test")
    assert said_by("commitments") == [f"commitment of {grant}: expected nothing before it is countersigned; found USD 7.00."]


def test_a_payment_whose_entry_takes_another_amount_is_found():
    payment = make_payment("paid")
    assert said_by("payments made") == []
    alter(f"UPDATE ledger_line SET credit = credit + 100 WHERE entry_id = {payment.entry_id} AND account_id IN ('1010', '1020')")
    assert said_by("payments made") == [
        f"payment {payment} ({payment.pk}): expected its entry to take {payment.to_transfer} from {payment.paid_from.code}; "
        f"found {payment.to_transfer + usd(1)}."
    ]


def test_a_payment_that_lost_its_entry_is_found():
    payment = make_payment("returned")
    assert said_by("payments made") == []
    Payment.objects.filter(pk=payment.pk).update(entry=payment.return_entry_id, return_entry=None)
    assert f"expected the entry payment:{payment.pk}:paid; found payment:{payment.pk}:returned." in said_by("payments made")[0]


def test_an_accepted_amount_that_is_not_the_expenditure_is_found():
    report = make_report("accepted")
    assert said_by("accepted reports") == []
    Report.objects.filter(pk=report.pk).update(accepted_amount=usd(1))
    (said,) = said_by("accepted reports")
    assert said.startswith(f"report {report.number} of {report.grant}: expected expenditure of USD 1.00, as finance accepted; found ")


def test_an_accepted_report_that_never_came_into_the_books_is_found():
    report = make_report("accepted")
    entry = Line.objects.filter(entry__source="report.accept").values_list("entry_id", flat=True).first()
    alter(f"UPDATE ledger_entry SET object_id = '999999' WHERE seal_id = {entry}")
    said = "\n".join(said_by("accepted reports"))
    assert "entry of report 999999: expected the report that it is about; found no such report." in said
    assert f"report {report.number} of {report.grant}: expected an entry of" in said


def test_a_commitment_below_zero_is_found():
    grant = make_grant()
    alter("UPDATE ledger_line SET debit = credit, credit = debit WHERE account_id IN ('9010', '9020')")
    assert said_by("commitments") == [
        f"commitment of {grant}: expected {usd(24_000)}, as the agreement says; found {usd(-24_000)}.",
        f"commitment of {grant}: expected nothing below zero; found {usd(-24_000)}.",
    ]


REFUND_FORCED = {
    "amount = amount - 1": "expected {half} on 1010 of {bank}, {less} on 1210 of {of}; found {cents} on 1010 of {bank}",
    "received_on = '2025-01-01'": "expected entered as of 2025-01-01 by person {by}; found entered as of {on} by person {by}",
    "entered_by_id = {other}": "expected entered as of {on} by person {other}; found entered as of {on} by person {by}",
    "bank_id = {euro}": "expected {cents} on 1020 of {euro}, ",
    "closure_id = NULL, disallowance_id = {disallowance}": "expected an entry of grants.disallowance {disallowance}; found an ",
    "entry_id = 1": "expected the refund that it is of; found none",
}


def test_a_refund_that_is_not_its_entry_is_found_and_one_of_the_two_without_the_other():
    refund, disallowance = paid_back()
    euro, other = make_bank("EUR"), make_user(Role.FINANCE)
    names = {"cents": usd(500), "half": usd("499.99"), "less": usd("-499.99"), "bank": refund.bank_id, "of": refund.grant.subaccount_id}
    names |= {"on": refund.received_on, "by": refund.entered_by_id, "other": other.pk, "euro": euro.pk, "disallowance": disallowance.pk}
    assert said_by("refunds") == []
    for forced, said in REFUND_FORCED.items():
        statement = f"UPDATE grants_refund SET {forced.format(**names)} WHERE id = {refund.pk}"
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        with suppress(TakenBack), transaction.atomic():
            alter(statement, of="grants")
            assert said.format(**names) in " ".join(map(str, refunds())), forced
            raise TakenBack
    alter("DELETE FROM grants_refund", of="grants")
    expected = [each.entry.reference for each in (disallowance.kept, refund)]
    assert said_by("refunds") == [f"entry {each}: expected the refund that it is of; found none." for each in expected]


def test_a_refund_whose_entry_was_altered_is_found():
    refund, _disallowance = paid_back()
    alter(f"UPDATE ledger_line SET credit = credit + 1 WHERE entry_id = {refund.entry_id} AND account_id = '1210'")
    (said,) = said_by("refunds")
    assert said.endswith(f"found USD 500.00 on 1010 of {refund.bank_id}, USD -500.01 on 1210 of {refund.grant.subaccount_id}.")


def paid_back():
    """Of a closing 500 came back, and of a disallowance of 100 before it 40: the refund of the closing, and the disallowance."""
    report = make_report("accepted")
    line = report.grant.budget_lines.first()
    made = disallowing.propose(report, by=make_user(Role.FINANCE), lines={line.pk: Wanted(usd(100), "No receipt.")})
    made = disallowing.approve(made, by=make_user(Role.APPROVER))
    bank = {"by": make_user(Role.FINANCE), "received_on": clock.today(), "bank": make_bank()}
    made.kept = closing.enter_repayment(made, amount=usd(40), bank_reference="B1", **bank)
    grant = agreements.terminate(report.grant, by=make_user(Role.MANAGER), reason="Done.")
    closure = agreements.close_reporting(grant, by=make_user(Role.FINANCE)).closure
    return closing.enter_refund(closure, amount=usd(500), bank_reference="B2", **bank), made


class TakenBack(Exception):
    """Rolls back what was forced."""


def test_what_is_not_of_a_grant_is_none_of_its_business():
    make_bank()
    make_instalment()
    subaccounts.open("grant", "G-OLD", name="Old", public_label="Old")
    assert said_by("commitments") == said_by("payments made") == said_by("accepted reports") == []
