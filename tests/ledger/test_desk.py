"""The tabs of the finance desk: every room is found from every other, and nobody is shown a door that is shut."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.factories.people import make_user
from trustfund.ledger import desk
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
PAGES = [(group, page) for group in desk.GROUPS for page in group.pages]


def tabs(client, address):
    """The tabs on the page, as (address, `aria-current` or nothing, label)."""
    navs = re.findall(r'<nav class="tabs.*?</nav>', client.get(address).content.decode(), re.S)
    return [re.findall(r'<a href="([^"]*)"(?: aria-current="(\w+)")?>([^<]*)', nav) for nav in navs]


@pytest.mark.parametrize("group, page", PAGES, ids=[page.name for _group, page in PAGES])
def test_each_page_shows_where_it_stands(client, group, page):
    client.force_login(make_user(Role.FINANCE))
    rooms, pages = tabs(client, reverse(page.name) + page.query)
    assert [label for _url, current, label in rooms if current == "true"] == [str(group.label)]
    assert [(url, label) for url, current, label in pages if current == "page"] == [(reverse(page.name) + page.query, str(page.label))]
    assert len(rooms) == len(desk.GROUPS)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR])
def test_every_tab_can_be_opened_by_whoever_sees_it(client, role):
    user = make_user(role)
    client.force_login(user)
    pages = [page for group in desk.groups_for(user) for page in group.pages]
    assert {page.name: client.get(reverse(page.name)).status_code for page in pages} == {page.name: 200 for page in pages}


def test_the_fund_manager_is_not_shown_the_statements_of_the_banks(client):
    client.force_login(make_user(Role.MANAGER))
    (rooms,) = tabs(client, reverse("ledger:banks"))
    assert not any(reverse("banking:index") in url for url, _current, _label in rooms)


def test_a_chosen_day_goes_along_within_the_books(client):
    client.force_login(make_user(Role.AUDITOR))
    rooms, pages = tabs(client, reverse("ledger:index") + "?as_of=2026-03-31")
    assert all("as_of=2026-03-31" in url for url, _current, _label in pages)
    assert [url for url, _current, label in rooms if label == "ERP"] == [reverse("erp:index")]


@pytest.mark.parametrize("name", ["banking:index", "treasury:forecast", "erp:mappings", "vouchers:index"])
def test_the_header_says_books_in_all_their_rooms(client, name):
    client.force_login(make_user(Role.FINANCE))
    page = client.get(reverse(name)).content.decode()
    assert f'<a href="{reverse("ledger:index")}" aria-current="page">Books</a>' in page
