"""The statements as people meet them: in order for a screen reader, on a desk and on a telephone, from figure to line."""

from __future__ import annotations

import pytest

from tests.factories.people import make_user
from tests.ledger import books_of_a_year
from trustfund.ledger import sealing
from trustfund.ledger.models import Subaccount
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.statements.catalogue import STATEMENTS

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def finance():
    books_of_a_year.keep()
    return make_user(Role.FINANCE, name="Finance Officer")


@pytest.mark.parametrize("language, width", [("en", 1280), ("ar", 360)])
def test_the_pages_are_in_order(browser_page, sign_in, finance, axe, look, width, language):
    User.objects.filter(pk=finance.pk).update(language=language)
    page = browser_page(width=width)
    sign_in(page, finance)
    grant = Subaccount.objects.get(kind="grant")
    codes = [*STATEMENTS, f"of/{grant.pk}"]
    for code in ("", *(f"{each}/" for each in codes), f"lines/I.cash/beginning/2026-12-31/{sealing.head().seq}/"):
        page.goto(f"/statements/{code}?as_of=2026-12-31")
        assert axe(page) == [], code
        look(page, f"statements-{code.split('/')[0] or 'index'}-{language}-{width}")


def test_from_a_figure_to_its_lines(browser_page, sign_in, finance):
    page = browser_page()
    sign_in(page, finance)
    page.goto("/statements/?as_of=2026-12-31")
    page.get_by_role("link", name="I. Statement of financial position", exact=True).first.click()
    with page.expect_navigation(url="**/lines/**"):
        page.get_by_role("row", name="Operating reserve").get_by_role("link").first.click()
    assert "1,500.00" in page.locator("table").inner_text()
