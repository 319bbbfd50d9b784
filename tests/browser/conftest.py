"""A real browser: the chromium on PATH, driven by Playwright. Skipped, saying why, where one is missing; a failure with STRICT=1."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

# Playwright's sync API runs an event loop in this thread; the tests use the ORM beside it, one after the other.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

HERE = Path(__file__).parent
# Every page of every role takes many minutes: `make crawl` walks them; the journeys look at the pages that matter in each run.
collect_ignore = [] if os.environ.get("CRAWL") == "1" else ["test_crawl.py"]
SCREENS = HERE.parent.parent / "var" / "screens"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


def _missing() -> str:
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed (requirements-dev.txt)"
    return "" if _chromium() else "there is no chromium on PATH"


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def chromium():
    """The browser, one for the whole run."""
    missing = _missing()
    if missing and os.environ.get("STRICT") == "1":
        pytest.fail(f"STRICT=1, but {missing}.")
    if missing:
        pytest.skip(f"No browser tests: {missing}.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium, live_server):
    """`browser_page(javascript=True, width=1280, locale="en")`: a page of a fresh visitor on the live server.

    Paths are relative to the server (`page.goto("/")`). What the console or the CSP complains of, and what a page throws, fails the
    test at its end.
    """
    contexts, complaints = [], []

    def open_page(*, javascript=True, width=1280, height=900, locale="en", bypass_csp=False):
        context = chromium.new_context(
            java_script_enabled=javascript,
            viewport={"width": width, "height": height},
            locale=locale,
            base_url=live_server.url,
            timezone_id="Europe/Vienna",
            bypass_csp=bypass_csp,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}") if _is_a_fault(message) else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _is_a_fault(message) -> bool:
    """A status of 4xx is an answer and no fault of the page; anything else that the console calls an error is."""
    return message.type == "error" and "Failed to load resource" not in message.text


@pytest.fixture
def sign_in(live_server):
    """`sign_in(page, user)`: the browser takes over a session that signed in a moment ago (no password typed, no second factor)."""
    from django.conf import settings
    from django.test import Client

    from tests.factories import people

    def take_over(page, user):
        cookie = people.sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])

    return take_over


@pytest.fixture(scope="session")
def axe():
    """`axe(page)`: what axe-core finds, as readable lines. It runs through the debugger, so the page's CSP stays as it is."""
    source = (HERE / "vendor" / "axe.js").read_text()

    def run(page, *, within=None):
        page.evaluate(source + ";0")
        found = page.evaluate(
            "async ([within, tags]) => (await axe.run(within || document, {runOnly: tags, resultTypes: ['violations']})).violations",
            [within, WCAG],
        )
        return [f"{page.url} {each['id']}: {each['help']}: {node['html'][:200]}" for each in found for node in each["nodes"]]

    return run


@pytest.fixture(scope="session")
def look():
    """`look(page, "grants-list-360")`: a screenshot of the whole page in var/screens/, for the eye; only with LOOK=1, as it takes long."""
    SCREENS.mkdir(parents=True, exist_ok=True)

    def shoot(page, name):
        path = SCREENS / f"{name}.png"
        if os.environ.get("LOOK") != "1":
            return path
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        page.screenshot(path=path, full_page=True)
        return path

    return shoot
