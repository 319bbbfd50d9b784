"""python -m bench [postings | readings | exports | pages]: every comparison or one, on a database of its own that is thrown away.

SQLite by default; inside `pg_virtualenv` (or with BENCH_DATABASE_URL) on PostgreSQL.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import django

from bench import peers
from bench.peers import Peer


def database_url(folder: str) -> str:
    """The database to measure on: BENCH_DATABASE_URL, the throw-away cluster around us, or a new SQLite file."""
    if "BENCH_DATABASE_URL" in os.environ:
        return os.environ["BENCH_DATABASE_URL"]
    if {"PGUSER", "PGPASSWORD", "PGHOST", "PGPORT"} <= os.environ.keys():
        user, word, host, port = (os.environ[f"PG{name}"] for name in ("USER", "PASSWORD", "HOST", "PORT"))
        return f"postgres://{user}:{word}@{host}:{port}/postgres"
    return f"sqlite:///{folder}/bench.sqlite3"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = database_url(folder)
        os.environ["MEDIA_ROOT"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustfund.settings")
        django.setup()
        from django.core.management import call_command

        wanted = sys.argv[1:] or ["postings", "readings", "exports", "pages"]
        call_command("migrate", verbosity=0)
        compare(wanted)


def compare(wanted: list[str]) -> None:
    """Run the comparisons of these names; django-hordak stands beside those that ask for a peer."""
    from bench import exports, pages, postings, readings

    against_a_peer = [room for room in (postings, readings) if room.__name__.rpartition(".")[2] in wanted]
    if against_a_peer:
        with beside(os.environ["DATABASE_URL"]) as peer:
            for room in against_a_peer:
                room.run(peer)
    if "exports" in wanted:
        exports.run()
    if "pages" in wanted:
        pages.run()


@contextmanager
def beside(url: str) -> Iterator[Peer | None]:
    """django-hordak in a database of its own on the same PostgreSQL server; nothing beside SQLite."""
    if not url.startswith("postgres"):
        yield None
        return
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE bench_peer")
    with peers.peer("hordak", url.rsplit("/", 1)[0] + "/bench_peer") as process:
        yield process


if __name__ == "__main__":
    main()
