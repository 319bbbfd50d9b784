"""Applying in a real browser: what is typed is saved by itself, two colleagues lose nothing, axe finds nothing on any section."""

from __future__ import annotations

import os

import pytest
from django.urls import reverse

from grants.applications.models import Answer, Application
from tests.factories.applications import fill_in, make_application
from tests.factories.calls import make_call
from tests.factories.ngos import make_member, make_organisation, owner_of
from tests.factories.people import make_user
from trustfund.people.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True)]
SECTIONS = ["about", "questions-1", "budget", "plan", "beneficiaries", "funding", "documents", "declaration", "privacy"]


def seen(page, name, axe, look):
    if os.environ.get("LOOK") == "1":
        look(page, name)
    return axe(page)


def test_a_draft_saves_itself_and_two_colleagues_lose_nothing(browser_page, sign_in):
    from playwright.sync_api import expect

    application = make_application("draft")
    owner, editor = owner_of(application.organisation), make_member(application.organisation)
    address = reverse("applications:section", args=[application.pk, "questions-1"])
    one, other = browser_page(), browser_page()
    sign_in(one, owner)
    sign_in(other, editor)
    for page in (one, other):
        page.goto(address)
    question = application.call.questions.first()
    field = f"[name='answer-{question.pk}']"
    one.fill(field, "Ann's words.")
    one.locator("[data-saved]", has_text="Saved").wait_for()
    assert one.input_value(f"[name='version-{question.pk}']") == "1"
    other.fill(field, "Bob's words.")
    other.locator("[data-saved]", has_text="Somebody else").wait_for()
    other.goto(address)
    other.get_by_role("link", name="See both").click()
    expect(other.locator("main")).to_contain_text("Ann's words.")
    other.get_by_label("The answer that stays").fill("Ann's and Bob's words.")
    other.get_by_role("button", name="Keep this").click()
    other.wait_for_url("**/applications/*/")
    assert Answer.objects.get().text == "Ann's and Bob's words."


def test_an_application_without_javascript_from_the_public_page_to_the_receipt(browser_page, sign_in):
    from playwright.sync_api import expect

    call, organisation = make_call("published"), make_organisation()
    page = browser_page(javascript=False)
    sign_in(page, owner_of(organisation))
    page.goto(call.get_absolute_url())
    page.get_by_role("link", name="Apply").click()
    for question in call.eligibility_questions.all():
        page.get_by_role("group", name=question.text).get_by_label("Yes" if question.passing_answer else "No").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Begin").click()
    application = Application.objects.get()
    page.get_by_role("link", name="About the project").click()
    page.get_by_label("Title of the project").fill("Safe return")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("In progress")
    fill_in(application)
    page.goto(reverse("applications:check", args=[application.pk]))
    page.get_by_role("link", name="Submit").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("main")).to_contain_text(f"{application.reference}-R1")


def test_axe_finds_nothing_on_the_pages_of_an_application(browser_page, sign_in, axe, look):
    application = make_application("draft")
    fill_in(application)
    page = browser_page(width=int(os.environ.get("WIDTH", "1280")))
    sign_in(page, owner_of(application.organisation))
    addresses = {"tasks": application.get_absolute_url(), "check": reverse("applications:check", args=[application.pk])}
    addresses |= {name: reverse("applications:section", args=[application.pk, name]) for name in SECTIONS}
    addresses |= {"apply": reverse("applications:apply", args=[application.call_id]), "call": application.call.get_absolute_url()}
    found = []
    for name, address in {**addresses, "calls": reverse("calls:index")}.items():
        page.goto(address)
        found += seen(page, f"application-{name}", axe, look)
    assert found == []


def test_axe_finds_nothing_on_the_secretariats_pages(browser_page, sign_in, axe, look):
    call, draft = make_call("published"), make_call("draft")
    application = make_application("submitted", call=call)
    page = browser_page(width=int(os.environ.get("WIDTH", "1280")))
    sign_in(page, make_user(Role.PROGRAMME))
    addresses = {
        "detail": application.get_absolute_url(),
        "screen": reverse("applications:screen", args=[application.pk]),
        "register": reverse("applications:register"),
        "calls": reverse("calls:register"),
        "manage": draft.manage_url,
        "dates": reverse("calls:edit", args=[draft.pk, "dates"]),
        "money": reverse("calls:edit", args=[draft.pk, "money"]),
        "criteria": reverse("calls:part", args=[draft.pk, "criteria"]),
        "questions": reverse("calls:part", args=[draft.pk, "questions"]),
        "publish": reverse("calls:publish", args=[draft.pk]),
    }
    found = []
    for name, address in addresses.items():
        page.goto(address)
        found += seen(page, f"secretariat-{name}", axe, look)
    assert found == []
