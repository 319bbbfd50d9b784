"""Many people at one budget in the same moment: one version is begun, it is approved once."""

from __future__ import annotations

import pytest

from tests.factories.budgets import make_budget, rows
from tests.grants.payments.test_at_the_same_time import at_once, people, size
from trustfund.budgets import actions
from trustfund.budgets.models import Budget
from trustfund.ledger.models import FundWindow
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)


def begin(index, officers):
    actions.draft(FundWindow.objects.get(pk="general"), 2026, rows(), by=User.objects.get(pk=officers[index]))


def approve_or_return(index, budget, approvers):
    found, by = Budget.objects.get(pk=budget), User.objects.get(pk=approvers[index])
    if index % 2:
        actions.approve(found, by=by)
    else:
        actions.return_(found, by=by, remark="No")


def test_one_version_is_begun():
    number = size(8)
    assert at_once(number, begin, people(Role.FINANCE, number)) == ["done"] + ["refused"] * (number - 1)
    assert Budget.objects.count() == 1


def test_it_is_approved_or_returned():
    budget, number = make_budget("submitted"), size(8)
    assert at_once(number, approve_or_return, budget.pk, people(Role.APPROVER, number)) == ["done"] + ["refused"] * (number - 1)
