"""Transactional tests on tables that refuse to be emptied: instead of Django's flush, the database is restored from a template.

SQLite: the template is a file, copied back page by page with the backup API (other connections see an ordinary change).
PostgreSQL: `CREATE DATABASE ... TEMPLATE`. Both take tens of milliseconds, work with xdist (each worker has its own database) and with
live_server, and need no switch in the product.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection, connections
from django.test import TransactionTestCase


@contextmanager
def restored_after_each_transactional_test(folder: Path) -> Iterator[None]:
    """Make the template of the migrated test database, and let transactional tests end by restoring it."""
    template = _Sqlite(folder) if connection.vendor == "sqlite" else _Postgresql()
    template.make()
    flush = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: template.restore()
    try:
        yield
    finally:
        TransactionTestCase._fixture_teardown = flush
        template.drop()


class _Sqlite:
    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "template.sqlite3")

    def make(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [self.path])
        with closing(sqlite3.connect(self.path)) as template:
            template.execute("PRAGMA journal_mode=WAL")

    def restore(self) -> None:
        connections.close_all()
        with (
            closing(sqlite3.connect(self.path)) as template,
            closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=20)) as database,
        ):
            template.backup(database)

    def drop(self) -> None:
        """The folder is pytest's own."""


class _Postgresql:
    def __init__(self) -> None:
        self.name = connection.settings_dict["NAME"]
        self.template = f"{self.name}_template"

    def _administer(self, *statements: str) -> None:
        connections.close_all()
        with connection._nodb_cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def make(self) -> None:
        self._administer(
            f'DROP DATABASE IF EXISTS "{self.template}" WITH (FORCE)', f'CREATE DATABASE "{self.template}" TEMPLATE "{self.name}"'
        )

    def restore(self) -> None:
        self._administer(f'DROP DATABASE "{self.name}" WITH (FORCE)', f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')

    def drop(self) -> None:
        self._administer(f'DROP DATABASE IF EXISTS "{self.template}" WITH (FORCE)')
