"""People at their browsers: each does nothing but open a home page, follow links, fill in forms and press buttons.

Every page that somebody comes to is examined once per person: axe runs on it and a picture is kept in var/screens/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Locator, Page

LAST = [None]
from trustfund.mail.models import Outbox

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def paper(name: str) -> dict[str, Any]:
    """A PDF as a browser hands it over."""
    return {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": PDF}


def letter_to(email: str, part: str) -> str:
    """The path of the newest link with `part` in it that was written to somebody."""
    bodies = Outbox.objects.filter(address=email).order_by("-pk").values_list("body", flat=True)
    links = [link for body in bodies for link in re.findall(rf"https?://[^/\s]+({re.escape(part)}\S+)", body)]
    assert links, f"no letter to {email} has a link to {part}"
    return links[0]


@dataclass
class Journey:
    """What is found on the way."""

    axe: Callable[..., list[str]]
    look: Callable[[Page, str], Any]
    name: str = "journey"
    faults: list[str] = field(default_factory=list)
    pages: dict[tuple[str, str], str] = field(default_factory=dict)

    def examine(self, person: str, page: Page, examined: bool) -> None:
        """Remember where the person is; run axe and keep a picture of a view that this person meets for the first time."""
        key = (person, view_of(page.url))
        if key in self.pages:
            return
        self.pages[key] = urlsplit(page.url).path
        if examined:
            self.faults.extend(self.axe(page))
            self.look(page, f"{self.name}-{len(self.pages):03}-{person}-{re.sub('[^a-z0-9]+', '-', key[1])}")

    def address(self, person: str, view: str) -> str:
        """Where the person was when they saw a view."""
        return self.pages[person, view]


def view_of(url: str) -> str:
    path = urlsplit(url).path
    try:
        return resolve(path).view_name
    except Resolver404:
        return path


class Person:
    """Somebody at a browser of their own."""

    def __init__(
        self, name: str, page: Page, journey: Journey, *, javascript: bool = True, comes_in: Callable[[], None] = lambda: None
    ) -> None:
        self.name, self.page, self.journey, self.javascript, self.comes_in = name, page, journey, javascript, comes_in

    def goes_to(self, path: str) -> None:
        """Open an address: the front page, a home page, a link in a letter."""
        LAST[-1] = self
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{answer.status} {path}"
        self._arrived()

    def goes_home(self) -> None:
        """Come in and see what waits; staff sign in anew each time, as on another day."""
        self.comes_in()
        self.goes_to("/home/")

    def opens_first(self) -> None:
        """The first row of the list on this page."""
        self.clicks(self.page.get_by_role("main").get_by_role("table").get_by_role("rowheader").get_by_role("link"))

    def takes_up(self, work: str) -> None:
        """Open the home page and follow what waits there."""
        self.goes_home()
        self.follows(re.compile("^" + re.escape(work)))

    def follows(self, *names: str | re.Pattern[str]) -> None:
        """Click links one after the other, each on the page that the one before led to."""
        for name in names:
            self.clicks(self.page.get_by_role("link", name=name, exact=True) if isinstance(name, str) else self._link(name))

    def _link(self, name: re.Pattern[str]) -> Locator:
        return self.page.get_by_role("link", name=name)

    def opens_menu(self) -> Locator:
        """The menu under one's name."""
        menu = self.page.get_by_role("banner").get_by_role("group").last
        menu.locator("summary").click()
        return menu

    def comes_back(self) -> None:
        """The link that leads from a part back to the whole, if saving did not already."""
        back = self.page.get_by_role("link", name="Back to the list of sections")
        if back.count():
            self.clicks(back)

    def presses(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Press a button and come to the next page."""
        self.clicks((within or self.page.get_by_role("main")).get_by_role("button", name=name, exact=isinstance(name, str)))

    def clicks(self, locator: Locator) -> None:
        LAST[-1] = self
        with self.page.expect_navigation() as navigation:
            locator.first.click()
        answer = navigation.value
        assert answer is not None
        assert answer.status == 200, f"{answer.status} {self.page.url}: {self.page.get_by_role('main').inner_text()[:600]}"
        self._arrived()

    def _arrived(self) -> None:
        title = self.page.title()
        assert title, self.page.url
        self.journey.examine(self.name, self.page, self.javascript)

    def fills_in(self, answers: Mapping[str, Any], *, within: Locator | None = None) -> None:
        """Answer by label: texts and dates are typed, options chosen, boxes ticked (True), files handed over, amounts typed."""
        for label, value in answers.items():
            whole = re.compile(rf"^{re.escape(label)}( \(optional\))?$")
            _answer((within or self.page.get_by_role("main")).get_by_label(whole).first, value)

    def group(self, name: str) -> Locator:
        return self.page.get_by_role("group", name=name, exact=True)

    def row(self, text: str) -> Locator:
        """The rows of a table that hold a text."""
        return self.page.get_by_role("main").get_by_role("row").filter(has_text=text)

    def chooses(self, group: str, option: str) -> None:
        """One of the radio buttons of a group."""
        self.page.get_by_role("group", name=group).first.get_by_label(option, exact=True).check()

    def reads(self, *texts: str) -> None:
        """The page says all of it."""
        said = " ".join(self.page.get_by_role("main").inner_text().replace("\u00a0", " ").split())
        missing = [text for text in texts if text not in said]
        assert not missing, f"{self.page.url} does not say {missing}: {said[:3000]}"

    def downloads(self, name: str | re.Pattern[str]) -> bytes:
        """A file behind a link."""
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=name).first.click()
        return download.value.path().read_bytes()


def _answer(control: Locator, value: Any) -> None:
    kind = control.evaluate("e => e.tagName == 'SELECT' ? 'select' : e.type")
    if kind == "select":
        control.select_option(label=value)
    elif kind in ("checkbox", "radio"):
        control.set_checked(bool(value))
    elif kind == "file":
        control.set_input_files(value)
    else:
        control.fill(str(value))
