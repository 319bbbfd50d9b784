"""What the tests of donors share: the lines of an entry, pages as a role, acts at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, connections
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


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts in threads that start together; each result, or the exception that it raised."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
