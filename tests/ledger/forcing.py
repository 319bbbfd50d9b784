"""What a superuser can do to the books inside a test's transaction, and what one check says of it."""

from __future__ import annotations

from django.db import connection

from trustfund import guards
from trustfund.ledger.verification import check_books


class Superuser:
    """What guards.drop and guards.install need of a schema editor, without its checks at the end."""

    connection = connection

    def execute(self, sql, params):
        with connection.cursor() as cursor:
            cursor.execute(sql)


def alter(*statements, of="ledger"):
    """Run SQL on the tables of an app without their triggers; the transaction of the test takes it all back."""
    guards.drop(Superuser(), of)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def said_by(check):
    """The sentences of one check, as check_books names it ("check of commitments")."""
    return [str(finding) for finding in check_books() if finding.check == f"check of {check}"]
