"""The books as people meet them: in order for a screen reader, on a desk and on a telephone, a period closed by two people."""

from __future__ import annotations

import pytest

from tests.factories.people import make_user
from tests.ledger import books_of_a_year
from trustfund.ledger.models import Entry, Period
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True)]
PAGES = ["", "entries/", "headroom/", "banks/", "rates/", "periods/", "check/", "accounts/1200/", "rates/import/", "banks/new/"]


@pytest.fixture
def finance():
    books_of_a_year.keep()
    return make_user(Role.FINANCE, name="Finance Officer")


@pytest.mark.parametrize("language, width", [("en", 1280), ("ar", 360)])
def test_the_pages_are_in_order(browser_page, sign_in, finance, axe, look, width, language):
    User.objects.filter(pk=finance.pk).update(language=language)
    page = browser_page(width=width)
    sign_in(page, finance)
    paid = Entry.objects.exclude(allocations=None).first()
    for path in (*PAGES, f"entries/{paid.pk}/"):
        page.goto(f"/books/{path}")
        look(page, f"books-{path.strip('/').replace('/', '-') or 'index'}-{language}-{width}")
        assert axe(page) == [], path


def test_two_people_close_a_period(browser_page, sign_in, finance):
    page = browser_page()
    sign_in(page, finance)
    page.goto("/books/periods/")
    page.get_by_role("link", name="2026-01", exact=True).click()
    page.get_by_role("link", name="Propose to close").click()
    for field in page.locator("main textarea").all():
        field.fill("It is known.")
    with page.expect_navigation():
        page.get_by_role("button", name="Propose to close").click()
    other = browser_page()
    sign_in(other, make_user(Role.APPROVER))
    other.goto("/books/periods/")
    other.get_by_role("link", name="2026-01", exact=True).click()
    other.get_by_role("link", name="Close", exact=True).click()
    with other.expect_navigation():
        other.get_by_role("button", name="Close").click()
    assert Period.objects.get(year=2026, number=1).state == Period.State.CLOSED
