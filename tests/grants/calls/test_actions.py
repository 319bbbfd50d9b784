"""Calls by their actions: what makes one complete, who may do what, and the deadline to the second."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from grants.calls import actions, home
from grants.calls.models import Call, Extension
from tests.factories.calls import CRITERIA, make_call
from tests.factories.people import make_user
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.mail.models import Outbox
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def test_publishing_makes_the_tag_that_donors_earmark_for():
    call = make_call("published")
    assert (call.state, call.tag.code, call.tag.kind) == ("published", f"call:{call.reference}", "call")
    assert [event.act for event in trail_for(call)][-1] == "call.publish"


@pytest.mark.parametrize("role", [None, *(role for role in Role if role != Role.PROGRAMME)])
def test_only_a_programme_officer_drafts_and_publishes(role):
    call, other = make_call("draft"), make_user(role)
    with pytest.raises(PermissionDenied):
        actions.publish(call, by=other)
    with pytest.raises(PermissionDenied):
        actions.draft(by=other, title="x", reference="X-1")
    with pytest.raises(PermissionDenied):
        actions.set_parts(call, "criteria", [], by=other)


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"ceiling": None}, "most for one grant"),
        ({"tranche_pattern": [100]}, "at least two tranches"),
        ({"tranche_pattern": [50, 40]}, "add up to 90 percent"),
        ({"guidance": ""}, "guidance"),
        ({"ceiling": usd(400_000)}, "more than is available"),
    ],
)
def test_what_is_missing_is_named_before_publishing(fields, words):
    call = make_call("draft", **fields)
    with pytest.raises(ValidationError) as caught:
        actions.publish(call, by=call.drafted_by)
    assert any(words in message for message in caught.value.messages)
    assert Call.objects.get(pk=call.pk).state == "draft"


def test_weights_must_add_up_and_each_mark_must_mean_something():
    call = make_call("draft")
    actions.set_parts(call, "criteria", [{**CRITERIA[0], "weight": 99, "anchors": {"1": "only this"}}], by=call.drafted_by)
    with pytest.raises(ValidationError) as caught:
        actions.publish(call, by=call.drafted_by)
    assert "add up to 99" in str(caught.value)
    assert "each mark from 1 to 5" in str(caught.value)


def test_five_eligibility_questions_neither_more_nor_fewer():
    call = make_call("draft")
    actions.set_parts(call, "eligibility_questions", [{"text": "One?"}], by=call.drafted_by)
    with pytest.raises(ValidationError, match="five eligibility questions"):
        actions.publish(call, by=call.drafted_by)


def test_a_published_call_cannot_be_changed():
    call = make_call("published")
    for change in (
        lambda: actions.revise(call, by=call.drafted_by, ceiling=usd(1)),
        lambda: actions.set_parts(call, "questions", [], by=call.drafted_by),
    ):
        with pytest.raises(PermissionDenied):
            change()
    with pytest.raises(TransitionNotAllowed):
        actions.publish(call, by=call.drafted_by)


def test_a_published_call_cannot_be_incomplete_in_the_database_either():
    call = make_call("published")
    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(ceiling=None)


def test_the_closing_date_only_moves_back_with_a_reason_on_record():
    call = make_call("published")
    before = call.closes_at
    with pytest.raises(ValidationError):
        actions.extend(call, by=call.drafted_by, closes_at=before - timedelta(days=1), reason="no")
    actions.extend(call, by=call.drafted_by, closes_at=before + timedelta(days=2), reason="The line was down.")
    extension = Extension.objects.get()
    assert (extension.closed_at_before, extension.closes_at, extension.reason) == (before, before + timedelta(days=2), "The line was down.")
    assert "call.extend" in [event.act for event in trail_for(call)]


def test_open_to_the_second():
    call = make_call("published")
    assert not call.is_open(call.opens_at - timedelta(seconds=1))
    assert call.is_open(call.opens_at)
    assert call.is_open(call.closes_at - timedelta(seconds=1))
    assert not call.is_open(call.closes_at)


def test_the_clock_closes_once_at_the_deadline_and_tells_the_officers_once():
    call = make_call("published")
    actions.close_due(call.closes_at - timedelta(seconds=1))
    assert Call.objects.get(pk=call.pk).state == "published"
    with clock.frozen(call.closes_at):
        actions.close_due(clock.now())
        actions.close_due(clock.now())
    assert Call.objects.get(pk=call.pk).state == "closed"
    assert [event.act for event in trail_for(call)].count("call.close") == 1
    assert Outbox.objects.filter(template="call_closed").count() == 1


def test_nobody_closes_before_the_deadline():
    call = make_call("published")
    with pytest.raises(ValidationError, match="not before"):
        actions.close(call, by=call.drafted_by)


def test_the_other_steps_in_order_and_not_out_of_order():
    call = make_call("archived")
    assert call.state == "archived"
    with pytest.raises(TransitionNotAllowed):
        actions.cancel(call, by=call.drafted_by)


def test_a_copy_has_everything_but_the_dates():
    call = make_call("published")
    new = actions.copy(call, by=call.drafted_by, title="Again", reference="AGAIN-1")
    assert (new.state, new.opens_at, new.ceiling, new.copied_from) == ("draft", None, call.ceiling, call)
    for part in actions.PARTS:
        assert getattr(new, part).count() == getattr(call, part).count()
    assert new.criteria.first().anchor(5) == "Shown with evidence"


def test_a_wrong_row_is_named_by_its_number():
    call = make_call("draft")
    with pytest.raises(ValidationError, match="Row 2"):
        actions.set_parts(call, "criteria", [CRITERIA[0], {**CRITERIA[1], "weight": 0}], by=call.drafted_by)


def test_what_never_was_published_is_the_secretariats_only():
    draft, published = make_call("draft"), make_call("published")
    assert list(Call.objects.visible_to(make_user())) == [published]
    assert set(Call.objects.visible_to(make_user(Role.MANAGER))) == {draft, published}


def test_a_call_that_opens_at_midnight_in_vienna_is_to_be_published_by_that_day():
    officer = make_user(Role.PROGRAMME)
    opens_at = datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    actions.draft(by=officer, title="A call", reference="TEST-MIDNIGHT", opens_at=opens_at)
    assert [item.due for item in home.items(officer)] == [date(2026, 7, 1)]
