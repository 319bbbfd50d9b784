"""What the tests of donors share: the lines of an entry, pages as a role, acts at the same time."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.people import make_user
from trustfund.ledger.models import Entry, Line
from trustfund.people.models import User


def lines(entry: Entry) -> list[tuple[str, str | None, int, int]]:
    """(account, subaccount's code, debit, credit) as posted, in cents of USD."""
    found = Line.objects.filter(entry=entry).select_related("subaccount").order_by("position")
    return [(line.account_id, line.subaccount and line.subaccount.code, line.debit, line.credit) for line in found]


def entry(reference: str) -> Entry:
    return Entry.objects.get(reference=reference)


def signed_in(*roles: Any, user: User | None = None) -> Client:
    """A browser of somebody with these roles (or of `user`)."""
    client = Client()
    client.force_login(user or make_user(*roles))
    return client


def queries(client: Client, url: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection, ) as caught:
        response = client.get(url)
    assert response.status_code == 200
    return len(caught)
