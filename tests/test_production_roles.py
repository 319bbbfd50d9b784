"""In production the application may read the books and add to them, and nothing else: deploy/postgresql_roles.sql, tried for real."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction

from tests.banking.files import Fact
from tests.factories.banking import make_details, make_statement
from tests.factories.books import DAY, make_bank, open_years
from tests.factories.people import make_user
from trustfund.audit.recording import record
from trustfund.banking import withdrawing
from trustfund.banking.models import BankStatement
from trustfund.ledger import posting, postings, verification
from trustfund.ledger.models import Entry
from trustfund.money import usd
from trustfund.people.roles import Role

SQL = Path(__file__).resolve().parent.parent / "deploy" / "postgresql_roles.sql"
KEPT = ["ledger_closedbooks", "ledger_closedbalance", "closings_checklist", "audit_event", "ledger_entry"]
KEPT += ["ledger_line", "ledger_seal", "ledger_funding", "ledger_allocation", "ledger_rate", "ledger_account"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="database roles are PostgreSQL's; the same tests run there"),
]


@pytest.fixture
def as_application():
    """Everything in this test is done by the role `trustfund_app`, after the owner migrated and granted."""
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN CREATE ROLE trustfund_app; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$")
        cursor.execute(SQL.read_text())
    open_years(DAY.year)
    bank = make_bank()
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE trustfund_app")
    yield bank
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def post(bank) -> Entry:
    return posting.post(postings.interest(bank, usd("10.00")), reference="roles:1", on=DAY, by=None, source="test")


def test_the_application_posts_and_records(as_application):
    entry = post(as_application)
    record("test.act", of=entry, by=make_user())
    assert entry.lines.count() == 2
    assert verification.check_books() == []


@pytest.mark.parametrize("table", KEPT)
@pytest.mark.parametrize(
    "statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "ALTER TABLE {} DISABLE TRIGGER ALL", "DROP TABLE {} CASCADE"]
)
def test_what_is_kept_can_not_be_changed_by_the_application(as_application, table, statement):
    post(as_application)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_a_line_can_not_be_updated_by_the_application(as_application):
    post(as_application)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_line SET debit = debit + 1 WHERE debit > 0")


def test_the_application_puts_a_banks_statements_into_sequence_and_withdraws_one_but_never_changes_it(as_application):
    finance, details = make_user(Role.FINANCE), make_details()
    later = make_statement(Fact(usd("1.00")), details=details, opening=usd("5.00"), first=DAY + timedelta(days=3), days=1, number="B")
    make_statement(Fact(usd("5.00")), details=details, first=DAY, days=2, number="A")
    withdrawing.withdraw(later, by=finance, reason="Of another account.")
    assert list(BankStatement.objects.standing().values_list("number", "previous")) == [("A", None)]
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        BankStatement.objects.update(number="C")


def test_the_application_can_not_bypass_triggers(as_application):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
