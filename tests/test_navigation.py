"""The header: few destinations, and none is lost."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from tests.factories.people import make_user
from trustfund.people import navigation
from trustfund.people.navigation import Destination
from trustfund.people.roles import ALONE, Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [*Role, None])
def test_each_role_has_at_most_five_destinations_in_the_header_by_right(role):
    """By right: what is daily for one role fits, nothing is cut off."""
    user = make_user(role)
    daily = [each for each in navigation.destinations_for(user) if each.daily]
    assert len(daily) <= navigation.IN_THE_HEADER
    assert navigation.header_for(user) == daily
    assert role is None or daily


def test_a_visitor_has_at_most_five():
    assert 0 < len(navigation.header_for(AnonymousUser())) <= navigation.IN_THE_HEADER


def test_who_acts_for_an_ngo_or_a_donor_has_at_most_five():
    from tests.factories.agreements import make_grant
    from tests.factories.donors import make_contact, make_donor
    from tests.factories.ngos import owner_of

    ngo = navigation.header_for(owner_of(make_grant("active").organisation))
    donor = navigation.header_for(make_contact(make_donor()))
    assert 0 < len(ngo) <= navigation.IN_THE_HEADER
    assert 0 < len(donor) <= navigation.IN_THE_HEADER


def test_who_holds_many_roles_finds_the_rest_on_the_home_page(client):
    user = make_user(*[role for role in Role if role not in ALONE])
    header, elsewhere = navigation.header_for(user), navigation.elsewhere_for(user)
    assert len(header) == navigation.IN_THE_HEADER
    assert sorted(each.url for each in [*header, *elsewhere]) == sorted(each.url for each in navigation.destinations_for(user))
    client.force_login(user)
    html = client.get("/home/").content.decode()
    assert all(f'href="{each.url}">{each.label}' in html for each in elsewhere)


def test_what_is_not_daily_is_elsewhere(monkeypatch):
    places = [Destination("A", "/a/", 1, daily=False), Destination("B", "/b/", 2)]
    monkeypatch.setattr(navigation, "_providers", [lambda user: places])
    assert navigation.header_for(None) == [places[1]]
    assert navigation.elsewhere_for(None) == [places[0]]
