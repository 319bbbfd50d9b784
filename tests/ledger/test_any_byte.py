"""Any single byte of the stored ledger, changed at a random place by somebody who can, is found: of every table, on both engines.

What may differ without another meaning is not asked for: a space that a number is read without, the case of what is read as a number.
"""

from __future__ import annotations

import random

import pytest
from django.db import Error, connection, transaction

from tests.ledger import test_every_column
from tests.ledger.forcing import Superuser
from trustfund import guards
from trustfund.ledger.verification import check_books, findings

SEEDS = range(6)
FLIPS = 12
TABLES = ["seal", "entry", "line", "funding", "allocation", "ledgerhead", "account", "subaccount", "period", "rate", "fundingrule"]

books = test_every_column.books


@pytest.fixture
def open_tables(books):
    for label in ("audit", "ledger"):
        guards.drop(Superuser(), label)
    return {str(finding) for finding in check_books()}


def cells():
    """(table, key column, key, column, type, text of the value) of every cell that is not empty."""
    found = []
    for table in (f"ledger_{name}" for name in TABLES):
        with connection.cursor() as cursor:
            description = connection.introspection.get_table_description(cursor, table)
            names = [column.name for column in description]
            key = connection.introspection.get_primary_key_column(cursor, table)
            texts = ", ".join(f'CAST("{name}" AS text)' for name in names)
            cursor.execute(f"SELECT {key}, {texts} FROM {table} ORDER BY 1")
            for row in cursor.fetchall():
                found += [(table, key, row[0], name, value) for name, value in zip(names, row[1:], strict=True) if value]
    return found


def types():
    """The type of each column, in which a text must be given back."""
    if connection.vendor == "sqlite":
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_name LIKE 'ledger_%'")
        return {(table, column): kind for table, column, kind in cursor.fetchall()}


def flipped(chance, text):
    """The text with one bit of one byte changed; only what is still a text that both engines can hold."""
    raw = bytearray(text.encode())
    while True:
        place, bit = chance.randrange(len(raw)), 1 << chance.randrange(7)
        raw[place] ^= bit
        if 32 < raw[place] < 127:
            return raw.decode(errors="ignore")
        raw[place] ^= bit


class Undo(Exception):
    """Rolls a savepoint back."""


def is_silent(known, table, key, row, column, value, kind):
    """Whether check_books says nothing that is not `known`; None where the database refuses the value, or reads it as what was there."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            before = stored(cursor, table, key, row, column)
            try:
                with transaction.atomic():
                    cast = f"CAST(%s AS {kind})" if kind else "%s"
                    cursor.execute(f'UPDATE {table} SET "{column}" = {cast} WHERE {key} = %s', [value, row])
                    same = key != column and stored(cursor, table, key, row, column) == before
            except Error:
                return None
            raise Undo(None if same else all(str(finding) in known for finding in findings()))
    except Undo as undone:
        return undone.args[0]


def stored(cursor, table, key, row, column):
    cursor.execute(f'SELECT CAST("{column}" AS text) FROM {table} WHERE {key} = %s', [row])
    return cursor.fetchone()[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_changed_byte_is_found(open_tables, seed):
    chance = random.Random(f"byte {seed}")
    kinds, all_cells, silent, tried = types(), cells(), [], 0
    while tried < FLIPS:
        table, key, row, column, text = chance.choice(all_cells)
        if (table, column) in test_every_column.NAMES_A_ROW_ONLY:
            continue
        value = flipped(chance, text)
        said_nothing = is_silent(open_tables, table, key, row, column, value, kinds.get((table, column)))
        if said_nothing is None:
            continue
        tried += 1
        silent += [(table, column, text, value)] if said_nothing else []
    assert silent == []
