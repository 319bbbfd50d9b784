"""Several at the same moment: one posting, one submission, no words lost. On PostgreSQL with its locks, on SQLite with its one writer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections
from django_fsm import ConcurrentTransition, TransitionNotAllowed

from grants.reports import actions
from grants.reports.models import Report
from tests.factories.ngos import make_member, owner_of
from tests.factories.people import make_user
from tests.factories.reports import make_report, rows
from trustfund.audit.recording import trail_for
from trustfund.ledger import verification
from trustfund.ledger.models import Entry
from trustfund.money import usd
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = (TransitionNotAllowed, ConcurrentTransition, ValidationError, PermissionDenied)


def together(report, act, people):
    """`act(report, person)` by each of `people` in a thread of their own at the same moment: the results, or the refusals."""
    barrier = Barrier(len(people))

    def run(pk):
        try:
            fresh, person = Report.objects.get(pk=report.pk), User.objects.get(pk=pk)
            barrier.wait(30)
            return act(fresh, person)
        except REFUSED as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(run, [person.pk for person in people]))


def done(results):
    return [result for result in results if not isinstance(result, Exception)]


def test_two_finance_officers_accept_at_once_and_one_posting_is_made():
    report = make_report("substance_accepted")
    officers = [make_user(Role.FINANCE) for _ in range(4)]
    results = together(report, lambda each, person: actions.accept(each, by=person), officers)
    assert len(done(results)) == 1
    assert Entry.objects.filter(reference=f"report:{report.pk}:accepted").count() == 1
    assert trail_for(report).filter(act="report.accept").count() == 1
    assert verification.check_books() == []


def test_accepting_and_returning_at_once_is_one_or_the_other():
    report = make_report("substance_accepted")
    officers = [make_user(Role.FINANCE), make_user(Role.PROGRAMME)]

    def act(each, person):
        if person.has_role(Role.FINANCE):
            return actions.accept(each, by=person)
        return actions.send_back(each, by=person, reason="More.")

    assert len(done(together(report, act, officers))) == 1
    report.refresh_from_db()
    posted = Entry.objects.filter(reference=f"report:{report.pk}:accepted").exists()
    assert posted is (report.state == "accepted")


def test_colleagues_who_write_and_submit_at_once_lose_nothing():
    report = make_report("draft")
    owner = owner_of(report.grant.organisation)
    colleagues = [owner, *[make_member(report.grant.organisation) for _ in range(2)]]
    results = together(report, lambda each, person: actions.submit(each, by=person), colleagues)
    assert len(done(results)) == 1
    assert trail_for(report).filter(act="report.submit").count() == 1


def test_the_same_part_written_by_four_at_once_keeps_every_text():
    report = make_report()
    colleagues = [owner_of(report.grant.organisation), *[make_member(report.grant.organisation) for _ in range(3)]]
    write = lambda each, person: actions.save_narrative(each, {"activities": f"By {person.pk}"}, by=person, version=0)  # noqa: E731
    assert len(done(together(report, write, colleagues))) == 1
    report.refresh_from_db()
    texts = {report.activities, *report.wordings.values_list("text", flat=True)}
    assert texts == {f"By {person.pk}" for person in colleagues}
    save = lambda each, person: actions.save_expenditures(each, rows(each, usd(30)), by=person, version=each.version)  # noqa: E731
    assert len(done(together(report, save, colleagues))) == 1
    assert report.expenditures.count() == 2
