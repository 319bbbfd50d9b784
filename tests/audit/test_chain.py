"""The audit chain: what is recorded, what the database refuses, what the verification finds."""

import pytest
from django.db import IntegrityError, connection, transaction

from trustfund import clock, guards
from trustfund.audit.models import AuditHead
from trustfund.audit.recording import record, trail_for
from trustfund.audit.verification import verify_chain
from trustfund.money import usd
from trustfund.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return User.objects.create_user("a@example.org", name="A")


@pytest.fixture
def events(user):
    return [record(f"user.act{n}", of=user, by=user, amount=usd("12.50"), number=n) for n in range(3)]


def refused(sql, *params):
    connection.check_constraints()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_an_act_is_recorded_with_ids_and_amounts(user):
    with clock.frozen(clock.noon(clock.today())) as at:
        event = record("user.invite", of=user, by=None, amount=usd("12.50"))
    event.refresh_from_db()
    assert (event.seq, event.act) == (AuditHead.objects.get().seq, "user.invite")
    assert (event.object_type, event.object_id) == ("people.user", str(user.pk))
    assert event.at == at
    assert event.actor is None
    assert event.details == {"amount": "USD 12.50"}


def test_a_float_is_never_recorded(user):
    with pytest.raises(TypeError):
        record("user.invite", of=user, by=None, share=0.1)


def test_the_trail_of_an_object_is_its_own(user, events):
    other = User.objects.create_user("b@example.org", name="B")
    record("user.other", of=other, by=user)
    assert list(trail_for(user)) == events


def test_an_untouched_chain_has_no_findings(events):
    assert verify_chain() == []
    head = AuditHead.objects.get()
    assert verify_chain((head.seq, head.hash)) == []
    assert verify_chain((head.seq, "f" * 64)) != []


CHANGES = [("act", "x"), ("at", "2020-01-01"), ("details", "{}"), ("hash", "0"), ("actor_id", None), ("seq", 99)]


@pytest.mark.parametrize("column, value", CHANGES)
def test_no_column_changes(events, column, value):
    refused(f"UPDATE audit_event SET {column} = %s WHERE seq = %s", value, events[0].seq)


def test_nothing_is_deleted_or_truncated(events):
    refused("DELETE FROM audit_event")
    refused("DELETE FROM audit_audithead")
    if connection.vendor == "postgresql":
        refused("TRUNCATE audit_event CASCADE")
        refused("TRUNCATE audit_audithead")


def test_the_head_goes_neither_back_nor_elsewhere(events):
    refused("UPDATE audit_audithead SET seq = seq - 1")
    refused("UPDATE audit_audithead SET seq = seq + 1")
    refused("UPDATE audit_audithead SET hash = 'x'")
    refused("INSERT INTO audit_audithead (id, seq, hash) VALUES (2, 0, 'x')")


COLUMNS = "seq, at, actor_id, act, object_type, object_id, details, version, previous_hash, hash"


def copied(**changed):
    """INTO ... SELECT: a copy of an event with some columns changed."""
    values = ", ".join(changed.get(column, column) for column in COLUMNS.split(", "))
    return f"INTO audit_event ({COLUMNS}) SELECT {values} FROM audit_event WHERE seq = %s"


def test_no_link_is_put_in_between_or_replaced(events):
    first = events[0].seq
    refused(f"INSERT {copied(seq='seq + 1000', hash=repr('h'))}", first)
    refused(f"INSERT {copied()}", first)
    if connection.vendor == "sqlite":
        refused(f"INSERT OR REPLACE {copied()}", first)
        refused(f"REPLACE {copied(act=repr('x'))}", first)
        refused(f"REPLACE {copied(seq='seq + 1000')}", first)
        refused("UPDATE OR REPLACE audit_audithead SET seq = 0")


def test_replication_role_does_not_help(events):
    if connection.vendor != "postgresql":
        pytest.skip("a setting of PostgreSQL")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        refused("UPDATE audit_event SET act = 'x'")
        refused("DELETE FROM audit_event")
        refused("TRUNCATE audit_event CASCADE")
        head = "(SELECT {} FROM audit_audithead)"
        refused(f"INSERT {copied(seq=head.format('seq + 1'), previous_hash=head.format('hash'), hash=repr('h'))}", events[0].seq)
        cursor.execute("SET LOCAL session_replication_role = origin")


def without_guards(sql, *params):
    """What a superuser can still force."""
    with connection.schema_editor() as editor:
        guards.drop(editor, "audit")
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
    with connection.schema_editor() as editor:
        guards.install(editor, "audit")


@pytest.mark.parametrize(
    "sql, said",
    [
        ("UPDATE audit_event SET act = 'user.other' WHERE seq = %s", "a column was altered"),
        ("UPDATE audit_event SET details = '{}' WHERE seq = %s", "a column was altered"),
        ("UPDATE audit_event SET hash = 'abc' WHERE seq = %s", "a column was altered"),
        ("DELETE FROM audit_event WHERE seq = %s", "events are missing before it"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_forced_change_is_found(events, sql, said):
    without_guards(sql, events[1].seq)
    assert said in " ".join(str(finding) for finding in verify_chain())


@pytest.mark.django_db(transaction=True)
def test_a_truncated_tail_is_found_by_the_head(events):
    without_guards("DELETE FROM audit_event WHERE seq = %s", events[-1].seq)
    assert [finding.where for finding in verify_chain()] == ["audit head"]


@pytest.mark.django_db(transaction=True)
def test_a_tail_truncated_with_its_head_is_found_by_a_printed_head(events):
    printed = (events[-1].seq, events[-1].hash)
    without_guards("DELETE FROM audit_event WHERE seq = %s", events[-1].seq)
    without_guards("UPDATE audit_audithead SET seq = %s, hash = %s", events[-2].seq, events[-2].hash)
    assert verify_chain() == []
    assert [finding.where for finding in verify_chain(printed)] == ["audit chain"]


@pytest.mark.django_db(transaction=True)
def test_triggers_dropped_or_disabled_are_found():
    assert [f for f in guards.installed_vs_declared(connection) if "audit" in f.where] == []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER guard_audit_event_append_only_update")
        else:
            cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER guard_audit_event_append_only")
    assert len([f for f in guards.installed_vs_declared(connection) if "audit" in f.where]) == 1
    with connection.schema_editor() as editor:
        guards.install(editor, "audit")
    assert [f for f in guards.installed_vs_declared(connection) if "audit" in f.where] == []
