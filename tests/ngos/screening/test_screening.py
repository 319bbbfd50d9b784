"""Screening: who was compared with which list, and until when that counts."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from ngos.screening import actions, home
from ngos.screening.models import Screening, latest_clear
from tests.factories.ngos import make_organisation, make_screening, owner_of
from tests.factories.people import make_user, sign_in
from trustfund import clock
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def day(offset):
    return clock.today() + timedelta(days=offset)


def test_a_clear_check_counts_for_its_days(settings):
    organisation = make_organisation()
    assert latest_clear(organisation, day(0)) is None
    found = make_screening(organisation, on=day(-settings.SCREENING_VALID_DAYS))
    assert latest_clear(organisation, day(0)) == found
    assert latest_clear(organisation, day(1)) is None
    assert latest_clear(organisation, day(-settings.SCREENING_VALID_DAYS - 1)) is None


@pytest.mark.parametrize("outcome", ["possible", "match"])
def test_a_newer_hit_takes_a_clear_away_and_a_newer_clear_gives_it_back(outcome):
    organisation = make_organisation()
    make_screening(organisation, on=day(-2))
    make_screening(organisation, outcome, on=day(-1))
    assert latest_clear(organisation, day(0)) is None
    assert latest_clear(organisation, day(-2)) is not None
    assert make_screening(organisation) == latest_clear(organisation, day(0))


def test_one_organisation_is_not_another():
    make_screening(make_organisation())
    assert latest_clear(make_organisation(), day(0)) is None


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"performed_on": 1, "list_date": 0}, "performed_on"),
        ({"performed_on": -2, "list_date": -1}, "list_date"),
        ({"outcome": "possible", "note": " "}, "note"),
        ({"officers": ""}, "officers"),
        ({"outcome": "maybe", "note": "x"}, "outcome"),
    ],
)
def test_what_is_wrong_is_said(changes, field):
    details = {"outcome": "clear", "list_date": 0, "performed_on": 0, "officers": "A", **changes}
    details |= {key: day(details[key]) for key in ("list_date", "performed_on")}
    with pytest.raises(ValidationError) as error:
        actions.screen(make_organisation(), by=make_user(Role.PROGRAMME), **details)
    assert field in error.value.message_dict


@pytest.mark.parametrize("role", [None, Role.REVIEWER, Role.TRUSTEE, Role.MANAGER, Role.APPROVER, Role.AUDITOR])
def test_who_may_not_screen(role):
    with pytest.raises(PermissionDenied):
        actions.screen(make_organisation(), by=make_user(role), outcome="clear", list_date=day(0), officers="A")


def test_only_staff_reads_it(client):
    organisation = make_organisation()
    found = make_screening(organisation)
    pages = [reverse("screening:list"), *(reverse(f"screening:{name}", args=[organisation.pk]) for name in ("of", "screen"))]
    assert [client.get(page).status_code for page in pages] == [302, 302, 302]
    for user in (owner_of(organisation), make_user(), make_user(Role.TRUSTEE), make_user(Role.REVIEWER)):
        sign_in(client, user)
        assert [client.get(page).status_code for page in pages] == [404, 404, 404]
        assert not Screening.objects.visible_to(user).exists()
    sign_in(client, make_user(Role.AUDITOR))
    assert [client.get(page).status_code for page in pages] == [200, 200, 403]
    assert found in Screening.objects.visible_to(make_user(Role.MANAGER))


def test_recorded_by_page(client):
    organisation = make_organisation()
    sign_in(client, make_user(Role.PROGRAMME))
    url = reverse("screening:screen", args=[organisation.pk])
    data = {"list_name": "UN", "list_date": day(0), "performed_on": day(0), "officers": "A. Director", "outcome": "possible"}
    assert client.post(url, data).status_code == 422
    assert client.post(url, {**data, "note": "Another birth year."}).status_code == 302
    assert "Another birth year." in client.get(reverse("screening:of", args=[organisation.pk])).content.decode()


def test_home():
    officer, organisation = make_user(Role.PROGRAMME), make_organisation()
    assert not home.items(officer)
    make_screening(organisation, "possible")
    assert [item.count for item in home.items(officer)] == [1]
    make_screening(organisation)
    assert not home.items(officer)
    assert not home.items(make_user(Role.FINANCE))


def test_the_list_takes_as_many_queries_for_fifty_as_for_one(client, django_assert_max_num_queries):
    sign_in(client, make_user(Role.MANAGER))
    officer = make_user(Role.PROGRAMME)
    make_screening(make_organisation())
    address = reverse("screening:list") + "?size=100"
    client.get(address)
    counts = []
    for _round in range(2):
        with django_assert_max_num_queries(100) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
        for _each in range(49):
            actions.screen(make_organisation(), by=officer, outcome="clear", list_date=day(0), officers="A")
    assert counts[0] == counts[1]
