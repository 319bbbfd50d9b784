"""Several at the same moment: one receipt, one application, no lost words. On PostgreSQL with its locks, on SQLite with its one writer."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django_fsm import ConcurrentTransition, TransitionNotAllowed

from grants.applications import actions, drafting
from grants.applications.models import AnswerConflict, Application
from grants.applications.records import ApplicationSnapshot
from grants.calls.models import Call
from ngos.organisations.models import Organisation
from tests import threads
from tests.factories.applications import make_application
from tests.factories.calls import make_call
from tests.factories.ngos import make_member, make_organisation, owner_of
from trustfund.people.models import User

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = (TransitionNotAllowed, ConcurrentTransition, ValidationError, IntegrityError)


def together(*acts):
    """Run each act in its own thread at the same moment: its result, or the refusal."""
    return threads.together(*acts, refused=REFUSED)


def test_two_submissions_at_once_make_one_receipt():
    application = make_application("draft", complete=True)
    people = [owner_of(application.organisation), make_member(application.organisation)]

    def submit(person):
        return actions.submit(Application.objects.get(pk=application.pk), by=User.objects.get(pk=person.pk))

    results = together(*[lambda p=p: submit(p) for p in people * 2])
    assert sum(isinstance(result, ApplicationSnapshot) for result in results) == 1
    assert ApplicationSnapshot.objects.count() == 1
    assert Application.objects.get().version == 1


def test_two_starts_at_once_make_one_application():
    call, organisation = make_call("published"), make_organisation()
    people = [owner_of(organisation), make_member(organisation)]
    answers = {str(q.number): q.passing_answer for q in call.eligibility_questions.all()}

    def start(person):
        own = Organisation.objects.get(pk=organisation.pk)
        return actions.start(Call.objects.get(pk=call.pk), own, by=User.objects.get(pk=person.pk), answers=answers)

    results = together(*[lambda p=p: start(p) for p in people])
    assert sum(isinstance(result, Application) for result in results) == 1
    assert Application.objects.count() == 1


def test_two_first_words_at_once_keep_both():
    application = make_application("draft")
    people = [owner_of(application.organisation), make_member(application.organisation)]
    question = application.call.questions.first()

    def write(person):
        own = Application.objects.get(pk=application.pk)
        return drafting.save_answers(own, "questions-1", {question: (f"Words of {person.pk}", 0)}, by=User.objects.get(pk=person.pk))

    together(*[lambda p=p: write(p) for p in people])
    conflict, answer = AnswerConflict.objects.get(), application.answers.get()
    assert {conflict.text, answer.text} == {f"Words of {person.pk}" for person in people}
