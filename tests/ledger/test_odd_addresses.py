"""Addresses that nobody types by mistake answer like any other: never with an error of ours."""

import pytest
from django.urls import reverse

from tests.factories.people import make_user, sign_in
from tests.ledger import books_of_a_year
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("size", ["²", "٢٥", "-1", "9" * 30, "\x00"])
def test_an_odd_page_size_is_the_usual_one(client, size):
    assert client.get(reverse("publishing:awarded"), {"size": size}).status_code == 200


def test_days_and_numbers_beyond_the_books(client):
    books_of_a_year.keep()
    sign_in(client, make_user(Role.FINANCE))
    for name in ("index", "headroom", "banks"):
        for day in ("0001-01-01", "9999-12-31"):
            assert client.get(reverse(f"ledger:{name}"), {"as_of": day}).status_code in (200, 422)
    assert client.get(reverse("ledger:entry", args=[10**20])).status_code == 404


@pytest.mark.parametrize("what", ["position", "performance", "trial-balance"])
@pytest.mark.parametrize("end", ["/", ".pdf", ".xlsx"])
def test_a_statement_of_the_year_one_is_refused(client, what, end):
    sign_in(client, make_user(Role.FINANCE))
    assert client.get(f"/statements/{what}{end}", {"as_of": "0001-01-01"}).status_code in (404, 422)
