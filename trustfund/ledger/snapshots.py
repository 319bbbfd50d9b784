"""Reading many figures as of one moment, while others post."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """One snapshot for all queries inside: REPEATABLE READ on PostgreSQL; a transaction that keeps writers out on SQLite.

    Inside a transaction that has begun already it is that transaction's view.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
