"""The administrator's pages, and what an invited person meets, by clicking."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.factories.people import PASSWORD, make_user
from tests.people.alone import ground_alone  # noqa: F401
from trustfund import clock
from trustfund.mail.models import Outbox
from trustfund.people import actions
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.people.urls"), pytest.mark.usefixtures("ground_alone")]


@pytest.fixture
def administrator(settings, live_server):
    settings.SITE_URL = live_server.url
    return make_user(Role.ADMINISTRATOR, name="Chief Administrator")


@pytest.mark.parametrize("language, width", [("en", 1280), ("ar", 360)])
def test_the_pages_are_in_order(browser_page, sign_in, administrator, axe, look, width, language):
    User.objects.filter(pk=administrator.pk).update(language=language)
    deputy = make_user(Role.PROGRAMME, name="Deputy of Somebody")
    day = clock.today()
    actions.give_role(deputy, Role.APPROVER, by=administrator, since=day, until=day + timedelta(days=14))
    page = browser_page(width=width)
    sign_in(page, administrator)
    paths = {"people": "/people/", "person": f"/people/{deputy.pk}/", "role": f"/people/{deputy.pk}/roles/give/"}
    lists = {"letters": "/people/letters/", "invitations": "/people/invitations/", "home": "/home/"}
    for name, path in {**paths, **lists, "access": f"/people/{deputy.pk}/access/"}.items():
        page.goto(path)
        assert axe(page) == [], path
        look(page, f"admin-{name}-{language}-{width}")


def test_somebody_is_invited_to_a_role_and_comes(browser_page, sign_in, administrator, axe, look):
    page = browser_page()
    sign_in(page, administrator)
    page.goto("/people/")
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Name").fill("Ana")
    page.get_by_label("E-mail").fill("ana@example.org")
    page.get_by_label("Role").select_option("finance")
    with page.expect_navigation():
        page.get_by_role("button", name="Send the invitation").click()
    assert "ana@example.org" in page.locator("table").inner_text()
    link = re.search(r"http://\S+/people/invitation/\S+/", Outbox.objects.get().body).group(0)
    guest = browser_page()
    guest.goto(link)
    assert axe(guest) == []
    look(guest, "invitation")
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_role("button", name="Make my account").click()
    guest.wait_for_url("**/people/account/second-factor/")
    guest.get_by_role("link", name="Set up an app").click()
    guest.locator("#authenticator_secret").wait_for()
    assert User.objects.get(email="ana@example.org").roles == {Role.FINANCE}
