"""How many queries the pages of the demo take."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.demo import doors
from tests.demo.personas import PERSONAS, user_of
from tests.demo.test_matrix import MATRIX, cells
from tests.factories.people import sign_in

pytestmark = pytest.mark.django_db
MEDIAN, MOST = 12, 45


def readers() -> Iterator[tuple[str, str, list[Client]]]:
    """(name of the page, its address, who gets it) of every page that somebody gets, as the matrix says."""
    clients = {persona: _client_of(persona) for persona in PERSONAS}
    for line in MATRIX.read_text().splitlines():
        name = line.split()[0]
        if not name.startswith(("#", "account_", "mfa_")):
            found = [clients[persona] for persona, (get, _post) in cells(line).items() if get == "200"]
            yield name, reverse(name, kwargs=doors.kwargs_of(name)), found


def _client_of(persona: str) -> Client:
    user = user_of(persona)
    return sign_in(Client(), user) if user else Client()


def pages() -> dict[str, int]:
    """Queries of each page, for the first of its readers."""
    counted = {}
    for name, path, clients in readers():
        for client in clients[:1]:
            with CaptureQueriesContext(connection) as queries:
                response = client.get(path)
            if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                counted[name] = len([each for each in queries if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))])
    return counted


def test_the_median_page_takes_at_most_twelve_queries():
    counted = pages()
    slowest = sorted(counted.items(), key=lambda item: -item[1])[:12]
    assert len(counted) > 80
    assert statistics.median(counted.values()) <= MEDIAN, slowest
    assert max(counted.values()) <= MOST, slowest


def lists() -> Iterator[tuple[str, Client, str]]:
    """(name of the page, a reader, its address) of every list page, for the first of its readers to whom it has two rows or more."""
    for name, path, clients in readers():
        for client in clients:
            listing = (client.get(path).context or {}).get("listing")
            if listing is None:
                break
            if listing.page.paginator.count > 1:
                yield name, client, path
                break


def test_every_list_takes_as_many_queries_for_all_its_rows_as_for_one(monkeypatch):
    monkeypatch.setattr("trustfund.lists.PAGE_SIZES", (1, 1000))
    grown, found = [], 0
    for name, client, path in lists():
        with CaptureQueriesContext(connection) as one:
            client.get(path)
        with CaptureQueriesContext(connection) as all_of_them:
            page = client.get(path, {"size": 1000}).context["listing"].page
        assert len(page.object_list) > 1
        found += 1
        if len(all_of_them) > len(one):
            grown.append((name, len(one), len(page.object_list), len(all_of_them)))
    assert grown == []
    print("LISTS", found)
    assert found >= 20
