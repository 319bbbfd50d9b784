"""People at their browsers: each does nothing but open a home page, follow links, fill in forms and press buttons.

Every page that somebody comes to is examined once for each kind of reader: axe runs on it and a picture is kept in var/screens/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import Resolver404, resolve
from playwright.sync_api import Locator, Page

from trustfund import clock
from trustfund.mail.models import Outbox
from trustfund.people.models import User

NARROW = 360
IMPORTANT = {
    "front", "calls:detail", "account_signup", "home", "organisations:register", "organisations:documents", "bank_accounts:of",
    "applications:apply", "applications:detail", "applications:section", "applications:check", "calls:manage", "reviews:score",
    "reviews:ranking", "decisions:detail", "due_diligence:detail", "agreements:detail", "agreements:sign", "tranches:detail",
    "payments:detail", "reports:detail", "reports:expenditure", "outcomes:table", "closing:detail", "portal:index",
    "portal:contribution", "statements:statement", "ledger:index", "publishing:awarded",
}  # fmt: skip
"""Views that are also looked at on a telephone, and there in Arabic."""

OUTSIDE, OF_ONES_OWN = ("ngo", "donor", "visitor"), ("home", "agreements:detail", "payments:detail")
"""Who reads other pages than the staff; and what each of the staff finds something else on."""

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


@contextmanager
def in_arabic(page: Page) -> Iterator[None]:
    """Whoever is signed in reads Arabic for a moment."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    session = Session.objects.filter(session_key=cookies.get(settings.SESSION_COOKIE_NAME)).first()
    reader = User.objects.filter(pk=session.get_decoded().get("_auth_user_id") if session else None)
    language = reader.values_list("language", flat=True).first()
    reader.update(language="ar")
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "ar", "url": page.url}])
    yield
    page.context.clear_cookies(name=settings.LANGUAGE_COOKIE_NAME)
    reader.update(language=language or "en")


@dataclass
class Journey:
    """What is found on the way."""

    axe: Callable[..., list[str]]
    look: Callable[[Page, str], Any]
    name: str = "journey"
    examines: bool = True
    faults: list[str] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    narrowed: set[str] = field(default_factory=set)

    def examine(self, person: str, page: Page) -> None:
        """Run axe on a view that such a reader meets for the first time, and keep a picture; some also narrow, and in Arabic."""
        view = view_of(page.url)
        reader = person if person in OUTSIDE or view in OF_ONES_OWN else "staff"
        if not self.examines or (reader, view) in self.seen:
            return
        self.seen.add((reader, view))
        picture = f"{self.name}-{len(self.seen):03}-{person}-{re.sub('[^a-z0-9]+', '-', view)}"
        self._check(page, picture)
        if view in IMPORTANT and view not in self.narrowed:
            self.narrowed.add(view)
            self._narrow(page, picture)
            self._in_arabic(page, picture)

    def _narrow(self, page: Page, picture: str) -> None:
        size = page.viewport_size
        page.set_viewport_size({"width": NARROW, "height": 800})
        self._fits(page, f"{picture}-360")  # axe runs on the narrow page in Arabic
        page.set_viewport_size(size)

    def _in_arabic(self, page: Page, picture: str) -> None:
        """The same address beside it, mirrored and on a telephone."""
        beside = page.context.new_page()
        beside.set_viewport_size({"width": NARROW, "height": 800})
        with in_arabic(page):
            beside.goto(page.url)
        if beside.locator("html").get_attribute("dir") != "rtl":
            self.faults.append(f"{page.url} is not mirrored in Arabic")
        self._check(beside, f"{picture}-ar")
        beside.close()

    def _check(self, page: Page, picture: str) -> None:
        self.faults.extend(self.axe(page))
        self._fits(page, picture)

    def _fits(self, page: Page, picture: str) -> None:
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{page.url} is wider than the screen ({picture})")
        self.look(page, picture)


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
        if self.javascript:
            self.page.clock.set_fixed_time(clock.now())  # what counts down on a page goes by the same clock as the Fund
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
        with self.page.expect_navigation() as navigation:
            locator.first.click()
        answer = navigation.value
        assert answer is not None
        assert answer.status == 200, f"{answer.status} {self.page.url}: {self.page.get_by_role('main').inner_text()[:600]}"
        self._arrived()

    def _arrived(self) -> None:
        title = self.page.title()
        assert title, self.page.url
        if self.javascript:
            self.journey.examine(self.name, self.page)

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

    def finds(self, label: str, *cells: str) -> None:
        """A row of a table with this head says exactly these things somewhere, in this order."""
        rows = self.page.get_by_role("main").get_by_role("row").filter(has_text=label).all()
        said = [[cell.inner_text().replace("\u00a0", " ").strip() for cell in row.get_by_role("cell").all()] for row in rows]
        assert any(_in_order(cells, row) for row in said), f"{self.page.url}, {label}: {said}"

    def downloads(self, name: str | re.Pattern[str]) -> bytes:
        """A file behind a link."""
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=name).first.click()
        return download.value.path().read_bytes()


def _in_order(wanted: Sequence[str], said: Sequence[str]) -> bool:
    rest = iter(said)
    return all(each in rest for each in wanted)


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
