"""The home page: what waits, by when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.factories.people import make_user
from trustfund import clock
from trustfund.people import home, navigation
from trustfund.people.home import Item
from trustfund.people.roles import Role

TODAY = date(2026, 3, 2)


def test_items_stand_by_their_day():
    due = {"late": -1, "now": 0, "soon": 7, "later": 8}
    items = [Item(name, "/x/", TODAY + timedelta(days=days)) for name, days in due.items()]
    groups = home.grouped([*items, Item("some day", "/x/")], TODAY)
    assert [(str(group.title), group.tone, [item.title for item in group.items]) for group in groups] == [
        ("Overdue", "blocked", ["late"]),
        ("Due today", "waiting", ["now"]),
        ("In the next seven days", "waiting", ["soon"]),
        ("Later", "neutral", ["later"]),
        ("Waiting for you", "waiting", ["some day"]),
    ]


def test_what_is_due_first_comes_first(monkeypatch):
    items = [Item("b", "/"), Item("late", "/", TODAY + timedelta(days=3)), Item("a", "/"), Item("soon", "/", TODAY)]
    monkeypatch.setattr(home, "_providers", [lambda user: items])
    assert [item.title for item in home.items_for(None)] == ["soon", "late", "a", "b"]


@pytest.fixture
def rooms(monkeypatch):
    """Rooms above, of this test's choosing."""
    providers, destinations = [], []
    monkeypatch.setattr(home, "_providers", providers)
    monkeypatch.setattr(navigation, "_providers", destinations)
    return providers, destinations


@pytest.mark.django_db
@pytest.mark.urls("tests.people.urls")
class TestPage:
    def test_a_stranger_signs_in(self, client):
        assert client.get("/home/").url == "/accounts/login/?next=/home/"

    def test_items_are_links_with_counts(self, client, rooms):
        rooms[0].append(lambda user: [Item("Payments to <approve>", "/pay/", TODAY, count=3, tone="money")])
        client.force_login(make_user(Role.APPROVER))
        with clock.frozen(TODAY):
            html = client.get("/home/").content.decode()
        assert "Due today" in html
        assert '<a href="/pay/">Payments to &lt;approve&gt;</a>' in html
        assert "Approving officer" in html

    def test_nothing_to_do_shows_one_way_on(self, client, rooms):
        rooms[1].append(lambda user: [navigation.Destination("Payments", "/pay/", 10)])
        client.force_login(make_user(Role.APPROVER))
        html = client.get("/home/").content.decode()
        assert "Nothing waits for you." in html
        assert 'href="/pay/">Payments</a>' in html

    def test_who_has_no_role_and_nothing_is_led_to_what_is_open(self, client, rooms):
        client.force_login(make_user())
        response = client.get("/home/")
        assert response.context["empty"]["url"] == "/"
        assert response.context["welcomes"] == []
