"""The style guide in a real browser: nothing for axe to find, nothing wider than the screen, and what JavaScript adds."""

import pytest

pytestmark = [pytest.mark.urls("tests.ui.urls"), pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_the_style_guide_is_accessible_and_fits(browser_page, axe, look, width, locale):
    page = browser_page(width=width, locale=locale)
    page.goto("/styleguide/")
    look(page, f"styleguide-{locale}-{width}")
    assert page.get_attribute("html", "dir") == ("rtl" if locale == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(page) == []
