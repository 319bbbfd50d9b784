"""Pages of an application: for its NGO, for the secretariat, for nobody else."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grants.applications.models import Application
from tests.factories.applications import advance_application, fill_in, make_application
from tests.factories.calls import make_call
from tests.factories.ngos import PDF, make_member, make_organisation, owner_of
from tests.factories.people import make_user
from trustfund import clock
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
SECTIONS = ["about", "questions-1", "questions-2", "budget", "plan", "beneficiaries", "funding", "documents", "declaration", "privacy"]


def url(name, application, *more):
    return reverse(f"applications:{name}", args=[application.pk, *more])


def rows(*found, **more):
    data = {"rows-TOTAL_FORMS": str(len(found)), "rows-INITIAL_FORMS": "0", **more}
    return data | {f"rows-{at}-{name}": str(value) for at, row in enumerate(found) for name, value in row.items()}


def test_five_questions_before_anything_is_typed_then_a_draft(client):
    call, organisation = make_call("published"), make_organisation()
    apply = reverse("applications:apply", args=[call.pk])
    passing = {f"question_{q.number}": "yes" if q.passing_answer else "no" for q in call.eligibility_questions.all()}
    assert client.get(apply).status_code == 200
    refused = client.post(apply, {**passing, "question_4": "yes"})
    assert refused.status_code == 422
    assert "Help must never depend on it." in refused.content.decode()
    assert client.post(apply, passing).url == reverse("applications:start", args=[call.pk])
    client.force_login(owner_of(organisation))
    client.post(apply, passing)
    page = client.post(reverse("applications:start", args=[call.pk]))
    application = Application.objects.get()
    assert page.url == application.get_absolute_url()
    assert application.eligibility == {"1": True, "2": True, "3": True, "4": False, "5": True}
    assert "already" not in client.get(reverse("applications:start", args=[call.pk])).content.decode().split("<main")[0]


def test_the_start_needs_the_questions_an_organisation_and_its_editor(client):
    call = make_call("published")
    start = reverse("applications:start", args=[call.pk])
    assert "login" in client.get(start).url
    person = make_user()
    client.force_login(person)
    assert client.get(start).url == reverse("applications:apply", args=[call.pk])
    passing = {f"question_{q.number}": "yes" if q.passing_answer else "no" for q in call.eligibility_questions.all()}
    client.post(reverse("applications:apply", args=[call.pk]), passing)
    assert "Register your organisation" in client.get(start).content.decode()
    viewer = make_member(make_organisation(), "viewer")
    client.force_login(viewer)
    client.post(reverse("applications:apply", args=[call.pk]), passing)
    assert client.get(start).status_code == 403


@pytest.mark.parametrize("name", SECTIONS)
def test_each_section_opens_for_an_editor_and_is_read_only_for_a_viewer(client, name):
    application = make_application("draft", complete=True)
    client.force_login(make_member(application.organisation, "editor"))
    assert client.get(url("section", application, name)).status_code == 200
    client.force_login(make_member(application.organisation, "viewer"))
    assert client.get(url("section", application, name)).status_code == 403
    assert client.get(application.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("name", ["detail", "read", "check", "submit", "withdraw", "resume", "answer", "ask", "screen"])
def test_a_stranger_and_the_anonymous_see_nothing(client, name):
    application = make_application("submitted")
    assert "login" in client.get(url(name, application)).url
    client.force_login(owner_of(make_organisation()))
    assert client.get(url(name, application)).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_a_draft_is_the_ngos_alone(client, role):
    application = make_application("draft")
    client.force_login(make_user(role))
    assert client.get(application.get_absolute_url()).status_code == 404
    assert application.reference not in client.get(reverse("applications:register")).content.decode()


@pytest.mark.parametrize(
    "role, status", [(Role.PROGRAMME, 200), (Role.MANAGER, 200), (Role.AUDITOR, 200), (Role.REVIEWER, 404), (Role.FINANCE, 404)]
)
def test_who_sees_what_was_submitted(client, role, status):
    application = make_application("submitted")
    client.force_login(make_user(role))
    for name in ("detail", "read"):
        assert client.get(url(name, application)).status_code == status
    assert client.get(url("receipt", application, 1)).status_code == status


@pytest.mark.parametrize("act", ["ask", "screen"])
def test_only_programme_officers_screen(client, act):
    application = make_application("submitted")
    for person in (make_user(Role.MANAGER), make_user(Role.AUDITOR), owner_of(application.organisation)):
        client.force_login(person)
        assert client.get(url(act, application)).status_code == 403


@pytest.mark.parametrize(
    "act, state",
    [("submit", "submitted"), ("check", "submitted"), ("resume", "submitted"), ("answer", "submitted"), ("withdraw", "ineligible")],
)
def test_acts_of_the_ngo_out_of_order_are_409(client, act, state):
    application = make_application(state)
    client.force_login(owner_of(application.organisation))
    assert client.post(url(act, application)).status_code == 409


def test_a_section_of_what_was_submitted_is_409(client):
    application = make_application("submitted")
    client.force_login(owner_of(application.organisation))
    assert client.post(url("section", application, "about"), {"title": "Changed"}).status_code == 409
    assert client.post(url("autosave", application, "questions-1"), {}).status_code == 409


def test_an_application_is_written_and_submitted_page_by_page(client):
    application = make_application("draft")
    call = application.call
    client.force_login(owner_of(application.organisation))
    first, second, third, fourth = call.questions.all()
    about = {"title": "Shelter", "summary": "Short.", "country_of_work": "NP", "starts_on": "2031-01-01", "months": "12", "base": "0"}
    line = {"category": call.budget_categories.get(code="B").pk, "description": "Beds", "unit": "bed"}
    pages = {
        "about": about,
        "questions-1": {f"answer-{q.pk}": "Words." for q in (first, second)} | {f"version-{q.pk}": "0" for q in (first, second)},
        "questions-2": {f"answer-{q.pk}": "Words." for q in (third, fourth)} | {f"version-{q.pk}": "0" for q in (third, fourth)},
        "budget": rows({**line, "quantity": "2.5", "unit_cost": "4000.10", "requested": "10000.25"}, base="0"),
        "plan": rows({"activity": "Open", "result": "", "from_month": "1", "to_month": "12"}, base="0"),
        "beneficiaries": dict.fromkeys(("sex_age-female-18-24", "exploitation-labour", "movement-internal", "service-legal"), "5"),
        "funding": rows(no_other_funding="on", base="0"),
    }
    for name, data in pages.items():
        assert client.post(url("section", application, name), data).status_code == 302, name
    upload = {"required": call.required_documents.first().pk, "file": SimpleUploadedFile("reg.pdf", PDF)}
    assert client.post(url("section", application, "documents"), upload).status_code == 302
    boxes = {"true": "on", "safe": "on", "voluntary": "on", "once": "on"}
    assert client.post(url("section", application, "declaration"), boxes).url == url("check", application)
    assert "Everything is complete" in client.get(url("check", application)).content.decode()
    assert client.post(url("submit", application)).url == application.get_absolute_url()
    page = client.get(application.get_absolute_url()).content.decode()
    application = Application.objects.get()
    assert (application.state, str(application.requested)) == ("submitted", "USD 10,000.25")
    for shown in (application.receipt_number, application.content_hash, "Vienna"):
        assert shown in page
    receipt = client.get(url("receipt", application, 1))
    assert b"".join(receipt.streaming_content).startswith(b"%PDF-")
    assert receipt["Content-Disposition"].startswith("attachment")


def test_a_late_submission_gets_a_kind_page(client):
    application = make_application("draft", complete=True)
    client.force_login(owner_of(application.organisation))
    with clock.frozen(application.call.closes_at):
        page = client.post(url("submit", application))
    assert page.status_code == 422
    assert "kept as a draft" in page.content.decode()


def test_an_error_in_the_budget_names_its_row(client):
    application = make_application("draft")
    client.force_login(owner_of(application.organisation))
    line = {"category": application.call.budget_categories.first().pk, "description": "Beds"}
    line |= {"unit": "bed", "quantity": "2", "unit_cost": "10"}
    page = client.post(url("section", application, "budget"), rows({**line, "requested": "20"}, {**line, "requested": "20.01"}, base="0"))
    assert page.status_code == 422
    assert "Row 2, From the Fund, USD" in page.content.decode()
    assert application.lines.count() == 0


def test_an_amount_that_no_column_holds_is_an_error_of_its_row(client):
    application = make_application("draft")
    client.force_login(owner_of(application.organisation))
    line = {"category": application.call.budget_categories.first().pk, "description": "Beds", "unit": "bed"}
    line |= {"quantity": "999999999.999", "unit_cost": "9999999999999.99", "requested": "1"}
    page = client.post(url("section", application, "budget"), rows(line, base="0"))
    assert page.status_code == 422
    assert "Row 1, Quantity" in page.content.decode()


def test_a_row_is_added_without_javascript_and_nothing_is_lost(client):
    application = make_application("draft")
    client.force_login(owner_of(application.organisation))
    page = client.post(url("section", application, "budget"), rows({"description": "Half a"}, base="0", add_row="1"))
    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="Half a"' in text
    assert "rows-1-description" in text


def test_too_many_words_are_kept_in_a_draft_and_refused_on_submission(client):
    application = make_application("draft", complete=True)
    client.force_login(owner_of(application.organisation))
    question = application.call.questions.first()
    long = "word " * (question.word_limit + 1)
    data = {f"answer-{question.pk}": long, f"version-{question.pk}": "1"}
    assert client.post(url("section", application, "questions-1"), data).status_code == 302
    assert application.answers.get(question=question).text == long
    assert f"has {question.word_limit + 1} words" in client.get(url("check", application)).content.decode()


def test_what_looks_like_personal_data_is_said_and_confirmed(client):
    application = make_application("draft", complete=True)
    client.force_login(owner_of(application.organisation))
    question = application.call.questions.first()
    data = {f"answer-{question.pk}": "She was born on 3.4.2009.", f"version-{question.pk}": "1"}
    client.post(url("section", application, "questions-1"), data)
    assert "looks like data of a person" in client.get(url("section", application, "questions-1")).content.decode()
    page = client.get(url("section", application, "privacy"))
    digest = page.context["digest"]
    assert client.post(url("section", application, "privacy"), {"digest": digest}).status_code == 302
    application.refresh_from_db()
    assert application.privacy_digest == digest


def test_a_clarification_is_asked_and_answered(client):
    application = make_application("submitted")
    officer, owner = make_user(Role.PROGRAMME), owner_of(application.organisation)
    client.force_login(officer)
    due = (clock.today() + timedelta(days=7)).isoformat()
    assert client.post(url("ask", application), {"question": "Which shelter?", "due_on": clock.today().isoformat()}).status_code == 422
    assert client.post(url("ask", application), {"question": "Which shelter?", "due_on": due}).status_code == 302
    client.force_login(owner)
    assert "Which shelter?" in client.get(application.get_absolute_url()).content.decode()
    assert client.post(url("answer", application), {"answer": "The one in the south."}).status_code == 302
    application.refresh_from_db()
    asked = application.clarifications.get()
    assert (application.state, asked.answer, asked.answered_by) == ("submitted", "The one in the south.", owner)


def test_eligibility_is_decided_with_reasons_and_a_letter(client):
    application = make_application("submitted")
    officer = make_user(Role.PROGRAMME)
    client.force_login(officer)
    questions = list(application.call.eligibility_questions.all())
    data = {f"met_{q.pk}": "yes" for q in questions} | {f"met_{questions[1].pk}": "no"}
    assert client.post(url("screen", application), data).status_code == 422
    data[f"reason_{questions[1].pk}"] = "Registered last year."
    assert client.post(url("screen", application), data).status_code == 302
    application.refresh_from_db()
    assert (application.state, application.screened_by, application.reasons) == ("ineligible", officer, "Registered last year.")
    client.force_login(owner_of(application.organisation))
    letter = application.letters.get(kind="eligibility")
    assert "Registered last year." in client.get(url("letter", application, letter.pk)).content.decode()
    client.force_login(officer)
    assert client.post(url("screen", application), data).status_code == 409


def test_the_ngo_is_not_told_what_the_board_has_not_decided(client):
    application = make_application("shortlisted")
    client.force_login(owner_of(application.organisation))
    page = client.get(application.get_absolute_url()).content.decode()
    assert "In review" in page
    assert "Shortlisted" not in page
    assert "Shortlisted" not in client.get(reverse("applications:register")).content.decode()
    application = make_application("recommended")  # the letter of the Board has gone out with it
    client.force_login(owner_of(application.organisation))
    assert "Recommended" in client.get(application.get_absolute_url()).content.decode()


def test_a_blind_dossier_hides_who_applies(client):
    from django.template.loader import render_to_string

    from grants.applications import dossier

    application = make_application("in_review", call=make_call("published", blind=True), answer="We are Casa Aurora.")
    text = render_to_string("grants/applications/dossier.html", {"dossier": dossier.build(application, blind=True)})
    assert application.organisation.name not in text
    assert "registration.pdf" not in text
    assert text.count("We are Casa Aurora.") == 3  # the fourth question is flagged as identifying
    open_text = render_to_string("grants/applications/dossier.html", {"dossier": dossier.build(application, blind=False)})
    assert application.organisation.name in open_text


def test_hostile_words_are_shown_escaped_everywhere(client):
    strings = [text for text in json.loads((Path(__file__).parent / "blns.json").read_text()) if text]
    application = make_application("draft")
    client.force_login(owner_of(application.organisation))
    question = application.call.questions.filter(word_limit=500).get()
    answer = "\n".join(strings).replace("@", " at ")
    fill_in(application, title="<script>alert(1)</script>", answer="ok")
    data = {f"answer-{question.pk}": answer, f"version-{question.pk}": "1"}
    assert client.post(url("section", application, "questions-2"), data).status_code == 302
    for name, more in (("detail", []), ("read", []), ("check", []), ("section", ["questions-2"])):
        text = client.get(url(name, application, *more)).content.decode()
        assert "<script>alert(" not in text
        assert "<img src=x" not in text.lower()


@pytest.mark.parametrize("who", ["secretariat", "ngo"])
def test_the_list_asks_as_many_queries_for_fifty_as_for_one(client, who, django_assert_num_queries):
    first = make_application("submitted")
    organisation = first.organisation
    client.force_login(make_user(Role.MANAGER) if who == "secretariat" else owner_of(organisation))
    page = reverse("applications:register") + "?size=50"
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    for _n in range(6):
        if who == "secretariat":
            make_application("submitted", call=first.call)
        else:
            make_application("draft", organisation=organisation)
    with django_assert_num_queries(len(one)):
        text = client.get(page).content.decode()
    assert text.count("data-href") == 7


def test_what_waits_at_home(client):
    from grants.applications.home import items

    draft = make_application("draft")
    owner = owner_of(draft.organisation)
    assert [item.url for item in items(owner)] == [draft.get_absolute_url()]
    assert items(make_member(draft.organisation, "viewer")) == []
    officer = make_user(Role.PROGRAMME)
    waiting = make_application("submitted", call=draft.call)
    assert items(officer) == []  # the call is open: it may still be withdrawn and changed
    with clock.frozen(draft.call.closes_at):
        assert [item.count for item in items(officer)] == [1]
        assert items(owner) == []
    advance_application(waiting, "clarification_asked", by=officer)
    assert [item.tone for item in items(owner_of(waiting.organisation))] == ["blocked"]


@pytest.mark.parametrize("name", ["no-such-section", "x" * 60, "questions-" + "9" * 50])
def test_a_section_that_is_not_there_is_404_and_nobody_is_seen_in_it(client, name):
    application = make_application()
    client.force_login(owner_of(application.organisation))
    assert client.get(url("section", application, name)).status_code == 404
    assert not application.presences.exists()
