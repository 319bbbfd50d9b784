"""Due diligence: judged point by point, decided when all are, standing until it expires."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from ngos.due_diligence import actions, home
from ngos.due_diligence.models import Assessment, CheckItem
from ngos.due_diligence.standing import standing_of
from tests.factories.ngos import make_assessment, make_document, make_organisation, owner_of
from tests.factories.people import make_user
from trustfund import clock
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
OTHERS = [None, Role.REVIEWER, Role.TRUSTEE, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR]


def until(days=365):
    return clock.today() + timedelta(days=days)


def officer():
    return make_user(Role.PROGRAMME)


def test_the_checklist_is_whole_and_opened_once():
    assessment = make_assessment(state="open")
    assert [item.kind for item in assessment.items.all()] == list(CheckItem.Kind)
    with pytest.raises(ValidationError):
        actions.open_assessment(assessment.organisation, by=officer())


def test_the_first_judgement_begins():
    assessment = make_assessment(state="in_progress")
    assert assessment.state == "in_progress"
    assert assessment.items.first().judged_on == clock.today()


@pytest.mark.parametrize("state", ["cleared", "cleared_with_conditions", "failed"])
def test_decided(state):
    assessment = make_assessment(state=state)
    assert assessment.state == state
    with pytest.raises(TransitionNotAllowed):
        actions.clear(assessment, by=officer(), valid_until=until())
    with pytest.raises(TransitionNotAllowed):
        actions.fail(assessment, by=officer(), reason="late")
    with pytest.raises(TransitionNotAllowed):
        actions.judge(assessment.items.first(), by=officer(), outcome="ok")


@pytest.mark.parametrize("role", OTHERS)
def test_only_the_programme_officer(role):
    user, assessment = make_user(role), make_assessment(state="in_progress")
    for act in (
        lambda: actions.open_assessment(make_organisation(), by=user),
        lambda: actions.judge(assessment.items.first(), by=user, outcome="ok"),
        lambda: actions.clear(assessment, by=user, valid_until=until()),
        lambda: actions.fail(assessment, by=user, reason="no"),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_nothing_is_decided_before_every_point_is_judged():
    with pytest.raises(TransitionNotAllowed):
        actions.clear(make_assessment(state="open"), by=officer(), valid_until=until())
    for decide in (
        lambda each: actions.clear(each, by=officer(), valid_until=until()),
        lambda each: actions.fail(each, by=officer(), reason="no"),
    ):
        with pytest.raises(ValidationError):
            decide(make_assessment(state="in_progress"))


def judged_all(**odd):
    assessment = make_assessment(state="open")
    for item in assessment.items.all():
        actions.judge(item, by=officer(), **{"outcome": "ok", **odd.get(item.kind, {})})
    return assessment


def test_a_point_that_is_not_in_order_stops_a_clearance():
    assessment = judged_all(psea={"outcome": "not_ok", "note": "None."})
    with pytest.raises(ValidationError):
        actions.clear(assessment, by=officer(), valid_until=until())
    actions.fail(assessment, by=officer(), reason="No policy.")
    assert assessment.state == "failed"


@pytest.mark.parametrize("days", [-1, 0, 733])
def test_a_clearance_has_a_sensible_end(days):
    with pytest.raises(ValidationError):
        actions.clear(judged_all(), by=officer(), valid_until=until(days))


def test_a_clearance_ends_with_what_it_rests_on():
    assessment = judged_all(accounts={"expires_on": until(100)})
    with pytest.raises(ValidationError):
        actions.clear(assessment, by=officer(), valid_until=until(101))
    actions.clear(assessment, by=officer(), valid_until=until(100))
    assert assessment.state == "cleared"


@pytest.mark.parametrize("outcome", ["concern", "not_ok", "not_applicable"])
def test_what_is_not_in_order_has_a_note(outcome):
    item = make_assessment(state="open").items.first()
    with pytest.raises(ValidationError):
        actions.judge(item, by=officer(), outcome=outcome)


def test_nobody_judges_nothing_or_with_a_stranger_s_paper():
    item = make_assessment(state="open").items.first()
    with pytest.raises(ValidationError):
        actions.judge(item, by=officer(), outcome="pending")
    with pytest.raises(ValidationError):
        actions.judge(item, by=officer(), outcome="ok", evidence=make_document(make_organisation()))
    paper = make_document(item.assessment.organisation)
    assert actions.judge(item, by=officer(), outcome="ok", evidence=paper).evidence == paper


def test_standing_follows_the_last_decision_and_the_day():
    organisation, today = make_organisation(), clock.today()
    assert standing_of(organisation, today).ok is False
    make_assessment(organisation, valid_until=until(10))
    assert standing_of(organisation, today) == standing_of(organisation, until(10))
    assert standing_of(organisation, today).valid_until == until(10)
    assert standing_of(organisation, until(11)).ok is False
    assert standing_of(organisation, today - timedelta(days=1)).ok is False
    make_assessment(organisation, "failed", on=until(1))
    assert [standing_of(organisation, until(day)).ok for day in (0, 1)] == [True, False]


def test_an_open_assessment_does_not_end_a_clearance():
    organisation = make_organisation()
    make_assessment(organisation)
    make_assessment(organisation, "in_progress")
    assert standing_of(organisation, clock.today()).ok is True


def test_conditions_are_told_and_notes_are_not():
    organisation = make_organisation()
    make_assessment(organisation, "cleared_with_conditions")
    assert standing_of(organisation, clock.today()).conditions == "Send the accounts of the year."


def test_the_database_wants_who_and_when():
    assessment = make_assessment()
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(decided_by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(valid_until=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckItem.objects.filter(assessment=assessment).update(judged_by=None)


def test_who_sees_assessments():
    assessment = make_assessment()
    for role in (Role.PROGRAMME, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR):
        assert assessment in Assessment.objects.visible_to(make_user(role))
    blind = [owner_of(assessment.organisation), make_user(), *(make_user(role) for role in (Role.REVIEWER, Role.TRUSTEE))]
    for user in blind:
        assert not Assessment.objects.visible_to(user).exists()


def test_home():
    user = officer()
    make_assessment(state="open")
    make_assessment(valid_until=until(20))
    assert [(item.count, item.due) for item in home.items(user)] == [(1, None), (1, until(20))]
    assert not home.items(make_user(Role.FINANCE))
