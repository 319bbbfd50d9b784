"""Two colleagues write at once: no word is lost. Tested with two signed-in browsers, with and without the script."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from grants.applications import drafting
from grants.applications.models import AnswerConflict, Presence
from tests.factories.applications import make_application
from tests.factories.ngos import make_member, owner_of
from trustfund import clock
from trustfund.audit.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    application = make_application("draft")
    people = [owner_of(application.organisation), make_member(application.organisation, "editor")]
    clients = [Client(), Client()]
    for client, person in zip(clients, people, strict=True):
        client.force_login(person)
    question = application.call.questions.first()
    return application, question, clients, people


def _send(client, application, question, text, version, *, auto):
    name = "autosave" if auto else "section"
    data = {f"answer-{question.pk}": text, f"version-{question.pk}": str(version)}
    return client.post(reverse(f"applications:{name}", args=[application.pk, "questions-1"]), data)


@pytest.mark.parametrize("auto", [True, False])
def test_the_second_of_two_loses_nothing(two, auto):
    application, question, (one, other), (ann, bob) = two
    assert _send(one, application, question, "Ann's words", 0, auto=auto).status_code in (200, 302)
    answer = _send(other, application, question, "Bob's words", 0, auto=auto)
    conflict = AnswerConflict.objects.get()
    assert (conflict.text, conflict.author, conflict.theirs, conflict.theirs_by) == ("Bob's words", bob, "Ann's words", ann)
    assert application.answers.get().text == "Ann's words"
    merge = reverse("applications:merge", args=[application.pk, conflict.pk])
    assert answer.status_code == 409 if auto else answer.url == merge
    page = other.get(merge).content.decode()
    assert page.count("Ann&#x27;s words") == 2  # on its card, and in the text to be edited
    assert page.count("Bob&#x27;s words") == 2
    assert other.post(merge, {"text": "Our words", "base": "1"}).status_code == 302
    assert application.answers.get().text == "Our words"
    assert not AnswerConflict.objects.filter(merged_at=None).exists()


def test_typing_on_after_a_conflict_keeps_one_conflict_with_the_latest_words(two):
    application, question, (one, other), _people = two
    _send(one, application, question, "Ann", 0, auto=True)
    for text in ("B", "Bo", "Bob"):
        assert _send(other, application, question, text, 0, auto=True).status_code == 409
    assert [conflict.text for conflict in AnswerConflict.objects.all()] == ["Bob"]


def test_a_merge_on_an_old_page_is_shown_anew(two):
    application, question, (one, other), _people = two
    _send(one, application, question, "Ann", 0, auto=True)
    _send(other, application, question, "Bob", 0, auto=True)
    _send(one, application, question, "Ann wrote on", 1, auto=True)
    merge = reverse("applications:merge", args=[application.pk, AnswerConflict.objects.get().pk])
    page = other.post(merge, {"text": "Ours", "base": "1"})
    assert page.status_code == 422
    assert "Ann wrote on" in other.get(merge).content.decode()
    assert application.answers.get().text == "Ann wrote on"
    assert other.post(merge, {"text": "Ours", "base": "2"}).status_code == 302


def test_autosave_answers_with_the_new_version_and_saves_only_what_changed(two):
    application, question, (one, _other), _people = two
    answer = _send(one, application, question, "Words", 0, auto=True)
    assert answer.json() == {"fields": {f"version-{question.pk}": "1"}}
    assert _send(one, application, question, "More words", 1, auto=True).json() == {"fields": {f"version-{question.pk}": "2"}}
    assert application.answers.count() == 1


def test_the_button_overtakes_ones_own_autosave(two):
    application, question, (one, _other), _people = two
    _send(one, application, question, "Half", 0, auto=True)
    assert _send(one, application, question, "Half and whole", 0, auto=False).status_code == 302
    assert application.answers.get().text == "Half and whole"
    assert not AnswerConflict.objects.exists()


def test_two_old_windows_of_one_person_are_a_conflict_too(two):
    application, question, (one, _other), _people = two
    _send(one, application, question, "Morning", 0, auto=True)
    with clock.frozen(clock.now() + drafting.OWN_TAIL * 2):
        assert _send(one, application, question, "Forgotten window", 0, auto=True).status_code == 409


def test_autosave_of_who_is_signed_out_is_401_and_of_a_stranger_404(two):
    application, question, _clients, _people = two
    assert _send(Client(), application, question, "x", 0, auto=True).status_code == 401
    stranger = Client()
    stranger.force_login(owner_of(make_application("draft").organisation))
    assert _send(stranger, application, question, "x", 0, auto=True).status_code == 404
    viewer = Client()
    viewer.force_login(make_member(application.organisation, "viewer"))
    assert _send(viewer, application, question, "x", 0, auto=True).status_code == 403


def test_autosave_is_outside_the_audit_chain(two):
    application, question, (one, _other), _people = two
    before = Event.objects.count()
    _send(one, application, question, "Words", 0, auto=True)
    assert Event.objects.count() == before


def test_a_section_that_somebody_saved_meanwhile_is_shown_with_both(two):
    application, _question, (one, other), (ann, _bob) = two
    about = reverse("applications:section", args=[application.pk, "about"])
    assert one.post(about, {"title": "Ann's title", "base": "0"}).status_code == 302
    page = other.post(about, {"title": "Bob's title", "base": "0"})
    text = page.content.decode()
    assert page.status_code == 409
    for shown in ("Ann&#x27;s title", "Bob&#x27;s title", ann.name, 'name="base" value="1"'):
        assert shown in text
    application.refresh_from_db()
    assert application.title == "Ann's title"
    assert other.post(about, {"title": "Both", "base": "1"}).status_code == 302


def test_rows_that_somebody_saved_meanwhile_are_not_overwritten(two):
    application, _question, (one, other), _people = two
    budget = reverse("applications:section", args=[application.pk, "budget"])
    line = {"rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0", "base": "0"}
    line |= {"rows-0-category": str(application.call.budget_categories.first().pk)}
    line |= {"rows-0-unit": "u", "rows-0-quantity": "1", "rows-0-unit_cost": "10", "rows-0-requested": "10"}
    assert one.post(budget, line | {"rows-0-description": "Ann's"}).status_code == 302
    assert other.post(budget, line | {"rows-0-description": "Bob's"}).status_code == 409
    assert application.lines.get().description == "Ann's"


def test_a_colleague_is_seen(two):
    application, _question, (one, other), (ann, _bob) = two
    page = reverse("applications:section", args=[application.pk, "questions-1"])
    one.get(page)
    assert f"{ann.name} was here" in other.get(page).content.decode()
    assert Presence.objects.count() == 2
