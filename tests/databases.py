"""Transactional tests on tables that refuse to be emptied: instead of Django's flush, the database is restored from a template.

SQLite: the template is a file, copied back page by page with the backup API (other connections see an ordinary change).
PostgreSQL: `CREATE DATABASE ... TEMPLATE`. Both take tens of milliseconds, work with xdist (each worker has its own database) and with
live_server, and need no switch in the product.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import TransactionTestCase


def migrated_before(root: Path | None = None) -> Path:
    """Where the migrated database of these very migrations (of those of another tree) is kept between runs, whether or not it is there yet.

    Running all migrations takes longer than most tests; a file under var/ named by the digest of everything they are made of saves it.
    """
    here = Path(settings.BASE_DIR)
    root = root or here
    packages = [root / name for name in ("trustfund", "ngos", "donors", "grants")]
    sources = [path for package in packages for path in package.rglob("*.py") if _makes_tables(path)]
    digest = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    for path in sorted(sources):
        digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return here / "var" / "tests" / f"{digest.hexdigest()[:24]}.{connection.vendor}"


def _makes_tables(path: Path) -> bool:
    return path.parent.name == "migrations" or path.name in ("guards.py", "procedures.py", "chart.py", "settings.py")


def keep(kept: Path) -> None:
    """Keep the migrated test database for the next run; older ones go."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    for old in kept.parent.glob(f"*{kept.suffix}"):
        old.unlink(missing_ok=True)
    unfinished = kept.with_suffix(f".{os.getpid()}")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(unfinished)])
    elif not _client("pg_dump", "--format=custom", f"--file={unfinished}", connection.settings_dict["NAME"]):
        return
    unfinished.replace(kept)


def begin_with(kept: Path, name: str) -> bool:
    """The kept database as the test database, if there is one."""
    if not kept.exists():
        return False
    if connection.vendor == "sqlite":
        shutil.copyfile(kept, name)
        return True
    _create(name)
    return _client("pg_restore", "--no-owner", f"--dbname={name}", str(kept))


def _create(name: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')


def migrate(root: Path | None = None) -> None:
    """Make the database of DATABASE_URL anew, outside of a test run: as an earlier run of the tests migrated it, or migrated now.

    With the `root` of another tree, it is only begun with: that tree migrates what it needs itself.
    """
    name = connection.settings_dict["NAME"]
    if begin_with(migrated_before(root), name):
        return
    if connection.vendor == "postgresql":
        _create(name)
    if root is None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)


def _client(program: str, *arguments: str) -> bool:
    """Run one of PostgreSQL's own programs on the server of the tests; False when it is missing or fails."""
    if not shutil.which(program):
        return False
    database = connection.settings_dict
    access = {"PGHOST": database["HOST"], "PGPORT": str(database["PORT"]), "PGUSER": database["USER"], "PGPASSWORD": database["PASSWORD"]}
    return subprocess.run([program, *arguments], env={**os.environ, **access}, capture_output=True, check=False).returncode == 0


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
