"""What rooms say of money against the acts on record: every column that an act set is found when SQL gives it another value."""

import pytest
from django.db import DatabaseError, Error, connection, models, transaction

from donors.contributions import actions as contributions
from donors.contributions.facts import CONTRIBUTION, INSTALMENT, PLEDGE, contributions_on_record
from grants.agreements import actions as agreements
from grants.closing import actions as closing
from grants.closing.facts import BATCH, CLOSURE, GRANT, PAYMENT, REPORT, TRANCHE, grants_on_record
from grants.closing.verification import tranches_as_planned
from grants.payments import actions as payments
from grants.tranches import actions as tranches
from tests.factories.agreements import make_batch, make_payment
from tests.factories.donors import make_agreement, make_contribution, make_unidentified
from tests.factories.ngos import owner_of
from tests.factories.people import make_user
from tests.factories.reports import make_report
from tests.factories.vouchers import make_voucher
from tests.ledger.forcing import Superuser, alter, said_by
from trustfund import clock, guards
from trustfund.ledger import facts
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.vouchers.verification import FACTS as VOUCHER
from trustfund.vouchers.verification import vouchers_on_record

pytestmark = pytest.mark.django_db

ELSEWHERE = {
    "amount_minor": "UPDATE {table} SET amount_minor = amount_minor + 7 WHERE id = {pk}",
    "plan_digest": "UPDATE grants_grantbudgetline SET amount = amount + 7 WHERE grant_id = {pk}",
    "expenditure_digest": "UPDATE grants_expenditure SET amount = amount + 7 WHERE report_id = {pk}",
    "paid_from.code": "UPDATE ledger_subaccount SET code = 'ANOTHER' WHERE kind = 'bank'",
    "order.sha256": "UPDATE grants_paymentorder SET sha256 = 'another'",
    "total": "UPDATE {table} SET total_minor = total_minor + 7 WHERE id = {pk}",
    "settles": "UPDATE {table} SET settles_minor = COALESCE(settles_minor, 0) + 7 WHERE id = {pk}",
}
"""What stands behind a column that is none of the table's own."""


def columns_of(of):
    return sorted({"state", *(column for act in of.acts.values() for column in act)})


def statement_for(of, column, pk):
    """SQL that gives a column of a row another value."""
    meta = of.model._meta
    found = next((each for each in meta.concrete_fields if each.attname == column), None)
    if found is None:
        return ELSEWHERE[column if column in ELSEWHERE else "amount_minor"].format(table=meta.db_table, pk=pk)
    value = "'another'" if isinstance(found, models.CharField) else f"COALESCE({found.column}, 0) + 7"
    value = "'2019-02-03'" if isinstance(found, models.DateField) else value
    return f"UPDATE {meta.db_table} SET {found.column} = {value} WHERE {meta.pk.column} = {pk}"


class TakenBack(Exception):
    """Rolls back what was forced; says whether it was found."""


def is_found(of, column, pk):
    """Whether a change is found; None where the database itself refuses it."""
    try:
        with transaction.atomic():
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement_for(of, column, pk))
            except Error:
                return None
            raise TakenBack(bool(list(facts.unlike(of))))
    except TakenBack as back:
        return back.args[0]


def silent(*all_facts):
    """(changes that nobody finds, columns of which no row of the scene knows anything)."""
    for label in ("grants", "ledger"):
        guards.drop(Superuser(), label)
    unfound, untried = [], []
    for of in all_facts:
        known = facts._on_record(of)
        for column in columns_of(of):
            pk = next((key for key, said in known.items() if column in said), None)
            if pk is None:
                untried.append(f"{of.name}.{column}")
            elif is_found(of, column, pk) is False:
                unfound.append(f"{of.name}.{column}")
    return unfound, untried


def test_of_grants_and_what_is_paid_to_them():
    make_user(Role.APPROVER)
    report = make_report("accepted")
    finance, paid = make_user(Role.FINANCE), report.grant.tranches.get(number=1)
    tranches.confirm_receipt(paid, by=owner_of(report.grant.organisation), on=clock.today())
    grant = agreements.terminate(report.grant, by=make_user(Role.MANAGER), reason="Done.")
    closure = agreements.close_reporting(grant, by=finance).closure
    bank = {"received_on": clock.today(), "bank": paid.payments.get().paid_from, "bank_reference": "B1"}
    closing.enter_refund(closure, by=finance, amount=usd(2_400), **bank)
    closing.confirm(closing.prepare(closure, by=finance), by=make_user(Role.APPROVER))
    batched = make_batch("ordered")
    returned = payments.settle(make_payment("exported"), by=finance, on=clock.today(), bank_reference="P2")
    payments.return_(returned, by=finance, on=clock.today(), bank_reference="R2", charges=usd(25))
    assert (batched.state, check_books()) == ("ordered", [])
    unfound, untried = silent(GRANT, TRANCHE, PAYMENT, BATCH, REPORT, CLOSURE)
    assert unfound == []
    assert untried == ["payment.exception_handled_by_id"]
    assert grants_on_record() == []


def test_of_contributions_and_vouchers():
    pledge = make_agreement(usd(1_000))
    make_contribution(usd(400), instalment=pledge.instalments.get())
    found = make_unidentified(usd(600))
    contributions.identify_as_instalment(found, pledge.instalments.get(), by=make_user(Role.FINANCE), on=clock.today())
    make_voucher("approved")
    unfound, untried = silent(PLEDGE, INSTALMENT, CONTRIBUTION, VOUCHER)
    assert unfound == []
    assert untried == ["pledge.condition_met_on", "voucher.event"]
    assert contributions_on_record() == vouchers_on_record() == []


def test_a_row_that_was_slipped_in_or_taken_out_and_a_tranche_that_is_not_as_planned():
    first, second = make_voucher("submitted"), make_voucher("draft")
    alter(f"UPDATE vouchers_voucher SET state = 'cancelled' WHERE id = {second.pk}", of="ledger")
    alter(f"DELETE FROM vouchers_line WHERE voucher_id = {first.pk}", f"DELETE FROM vouchers_voucher WHERE id = {first.pk}")
    assert said_by("vouchers on record") == [
        f"voucher {second.pk}: expected state draft, as on record; found cancelled.",
        f"voucher {first.pk}: expected to be there, as on record; found no such row.",
    ]


def test_a_payment_stays_as_it_was_certified_and_ordered():
    payment = make_payment("exported")
    for statement in (
        "UPDATE grants_payment SET amount = amount + 1, netted = netted + 1",
        "UPDATE grants_payment SET bank_account_id = bank_account_id + 1",
        "UPDATE grants_payment SET certified_on = '2025-01-01'",
        "DELETE FROM grants_payment",
        "UPDATE grants_paymentorder SET sha256 = 'another'",
        "DELETE FROM grants_paymentorder",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    alter("UPDATE grants_payment SET amount = amount + 1, netted = netted + 1", of="grants")
    assert said_by("payments made") == []  # the bank is ordered to pay the same
    where = f"payment {payment.pk}: expected"
    assert said_by("grants on record") == [
        f"{where} amount {payment.amount}, as on record; found {payment.amount + usd('0.01')}.",
        f"{where} netted {payment.netted}, as on record; found {payment.netted + usd('0.01')}.",
    ]


def test_a_tranche_that_is_not_as_the_agreement_plans_it_and_another_rate_are_found():
    tranche = make_payment("certified").tranche
    type(tranche).objects.filter(pk=tranche.pk).update(amount=usd(1))
    type(tranche.grant).objects.filter(pk=tranche.grant_id).update(psc_rate="0.05")
    assert [str(each) for each in tranches_as_planned()] == [
        f"tranche {tranche}: expected {tranche.planned.amount}, as the agreement plans; found USD 1.00.",
        f"grant {tranche.grant}: expected support of 0.13, as in the books; found 0.0500.",
    ]
