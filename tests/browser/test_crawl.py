"""Every page that a person can reach by its links: it opens, axe finds nothing, nothing is wider than the screen, nothing is refused.

A link shown to somebody who may not follow it is a fault of the page that shows it.
LOOK=1 keeps a picture of each page in var/screens/; WIDTH=360 and LANGUAGE_CODE=ar walk it on a telephone and mirrored.
"""

import os
import re
from collections import deque
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.factories.agreements import make_closure, make_payment
from tests.factories.applications import make_application
from tests.factories.calls import make_call
from tests.factories.donors import make_contact, make_contribution, make_donor
from tests.factories.ngos import make_ready_organisation, owner_of
from tests.factories.people import make_user
from trustfund.people.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True)]

examined = set()  # (kind of person, view) that axe has seen: the frame and most of a page are the same for all staff
WIDTH, LANGUAGE = int(os.environ.get("WIDTH", "1280")), os.environ.get("LANGUAGE_CODE", "en")
PAGES = 60  # enough for each role's views; the crawl visits each view once
LINKS = "links => links.filter(a => !a.hasAttribute('download') && !a.closest('[data-leave]')).map(a => a.href)"


@pytest.fixture
def fund(db):
    """Something in every room: a call with an application, a grant with a payment, a closing, a contribution."""
    organisation = make_ready_organisation()
    call = make_call("published")
    make_application("submitted", call=call, organisation=organisation)
    make_payment("certified")
    make_closure()
    donor = make_donor()
    make_contribution(donor=donor)
    return {"owner": owner_of(organisation), "donor": make_contact(donor)}


def view_of(url, base):
    """The view that a link of ours leads to; None for another site, a file and a page of the sign-in library."""
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" != base or "export=" in parts.query:
        return None
    try:
        found = resolve(parts.path)
    except Resolver404:
        return parts.path
    return None if found.func.__module__.startswith("allauth") else f"{found.view_name}?{'q' if parts.query else ''}"


def crawl(page, base, starts, visit):
    seen, waiting = set(), deque((f"{base}{start}", "the start") for start in starts)
    while waiting and len(seen) < PAGES:
        url, came_from = waiting.popleft()
        view = view_of(url.split("#")[0], base)
        if view is None or view in seen:
            continue
        seen.add(view)
        links = visit(page, url, came_from)
        waiting.extend((urljoin(url, link), url) for link in links)
    return seen


@pytest.mark.parametrize("who", ["nobody", "owner", "donor", "newcomer", *[role.name for role in Role]])
def test_every_page_within_reach_opens_for_everybody_who_sees_its_link(fund, browser_page, sign_in, axe, look, live_server, who):
    page, faults, kind = browser_page(width=WIDTH, locale=LANGUAGE), [], who if who in ("nobody", "owner", "donor", "newcomer") else "staff"
    user = fund.get(who) or (make_user() if who == "newcomer" else make_user(Role[who]) if who != "nobody" else None)
    if user:
        type(user).objects.filter(pk=user.pk).update(language=LANGUAGE)
        sign_in(page, user)

    def look_at(page, url):
        if os.environ.get("LOOK") == "1":
            look(page, f"{who}-{WIDTH}-{LANGUAGE}-" + re.sub(r"[^a-z0-9]+", "-", urlsplit(url).path.strip("/") or "front"))

    def visit(page, url, came_from):
        answer = page.context.request.get(url, max_redirects=5)
        if answer.status != 200:
            faults.append(f"{answer.status} {url} linked from {came_from}")
            return []
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return []
        page.goto(url)
        if (kind, view_of(url, live_server.url)) not in examined:
            examined.add((kind, view_of(url, live_server.url)))
            faults.extend(axe(page))
            look_at(page, url)
        if page.evaluate("document.documentElement.scrollWidth") > WIDTH:
            faults.append(f"{url} is wider than the screen")
        return page.eval_on_selector_all("a[href]", LINKS)

    crawl(page, live_server.url, ["/"] + (["/home/"] if user else []), visit)
    assert faults == []
