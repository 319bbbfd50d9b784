"""Statements that left the Fund: kept with their hash, made again byte for byte, and named before a month is opened again."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from importlib import import_module
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from tests.donors.support import queries, signed_in
from tests.factories import books
from tests.factories.budgets import make_budget
from tests.factories.people import make_user
from tests.grants.payments.test_at_the_same_time import at_once, people
from tests.ledger.forcing import Superuser
from trustfund import guards
from trustfund.audit.recording import trail_for
from trustfund.closings.views import issued as issued_of
from trustfund.ledger import sealing
from trustfund.ledger.models import Period, Subaccount
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.statements import actions, issuing
from trustfund.statements.books import books_at
from trustfund.statements.models import Issue
from trustfund.statements.verification import issued

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 31)
OTHERS = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.MANAGER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR]
LIST = "/statements/issued/"


@pytest.fixture(autouse=True)
def a_gift():
    books.open_years(2026)
    books.give("1000", date(2026, 2, 3))


def wanted(code="position", **columns):
    found = books_at(DAY)
    about = {"as_of": DAY, "head": found.seq, "head_hash": found.hash, "act": found.last_act, "language": "en", "format": "pdf"}
    return Issue(code=code, **{**about, "purpose": "The Board", **columns})


def make(code="position", by=None, **columns):
    return actions.issue(wanted(code, **columns), by=by or make_user(Role.FINANCE))


@pytest.mark.parametrize("code, format, language", [("position", "pdf", "en"), ("budget", "xlsx", "fr"), ("set", "pdf", "ar")])
def test_it_is_made_again_byte_for_byte_whatever_came_later(code, format, language):
    make_budget("approved")
    found = make(code, format=format, language=language, since=date(2026, 1, 1))
    books.give("5", date(2026, 3, 3))
    make_budget("approved", grants="1")
    answer = signed_in(Role.AUDITOR).get(f"{found.get_absolute_url()}file/")
    assert (answer.status_code, hashlib.sha256(answer.content).hexdigest(), len(answer.content)) == (200, found.sha256, found.size)
    event = trail_for(found).get()
    assert (event.act, event.details["sha256"], event.details["head"]) == ("issue.make", found.sha256, found.head)
    assert "The Board" not in str(event.details)


def test_the_statement_of_a_donor():
    donor = Subaccount.objects.filter(kind="donor").get()
    found = make("", subaccount=donor)
    assert issuing.file_of(found).sha256 == found.sha256
    assert issuing.title_of(found) == f"Statement of {donor.name}"


@pytest.mark.parametrize("role", OTHERS)
def test_only_finance_issues(role):
    with pytest.raises(PermissionDenied):
        make(by=make_user(role))
    assert signed_in(role).post("/statements/issue/position/", {"purpose": "x"}).status_code == 403


def test_the_same_file_is_issued_once_for_a_purpose():
    first = make()
    with pytest.raises(ValidationError, match=f"was issued for this already, as {first}"):
        make()
    assert make(purpose="The donors").pk != first.pk
    with pytest.raises(ValidationError, match="what for"):
        make(purpose="  ")


def test_from_the_statement_to_its_page_and_a_name_that_changed_is_said():
    finance = signed_in(Role.FINANCE)
    page = finance.get("/statements/position/?as_of=2026-12-31").content.decode()
    exact = urlencode({"as_of": DAY, "since": "", "head": sealing.head().seq, "act": 0}).replace("&", "&amp;")
    assert f"/statements/issue/position/?{exact}" in page
    address = f"/statements/issue/position/?{exact}".replace("&amp;", "&")
    assert finance.get(address).status_code == 200
    sent_on = finance.get("/statements/issue/set/?as_of=2026-12-31")["Location"]
    assert sent_on == f"/statements/issue/set/?as_of=2026-12-31&head={sealing.head().seq}&act=0"
    refused = finance.post(address, {"purpose": "", "language": "en", "format": "pdf"})
    assert (refused.status_code, Issue.objects.count()) == (422, 0)
    assert finance.post(address, {"purpose": "The bank", "language": "en", "format": "pdf"})["Location"] == LIST
    found = Issue.objects.get()
    guards.drop(Superuser(), "statements")
    Issue.objects.update(sha256="0" * 64)
    answer = finance.get(f"{found.get_absolute_url()}file/")
    assert answer.status_code == 409
    assert "it is not the file that was issued" in answer.content.decode()
    assert found.sha256 in answer.content.decode()


def test_who_reads_the_books_sees_them_and_nobody_else():
    address = make().get_absolute_url()
    for role, status in [(Role.FINANCE, 200), (Role.AUDITOR, 200), (Role.TRUSTEE, 404), (None, 404)]:
        assert signed_in(role).get(address).status_code == status
    assert [signed_in(role).get(LIST).status_code for role in (Role.MANAGER, Role.TRUSTEE)] == [200, 403]


def test_the_list_costs_the_same_for_one_and_for_many():
    make()
    client = signed_in(Role.FINANCE)
    assert "I-" in client.get(f"{LIST}?year=2026").content.decode()
    one = queries(client, LIST)
    row = Issue.objects.get()
    for number in range(20):
        row.pk, row._state.adding, row.purpose = None, True, f"Copy {number}"
        row.save()
    assert queries(client, LIST) == one


def test_the_page_before_a_month_is_opened_again_names_what_was_issued_of_it():
    make()
    make("performance", since=date(2026, 7, 1))
    march, august = (Period.objects.get(year=2026, number=number) for number in (3, 8))
    assert issued_of(march) == f"{Issue.objects.earliest('pk')} I. Statement of financial position, for: The Board"
    assert issued_of(august).count("for: The Board") == 2


def test_what_was_issued_never_changes_and_what_was_forced_is_found():
    found = make()
    assert issued() == []
    for sql in ("UPDATE statements_issue SET sha256 = 'x'", "DELETE FROM statements_issue"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    guards.drop(Superuser(), "statements")
    Issue.objects.update(head_hash="f" * 64)
    said = [str(each) for each in issued()]
    assert said == [
        f"statement issued {found}: expected head_hash {found.head_hash}, as on record; found {'f' * 64}.",
        f"statement issued {found}: expected seal {found.head} to have the hash ffffffffffff that it prints; found {found.head_hash[:12]}.",
    ]


def test_whom_it_was_for_by_whom_when_and_how_large_it_was_is_compared_too():
    found, other = make(), make_user(Role.FINANCE)
    forced = {"purpose": "Nobody", "by": other, "at": datetime(2025, 1, 1, tzinfo=UTC), "size": 7, "salt": "x"}
    guards.drop(Superuser(), "statements")
    before = Issue.objects.values().get()
    for name, value in forced.items():
        Issue.objects.update(**{name: value})
        told = str(other.pk if name == "by" else value) if name in ("by", "size") else ""
        (said,) = [str(each) for each in issued()]
        assert said.startswith(f"statement issued {found}: expected {name if name != 'salt' else 'purpose'} "), said
        assert said.endswith(f"{told}.")
        Issue.objects.update(**before)
    assert issued() == []


def test_what_was_issued_before_all_of_it_was_on_record_is_taken_in_as_it_stands():
    found = make()
    guards.drop(Superuser(), "statements")
    import_module("trustfund.statements.migrations.0005_issued_on_record").take_in(apps, connection.schema_editor(atomic=False))
    assert Issue.objects.get().salt != found.salt
    assert issued() == []
    Issue.objects.update(size=7)
    assert [str(each) for each in issued()] == [f"statement issued {found}: expected size {found.size}, as on record; found 7."]


def make_it(index, officers):
    make(by=User.objects.get(pk=officers[index]))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_issue_the_same_at_the_same_moment_one_does():
    assert at_once(4, make_it, people(Role.FINANCE, 4)) == ["done"] + ["refused"] * 3
    assert Issue.objects.count() == 1
