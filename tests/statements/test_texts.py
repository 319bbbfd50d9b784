"""The texts of a year: written by one person, approved by another, printed as they were approved up to a head."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed

from tests.donors.support import queries, signed_in
from tests.factories import books
from tests.factories.budgets import make_budget
from tests.factories.people import make_user
from tests.factories.texts import make_texts
from tests.grants.payments.test_at_the_same_time import at_once, people, size
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.ledger import postings, sealing
from trustfund.money import usd
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.statements import actions, texts
from trustfund.statements.home import items
from trustfund.statements.models import Disclosure

pytestmark = pytest.mark.django_db
NOT_FINANCE = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.MANAGER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR]
NOT_CHECKER = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.FINANCE, Role.AUDITOR, Role.ADMINISTRATOR]
LIST = "/statements/texts/"


@pytest.mark.parametrize("role", NOT_FINANCE)
def test_only_finance_writes_them(role):
    with pytest.raises(PermissionDenied):
        actions.propose(2026, {"events": "x"}, by=make_user(role))


@pytest.mark.parametrize("role", NOT_CHECKER)
def test_only_the_approving_officer_or_the_manager_approves(role):
    found = make_texts()
    for act in (lambda by: actions.approve(found, by=by), lambda by: actions.return_(found, by=by, remark="No")):
        with pytest.raises(PermissionDenied):
            act(make_user(role))


def test_nobody_approves_their_own():
    both = make_user(Role.FINANCE, Role.MANAGER)
    found = make_texts(maker=both)
    with pytest.raises(PermissionDenied):
        actions.approve(found, by=both)
    with pytest.raises(IntegrityError, match="disclosure_two_people"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE statements_disclosure SET state = 'approved', approved_on = '2026-01-01', head = 1, act = 1, checker_id = maker_id"
        )


def test_what_is_approved_is_said_and_the_next_version_takes_its_place():
    assert texts.passages(2026, sealing.head().seq) == {}
    make_texts(events="One.")
    assert texts.passages(2026, sealing.head().seq) == {}
    actions.approve(Disclosure.objects.get(), by=make_user(Role.MANAGER))
    assert texts.passages(2026, sealing.head().seq) == {"events": "One."}
    make_texts("approved", related_parties="None.")
    assert texts.passages(2026, sealing.head().seq) == {"related_parties": "None."}


@pytest.mark.parametrize("act", [actions.approve, actions.cancel])
def test_out_of_order_is_refused(act):
    found = make_texts("approved")
    with pytest.raises(TransitionNotAllowed):
        act(found, by=make_user(Role.MANAGER) if act is actions.approve else found.maker)


def test_one_version_is_under_way_at_a_time():
    make_texts("returned")
    with pytest.raises(ValidationError, match="under way already"):
        make_texts()


WRONG = [({}, "at least one"), ({"events": "  "}, "at least one"), ({"events": "x" * 4001}, "at most 4000")]


@pytest.mark.parametrize("wrong, text", WRONG)
def test_nothing_or_too_much_is_refused(wrong, text):
    with pytest.raises(ValidationError, match=text):
        actions.propose(2026, wrong, by=make_user(Role.FINANCE))
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize("statement", [
    "UPDATE statements_passage SET text = 'x'",
    "DELETE FROM statements_passage",
    "UPDATE statements_disclosure SET year = 2030",
    "DELETE FROM statements_disclosure",
])  # fmt: skip
def test_the_database_keeps_what_was_approved(statement):
    make_texts("approved")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_texts_that_were_written_anew_since_they_were_read_are_not_approved():
    maker, checker = make_user(Role.FINANCE), make_user(Role.APPROVER)
    found = make_texts(maker=maker, events="Nothing.")
    seen = actions.version_of(found)
    actions.rewrite(actions.return_(found, by=make_user(Role.MANAGER), remark="More."), {"events": "A flood."}, by=maker)
    client = signed_in(user=checker)
    address = f"/statements/texts/{found.pk}/approve/"
    assert client.post(address, {"seen": seen}).status_code == 409
    assert client.post(address).status_code == 422
    assert Disclosure.objects.get().state == "proposed"
    assert client.post(address, {"seen": actions.version_of(found)}).status_code == 302
    assert Disclosure.objects.get().state == "approved"


def test_it_is_on_record_and_waits_for_somebody():
    found = make_texts("returned")
    assert [event.act for event in trail_for(found)] == ["disclosure.propose", "disclosure.return_"]
    assert [each.title for each in items(found.maker)] == ["Put returned texts of the statements right"]
    actions.rewrite(found, {"events": "More."}, by=found.maker)
    assert [each.title for each in items(make_user(Role.MANAGER))] == ["Approve texts of the statements"]


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.ADMINISTRATOR])
def test_strangers_see_nothing(role):
    found, client = make_texts(), signed_in(role)
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}new/2026/").status_code == 403
    for act in ("", "rewrite/", "approve/", "return/", "cancel/"):
        assert client.get(f"{LIST}{found.pk}/{act}").status_code == 404


def test_the_form_asks_for_each_material_variance_and_keeps_what_was_typed():
    books.give("1000", date(2026, 1, 5))
    books.post(postings.direct_cost("5210", usd(40)), date(2026, 3, 2))
    make_budget("approved", travel="39", staff="10")
    client = signed_in(Role.FINANCE)
    with clock.frozen(date(2026, 12, 31)):
        page = client.get(f"{LIST}new/2026/").content.decode()
        assert "Variance on “Staff and consultants”" in page
        assert "Variance on “Travel and Board”" not in page
        wrong = client.post(f"{LIST}new/2026/", {"text0": "x" * 4001, "text2": "Not recruited"})
        assert wrong.status_code == 422
        assert "Not recruited" in wrong.content.decode()
        done = client.post(f"{LIST}new/2026/", {"text0": "", "text2": "Not recruited"})
    found = Disclosure.objects.get()
    assert done.url == f"{LIST}{found.pk}/"
    assert dict(found.passages.values_list("subject", "text")) == {"variance:general:staff": "Not recruited"}
    checker = signed_in(Role.APPROVER)
    assert "Not recruited" in checker.get(f"{LIST}{found.pk}/approve/").content.decode()
    assert checker.post(f"{LIST}{found.pk}/approve/", {"seen": actions.version_of(found)}).status_code == 302
    assert checker.post(f"{LIST}{found.pk}/approve/").status_code == 409
    assert "Not recruited" in client.get("/statements/budget/?as_of=2026-12-31").content.decode()
    assert client.get(f"{LIST}new/1999/").status_code == 404


def test_returned_rewritten_cancelled():
    found = make_texts()
    checker, maker = signed_in(Role.MANAGER), signed_in(user=found.maker)
    assert checker.post(f"{LIST}{found.pk}/return/", {"remark": ""}).status_code == 422
    assert checker.post(f"{LIST}{found.pk}/return/", {"remark": "Say more"}).status_code == 302
    assert "Say more" in maker.get(f"{LIST}{found.pk}/").content.decode()
    assert maker.post(f"{LIST}{found.pk}/rewrite/", {"text0": "More"}).status_code == 302
    assert maker.post(f"{LIST}{found.pk}/cancel/").status_code == 409
    checker.post(f"{LIST}{found.pk}/return/", {"remark": "No"})
    assert maker.post(f"{LIST}{found.pk}/cancel/").status_code == 302


def test_the_list_costs_the_same_for_one_and_for_fifty():
    client = signed_in(Role.AUDITOR)
    make_texts("approved", year=2000)
    client.get(LIST)
    one = queries(client, LIST)
    maker, checker = make_user(Role.FINANCE), make_user(Role.APPROVER)
    for year in range(2001, 2050):
        make_texts("approved", year=year, maker=maker, checker=checker)
    assert queries(client, LIST) == one


def approve(index, pk, approvers):
    actions.approve(Disclosure.objects.get(pk=pk), by=User.objects.get(pk=approvers[index]))


@pytest.mark.django_db(transaction=True)
def test_they_are_approved_once():
    found, number = make_texts(), size(8)
    assert at_once(number, approve, found.pk, people(Role.APPROVER, number)) == ["done"] + ["refused"] * (number - 1)


def propose(index, officers):
    actions.propose(2026, {"events": "x"}, by=User.objects.get(pk=officers[index]))


@pytest.mark.django_db(transaction=True)
def test_one_version_is_begun():
    number = size(8)
    assert at_once(number, propose, people(Role.FINANCE, number)) == ["done"] + ["refused"] * (number - 1)
