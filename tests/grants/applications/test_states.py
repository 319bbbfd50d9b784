"""The life of an application after it was submitted: who may move it, from where, and who sees it."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django_fsm import TransitionNotAllowed

from grants.applications import actions, visibility
from grants.applications.models import Application
from tests.factories.applications import make_application, screen
from tests.factories.calls import make_call
from tests.factories.ngos import make_member, make_organisation, owner_of
from tests.factories.people import make_user
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
SELECTING = {Role.PROGRAMME, Role.TRUSTEE, Role.MANAGER}
ACTS = [
    ("take_into_review", "eligible", "in_review", {Role.PROGRAMME}),
    ("mark_reviewed", "in_review", "reviewed", {None, Role.PROGRAMME, Role.MANAGER, Role.REVIEWER, Role.TRUSTEE}),
    ("return_to_review", "reviewed", "in_review", {Role.PROGRAMME, Role.MANAGER}),
    ("shortlist", "reviewed", "shortlisted", {None, *SELECTING}),
    ("recommend", "shortlisted", "recommended", {None, *SELECTING}),
    ("reserve", "shortlisted", "reserve", {None, *SELECTING}),
    ("promote", "reserve", "recommended", {None, *SELECTING}),
    ("decline", "shortlisted", "not_selected", {None, *SELECTING}),
    ("award", "recommended", "awarded", {Role.MANAGER}),
    ("lapse", "reserve", "lapsed", {None, Role.PROGRAMME, Role.MANAGER}),
]


@pytest.mark.parametrize("act, source, target, allowed", ACTS, ids=[act[0] for act in ACTS])
def test_each_act_done_refused_and_out_of_order(act, source, target, allowed):
    application = make_application(source)
    for role in [None, *Role]:
        by = None if role is None else make_user(role)
        if role not in allowed:
            with pytest.raises(PermissionDenied):
                getattr(actions, act)(application, by=by)
    with pytest.raises(PermissionDenied):
        getattr(actions, act)(application, by=owner_of(application.organisation))
    right = make_user(Role.MANAGER if Role.MANAGER in allowed else Role.PROGRAMME)
    assert getattr(actions, act)(application, by=right).state == target
    with pytest.raises(TransitionNotAllowed):
        getattr(actions, act)(application, by=right)


def test_every_condition_met_is_eligible_and_who_decided_is_kept():
    application, officer = make_application("submitted"), make_user(Role.PROGRAMME)
    screen(application, by=officer)
    assert (application.state, application.screened_by, application.reasons) == ("eligible", officer, "")
    assert application.findings.filter(met=True).count() == 5
    assert "is eligible" in application.letters.get(kind="eligibility").subject


def test_a_decision_needs_every_condition():
    application = make_application("submitted")
    with pytest.raises(ValidationError):
        actions.decide_eligibility(application, by=make_user(Role.PROGRAMME), findings={})
    assert Application.objects.get().state == "submitted"


def test_an_officer_does_not_screen_the_organisation_they_act_for():
    application = make_application("submitted")
    officer = make_member(application.organisation, "viewer")
    from trustfund import clock
    from trustfund.people.models import RoleGrant

    RoleGrant.objects.create(user=officer, role=Role.PROGRAMME, since=clock.today())
    with pytest.raises(PermissionDenied):
        screen(application, by=officer)


def test_members_see_their_own_in_every_state_and_nobody_elses():
    call = make_call("published")
    draft, other = make_application("draft", call=call), make_application("submitted", call=call)
    viewer = make_member(draft.organisation, "viewer")
    assert list(Application.objects.visible_to(viewer)) == [draft]
    assert list(Application.objects.visible_to(make_user())) == []
    assert list(Application.objects.visible_to(make_user(Role.AUDITOR))) == [other]
    membership = viewer.memberships.get()
    membership.active, membership.left_at = False, draft.started_at
    membership.save()
    assert list(Application.objects.visible_to(viewer)) == []


def test_what_was_taken_up_again_is_the_ngos_alone_until_it_is_submitted_again():
    application = make_application("withdrawn")
    officer = make_user(Role.PROGRAMME)
    assert list(Application.objects.visible_to(officer)) == [application]
    actions.resume(application, by=owner_of(application.organisation))
    assert list(Application.objects.visible_to(officer)) == []


def test_later_rooms_add_who_sees_and_exclude_who_must_not(monkeypatch):
    monkeypatch.setattr(visibility, "_includes", [])
    monkeypatch.setattr(visibility, "_excludes", [])
    call = make_call("published")
    one, other = make_application("submitted", call=call), make_application("submitted", call=call)
    reviewer, officer = make_user(Role.REVIEWER), make_user(Role.PROGRAMME)
    visibility.register(include=lambda user: Q(pk=one.pk) if user == reviewer else None)
    assert list(Application.objects.visible_to(reviewer)) == [one]
    visibility.register(exclude=lambda user: Q(pk=other.pk) if user == officer else Q(pk=one.pk) if user == reviewer else None)
    assert list(Application.objects.visible_to(officer)) == [one]
    assert list(Application.objects.visible_to(reviewer)) == []
    owner = owner_of(make_organisation())
    visibility.register(exclude=lambda user: Q(pk__gt=0) if user == owner else None)
    own = make_application("draft", organisation=owner.memberships.get().organisation)
    assert list(Application.objects.visible_to(owner)) == [own]
