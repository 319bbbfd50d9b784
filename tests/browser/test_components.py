"""The components in a real browser: nothing for axe to find, nothing wider than the screen, and what JavaScript adds."""

import re

import pytest

from tests.ui import urls

pytestmark = [pytest.mark.urls("tests.ui.urls"), pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def answers():
    """What the draft was sent, and what it answers next."""
    urls.posted.clear()
    urls.answer["status"] = 200
    return urls.answer


def saved(page, text):
    page.get_by_text(re.compile(text)).wait_for()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("path", ["styleguide", "board", "list", "accounts/login", "accounts/password/reset"])
def test_it_is_accessible_and_fits(browser_page, axe, look, width, locale, path):
    page = browser_page(width=width, locale=locale)
    assert page.goto(f"/{path}/").ok
    look(page, f"{path.replace(chr(47), chr(45))}-{locale}-{width}")
    assert page.get_attribute("html", "dir") == ("rtl" if locale == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(page) == []


def test_without_javascript_the_language_is_one_form_away(browser_page):
    page = browser_page(javascript=False)
    page.goto("/list/?q=x")
    page.get_by_text("English").first.click()
    with page.expect_navigation():
        page.get_by_role("button", name="Français").click()
    assert page.get_attribute("html", "lang") == "fr"
    assert page.url.endswith("/list/?q=x")


def test_by_keyboard_the_content_is_one_step_away(browser_page):
    page = browser_page()
    page.goto("/list/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


class TestWords:
    def test_are_counted_and_never_cut(self, browser_page):
        page = browser_page()
        page.goto("/styleguide/")
        words = page.locator("#id_summary-words")
        assert words.inner_text() == "Words: 23 of 20: too long, nothing is cut off"
        page.fill("#id_summary", "one two\nthree")
        assert words.inner_text() == "Words: 3 of 20"


class TestAutosave:
    def test_posts_what_changed_and_takes_the_new_version(self, browser_page):
        from playwright.sync_api import expect

        page = browser_page()
        page.goto("/draft/")
        page.fill("#a", "first")
        saved(page, r"Saved at \d\d:\d\d")
        assert {name: value for name, value in urls.posted[0].items() if name != "csrfmiddlewaretoken"} == {"version": "1", "a": "first"}
        page.fill("#b", "second")
        expect(page.locator("[name=version]")).to_have_value("3")
        assert {name: value for name, value in urls.posted[1].items() if name != "csrfmiddlewaretoken"} == {"version": "2", "b": "second"}

    def test_a_lost_line_keeps_the_words_in_the_browser(self, browser_page):
        page = browser_page()
        page.goto("/draft/")
        page.context.set_offline(True)
        page.fill("#a", "typed in a tunnel")
        saved(page, "Not saved, kept in this browser")
        page.context.set_offline(False)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto("/draft/")
        assert page.input_value("#a") == "typed in a tunnel"
        saved(page, "Saved at")
        assert urls.posted[-1]["a"] == "typed in a tunnel"

    @pytest.mark.parametrize("status,text", [(409, "Somebody else changed this"), (403, "You were signed out"), (500, "Not saved")])
    def test_says_what_went_wrong(self, browser_page, answers, status, text):
        answers["status"] = status
        page = browser_page()
        page.goto("/draft/")
        page.fill("#a", "words")
        saved(page, text)
        assert "words" in page.evaluate("JSON.stringify(localStorage)")

    def test_nothing_is_kept_once_it_is_saved(self, browser_page):
        page = browser_page()
        page.goto("/draft/")
        page.fill("#a", "secret")
        saved(page, "Saved at")
        assert page.evaluate("localStorage.length") == 0


def test_leaving_unsaved_words_asks_first(browser_page, answers):
    page = browser_page()
    page.goto("/draft/")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("#a").press_sequentially("x")
    page.get_by_text("Elsewhere").click()
    assert asked == ["beforeunload"]
    assert page.url.endswith("/draft/")


def test_marks_by_keyboard(browser_page):
    page = browser_page()
    page.goto("/styleguide/")
    page.locator("[name=need]").first.focus()
    page.keyboard.press("4")
    assert page.locator("[name=need]:checked").input_value() == "4"
    page.fill("#id_title", "")
    page.locator("#id_title").press_sequentially("12")
    assert page.locator("[name=need]:checked").input_value() == "4"


def test_a_row_opens_where_its_link_leads(browser_page):
    page = browser_page()
    page.goto("/styleguide/")
    page.locator("tr[data-href]").first.locator("td").last.click()
    page.wait_for_url("**/styleguide/#")


def test_three_times_escape_leaves_the_page(browser_page):
    page = browser_page()
    page.route("https://www.wikipedia.org/", lambda route: route.fulfill(body="Somewhere neutral"))
    page.goto("/styleguide/")
    for _ in range(3):
        page.keyboard.press("Escape")
    page.wait_for_url("https://www.wikipedia.org/")


def test_one_menu_is_open_at_a_time_and_escape_closes_it(browser_page):
    page = browser_page()
    page.goto("/board/")
    menu = page.locator("details.menu").first
    menu.locator("summary").click()
    assert menu.get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None


def test_a_deadline_counts_down(browser_page):
    page = browser_page()
    page.goto("/styleguide/")
    assert re.fullmatch(r"(in \d+ \w+|\d+ \w+ ago)", page.locator("[data-countdown]").inner_text())


def test_what_may_be_typed_is_never_run(browser_page):
    page = browser_page()
    page.goto("/list/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.input_value("#list-q") == '"><script>alert(1)</script>'
