"""The Board: sits when everything is reviewed, recommends within its money and its quorum, closes with minutes and letters."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from grants.agreements.awards import recommended
from grants.applications.models import Application
from grants.decisions import actions, home
from grants.decisions.models import FeedbackLetter, Recommendation, Seat, Session
from grants.reviews import actions as reviews
from grants.reviews import standings
from tests.factories.decisions import NOT_SELECTED, fresh, make_session, recommend_all
from tests.factories.people import make_user
from tests.factories.reviews import make_closed_call, make_reviewed
from trustfund import clock
from trustfund.mail.models import Outbox
from trustfund.money import usd
from trustfund.people import actions as people
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def officer():
    return make_user(Role.PROGRAMME)


def test_the_whole_way():
    session, applications, _board = make_session()
    secretary = officer()
    actions.shortlist(session, fresh(applications[0]), by=secretary)
    recommend_all(session, applications, by=secretary)
    actions.close(session, by=secretary, remarks="A long afternoon.")
    assert [fresh(each).state for each in applications] == ["recommended", "reserve", "not_selected"]
    session = Session.objects.get(pk=session.pk)
    assert (session.state, session.closed_by, session.call.state) == ("closed", secretary, "decided")
    assert session.minutes.content.read().startswith(b"%PDF-")
    assert recommended(fresh(applications[0])) == usd(20_000)
    assert FeedbackLetter.objects.count() == 3
    letters = {letter.template: letter for letter in Outbox.objects.filter(key__startswith="decision:")}
    assert sorted(letters) == ["board_not_selected", "board_recommended", "board_reserve"]
    assert "A weakness. Claimed" in letters["board_not_selected"].body
    assert "The approach is not safe enough." in letters["board_not_selected"].body
    assert "USD" in letters["board_recommended"].body
    with pytest.raises(TransitionNotAllowed):
        actions.close(session, by=secretary)
    with pytest.raises(TransitionNotAllowed):
        actions.recommend(session, fresh(applications[2]), by=secretary, **NOT_SELECTED)


def test_letters_name_no_reviewer_and_quote_none():
    session, applications, _board = make_session()
    recommend_all(session, applications)
    actions.close(session, by=officer())
    text = "".join(Outbox.objects.filter(key__startswith="decision:").values_list("body", flat=True))
    for review in applications[0].reviews.all():
        assert review.reviewer.name not in text
    assert "Because of" not in text


def test_the_board_sits_only_when_everything_is_reviewed():
    call, _applications = make_closed_call()
    with pytest.raises(ValidationError):
        actions.open_session(call, by=officer(), sits_on=clock.today())
    call, _applications, _people = make_reviewed([[[3, 3, 3]]])
    with pytest.raises(ValidationError):  # no trustees
        actions.open_session(call, by=officer(), sits_on=clock.today())
    for role in (None, Role.TRUSTEE, Role.MANAGER, Role.FINANCE):
        with pytest.raises(PermissionDenied):
            actions.open_session(call, by=make_user(role), sits_on=clock.today())
    session = actions.open_session(call, by=officer(), sits_on=clock.today(), quorum=1)
    assert session.call.state == "deciding"
    with pytest.raises(TransitionNotAllowed):
        actions.open_session(session.call, by=officer(), sits_on=clock.today())


def test_who_records():
    session, (application, *_rest), board = make_session()
    for role in (None, Role.REVIEWER, Role.MANAGER, Role.FINANCE, Role.AUDITOR):
        with pytest.raises(PermissionDenied):
            actions.recommend(session, fresh(application), by=make_user(role), **NOT_SELECTED)
    actions.set_present(session.seats.get(trustee=board[0]), present=False, by=officer())
    with pytest.raises(PermissionDenied):
        actions.recommend(session, fresh(application), by=board[0], **NOT_SELECTED)
    actions.set_present(session.seats.get(trustee=board[0]), present=True, by=officer())
    assert actions.recommend(session, fresh(application), by=board[0], **NOT_SELECTED).recorded_by == board[0]


def test_a_recused_trustee_takes_no_part_and_does_not_count():
    session, (application, other, _third), board = make_session()
    actions.declare(session, by=board[0], conflicts={application: "employed"})
    with pytest.raises(PermissionDenied):
        actions.recommend(session, fresh(application), by=board[0], **NOT_SELECTED)
    with pytest.raises(PermissionDenied):
        actions.shortlist(session, fresh(application), by=board[0])
    with pytest.raises(ValidationError) as error:  # two of three are left
        actions.recommend(session, fresh(application), by=officer(), **NOT_SELECTED)
    assert "No quorum" in error.value.messages[0]
    actions.recommend(session, fresh(other), by=board[0], **NOT_SELECTED)
    assert (actions.votes_on(session, application), actions.votes_on(session, other)) == (2, 3)
    assert actions.votes(session) == {application.pk: 2}
    assert application not in Application.objects.visible_to(board[0])
    assert next(row.application for row in standings.of_call(session.call, board[0])) == other


def test_a_trustee_who_scored_stands_aside_from_several_at_once():
    call, applications, (reviewer,) = make_reviewed([[[5, 5, 5]], [[4, 4, 4]], [[2, 2, 2]]])
    people.give_role(reviewer, Role.TRUSTEE, by=None)
    session = actions.open_session(call, by=officer(), sits_on=clock.today(), quorum=1)
    both = {fresh(applications[1]): "family", fresh(applications[0]): "employed"}
    actions.declare(session, by=User.objects.get(pk=reviewer.pk), conflicts=both)
    assert [each.reviews.get().state for each in applications] == ["recused", "recused", "submitted"]


def test_the_money_of_the_call_is_never_exceeded():
    session, applications, _board = make_session(total_available=usd(40_000), ceiling=usd(40_000))
    secretary = officer()
    for application in applications[:1]:
        actions.recommend(session, fresh(application), by=secretary, outcome="recommended", amount=usd(24_000))
    with pytest.raises(ValidationError) as error:
        actions.recommend(session, fresh(applications[1]), by=secretary, outcome="recommended", amount=usd("16000.01"))
    assert list(error.value.message_dict) == ["amount"]
    actions.recommend(session, fresh(applications[1]), by=secretary, outcome="recommended", amount=usd(16_000))
    actions.recommend(session, fresh(applications[0]), by=secretary, outcome="recommended", amount=usd(20_000))
    assert Recommendation.objects.count() == 2


@pytest.mark.parametrize(
    "details, field",
    [
        ({"outcome": "recommended"}, "amount"),
        ({"outcome": "recommended", "amount": usd("24000.01")}, "amount"),
        ({"outcome": "recommended", "amount": usd(4_999)}, "amount"),
        ({"outcome": "reserve"}, "rank"),
        ({"outcome": "not_selected", "reasons": " "}, "reasons"),
        ({"outcome": "maybe"}, "outcome"),
    ],
)
def test_what_is_wrong_is_said(details, field):
    session, (application,), _board = make_session([[[3, 3, 3]]])
    with pytest.raises(ValidationError) as error:
        actions.recommend(session, fresh(application), by=officer(), **details)
    assert list(error.value.message_dict) == [field]


def test_ranks_on_the_reserve_list_are_given_once():
    session, applications, _board = make_session()
    actions.recommend(session, fresh(applications[0]), by=officer(), outcome="reserve", rank=1)
    actions.recommend(session, fresh(applications[0]), by=officer(), outcome="reserve", rank=1)
    with pytest.raises(ValidationError):
        actions.recommend(session, fresh(applications[1]), by=officer(), outcome="reserve", rank=1)


def test_a_call_without_reserve_list_has_none():
    session, (application,), _board = make_session([[[3, 3, 3]]], reserve_list=False)
    with pytest.raises(ValidationError):
        actions.recommend(session, fresh(application), by=officer(), outcome="reserve", rank=1)


def test_closing_needs_everything():
    session, applications, board = make_session()
    recommend_all(session, applications[:2])
    with pytest.raises(ValidationError) as error:
        actions.close(session, by=officer())
    assert applications[2].reference in error.value.messages[0]
    actions.recommend(session, fresh(applications[2]), by=officer(), **NOT_SELECTED)
    actions.set_present(session.seats.get(trustee=board[0]), present=False, by=officer())
    with pytest.raises(ValidationError):  # the quorum has gone
        actions.close(session, by=officer())
    actions.set_present(session.seats.get(trustee=board[0]), present=True, by=officer())
    for person in (board[0], make_user(Role.MANAGER), make_user()):
        with pytest.raises(PermissionDenied):
            actions.close(session, by=person)
    conflicted = officer()
    reviews.declare(applications[0], by=conflicted, reason_kind="family")
    with pytest.raises(PermissionDenied):
        actions.close(session, by=conflicted)
    assert Application.objects.filter(state="reviewed").count() == 3


def test_a_trustee_sees_nothing_before_declaring():
    session, applications, (trustee,) = make_session(trustees=1, declared=False, quorum=1)
    assert not Application.objects.visible_to(trustee).exists()
    assert standings.of_call(session.call, trustee) == []
    with pytest.raises(ValidationError):
        actions.set_present(session.seats.get(), present=True, by=officer())
    actions.declare(session, by=trustee, conflicts={applications[1]: "other"})
    assert set(Application.objects.visible_to(trustee)) == {applications[0], applications[2]}
    for person in (make_user(Role.TRUSTEE), officer(), make_user()):
        with pytest.raises(PermissionDenied):
            actions.declare(session, by=person, conflicts={})


def test_the_database_holds_what_must_agree():
    session, applications, _board = make_session()
    recommend_all(session, applications)
    for change in ({"amount": None}, {"outcome": "reserve"}, {"rank": 7}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Recommendation.objects.filter(application=applications[0]).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.update(declared_at=None)


def test_home():
    session, _applications, (trustee,) = make_session([[[3, 3, 3]]], trustees=1, declared=False, quorum=1)
    assert [item.due for item in home.items(trustee)] == [session.sits_on]
    assert [item.title for item in home.items(officer())] == [f"The Board sits on {session.call.reference}"]
    call, _rest, _people = make_reviewed([[[3, 3, 3]]])
    assert f"Call the Board together on {call.reference}" in [item.title for item in home.items(officer())]
    assert not home.items(make_user(Role.FINANCE))
