"""A budget is proposed by one person and approved by another; what is approved never changes, a change is a further version."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed

from tests.factories import books
from tests.factories.budgets import make_budget, rows
from tests.factories.people import make_user
from trustfund.audit.recording import trail_for
from trustfund.budgets import actions, found, resources
from trustfund.budgets.home import items
from trustfund.budgets.models import Budget, BudgetLine
from trustfund.ledger import sealing
from trustfund.ledger.models import FundWindow
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
NOT_FINANCE = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.MANAGER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR]
NOT_CHECKER = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.FINANCE, Role.AUDITOR, Role.ADMINISTRATOR]


def window():
    return FundWindow.objects.get(pk="general")


def test_the_original_then_revisions():
    first = make_budget("approved")
    second = make_budget("approved", grants="450000", travel="62000")
    versions = [(each.number, each.version, each.state) for each in (first, second)]
    assert versions == [(1, "Original", "approved"), (2, "Revision 1", "approved")]
    approved = found.approved([2026], sealing.head().seq)["general"]
    assert (approved.original["grants"], approved.final["grants"], approved.revisions) == (usd("500000"), usd("450000"), 1)
    assert (approved.original["staff"], approved.final["staff"], approved.final["travel"]) == (usd("80000"), usd(0), usd("62000"))


def test_what_was_approved_later_was_not_there_before():
    make_budget("approved")
    head = sealing.head().seq
    books.give("1000")
    make_budget("approved", grants="1")
    assert found.approved([2026], head)["general"].final["grants"] == usd("500000")
    assert found.approved([2026], sealing.head().seq)["general"].final["grants"] == usd("1")
    assert found.approved([2025], sealing.head().seq) == {}


def test_years_are_added_up():
    make_budget("approved", grants="100")
    make_budget("approved", year=2025, grants="50")
    assert found.approved([2025, 2026], sealing.head().seq)["general"].final["grants"] == usd("150")


@pytest.mark.parametrize("role", NOT_FINANCE)
def test_only_finance_proposes(role):
    with pytest.raises(PermissionDenied):
        actions.draft(window(), 2026, rows(), by=make_user(role))


@pytest.mark.parametrize("role", NOT_CHECKER)
def test_only_the_approving_officer_or_the_manager_approves(role):
    budget = make_budget("submitted")
    for act in (lambda by: actions.approve(budget, by=by), lambda by: actions.return_(budget, by=by, remark="No")):
        with pytest.raises(PermissionDenied):
            act(make_user(role))


def test_the_manager_approves():
    assert make_budget("approved", checker=make_user(Role.MANAGER)).state == "approved"


def test_nobody_approves_their_own():
    both = make_user(Role.FINANCE, Role.APPROVER)
    budget = make_budget("submitted", maker=both)
    with pytest.raises(PermissionDenied):
        actions.approve(budget, by=both)
    with pytest.raises(IntegrityError, match="budget_two_people"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE budgets_budget SET state = 'approved', approved_on = '2026-01-01', head = 1, act = 1, checker_id = maker_id "
            "WHERE id = %s",
            [budget.pk],
        )


def test_only_its_maker_changes_it():
    budget = make_budget()
    with pytest.raises(PermissionDenied):
        actions.change(budget, rows(grants="1"), by=make_user(Role.FINANCE))
    changed = actions.change(budget, rows(grants="1"), by=budget.maker)
    assert [(each.line, each.amount) for each in changed.lines.all()] == [("grants", usd("1"))]


@pytest.mark.parametrize("state", ["submitted", "approved", "cancelled"])
def test_what_is_under_way_or_done_is_not_changed(state):
    budget = make_budget(state)
    for act in (
        lambda: actions.change(budget, rows(), by=budget.maker),
        lambda: actions.submit(budget, by=budget.maker),
        lambda: actions.cancel(budget, by=budget.maker),
    ):
        with pytest.raises(TransitionNotAllowed):
            act()


def test_it_is_approved_once():
    budget = make_budget("approved")
    with pytest.raises(TransitionNotAllowed):
        actions.approve(budget, by=make_user(Role.APPROVER))


def test_one_version_is_under_way_at_a_time():
    make_budget("returned")
    with pytest.raises(ValidationError, match="under way already"):
        make_budget()
    make_budget(year=2027)


def test_a_cancelled_version_leaves_its_number():
    make_budget("cancelled")
    assert make_budget().number == 1


def test_a_revision_needs_a_reason_and_a_document():
    make_budget("approved")
    maker = make_user(Role.FINANCE)
    with pytest.raises(ValidationError, match="Say why"):
        actions.draft(window(), 2026, rows(), by=maker)
    revision = actions.draft(window(), 2026, rows(), by=maker, reason="More was pledged.")
    with pytest.raises(ValidationError, match="Attach the decision"):
        actions.submit(revision, by=maker)


def test_nothing_is_no_budget():
    budget = make_budget(grants="0")
    with pytest.raises(ValidationError, match="at least one budget line"):
        actions.submit(budget, by=budget.maker)


@pytest.mark.parametrize(
    "wrong, text",
    [
        ([*rows(staff="1"), *rows(staff="2")], "Row 2: The budget line “Staff and consultants” is there twice."),
        ([actions.Row("staff", usd("-1"))], "Row 1: The amount must not be below zero."),
    ],
)
def test_wrong_rows_are_named(wrong, text):
    with pytest.raises(ValidationError) as caught:
        actions.draft(window(), 2026, wrong, by=make_user(Role.FINANCE))
    assert caught.value.messages == [text]
    assert not Budget.objects.exists()


@pytest.mark.parametrize("year", [1999, 2101])
def test_a_year_is_a_year(year):
    with pytest.raises(ValidationError, match="between 2000 and 2100"):
        actions.draft(window(), year, rows(), by=make_user(Role.FINANCE))


def test_a_transfer_may_be_received():
    assert make_budget("approved", grants="1", transfers="-500").state == "approved"


def test_what_was_read_is_approved():
    budget = make_budget("submitted")
    seen = actions.version_of(budget)
    approver = make_user(Role.APPROVER)
    actions.return_(budget, by=approver, remark="No")
    actions.submit(actions.change(budget, rows(grants="9"), by=budget.maker), by=budget.maker)
    with pytest.raises(ValidationError, match="Read it again"):
        actions.approve(budget, by=approver, seen=seen)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE budgets_budgetline SET amount = 1",
        "DELETE FROM budgets_budgetline",
        "UPDATE budgets_budget SET year = 2030",
        "DELETE FROM budgets_budget",
        "INSERT INTO budgets_budgetline (budget_id, line, amount, remark) SELECT id, 'other_expenses', 1, '' FROM budgets_budget",
    ],
)
def test_the_database_keeps_what_was_approved(statement):
    make_budget("approved")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert BudgetLine.objects.count() == 4


def test_each_act_is_on_record_once():
    budget = make_budget("approved")
    assert [event.act for event in trail_for(budget)] == ["budget.draft", "budget.submit", "budget.approve"]


def test_who_waits_for_whom():
    budget = make_budget("submitted")
    approver = make_user(Role.APPROVER)
    assert [item.title for item in items(approver)] == ["Approve a budget"]
    assert list(items(make_user(Role.AUDITOR))) == []
    actions.return_(budget, by=approver, remark="No")
    assert [item.title for item in items(budget.maker)] == ["Put a returned budget right"]


def test_a_workbook_goes_out_and_comes_back():
    budget = make_budget()
    written = actions.rows_of(budget)
    back = resources.read(resources.workbook(budget, written))
    assert {row.line: row.amount for row in back if row.amount} == {row.line: row.amount for row in written}
    assert len(back) == 8


def test_a_workbook_that_is_none_is_refused():
    with pytest.raises(ValidationError, match="no XLSX workbook"):
        resources.read(b"PK nothing")
