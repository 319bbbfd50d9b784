"""Many people at the same moment: the money of a call is never exceeded, a session closes once, an account is verified once."""

import pytest

from grants.decisions import actions
from grants.decisions.models import FeedbackLetter, Recommendation, Session
from grants.reviews import actions as reviews
from grants.reviews.models import Review
from ngos.bank_accounts import actions as bank_accounts
from ngos.bank_accounts.models import BankAccount
from tests.factories.decisions import NOT_SELECTED, fresh, make_session
from tests.factories.ngos import make_bank_account
from tests.factories.people import make_user
from tests.factories.reviews import make_closed_call, make_review
from tests.grants.payments.test_at_the_same_time import at_once
from trustfund import clock
from trustfund.money import total, usd
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)


def _recommend(index, session, applications, people):
    by = User.objects.get(pk=people[index])
    application = fresh_by(applications[index])
    actions.recommend(Session.objects.get(pk=session), application, by=by, outcome="recommended", amount=usd(20_000))


def fresh_by(pk):
    from grants.applications.models import Application

    return Application.objects.get(pk=pk)


def test_the_money_of_a_call_is_never_exceeded():
    session, applications, _board = make_session([[[3, 3, 3]]] * 5, total_available=usd(50_000), ceiling=usd(50_000))
    people = [make_user(Role.PROGRAMME).pk for _each in applications]
    assert at_once(5, _recommend, session.pk, [each.pk for each in applications], people) == ["done"] * 2 + ["refused"] * 3
    assert total(Recommendation.objects.values_list("amount", flat=True), "USD") == usd(40_000)


def _close(index, session, people):
    actions.close(Session.objects.get(pk=session), by=User.objects.get(pk=people[index]))


def test_a_session_closes_once():
    session, (application,), _board = make_session([[[3, 3, 3]]])
    people = [make_user(Role.PROGRAMME).pk for _each in range(4)]
    actions.recommend(session, fresh(application), by=User.objects.get(pk=people[0]), **NOT_SELECTED)
    assert at_once(4, _close, session.pk, people) == ["done", "refused", "refused", "refused"]
    assert FeedbackLetter.objects.count() == 1


def _submit(index, pks):
    review = Review.objects.get(pk=pks[index])
    reviews.submit(review, by=review.reviewer)


def test_the_last_two_reviews_at_once_complete_the_application():
    _call, (application,) = make_closed_call(reviewers_per_application=2)
    pks = [make_review(application, "draft").pk for _each in range(2)]
    assert at_once(2, _submit, pks) == ["done", "done"]
    assert fresh(application).state == "reviewed"


def _verify(index, account, people):
    bank_accounts.verify(BankAccount.objects.get(pk=account), by=User.objects.get(pk=people[index]))


def test_an_account_is_verified_once():
    account = make_bank_account(state="proposed")
    finance = make_user(Role.FINANCE)
    bank_accounts.record_call(account, by=finance, on=clock.today(), person="Director", number="+43 1")
    people = [make_user(Role.APPROVER).pk for _each in range(4)]
    assert at_once(4, _verify, account.pk, people) == ["done", "refused", "refused", "refused"]
