"""The NGO writes its report in a browser, with and without the script; the public pages and the numbers, on a telephone and mirrored."""

import pytest

from grants.reports.models import Report
from tests.factories.agreements import make_grant
from tests.factories.calls import make_call
from tests.factories.ngos import owner_of
from tests.factories.people import make_user
from tests.factories.reports import make_report
from trustfund.people.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True)]
SHAPES = [(1280, "en"), (360, "ar")]


def narrow(page, width):
    return page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("javascript", [True, False])
def test_an_ngo_writes_its_report(browser_page, sign_in, javascript):
    report = make_report()
    page = browser_page(javascript=javascript, width=360)
    sign_in(page, owner_of(report.grant.organisation))
    page.goto(report.get_absolute_url())
    page.get_by_role("link", name="Narrative").click()
    page.get_by_label("What was done").fill("We opened the house.")
    if javascript:
        page.get_by_text("Saved at").wait_for()
        assert Report.objects.get(pk=report.pk).activities == "We opened the house."
    page.get_by_label("What changed for the people helped").fill("Two are back at school.")
    page.get_by_label("Difficulties, and how they were met").fill("None.")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The narrative is saved.").wait_for()
    page.get_by_role("link", name="Expenditure", exact=True).click()
    first = page.locator("tbody tr").first
    first.get_by_label("budget line").select_option(index=1)
    first.get_by_label("date").fill(report.period_start.isoformat())
    first.get_by_label("what it was for").fill("Rent")
    first.get_by_label("receipt number").fill("R-1")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("There is something to put right").wait_for()
    first = page.locator("tbody tr").first
    assert first.get_by_label("what it was for").input_value() == "Rent"
    first.get_by_label("amount USD").fill("100")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The list of expenditure is saved.").wait_for()
    page.get_by_role("link", name="Outcomes", exact=True).click()
    for number, name in enumerate(["Persons by age", "Persons by main form of exploitation", "Persons by movement"]):
        page.get_by_role("link", name="Fill in this table").nth(number).click()
        page.get_by_role("heading", name=name).wait_for()
        page.locator("tbody input").first.fill("3")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("The table is saved.").wait_for()
    page.goto(report.get_absolute_url())
    page.get_by_role("link", name="Submit this report").click()
    page.get_by_role("button", name="Submit the report").click()
    page.get_by_text("The report is submitted.").wait_for()
    assert Report.objects.get(pk=report.pk).state == "submitted"


@pytest.mark.parametrize("width, language", SHAPES)
def test_the_pages_look_right(browser_page, sign_in, axe, look, width, language):
    report = make_report("draft")
    judged = make_report("substance_accepted")
    for publication in ("country", "unnamed"):
        make_grant(publication=publication)
    make_call("published")
    owner, sheet = owner_of(report.grant.organisation), f"/grants/outcomes/{report.sheet_id}/"
    pages = [
        (None, "front", "/"),
        (None, "awarded", "/grants/awarded/"),
        (owner, "ngo", report.get_absolute_url()),
        (owner, "narrative", f"{report.get_absolute_url()}narrative/"),
        (owner, "expenditure", f"{report.get_absolute_url()}expenditure/"),
        (owner, "sheet", sheet),
        (owner, "table", f"{sheet}table/exploitation/"),
        (make_user(Role.PROGRAMME), "programme", judged.get_absolute_url()),
        (make_user(Role.FINANCE), "finance", judged.get_absolute_url()),
        (make_user(Role.FINANCE), "accept", f"{judged.get_absolute_url()}accept/"),
    ]
    faults = []
    for person, name, address in pages:
        page = browser_page(width=width, locale=language)
        if person:
            type(person).objects.filter(pk=person.pk).update(language=language)
            sign_in(page, person)
        page.goto(address)
        faults += axe(page)
        faults += [] if narrow(page, width) else [f"{address} is wider than the screen"]
        look(page, f"report-{width}-{language}-{name}")
    assert faults == []
