"""How many queries the pages of the demo take."""

from __future__ import annotations

import statistics

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.demo import doors
from tests.demo.personas import PERSONAS, user_of
from tests.demo.test_matrix import names
from tests.factories.people import sign_in

pytestmark = pytest.mark.django_db
MEDIAN, MOST = 12, 45


def pages() -> dict[str, int]:
    """Queries of each page, for the first of its readers who sees it."""
    counted = {}
    for persona in PERSONAS:
        user = user_of(persona)
        client = sign_in(Client(), user) if user else Client()
        for name in names():
            if name in counted or name.startswith(("account_", "mfa_")):
                continue
            path = reverse(name, kwargs=doors.kwargs_of(name))
            with CaptureQueriesContext(
                connection,
            ) as queries:
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


def lists():
    """(name of the page, its answer) of every list page with two rows or more, for the first of its readers who sees so many."""
    seen = set()
    for persona in PERSONAS:
        user = user_of(persona)
        client = sign_in(Client(), user) if user else Client()
        for name in names():
            if name in seen or name.startswith(("account_", "mfa_")):
                continue
            path = reverse(name, kwargs=doors.kwargs_of(name))
            listing = (client.get(path).context or {}).get("listing")
            if listing is not None and listing.page.paginator.count > 1:
                seen.add(name)
                yield name, client, path


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
    assert found >= 20
