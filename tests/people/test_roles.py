"""Roles: who gives them, which exclude one another, from when until when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from tests.factories.people import make_user, sign_in
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.mail.models import Outbox
from trustfund.people import actions, duties
from trustfund.people.models import RoleGrant, User
from trustfund.people.roles import ALONE, Role, conflict, holds, roles_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.urls")]
DAY = date(2026, 3, 2)


@pytest.fixture
def administrator():
    return make_user(Role.ADMINISTRATOR)


def fresh(user):
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("held", list(Role))
@pytest.mark.parametrize("wanted", list(Role))
def test_auditors_and_administrators_hold_nothing_else(held, wanted, administrator):
    user = make_user(held)
    excluded = held == wanted or held in ALONE or wanted in ALONE
    if excluded:
        with pytest.raises(ValidationError):
            actions.give_role(user, wanted, by=administrator)
        assert fresh(user).roles == {held}
    else:
        actions.give_role(user, wanted, by=administrator)
        assert fresh(user).roles == {held, wanted}


def test_the_table_is_symmetrical():
    for one in Role:
        for other in Role:
            assert bool(conflict(frozenset({one}), other)) == bool(conflict(frozenset({other}), one))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_the_administrator_gives_roles(role):
    with pytest.raises(PermissionDenied):
        actions.give_role(make_user(), Role.REVIEWER, by=make_user(role))


def test_nobody_gives_roles_to_themselves(administrator):
    with pytest.raises(PermissionDenied):
        actions.give_role(administrator, Role.AUDITOR, by=administrator)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=administrator, role=Role.FINANCE, since=DAY, given_by=administrator)


def test_who_acts_for_an_ngo_or_a_donor_can_hold_none(administrator, monkeypatch):
    monkeypatch.setattr(duties, "_reasons", [lambda user: None, lambda user: "Speaks for a donor."])
    with pytest.raises(ValidationError, match="Speaks for a donor"):
        actions.give_role(make_user(), Role.REVIEWER, by=administrator)


def test_a_deputy_holds_the_role_on_its_days_only(administrator):
    user = make_user()
    with clock.frozen(DAY):
        actions.give_role(user, Role.APPROVER, by=administrator, since=DAY + timedelta(days=2), until=DAY + timedelta(days=3))
    held = []
    for days in range(6):
        with clock.frozen(DAY + timedelta(days=days)):
            held.append(fresh(user).has_role(Role.APPROVER))
    assert held == [False, False, True, True, False, False]


def test_roles_exclude_one_another_only_on_the_same_days(administrator):
    user = make_user()
    actions.give_role(user, Role.FINANCE, by=administrator, since=DAY, until=DAY + timedelta(days=9))
    with pytest.raises(ValidationError):
        actions.give_role(user, Role.AUDITOR, by=administrator, since=DAY + timedelta(days=9))
    actions.give_role(user, Role.AUDITOR, by=administrator, since=DAY + timedelta(days=10))
    assert user.role_grants.count() == 2


def test_the_days_are_in_order(administrator):
    with pytest.raises(ValidationError):
        actions.give_role(make_user(), Role.FINANCE, by=administrator, since=DAY, until=DAY - timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=make_user(), role=Role.FINANCE, since=DAY, until=DAY - timedelta(days=1))


def test_a_role_for_good_is_given_once_even_by_sql():
    user = make_user(Role.FINANCE)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=user, role=Role.FINANCE, since=DAY)


def test_ending_a_role_at_once(administrator):
    user = make_user()
    with clock.frozen(DAY):
        grant = actions.give_role(user, Role.FINANCE, by=administrator)
    with clock.frozen(DAY + timedelta(days=5)):
        actions.end_role(grant, by=administrator)
        assert fresh(user).roles == frozenset()
    assert user.role_grants.get().until == DAY + timedelta(days=4)


def test_a_role_of_today_is_taken_back_whole(administrator):
    user = make_user()
    grant = actions.give_role(user, Role.FINANCE, by=administrator)
    actions.end_role(grant, by=administrator)
    assert fresh(user).roles == frozenset()
    assert [event.act for event in trail_for(user)] == ["role.give", "role.end"]


def test_a_role_ends_on_a_day(administrator):
    grant = actions.give_role(make_user(), Role.FINANCE, by=administrator, since=DAY)
    actions.end_role(grant, by=administrator, on=DAY + timedelta(days=30))
    grant.refresh_from_db()
    assert grant.until == DAY + timedelta(days=30)
    for day in [DAY - timedelta(days=1), DAY + timedelta(days=30), DAY + timedelta(days=31)]:
        with pytest.raises(ValidationError):
            actions.end_role(grant, by=administrator, on=day)


def test_a_role_is_on_record_and_its_holder_is_told_once(administrator):
    user = make_user()
    actions.give_role(user, Role.FINANCE, by=administrator, since=DAY)
    event = trail_for(user).get()
    assert (event.actor, event.act) == (administrator, "role.give")
    assert event.details == {"role": "finance", "since": "2026-03-02", "until": None}
    assert Outbox.objects.get().recipient == user


def test_who_left_holds_nothing(administrator):
    user = make_user(Role.FINANCE)
    actions.deactivate(user, by=administrator)
    assert roles_of(fresh(user)) == frozenset()
    assert list(User.objects.holding(Role.FINANCE)) == []
    actions.reactivate(user, by=administrator)
    assert holds(fresh(user), Role.FINANCE)
    assert list(User.objects.holding(Role.FINANCE)) == [user]


def test_nobody_locks_themselves_out(administrator):
    with pytest.raises(PermissionDenied):
        actions.deactivate(administrator, by=administrator)


def test_the_same_thing_twice_is_refused(administrator):
    user = make_user()
    actions.deactivate(user, by=administrator)
    with pytest.raises(ValidationError):
        actions.deactivate(user, by=administrator)


def test_nobody_and_the_clock_hold_nothing():
    from django.contrib.auth.models import AnonymousUser

    assert roles_of(None) == roles_of(AnonymousUser()) == frozenset()


def test_a_lost_second_factor_is_taken_away_by_somebody_else(administrator, client):
    user = make_user(Role.FINANCE)
    client.force_login(user)
    with pytest.raises(PermissionDenied):
        actions.reset_second_factor(user, by=user)
    actions.reset_second_factor(user, by=administrator)
    assert client.get("/home/").status_code == 302
    client.force_login(fresh(user))
    assert client.get("/home/").url == "/people/account/second-factor/"
    assert Outbox.objects.get().template == "second_factor_reset"


# The pages


PAGES = ["/people/", "/people/invite/", "/people/invitations/", "/people/letters/"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role, status", [(None, 403), *((role, 200 if role == Role.ADMINISTRATOR else 403) for role in Role)])
def test_the_pages_are_the_administrators(client, path, role, status):
    sign_in(client, make_user(role))
    assert client.get(path).status_code == status


@pytest.mark.parametrize("path", PAGES)
def test_strangers_sign_in_first(client, path):
    assert client.get(path).url == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("tail", ["", "roles/give/", "access/", "second-factor/"])
def test_others_do_not_even_see_a_person(client, tail):
    sign_in(client, make_user(Role.MANAGER))
    assert client.get(f"/people/{make_user().pk}/{tail}").status_code == 404


@pytest.mark.parametrize("tail", ["roles/give/", "access/", "second-factor/"])
def test_the_administrator_does_nothing_to_themselves(client, administrator, tail):
    sign_in(client, administrator)
    assert client.get(f"/people/{administrator.pk}/").status_code == 200
    assert client.post(f"/people/{administrator.pk}/{tail}").status_code == 403


def test_a_role_is_given_and_ended_on_pages(client, administrator):
    user = make_user()
    sign_in(client, administrator)
    response = client.post(f"/people/{user.pk}/roles/give/", {"role": "finance", "since": "2026-03-02", "until": ""})
    assert response.url == f"/people/{user.pk}/"
    grant = user.role_grants.get()
    assert client.get(f"/people/roles/{grant.pk}/end/").status_code == 200
    assert client.post(f"/people/roles/{grant.pk}/end/", {"on": "2026-03-01"}).status_code == 422
    assert client.post(f"/people/roles/{grant.pk}/end/", {"on": "2026-03-31"}).status_code == 302
    assert user.role_grants.get().until == date(2026, 3, 31)
    assert "Finance officer" in client.get(f"/people/{user.pk}/").content.decode()


def test_a_conflict_is_said_at_its_field(client, administrator):
    user = make_user(Role.FINANCE)
    sign_in(client, administrator)
    response = client.post(f"/people/{user.pk}/roles/give/", {"role": "auditor", "since": "2026-03-02"})
    assert response.status_code == 422
    assert "Finance officer" in str(response.context["form"].errors["role"])


def test_acts_want_a_fresh_sign_in(client, administrator):
    client.force_login(administrator)
    assert client.get(f"/people/{make_user().pk}/roles/give/").url.startswith("/accounts/reauthenticate/")


def test_access_ends_and_begins_on_a_page(client, administrator):
    user = make_user()
    sign_in(client, administrator)
    client.post(f"/people/{user.pk}/access/")
    assert not fresh(user).is_active
    client.post(f"/people/{user.pk}/access/")
    assert fresh(user).is_active


def test_inviting_who_left_is_refused(client, administrator):
    sign_in(client, administrator)
    user = make_user(is_active=False)
    response = client.post("/people/invite/", {"name": "A", "email": user.email.upper(), "role": "finance", "language": "en"})
    assert response.status_code == 422


@pytest.mark.parametrize("query", ["", "?q=ana", "?role=finance", "?active=False", "?export=csv", "?export=xlsx"])
def test_the_list_of_people_searches_filters_and_exports(client, administrator, query):
    make_user(Role.FINANCE, name="Ana")
    make_user(is_active=False)
    sign_in(client, administrator)
    assert client.get(f"/people/{query}").status_code == 200


@pytest.mark.parametrize("path", ["/people/", "/people/invitations/", "/people/letters/"])
def test_the_number_of_queries_does_not_grow(client, administrator, path):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from trustfund.people import invitations

    def people(number):
        for _each in range(number):
            user = make_user(Role.FINANCE, second_factor=False)
            actions.give_role(make_user(), Role.REVIEWER, by=administrator)
            invitations.invite(f"x{user.pk}@example.org", "X", by=administrator, on_accept="people.role:reviewer")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    sign_in(client, administrator)
    client.get(path)
    people(1)
    one = queries()
    people(20)
    assert queries() == one <= 12


@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_once_never_give_what_excludes_one_another():
    import threading

    from django.db import connection

    if connection.vendor != "postgresql":
        pytest.skip("threads that write at once: PostgreSQL only")
    user, one, other = make_user(), make_user(Role.ADMINISTRATOR), make_user(Role.ADMINISTRATOR)
    barrier, refused = threading.Barrier(2), []

    def give(role, by):
        barrier.wait()
        try:
            actions.give_role(user, role, by=by)
        except ValidationError:
            refused.append(role)
        finally:
            connection.close()

    threads = [threading.Thread(target=give, args=pair) for pair in [(Role.AUDITOR, one), (Role.FINANCE, other)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), user.role_grants.count()) == (1, 1)
