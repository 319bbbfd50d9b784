"""Submitting: complete, in time by the server's clock, once, with a receipt that proves it."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django_fsm import TransitionNotAllowed

from grants.applications import actions, drafting
from grants.applications.content import Content, sealed
from grants.applications.models import Application
from grants.applications.records import ApplicationSnapshot
from tests.factories.applications import fill_in, make_application
from tests.factories.calls import make_call
from tests.factories.ngos import PDF, make_member, make_organisation, owner_of
from tests.factories.people import make_user
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.files.serving import intact
from trustfund.mail.models import Outbox
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def test_a_submission_is_frozen_hashed_and_receipted():
    application = make_application("draft", complete=True)
    owner = owner_of(application.organisation)
    with clock.frozen(clock.now().replace(microsecond=0)) as moment:
        snapshot = actions.submit(application, by=owner)
    assert (application.state, application.version, application.submitted_at, application.submitted_by) == ("submitted", 1, moment, owner)
    assert application.receipt_number == snapshot.receipt_number == f"{application.reference}-R1"
    assert hashlib.sha256(snapshot.content.encode()).hexdigest() == snapshot.content_hash == application.content_hash
    assert snapshot.data()["about"]["title"] == "Shelter and legal aid"
    with intact(snapshot.receipt) as receipt:
        assert receipt.read(5) == b"%PDF-"
    frozen = next(event for event in trail_for(application) if event.act == "application.freeze")
    assert snapshot.content_hash in str(frozen.details)
    assert Outbox.objects.filter(template="application_received").count() == 1
    assert snapshot.receipt_number in application.letters.get().body


def test_one_second_late_is_refused_kindly_and_the_draft_stays():
    application = make_application("draft", complete=True)
    owner, closes_at = owner_of(application.organisation), application.call.closes_at
    with clock.frozen(closes_at), pytest.raises(ValidationError, match="kept as a draft"):
        actions.submit(application, by=owner)
    assert Application.objects.get(pk=application.pk).state == "draft"
    with clock.frozen(closes_at - timedelta(seconds=1)):
        actions.submit(application, by=owner)
    assert application.state == "submitted"


def test_an_extension_lets_the_late_in():
    application = make_application("draft", complete=True)
    call = application.call
    from grants.calls.actions import extend

    late = call.closes_at + timedelta(hours=1)
    with clock.frozen(call.closes_at):
        extend(call, by=call.drafted_by, closes_at=late + timedelta(hours=1), reason="Our line was down.")
    with clock.frozen(late):
        actions.submit(application, by=owner_of(application.organisation))
    assert application.state == "submitted"


def test_what_is_not_complete_is_named_by_section():
    application = make_application("draft")
    with pytest.raises(ValidationError) as caught:
        actions.submit(application, by=owner_of(application.organisation))
    text = " ".join(caught.value.messages)
    for words in ("About the project", "Budget", "Work plan", "Documents", "Declaration"):
        assert words in text


@pytest.mark.parametrize("right, allowed", [("owner", True), ("editor", True), ("viewer", False)])
def test_owners_and_editors_submit_viewers_read(right, allowed):
    application = make_application("draft", complete=True)
    person = make_member(application.organisation, right)
    if allowed:
        actions.submit(application, by=person)
        assert application.submitted_by == person
    else:
        with pytest.raises(PermissionDenied):
            actions.submit(application, by=person)


@pytest.mark.parametrize("role", [None, *Role])
def test_nobody_else_submits(role):
    application = make_application("draft", complete=True)
    with pytest.raises(PermissionDenied):
        actions.submit(application, by=make_user(role))


def test_twice_is_out_of_order_and_leaves_one_receipt():
    application = make_application("submitted")
    with pytest.raises(TransitionNotAllowed):
        actions.submit(application, by=owner_of(application.organisation))
    assert ApplicationSnapshot.objects.count() == 1


def test_one_application_for_each_organisation_and_call():
    application = make_application("draft")
    with pytest.raises(ValidationError, match="already"):
        make_application("draft", call=application.call, organisation=application.organisation)
    make_application("draft", call=application.call)
    assert [a.reference[-3:] for a in Application.objects.order_by("pk")] == ["001", "002"]


def test_withdrawn_and_taken_up_again_is_a_second_version():
    application = make_application("submitted")
    owner = owner_of(application.organisation)
    actions.withdraw(application, by=owner)
    actions.resume(application, by=owner)
    drafting.save_about(application, {"title": "Better"}, base=1, by=owner)
    drafting.declare(application, by=owner)
    snapshot = actions.submit(application, by=owner)
    assert (snapshot.version, application.receipt_number) == (2, f"{application.reference}-R2")
    assert [s.data()["about"]["title"] for s in application.snapshots.all()] == ["Shelter and legal aid", "Better"]


def test_after_the_deadline_what_was_withdrawn_stays_so():
    application = make_application("submitted")
    owner = owner_of(application.organisation)
    actions.withdraw(application, by=owner)
    with clock.frozen(application.call.closes_at), pytest.raises(ValidationError):
        actions.resume(application, by=owner)


@pytest.mark.parametrize("when", ["before it opens", "after it closed"])
def test_no_start_outside_the_dates(when):
    call, organisation = make_call("published"), make_organisation()
    moment = call.opens_at - timedelta(seconds=1) if when == "before it opens" else call.closes_at
    answers = {str(q.number): q.passing_answer for q in call.eligibility_questions.all()}
    with clock.frozen(moment), pytest.raises(ValidationError):
        actions.start(call, organisation, by=owner_of(organisation), answers=answers)


def test_no_start_with_an_answer_that_does_not_pass():
    call, organisation = make_call("published"), make_organisation()
    answers = {str(q.number): True for q in call.eligibility_questions.all()}  # the fourth passes with no
    with pytest.raises(ValidationError, match="can't apply"):
        actions.start(call, organisation, by=owner_of(organisation), answers=answers)


def test_the_hash_is_stable_and_changes_with_any_byte():
    application = make_application("draft", complete=True)
    owner = owner_of(application.organisation)
    first = _hash(application)
    assert _hash(application) == first
    seen = {first}
    question = application.call.questions.first()
    changes = [
        lambda: drafting.save_about(application, {"summary": "A summary!"}, base=1, by=owner),
        lambda: drafting.save_answers(application, "questions-1", {question: ("We help. ", 1)}, by=owner),
        lambda: drafting.save_plan(application, [{"activity": "a", "result": "", "from_month": 1, "to_month": 2}], base=1, by=owner),
        lambda: drafting.save_beneficiaries(application, [{"axis": "movement", "category": "internal", "persons": 1}], base=1, by=owner),
        lambda: drafting.add_document(
            application, application.call.required_documents.last(), SimpleUploadedFile("x.pdf", PDF + b"\n"), by=owner
        ),
    ]
    for change in changes:
        change()
        assert _hash(application) not in seen
        seen.add(_hash(application))


def _hash(application):
    return sealed(Content(Application.objects.get(pk=application.pk)))[1]


def test_personal_data_is_confirmed_before_submission():
    application = make_application("draft")
    owner = owner_of(application.organisation)
    with pytest.raises(ValidationError):
        fill_in(application, answer="Write to maria.k@example.org or call +43 660 1234567.")
    from grants.applications import privacy

    found = privacy.places(Content(application))
    assert {place.finding.excerpt for place in found} == {"maria.k@example.org", "+43 660 1234567"}
    with pytest.raises(ValidationError, match="changed meanwhile"):
        drafting.confirm_privacy(application, "0" * 64, by=owner)
    drafting.confirm_privacy(application, privacy.digest(found), by=owner)
    drafting.declare(application, by=owner)
    actions.submit(application, by=owner)
    assert application.state == "submitted"
