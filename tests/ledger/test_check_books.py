"""check_books: silent on books in order; what a superuser can force past the triggers is found and said in a sentence."""

import json

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories.books import DAY, give, make_bank, make_grant, open_years, post
from trustfund import guards
from trustfund.ledger import postings
from trustfund.ledger.funding import allocations
from trustfund.ledger.funding.models import Allocation
from trustfund.ledger.models import Entry, LedgerHead, Line, Seal
from trustfund.ledger.verification import check_books
from trustfund.money import usd

forced = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(db):
    """A gift, a grant committed, an advance, a report accepted."""
    open_years()
    give("1000")
    grant = make_grant()
    reservation = allocations.reserve(grant, usd(600), on=DAY, by=None, reference="reserved")
    post(postings.grant_committed(grant, usd(600)), reference="committed")
    paid = post(postings.tranche_paid(grant, make_bank(), usd(300)), reference="paid")
    allocations.confirm(reservation, paid, usd(300))
    post(postings.expenditure_accepted(grant, usd(200), advance=usd(300)), reference="accepted")
    return grant


class Superuser:
    """What guards.drop and guards.install need of a schema editor, without its checks at the end."""

    connection = connection

    def execute(self, sql, params):
        with connection.cursor() as cursor:
            cursor.execute(sql)


def force(*statements):
    """As a superuser can: without the triggers, without the constraints."""
    guards.drop(Superuser(), "ledger")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF" if connection.vendor == "sqlite" else "SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("PRAGMA foreign_keys = ON" if connection.vendor == "sqlite" else "SET session_replication_role = origin")
    guards.install(Superuser(), "ledger")


def said():
    return "\n".join(str(finding) for finding in check_books())


@pytest.mark.django_db
def test_empty_books_are_in_order():
    assert check_books() == []


def test_books_in_order_have_no_findings(books):
    assert check_books() == []
    head = LedgerHead.objects.get()
    assert check_books((head.seq, head.hash[:12])) == []
    assert [finding.where for finding in check_books((head.seq, "abc"))] == ["ledger chain"]


FORCED = [
    ("UPDATE ledger_line SET rate = '2' WHERE position = 1", "a column or a line was altered"),
    ("UPDATE ledger_line SET debit = debit * 2, credit = credit * 2", "a column or a line was altered"),
    ("UPDATE ledger_line SET debit = debit + 1 WHERE debit > 0 AND position = 1", "expected credits of"),
    ("UPDATE ledger_entry SET source = 'x' WHERE reference = 'paid'", "a column or a line was altered"),
    ("UPDATE ledger_entry SET reverses_id = 3 WHERE reference = 'paid'", "a column or a line was altered"),
    ("UPDATE ledger_entry SET number = number + 1 WHERE number = 4", "numbered 1 to 4 without gaps"),
    ("UPDATE ledger_seal SET hash = 'x' WHERE seq = 2", "the hash of the seal before"),
    ("UPDATE ledger_seal SET at = '2020-01-01 00:00:00+00:00' WHERE seq = 2", "a column or a line was altered"),
    ("UPDATE ledger_allocation SET reserved = reserved + 1 WHERE reserved > 0", "parts of USD 600.00 in all"),
    ("UPDATE ledger_allocation SET allocated = allocated + 1 WHERE allocated > 0", "contributions to give the USD 300.00 that it got"),
    ("UPDATE ledger_funding SET amount_minor = 1", "a column or a line was altered"),
    ("UPDATE ledger_subaccount SET code = 'other' WHERE kind = 'grant'", "a column or a line was altered"),
    ("UPDATE ledger_line SET subaccount_id = NULL WHERE account_id = '1200'", "no subaccount"),
    ("UPDATE ledger_account SET type = 'asset' WHERE code = '2020'", "account 2020: expected to be as the chart says"),
    ("DELETE FROM ledger_line WHERE account_id = '9010'", "a column or a line was altered"),
    ("DELETE FROM ledger_ledgerhead", "the tail was cut or the head lost"),
    ("DELETE FROM ledger_seal WHERE seq = 2", "seals are missing before it"),
    ("DELETE FROM ledger_entry WHERE reference = 'committed'", "it was deleted"),
]


@forced
@pytest.mark.parametrize("statement, sentence", FORCED)
def test_what_is_forced_is_found(books, statement, sentence):
    force(statement)
    assert sentence in said()


@forced
def test_a_truncated_tail_is_found(books):
    last = Entry.objects.get(reference="accepted").pk
    delete = [f"DELETE FROM ledger_line WHERE entry_id = {last}", f"DELETE FROM ledger_entry WHERE seal_id = {last}"]
    force(*delete, f"DELETE FROM ledger_seal WHERE seq = {last}")
    assert [finding.where for finding in check_books()] == ["ledger head"]


@forced
def test_a_tail_truncated_with_its_head_is_found_by_the_printed_head(books):
    printed = (LedgerHead.objects.get().seq, LedgerHead.objects.get().hash)
    last = Entry.objects.get(reference="accepted").pk
    before = Seal.objects.get(pk=last - 1)
    delete = [f"DELETE FROM ledger_line WHERE entry_id = {last}", f"DELETE FROM ledger_entry WHERE seal_id = {last}"]
    force(*delete, f"DELETE FROM ledger_seal WHERE seq = {last}", f"UPDATE ledger_ledgerhead SET seq = {before.pk}, hash = '{before.hash}'")
    assert check_books() == []
    assert [finding.where for finding in check_books(printed)] == ["ledger chain"]


@forced
def test_a_negative_advance_and_an_overspent_contribution_are_found(books):
    post(postings.closure_unaccounted(books, usd(101)))
    assert f"advances of {books.code}: expected no balance on the wrong side; found USD -1.00." in said()
    force("UPDATE ledger_allocation SET reserved = reserved * 10, allocated = allocated * 10")
    assert "nothing reserved or spent beyond what it brought" in said()


@forced
@pytest.mark.parametrize(
    "trigger, table", [("guard_ledger_line_append_only", "ledger_line"), ("guard_ledger_seal_whole", "ledger_seal")]
)
def test_a_dropped_trigger_is_found(books, trigger, table):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{trigger}%"])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        else:
            cursor.execute(f"DROP TRIGGER {trigger} ON {table}")
    assert all(f"trigger {trigger}" in finding.where for finding in check_books())
    assert f"trigger {trigger}" in said()


@forced
def test_a_disabled_or_changed_trigger_is_found_on_postgresql(books):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's triggers can't be disabled")
    name, statements = "guard_ledger_line_append_only", ["DISABLE TRIGGER", "ENABLE TRIGGER", "ENABLE REPLICA TRIGGER"]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(f"ALTER TABLE ledger_line {statement} {name}")
            assert len(check_books()) == 1
        cursor.execute(f"ALTER TABLE ledger_line ENABLE ALWAYS TRIGGER {name}")
        assert check_books() == []
        cursor.execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        assert "another text" in said()


@forced
def test_a_foreign_trigger_or_rule_is_found(books):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("CREATE TRIGGER mine AFTER INSERT ON ledger_line BEGIN SELECT 1; END")
        else:
            cursor.execute("CREATE RULE mine AS ON INSERT TO ledger_note DO INSTEAD NOTHING")
            cursor.execute("CREATE RULE mine AS ON UPDATE TO ledger_line DO INSTEAD NOTHING")
    assert "mine" in said()


def test_the_command_says_so_and_its_exit_status_tells(books, capsys):
    call_command("check_books")
    assert f"in order: {Entry.objects.count()} entries, {Line.objects.count()} lines" in capsys.readouterr().out
    call_command("check_books", "--json")
    assert json.loads(capsys.readouterr().out)["ok"] is True
    with pytest.raises(SystemExit) as left:
        call_command("check_books", "--json", "--head", f"{LedgerHead.objects.get().seq}:abc")
    assert left.value.code == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["where"] == "ledger chain"


def test_every_act_of_funding_adds_up(books):
    assert sum(row.reserved for row in Allocation.objects.all()) == 30000
