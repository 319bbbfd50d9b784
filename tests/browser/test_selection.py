"""NGO pages, reviews and the Board in a browser: axe finds nothing, the rubric works by keyboard and keeps what was typed."""

import pytest
from django.urls import reverse

from grants.reviews.models import Mark
from tests.browser.conftest import SCREENS
from tests.factories.decisions import make_session, recommend_all
from tests.factories.ngos import make_assessment, make_bank_account, make_document, make_organisation, make_screening, owner_of
from tests.factories.people import make_user
from tests.factories.reviews import make_closed_call, make_review
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)


def walk(page, axe, pages):
    """Open each page, keep a picture and collect what axe finds."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    found = []
    for name, address in pages.items():
        answer = page.goto(address)
        assert answer.status == 200, address
        page.screenshot(path=SCREENS / f"{name}.png", full_page=True)
        found += axe(page)
    return found


def test_an_ngo_s_pages(browser_page, sign_in, axe):
    organisation = make_organisation(phone="", local_name="مأوى")
    make_document(organisation)
    make_assessment(organisation, "cleared_with_conditions")
    account = make_bank_account(organisation)
    page = browser_page(javascript=True)
    sign_in(page, owner_of(organisation))
    pages = {
        "ngo-profile": organisation.get_absolute_url(),
        "ngo-edit": reverse("organisations:edit", args=[organisation.pk]),
        "ngo-people": reverse("organisations:members", args=[organisation.pk]),
        "ngo-invite": reverse("organisations:invite", args=[organisation.pk]),
        "ngo-documents": reverse("organisations:documents", args=[organisation.pk]),
        "ngo-upload": reverse("organisations:upload", args=[organisation.pk]),
        "ngo-accounts": reverse("bank_accounts:of", args=[organisation.pk]),
        "ngo-account": account.get_absolute_url(),
        "ngo-propose": reverse("bank_accounts:propose", args=[organisation.pk]),
        "ngo-diligence": reverse("due_diligence:of", args=[organisation.pk]),
    }
    assert walk(page, axe, pages) == []


def test_the_secretariat_s_pages_on_ngos(browser_page, sign_in, axe):
    organisation = make_organisation()
    assessment = make_assessment(organisation, "in_progress")
    make_screening(organisation, "possible")
    make_bank_account(organisation, "proposed")
    page = browser_page()
    sign_in(page, make_user(Role.PROGRAMME, Role.FINANCE))
    pages = {
        "staff-ngos": reverse("organisations:list"),
        "staff-accounts": reverse("bank_accounts:list"),
        "staff-account": organisation.bank_accounts.get().get_absolute_url(),
        "staff-call": reverse("bank_accounts:call", args=[organisation.bank_accounts.get().pk]),
        "staff-diligence": assessment.get_absolute_url(),
        "staff-judge": reverse("due_diligence:judge", args=[assessment.items.last().pk]),
        "staff-screening": reverse("screening:of", args=[organisation.pk]),
        "staff-screen": reverse("screening:screen", args=[organisation.pk]),
    }
    assert walk(page, axe, pages) == []


def test_the_rubric_by_keyboard(browser_page, sign_in, axe):
    _call, (application,) = make_closed_call()
    review = make_review(application, "assigned")
    page = browser_page()
    sign_in(page, review.reviewer)
    assert walk(page, axe, {"review-declare": reverse("reviews:declare", args=[review.pk]), "review-list": reverse("reviews:list")}) == []
    page.goto(reverse("reviews:declare", args=[review.pk]))
    page.get_by_label("No, I can judge it freely").check()
    page.get_by_role("button", name="Declare").click()
    page.wait_for_url("**/score/")
    page.screenshot(path=SCREENS / "review-score.png", full_page=True)
    assert axe(page) == []
    page.locator("[data-criterion] input").first.focus()
    for key in ("4", "n", "2", "n", "5"):
        page.keyboard.press(key)
    with page.expect_response("**/autosave/"):
        page.locator("[data-criterion] textarea").first.fill("Shown with figures.")
    page.get_by_text("Saved at").wait_for()
    assert list(Mark.objects.values_list("value", flat=True)) == [4, 2, 5]
    page.get_by_role("button", name="Submit the review").click()
    page.get_by_text("There is something to put right").wait_for()
    for number in (1, 2):
        page.locator("[data-criterion] textarea").nth(number).fill("Because.")
    page.get_by_role("button", name="Submit the review").click()
    page.get_by_text("Your review is submitted").wait_for()
    page.screenshot(path=SCREENS / "review-detail.png", full_page=True)
    assert axe(page) == []


def test_the_rubric_without_javascript(browser_page, sign_in):
    _call, (application,) = make_closed_call()
    review = make_review(application, "accepted")
    page = browser_page(javascript=False, width=360)
    sign_in(page, review.reviewer)
    page.goto(reverse("reviews:score", args=[review.pk]))
    for criterion in page.locator("[data-criterion]").all():
        criterion.locator("input[value='3']").check()
        criterion.locator("textarea").fill("Shown in part.")
    page.screenshot(path=SCREENS / "review-score-360.png", full_page=True)
    page.get_by_role("button", name="Submit the review").click()
    page.get_by_text("Your review is submitted").wait_for()


def test_the_board(browser_page, sign_in, axe):
    session, applications, _board = make_session([[[5, 4, 5], [2, 2, 2]], [[4, 4, 4], [4, 4, 4]], [[1, 2, 2], [2, 2, 2]]])
    recommend_all(session, applications[:2])
    late = make_user(Role.TRUSTEE)
    session.seats.create(trustee=late)
    page = browser_page()
    sign_in(page, late)
    assert walk(page, axe, {"board-declare": reverse("decisions:declare", args=[session.pk])}) == []
    page = browser_page()
    sign_in(page, make_user(Role.PROGRAMME))
    pages = {
        "board-session": session.get_absolute_url(),
        "board-list": reverse("decisions:list"),
        "board-decide": reverse("decisions:recommend", args=[session.pk, applications[2].pk]),
        "board-close": reverse("decisions:close", args=[session.pk]),
        "reviews-call": reverse("reviews:call", args=[session.call_id]),
        "reviews-calls": reverse("reviews:calls"),
        "reviews-ranking": reverse("reviews:ranking", args=[session.call_id]),
    }
    assert walk(page, axe, pages) == []
