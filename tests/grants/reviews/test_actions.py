"""Acts on reviews: done, refused, out of order; and what a conflict of interest hides."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from grants.applications import actions as applications
from grants.applications.models import Application
from grants.reviews import actions, home, standings
from grants.reviews.models import Mark, Review
from tests.factories.applications import make_application, screen
from tests.factories.calls import advance_call, make_call
from tests.factories.ngos import owner_of
from tests.factories.people import make_user
from tests.factories.reviews import make_closed_call, make_review, make_reviewed, marks_for
from trustfund.audit.models import Event
from trustfund.mail.models import Outbox
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def officer():
    return make_user(Role.PROGRAMME)


def test_the_whole_way():
    call, (application,) = make_closed_call()
    one, two = make_user(Role.REVIEWER), make_user(Role.TRUSTEE)
    first, second = actions.assign(application, reviewers=[one, two], by=officer())
    assert application.state == "in_review"
    assert Outbox.objects.filter(template="review_assigned").count() == 2
    for review in (first, second):
        actions.accept(review, by=review.reviewer)
        actions.save_draft(review, by=review.reviewer, marks=marks_for(review, [5, 4, 3]))
        actions.submit(review, by=review.reviewer)
    application.refresh_from_db()
    assert (application.state, str(first.score)) == ("reviewed", "78.7500")
    assert call.state == "closed"


@pytest.mark.parametrize("role", [None, Role.REVIEWER, Role.TRUSTEE, Role.MANAGER, Role.FINANCE, Role.AUDITOR])
def test_only_the_programme_officer_assigns(role):
    call, (application,) = make_closed_call()
    by = make_user(role)
    with pytest.raises(PermissionDenied):
        actions.assign(application, reviewers=[make_user(Role.REVIEWER)], by=by)
    with pytest.raises(PermissionDenied):
        actions.assign_evenly(call, reviewers=[make_user(Role.REVIEWER)], by=by)
    with pytest.raises(PermissionDenied):
        actions.remove(make_review(application, "assigned"), by=by)


def test_who_can_not_be_asked():
    _call, (application,) = make_closed_call()
    by = officer()
    conflicted = make_user(Role.REVIEWER)
    actions.declare(application, by=conflicted, reason_kind="money")
    assigned = make_review(application, "assigned").reviewer
    screener = application.screened_by
    for person in (make_user(), make_user(Role.FINANCE), owner_of(application.organisation), by, conflicted, assigned, screener):
        with pytest.raises(ValidationError):
            actions.assign(application, reviewers=[person], by=by)


def test_a_programme_officer_scores_what_they_did_not_screen():
    _call, (application,) = make_closed_call()
    assert actions.assign(application, reviewers=[officer()], by=officer())


def test_nothing_is_assigned_while_the_call_is_open_or_decided():
    open_call = make_application("eligible", call=make_call("published"))
    with pytest.raises(ValidationError):
        actions.assign(open_call, reviewers=[make_user(Role.REVIEWER)], by=officer())
    call, (application,) = make_closed_call()
    advance_call(call, "deciding")
    with pytest.raises(ValidationError):
        actions.assign(Application.objects.get(pk=application.pk), reviewers=[make_user(Role.REVIEWER)], by=officer())


def test_what_is_not_eligible_is_not_reviewed():
    call = make_call("published")
    application = make_application("submitted", call=call)
    screen(application, met=False)
    advance_call(call, "closed")
    with pytest.raises(TransitionNotAllowed):
        actions.assign(Application.objects.get(pk=application.pk), reviewers=[make_user(Role.REVIEWER)], by=officer())


def test_the_database_refuses_a_review_of_one_s_own_choosing():
    review = make_review(state="assigned")
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(assigned_by=review.reviewer)


def test_even_loads():
    call, applications = make_closed_call(6)
    people = [make_user(Role.REVIEWER) for _each in range(4)]
    barred = people[0]
    for application in applications[:2]:
        actions.declare(application, by=barred, reason_kind="employed")
    made, lacking = actions.assign_evenly(call, reviewers=people, by=officer())
    assert (len(made), lacking) == (12, {})
    assert sorted(actions.loads(call).values()) == [3, 3, 3, 3]
    assert not {review.application for review in made if review.reviewer == barred} & set(applications[:2])
    again, _lacking = actions.assign_evenly(call, reviewers=people, by=officer())
    assert again == []


def test_an_assignment_is_taken_back_before_it_begins():
    for state in ("assigned", "accepted"):
        review = make_review(state=state)
        actions.remove(review, by=officer())
        assert not Review.objects.filter(reviewer=review.reviewer).exists()
    for state in ("draft", "submitted", "recused"):
        with pytest.raises(TransitionNotAllowed):
            actions.remove(make_review(state=state), by=officer())


def test_nobody_scores_before_the_declaration_nor_for_another():
    review = make_review(state="assigned")
    with pytest.raises(TransitionNotAllowed):
        actions.save_draft(review, by=review.reviewer, marks={})
    with pytest.raises(TransitionNotAllowed):
        actions.submit(review, by=review.reviewer)
    actions.accept(review, by=review.reviewer)
    with pytest.raises(TransitionNotAllowed):
        actions.accept(review, by=review.reviewer)
    for stranger in (make_user(Role.REVIEWER), officer(), make_user()):
        for act in (
            lambda by: actions.accept(review, by=by),
            lambda by: actions.save_draft(review, by=by, marks={}),
            lambda by: actions.submit(review, by=by),
        ):
            with pytest.raises(PermissionDenied):
                act(stranger)


def test_a_draft_is_kept_piece_by_piece_and_outside_the_record():
    review = make_review(state="accepted")
    criterion = review.application.call.criteria.first()
    actions.save_draft(review, by=review.reviewer, marks={criterion.pk: {"value": 3}})
    events = Event.objects.count()
    actions.save_draft(review, by=review.reviewer, marks={criterion.pk: {"comment": "Half shown."}}, comment="So so.")
    mark = Mark.objects.get()
    assert (mark.value, mark.comment, review.comment, Event.objects.count()) == (3, "Half shown.", "So so.", events)


@pytest.mark.parametrize("value", [0, 6, -1])
def test_a_mark_is_from_1_to_5(value):
    review = make_review(state="accepted")
    with pytest.raises(ValidationError):
        actions.save_draft(review, by=review.reviewer, marks={review.application.call.criteria.first().pk: {"value": value}})


def test_submitting_needs_every_mark_and_a_word():
    review = make_review(state="accepted")
    marks = marks_for(review, [3, 3, 3])
    last = list(marks)[-1]
    actions.save_draft(review, by=review.reviewer, marks={**marks, last: {"value": 3, "comment": " "}})
    with pytest.raises(ValidationError) as error:
        actions.submit(review, by=review.reviewer)
    assert len(error.value.messages) == 1
    actions.save_draft(review, by=review.reviewer, marks={last: {"comment": "Enough."}})
    actions.submit(review, by=review.reviewer)
    with pytest.raises(TransitionNotAllowed):
        actions.submit(review, by=review.reviewer)
    with pytest.raises(TransitionNotAllowed):
        actions.save_draft(review, by=review.reviewer, marks={})


def test_reopened_with_a_reason_and_only_before_the_board_sits():
    call, (application,), _people = make_reviewed([[[4, 4, 4], [5, 5, 5]]])
    review = application.reviews.first()
    with pytest.raises(ValidationError):
        actions.reopen(review, by=officer(), reason=" ")
    with pytest.raises(PermissionDenied):
        actions.reopen(review, by=make_user(Role.MANAGER), reason="x")
    actions.reopen(review, by=officer(), reason="The budget.")
    application.refresh_from_db()
    assert (review.state, review.score, application.state) == ("reopened", None, "in_review")
    actions.submit(review, by=review.reviewer)
    application.refresh_from_db()
    assert application.state == "reviewed"
    call.refresh_from_db()
    advance_call(call, "deciding")
    with pytest.raises(ValidationError):
        actions.reopen(Review.objects.get(pk=review.pk), by=officer(), reason="late")


def test_a_conflict_hides_everything_from_everyone_who_declares_it():
    _call, applications, people = make_reviewed([[[4, 4, 4]], [[2, 2, 2]]])
    application = applications[0]
    reviewer, staff = people[0], officer()
    for person in (reviewer, staff):
        assert application in Application.objects.visible_to(person)
        actions.declare(application, by=person, reason_kind="family")
        assert application not in Application.objects.visible_to(person)
        assert actions.declare(application, by=person, reason_kind="family").user == person
    assert Review.objects.get(reviewer=reviewer, application=application).state == "recused"
    assert not Review.objects.visible_to(staff).filter(application=application).exists()
    assert [row.application for row in standings.of_call(application.call, staff)] == [applications[1]]
    assert standings.of_call(application.call, staff)[0].place.rank == 1
    assert Outbox.objects.filter(template="review_recused").count() == 1


def test_a_recused_review_does_not_count():
    call, (application,), people = make_reviewed([[[5, 5, 5], [1, 1, 1]]])
    actions.declare(application, by=people[1], reason_kind="other")
    (row,) = standings.of_call(call, officer())
    assert (row.reviews, row.raw) == (1, 100)


def test_peers_are_hidden_until_one_s_own_is_in():
    _call, (application,) = make_closed_call()
    theirs = make_review(application)
    mine = make_review(application, "draft")
    assert list(Review.objects.visible_to(mine.reviewer)) == [mine]
    actions.submit(mine, by=mine.reviewer)
    assert set(Review.objects.visible_to(mine.reviewer)) == {mine, theirs}
    actions.reopen(mine, by=officer(), reason="again")
    assert list(Review.objects.visible_to(mine.reviewer)) == [mine]


def test_a_programme_officer_who_scores_sees_no_peers_before():
    call, (application,) = make_closed_call()
    make_review(application)
    mine = make_review(application, "accepted", reviewer=officer())
    assert list(Review.objects.visible_to(mine.reviewer)) == [mine]
    assert standings.of_call(call, mine.reviewer) == []


def test_who_sees_reviews():
    review = make_review()
    for role in (Role.PROGRAMME, Role.MANAGER, Role.AUDITOR):
        assert review in Review.objects.visible_to(make_user(role))
    blind = [make_user(role) for role in (None, Role.REVIEWER, Role.TRUSTEE, Role.FINANCE)] + [owner_of(review.application.organisation)]
    for person in blind:
        assert not Review.objects.visible_to(person).exists()


def test_the_content_opens_with_the_declaration():
    review = make_review(state="assigned")
    assert not Application.objects.visible_to(review.reviewer).exists()
    actions.accept(review, by=review.reviewer)
    assert list(Application.objects.visible_to(review.reviewer)) == [review.application]


def test_the_record_has_no_words():
    make_review(state="reopened")
    details = str(list(Event.objects.values_list("details", flat=True)))
    assert "budget again" not in details
    assert "Because" not in details


def test_home():
    call, applications = make_closed_call(2)
    staff = officer()
    assert [item.count for item in home.items(staff)] == [2]
    review = make_review(applications[0], "assigned")
    assert [item.count for item in home.items(review.reviewer)] == [1]
    actions.accept(review, by=review.reviewer)
    assert [item.title for item in home.items(review.reviewer)] == ["Applications to score"]
    assert not home.items(make_user(Role.FINANCE))
    advance_call(call, "deciding")
    assert not home.items(review.reviewer)


def test_nobody_is_asked_to_score_what_was_withdrawn():
    review = make_review(state="accepted")
    assert list(actions.waiting_for(review.reviewer)) == [review]
    applications.withdraw(review.application, by=owner_of(review.application.organisation))
    assert list(actions.waiting_for(review.reviewer)) == []
