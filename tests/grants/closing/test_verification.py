"""`check_books` on grants: agreements against commitments, payments against the bank, accepted reports against expenditure."""

from __future__ import annotations

import pytest

from grants.agreements.models import Grant
from grants.payments.models import Payment
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


def test_what_is_not_of_a_grant_is_none_of_its_business():
    make_bank()
    make_instalment()
    subaccounts.open("grant", "G-OLD", name="Old", public_label="Old")
    assert said_by("commitments") == said_by("payments made") == said_by("accepted reports") == []
