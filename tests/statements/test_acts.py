"""A statement is made of two chains: figures up to a head, words up to an act. With both numbers it is the same file for ever."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection

from tests.donors.support import signed_in
from tests.factories import books
from tests.factories.budgets import make_budget
from tests.factories.people import make_user
from tests.factories.texts import make_texts
from tests.ledger.forcing import Superuser
from trustfund import guards
from trustfund.audit.models import Event
from trustfund.audit.recording import trail_for
from trustfund.budgets.models import Budget
from trustfund.budgets.verification import budgets
from trustfund.ledger import periods, sealing
from trustfund.ledger.closed import certifying
from trustfund.ledger.models import FiscalYear, Period
from trustfund.people.roles import Role
from trustfund.statements.models import Disclosure
from trustfund.statements.verification import texts

pytestmark = pytest.mark.django_db
PERIOD = "as_of=2026-12-31&since=2026-01-01"


def taken(auditor, act="", head=None):
    """Statement V as both files, the notes, and the set, at a head and an act."""
    query = f"{PERIOD}&head={head or sealing.head().seq}{act and f'&act={act}'}"
    answers = [auditor.get(f"/statements/{name}?{query}") for name in ("budget.pdf", "budget.xlsx", "notes.pdf", "set.pdf")]
    assert [answer.status_code for answer in answers] == [200] * 4
    return [answer.content for answer in answers]


def printed_act(auditor):
    """The number that a statement shows beside the head."""
    shown = auditor.get(f"/statements/budget/?{PERIOD}").content.decode()
    number, digest = re.search(r"up to act (\d+) on record \((\w{64})\)", shown).groups()
    assert Event.objects.get(pk=number).hash == digest
    return int(number)


def test_versions_and_signatures_that_come_later_at_the_same_head_change_nothing():
    books.open_years(2026)
    books.give("1000", date(2026, 2, 3))
    make_budget("approved", grants="900")
    make_texts("approved", events="A donor pledged more.")
    auditor, head = signed_in(Role.AUDITOR), sealing.head().seq
    act = printed_act(auditor)
    assert act == Disclosure.objects.get().act == trail_for(Disclosure.objects.get()).last().seq
    first = taken(auditor, act)
    assert taken(auditor) == first
    make_budget("approved", grants="1")
    make_texts("approved", events="Other words.")
    _certify(2026)
    assert sealing.head().seq == head
    assert taken(auditor, act) == first
    assert printed_act(auditor) > act
    assert all(now != then for now, then in zip(taken(auditor), first, strict=True))


def _certify(year):
    finance, approver, manager = (make_user(role) for role in (Role.FINANCE, Role.APPROVER, Role.MANAGER))
    for period in Period.objects.filter(year=year).order_by("number"):
        periods.close(periods.propose_closing(period, by=finance), by=approver)
    prepared = certifying.prepare(FiscalYear.objects.get(pk=year), by=finance, on=date(2027, 1, 20))
    certifying.approve(certifying.certify(prepared, by=approver, on=date(2027, 1, 21)), by=manager, on=date(2027, 1, 22))


def test_an_act_that_is_not_on_record_is_refused():
    answer = signed_in(Role.AUDITOR).get("/statements/budget/?act=99999")
    assert answer.status_code == 422
    assert "There is no act number 99999 on record" in answer.content.decode()


FORGED = {
    "UPDATE budgets_budgetline SET amount = 1": "expected what it says to be what was approved; found something else: it was altered.",
    "UPDATE budgets_budget SET head = 0": "expected head 1, as on record; found 0.",
    "UPDATE budgets_budget SET reason = 'x'": "expected what it says to be what was approved; found something else: it was altered.",
    "UPDATE budgets_budget SET state = 'cancelled', act = NULL, head = NULL, checker_id = NULL, approved_on = NULL":
        "expected to be there and approved, as on record; found not so.",
}  # fmt: skip


@pytest.mark.parametrize("sql", FORGED)
def test_an_approved_budget_that_was_altered_is_found(sql):
    books.give("1000")
    found = make_budget("approved")
    assert budgets() == []
    guards.drop(Superuser(), "budgets")
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert [str(each) for each in budgets()] == [f"approved budget {found.pk}: {FORGED[sql]}"]


def test_texts_that_were_altered_or_slipped_in_are_found():
    found = make_texts("approved")
    assert texts() == []
    guards.drop(Superuser(), "statements")
    found.passages.update(text="Something happened.")
    slipped = Disclosure.objects.get(pk=found.pk)
    slipped.pk, slipped.number = None, 2
    slipped._state.adding = True
    slipped.save()
    assert sorted(str(each) for each in texts()) == [
        f"approved texts {found.pk}: expected what it says to be what was approved; found something else: it was altered.",
        f"approved texts {slipped.pk}: expected an act that approved it; found none on record.",
    ]


def test_approving_holds_both_heads_until_it_is_done():
    """What is sealed beside it comes before or after: the head that is kept is the one at its act."""
    books.give("1000")
    found = make_budget("approved")
    event = trail_for(found).last()
    assert (found.head, found.act) == (sealing.head().seq, event.seq) == (event.details["head"], event.details["event"])
    assert event.details["digest"] == Budget.objects.get(pk=found.pk).digest
