"""The frame of every page, and the pages that answer when something is wrong."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import get_template
from django.utils import translation

from trustfund.money import usd

pytestmark = pytest.mark.django_db  # the frame asks whether this is the demo

ERRORS = ["400.html", "403.html", "403_csrf.html", "404.html", "409.html", "429.html", "500.html", "503.html", "507.html"]


@pytest.mark.parametrize("name", ERRORS)
def test_error_pages_have_one_heading_and_one_way_on(page, name):
    html = page(name)
    assert html.count("<h1>") == 1
    assert html.count('class="button') == 1


@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html", "507.html"])
def test_what_answers_a_broken_request_needs_no_request(name, django_assert_num_queries):
    html = get_template(name).render()
    assert "<h1>" in html
    assert "csrf" not in html


@pytest.mark.parametrize(
    "language,direction,sheet", [("ar", "rtl", "govuk.rtl.css"), ("en", "ltr", "govuk.css"), ("zh-hans", "ltr", "govuk.css")]
)
def test_the_page_goes_in_the_language_s_direction(page, language, direction, sheet):
    with translation.override(language):
        html = page("404.html")
    assert f'<html lang="{language}" dir="{direction}"' in html
    assert f"vendor/{sheet}" in html


def test_visitors_can_leave_quickly_and_members_are_at_home(page, rf):
    assert "data-leave" in page("404.html")
    request = rf.get("/")
    request.user = AnonymousUser()
    request.user.__class__ = type(
        "Member", (AnonymousUser,), {"is_authenticated": True, "name": "A", "email": "a@b.org", "roles": frozenset()}
    )
    assert "data-leave" not in get_template("404.html").render({"destinations": []}, request)


def test_staff_pages_are_smaller_and_have_htmx(page):
    assert "htmx" not in page("404.html")
    html = page("404.html", is_staff_page=True)
    assert 'class="staff"' in html
    assert "htmx-config" in html
    assert '"allowEval": false' in html


def test_the_demo_says_what_is_invented(page):
    assert "are invented" in page("404.html", demo=True)
    assert "are invented" not in page("404.html")


def test_every_language_is_offered_under_its_own_name(page):
    html = page("404.html")
    for code, name in [
        ("ar", "العربيّة"),
        ("zh-hans", "简体中文"),
        ("en", "English"),
        ("fr", "Français"),
        ("ru", "Русский"),
        ("es", "Español"),
    ]:
        assert f'value="{code}" lang="{code}"' in html
        assert name in html


def test_the_confirm_page_says_what_how_much_and_for_whom(page):
    from django import forms

    facts = [("Grantee", "<b>Casa</b>"), ("Amount", usd("60000"))]
    html = page(
        "confirm.html",
        title="Pay",
        facts=facts,
        button="Pay now",
        back="/back/",
        form=forms.Form(),
        warning="It can’t be undone.",
        tone="blocked",
    )
    assert "&lt;b&gt;Casa" in html
    assert "60,000.00" in html
    assert "button--danger" in html
    assert "It can’t be undone." in html
    assert html.count("csrfmiddlewaretoken") == 2  # the language and the act


@pytest.mark.django_db
def test_what_is_not_there_is_the_designed_page_at_a_desk_too(client, settings):
    settings.DEBUG = True
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "URLconf" not in answer.content.decode()
    assert "<h1>" in answer.content.decode()
