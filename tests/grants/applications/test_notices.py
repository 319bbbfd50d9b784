"""What applicants are told because of their call, once each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grants.applications import notices
from grants.calls import actions as calls
from tests.factories.applications import make_application
from tests.factories.calls import make_call
from tests.factories.ngos import owner_of
from trustfund import clock
from trustfund.mail.models import Outbox

pytestmark = pytest.mark.django_db


def told(template):
    return sorted((row.recipient for row in Outbox.objects.filter(template=template)), key=lambda person: person.pk)


def test_a_draft_is_reminded_once_when_the_deadline_is_near_and_again_when_it_moved():
    call = make_call("published")
    draft = make_application("draft", call=call)
    make_application("submitted", call=call)
    notices.remind(call.closes_at - timedelta(days=4))
    assert told("application_deadline") == []
    for _again in range(2):
        notices.remind(call.closes_at - timedelta(days=2))
    assert told("application_deadline") == [owner_of(draft.organisation)]
    calls.extend(call, by=call.drafted_by, closes_at=call.closes_at + timedelta(days=7), reason="The line was down.")
    notices.remind(call.closes_at - timedelta(days=2))
    assert len(told("application_deadline")) == 2


def test_who_writes_is_told_the_new_deadline_and_why():
    draft = make_application("draft")
    call = draft.call
    calls.extend(call, by=call.drafted_by, closes_at=call.closes_at + timedelta(days=7), reason="The line was down.")
    letter = Outbox.objects.get(template="application_extended")
    assert letter.recipient == owner_of(draft.organisation)
    assert "The line was down." in letter.body


def test_who_writes_or_waits_is_told_of_the_cancelling():
    call = make_call("published")
    people = [owner_of(make_application(state, call=call).organisation) for state in ("draft", "submitted", "ineligible")]
    calls.cancel(call, by=call.drafted_by)
    assert told("application_call_cancelled") == people[:2]


def test_nobody_is_reminded_after_the_deadline():
    draft = make_application("draft")
    with clock.frozen(draft.call.closes_at):
        notices.remind(clock.now())
    assert told("application_deadline") == []
