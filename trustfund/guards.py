"""Rules that tables enforce by themselves, as triggers on SQLite and on PostgreSQL.

An app declares `GUARDS` in its `guards.py`. A guard is a list of rules "refuse, with this message, when this condition holds"; the
condition is SQL that both engines understand, with NEW and OLD. A migration installs them with `InstallGuards("ledger")`; a later
migration that alters a guarded table wraps its operations in `Guarded([...])`, because SQLite silently drops the triggers of a
table that is remade. `installed_vs_declared` tells `check_books` what somebody dropped, disabled or changed.

On PostgreSQL the triggers are ALWAYS enabled (`session_replication_role` does not switch them off), raise
`integrity_constraint_violation` (an IntegrityError in Python on both engines), and their functions have a fixed search_path.
"""

# ruff: noqa: S608 (the texts are made of names that this code declares, nothing comes from outside)

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db.migrations.operations.base import Operation

from trustfund.chain import Finding

Rule = tuple[str, str]
EVENTS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
"""The bits of pg_trigger.tgtype; 1 is FOR EACH ROW, 2 is BEFORE."""


@dataclass(frozen=True)
class Guard:
    """What `table` refuses (`rules`: condition, message) or does (`then`: one statement) on `events`.

    `when` says to which rows the rules apply (all); `otherwise` are the rules of the other rows. With `must`, `then` has to change a
    row, or `must` is the message that refuses.
    `needs` is a table, or a "table.column", that its rules name and a later migration adds: until then the guard is not installed, for
    SQLite checks every trigger whenever it alters a table.
    """

    table: str
    what: str
    events: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    then: str = ""
    only: str = ""
    timing: str = "BEFORE"
    when: str = ""
    otherwise: tuple[Rule, ...] = ()
    must: str = ""
    needs: str = ""

    @property
    def name(self) -> str:
        return f"guard_{self.table}_{self.what}"

    def on(self, vendor: str) -> bool:
        return self.only in ("", vendor)


def append_only(table: str) -> list[Guard]:
    """Rows are added, never changed, deleted or truncated."""
    message = f"{table} is append-only"
    return [
        Guard(table, "append_only", ("DELETE", "UPDATE"), (("1 = 1", message),)),
        Guard(table, "no_truncate", ("TRUNCATE",), (("1 = 1", message),), only="postgresql"),
    ]


def no_replace(table: str, *keys: str | tuple[str, ...]) -> Guard:
    """SQLite's INSERT OR REPLACE deletes without firing a delete trigger: refuse an insert that meets a row with the same key."""
    rules = tuple(_taken(table, (key,) if isinstance(key, str) else key) for key in keys)
    return Guard(table, "no_replace", ("INSERT",), rules, only="sqlite")


def _taken(table: str, columns: tuple[str, ...]) -> Rule:
    same = " AND ".join(f"{column} = NEW.{column}" for column in columns)
    return f"EXISTS (SELECT 1 FROM {table} WHERE {same})", f"{table} has that {', '.join(columns)} already"


def no_delete(table: str) -> list[Guard]:
    """Rows may change within the rules, but never go."""
    message = f"rows of {table} are never deleted"
    return [
        Guard(table, "no_delete", ("DELETE",), (("1 = 1", message),)),
        Guard(table, "no_truncate", ("TRUNCATE",), (("1 = 1", message),), only="postgresql"),
    ]


def head_of(table: str, chain: str) -> list[Guard]:
    """The head of a chain: one row, that moves one step forward to a link that exists, and never back."""
    return [
        *no_delete(table),
        Guard(table, "single", ("INSERT",), ((f"EXISTS (SELECT 1 FROM {table})", f"{table} has one row"),)),
        Guard(
            table,
            "forward",
            ("UPDATE",),
            (
                ("NEW.id <> OLD.id OR NEW.seq <> OLD.seq + 1", f"{table} moves one step forward"),
                (f"NOT EXISTS (SELECT 1 FROM {chain} WHERE seq = NEW.seq AND hash = NEW.hash)", f"{table} follows {chain}"),
            ),
        ),
    ]


def linked(table: str, head: str) -> list[Guard]:
    """A link is added after the head's, names its hash, and moves the head."""
    moved = f"UPDATE {head} SET seq = NEW.seq, hash = NEW.hash WHERE id = 1 AND seq = NEW.seq - 1 AND hash = NEW.previous_hash"
    return [Guard(table, "moves_head", ("INSERT",), then=moved, timing="AFTER", must=f"{table} continues at its head")]


def changed(*columns: str) -> str:
    """The condition that an UPDATE gives one of these columns another value; nothing is the same as an empty text."""
    return " OR ".join(f"COALESCE(CAST(NEW.{c} AS TEXT), '') <> COALESCE(CAST(OLD.{c} AS TEXT), '')" for c in columns)


# The text of the triggers


def sqlite_triggers(guard: Guard) -> dict[str, str]:
    """Name -> CREATE TRIGGER, one per event, as sqlite_master keeps it."""
    under = f"({guard.when}) AND " if guard.when else ""
    body = [f"SELECT RAISE(ABORT, '{message}') WHERE {under}({condition});" for condition, message in guard.rules]
    body += [f"SELECT RAISE(ABORT, '{message}') WHERE NOT ({guard.when}) AND ({condition});" for condition, message in guard.otherwise]
    if guard.then:
        body.append(f"{guard.then};")
    if guard.must:
        body.append(f"SELECT RAISE(ABORT, '{guard.must}') WHERE changes() <> 1;")
    statements = "\n  ".join(body)
    names = {f"{guard.name}_{event.lower()}": event for event in guard.events if event != "TRUNCATE"}
    return {
        name: f"CREATE TRIGGER {name} {guard.timing} {event} ON {guard.table} FOR EACH ROW\nBEGIN\n  {statements}\nEND"
        for name, event in names.items()
    }


def _raise(message: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{message}';"


def _refusals(rules: Sequence[Rule]) -> list[str]:
    """The rules, asked together before each by itself: a question of its own costs more than what it asks."""
    each = [f"  IF {condition} THEN\n    {_raise(message)}\n  END IF;" for condition, message in rules]
    if len(rules) > 1:
        each = [f"  IF {' OR '.join(f'({condition})' for condition, _message in rules)} THEN", *each, "  END IF;"]
    return each


def _branches(guard: Guard, first: Sequence[Rule]) -> list[str]:
    """The rules of the rows that `when` names, and those of the others; `first` is asked of all."""
    if not guard.when:
        return _refusals([*first, *guard.rules])
    other = ["  ELSE", *_refusals(guard.otherwise)] if guard.otherwise else []
    return [*_refusals(first), f"  IF {guard.when} THEN", *_refusals(guard.rules), *other, "  END IF;"]


def postgresql_body(guard: Guard) -> str:
    """The source of the guard's plpgsql function, as pg_proc keeps it."""
    past = ("current_setting('session_replication_role') = 'replica'", f"{guard.table} is not written past its constraints")
    first = [past] if "INSERT" in guard.events else []
    checks = _branches(guard, first)
    if guard.then:
        checks.append(f"  {guard.then};")
    if guard.must:
        checks.append(f"  IF NOT FOUND THEN\n    {_raise(guard.must)}\n  END IF;")
    end = "  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n  RETURN NEW;" if guard.events != ("TRUNCATE",) else "  RETURN NULL;"
    return "\nBEGIN\n" + "\n".join(checks) + f"\n{end}\nEND;\n"


def _bits(guard: Guard) -> int:
    row = 0 if "TRUNCATE" in guard.events else 1
    return row + (2 if guard.timing == "BEFORE" else 0) + sum(EVENTS[event] for event in guard.events)


def _schema(connection: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def _search_path(schema: str) -> str:
    return f"pg_catalog, {schema}, pg_temp"


def postgresql_statements(guard: Guard, schema: str) -> list[str]:
    """CREATE FUNCTION, CREATE TRIGGER and ENABLE ALWAYS."""
    each = "STATEMENT" if "TRUNCATE" in guard.events else "ROW"
    events = " OR ".join(guard.events)
    return [
        f"CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql SET search_path = {_search_path(schema)} "
        f"AS $guard${postgresql_body(guard)}$guard$",
        f"CREATE TRIGGER {guard.name} {guard.timing} {events} ON {guard.table} FOR EACH {each} EXECUTE FUNCTION {guard.name}()",
        f"ALTER TABLE {guard.table} ENABLE ALWAYS TRIGGER {guard.name}",
    ]


# Declared, installed


def declared(app_label: str | None = None) -> list[Guard]:
    """The guards of one app, or of all of them."""
    configs = [apps.get_app_config(app_label)] if app_label else list(apps.get_app_configs())
    names = [f"{config.name}.guards" for config in configs if config.name.startswith(("trustfund.", "grants", "ngos", "donors"))]
    return [guard for name in names if find_spec(name) for guard in getattr(import_module(name), "GUARDS", ())]


def _present(connection: Any, guards: Iterable[Guard]) -> list[Guard]:
    tables = set(connection.introspection.table_names())
    found = [guard for guard in guards if guard.on(connection.vendor) and guard.table in tables]
    there = {needed: _has(connection, tables, *needed.split(".")) for needed in {guard.needs for guard in found if guard.needs}}
    return [guard for guard in found if there.get(guard.needs, True)]


def _has(connection: Any, tables: set[str], table: str, column: str = "") -> bool:
    if table not in tables or not column:
        return table in tables
    with connection.cursor() as cursor:
        return column in [each.name for each in connection.introspection.get_table_description(cursor, table)]


def drop(schema_editor: Any, app_label: str) -> None:
    """Remove the app's triggers, whatever version of them is installed."""
    connection = schema_editor.connection
    for table in sorted({guard.table for guard in _present(connection, declared(app_label))}):
        for name in _installed_names(connection, table):
            if connection.vendor == "sqlite":
                schema_editor.execute(f"DROP TRIGGER {name}", None)
            else:
                schema_editor.execute(f"DROP TRIGGER {name} ON {table}", None)
                schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()", None)


def install(schema_editor: Any, app_label: str) -> None:
    """Install the app's guards on those of its tables that exist."""
    drop(schema_editor, app_label)
    connection = schema_editor.connection
    for guard in _present(connection, declared(app_label)):
        if connection.vendor == "sqlite":
            statements: Sequence[str] = list(sqlite_triggers(guard).values())
        else:
            statements = postgresql_statements(guard, _schema(connection))
        for statement in statements:
            schema_editor.execute(statement, None)


NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s AND name LIKE 'guard%%'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgname LIKE 'guard%%'",
}


def _installed_names(connection: Any, table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(NAMES[connection.vendor], [table])
        return sorted(row[0] for row in cursor.fetchall())


class InstallGuards(Operation):
    """Migration operation: install the declared guards of `app_label`."""

    reversible = True

    def __init__(self, app_label: str):
        self.app_label = app_label

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of Django's state."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        install(schema_editor, self.app_label)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        drop(schema_editor, self.app_label)

    def describe(self) -> str:
        return f"Install the guards of {self.app_label}"


class Guarded(Operation):
    """Migration operation: drop the app's guards, run the operations, install the guards again."""

    reversible = True

    def __init__(self, operations: Sequence[Any]):
        self.operations = list(operations)

    def state_forwards(self, app_label: str, state: Any) -> None:
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        drop(schema_editor, app_label)
        for operation in self.operations:
            after = from_state.clone()
            operation.state_forwards(app_label, after)
            operation.database_forwards(app_label, schema_editor, from_state, after)
            from_state = after
        install(schema_editor, app_label)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        drop(schema_editor, app_label)
        states = [to_state]
        for operation in self.operations:
            after = states[-1].clone()
            operation.state_forwards(app_label, after)
            states.append(after)
        for index in range(len(self.operations) - 1, -1, -1):
            self.operations[index].database_backwards(app_label, schema_editor, states[index + 1], states[index])
        install(schema_editor, app_label)

    def describe(self) -> str:
        return "Guarded: " + "; ".join(operation.describe() for operation in self.operations)


# What somebody did to them


def installed_vs_declared(connection: Any) -> list[Finding]:
    """The triggers that are missing, disabled, changed, or nobody's, one finding each."""
    guards = _present(connection, declared())
    missing_tables = sorted({guard.table for guard in declared() if guard.on(connection.vendor)} - {guard.table for guard in guards})
    findings = [Finding(f"table {table}", "to exist with its triggers", "no such table") for table in missing_tables]
    compare = _compare_sqlite if connection.vendor == "sqlite" else _compare_postgresql
    return findings + compare(connection, guards)


def _differences(expected: dict[tuple[str, str], Any], found: dict[tuple[str, str], Any]) -> list[Finding]:
    differing = sorted(key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key))
    return [Finding(f"trigger {key[1]} of table {key[0]}", *_expected_and_found(expected.get(key), found.get(key))) for key in differing]


def _expected_and_found(expected: Any, found: Any) -> tuple[str, str]:
    if found is None:
        return "to be installed", "nothing (it was dropped)"
    if expected is None:
        return "no such trigger", "a trigger that nobody declared"
    how = "another text or event"
    if isinstance(found, tuple) and found[1] != "A":
        how = "it is disabled" if found[1] == "D" else "it can be bypassed (not ENABLE ALWAYS)"
    return "the declared trigger, always enabled", how


def _compare_sqlite(connection: Any, guards: list[Guard]) -> list[Finding]:
    expected = {(guard.table, name): text for guard in guards for name, text in sqlite_triggers(guard).items()}
    tables = {guard.table for guard in guards}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = {(table, name): sql for table, name, sql in cursor.fetchall() if table in tables}
    return _differences(expected, found)


TRIGGERS = """
SELECT c.relname, t.tgname, t.tgtype::int, t.tgenabled::text, p.prosrc, array_to_string(p.proconfig, ';'),
       t.tgqual IS NULL AND t.tgattr::text = ''
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%s)
"""


def _compare_postgresql(connection: Any, guards: list[Guard]) -> list[Finding]:
    path = f"search_path={_search_path(_schema(connection))}"
    expected = {(guard.table, guard.name): (_bits(guard), "A", postgresql_body(guard), path, True) for guard in guards}
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS, [sorted({guard.table for guard in guards})])
        found = {(row[0], row[1]): tuple(row[2:]) for row in cursor.fetchall()}
        cursor.execute("SELECT tablename, rulename FROM pg_rules WHERE tablename = ANY(%s)", [sorted({guard.table for guard in guards})])
        rules = [Finding(f"table {table}", "no rewrite rule", f"the rule {rule}") for table, rule in cursor.fetchall()]
    return _differences(expected, found) + rules
