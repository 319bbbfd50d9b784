"""The pages of budgets: who gets in, what is typed and shown, and that nothing typed is lost."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.donors.support import queries, signed_in
from tests.factories.budgets import make_budget
from tests.factories.donors import PDF
from tests.factories.people import make_user, sign_in
from trustfund.budgets import actions
from trustfund.budgets.models import Budget
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
READERS = [Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR]
STRANGERS = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.ADMINISTRATOR]
LIST = "/books/budgets/"


def typed(*lines, **head):
    """What a browser sends: lines are (line, amount) or with a remark."""
    data = {"window": "general", "year": "2026", "reason": "", "rows-TOTAL_FORMS": str(len(lines)), "rows-INITIAL_FORMS": "0", **head}
    for number, line in enumerate(lines):
        data |= {f"rows-{number}-{name}": value for name, value in zip(("line", "amount", "remark"), [*line, ""], strict=False)}
    return data


@pytest.mark.parametrize("role", READERS)
def test_who_reads_the_books_reads_budgets(role):
    budget, client = make_budget(), signed_in(role)
    assert client.get(LIST).status_code == 200
    assert client.get(f"{LIST}{budget.pk}/").status_code == 200
    assert client.get(f"{LIST}{budget.pk}/workbook/").status_code == 200
    assert client.get(f"{LIST}{budget.pk}/document/").status_code == 404


@pytest.mark.parametrize("role", STRANGERS)
def test_nobody_else_does(role):
    budget, client = make_budget(), signed_in(role)
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}new/").status_code == 403
    for act in ("", "change/", "attach/", "upload/", "submit/", "cancel/", "return/", "workbook/", "document/"):
        assert client.get(f"{LIST}{budget.pk}/{act}").status_code == 404
    assert Client().get(LIST).status_code == 302


def test_the_grid_begins_with_every_line_and_keeps_what_was_typed():
    client = signed_in(Role.FINANCE)
    page = client.get(f"{LIST}new/").content.decode()
    assert page.count("Staff and consultants") >= 8
    wrong = client.post(f"{LIST}new/", typed(("staff", "12.345"), ("staff", "7")))
    assert wrong.status_code == 422
    assert "12.345" in wrong.content.decode()
    twice = client.post(f"{LIST}new/", typed(("staff", "12"), ("staff", "7", "again")))
    assert twice.status_code == 422
    assert "is there twice" in twice.content.decode()
    assert "again" in twice.content.decode()
    assert not Budget.objects.exists()


def test_it_is_typed_and_saved():
    client = signed_in(Role.FINANCE)
    response = client.post(f"{LIST}new/", typed(("staff", "1,200.50", "Two posts"), ("grants", "0")))
    budget = Budget.objects.get()
    assert response.url == f"{LIST}{budget.pk}/"
    written = [(each.line, each.amount, each.remark) for each in budget.lines.all()]
    assert written == [("grants", usd(0), ""), ("staff", usd("1200.50"), "Two posts")]


def test_a_row_more_saves_nothing():
    response = signed_in(Role.FINANCE).post(f"{LIST}new/", typed(("staff", "1"), add_row="1"))
    assert response.status_code == 200
    assert not Budget.objects.exists()


def test_a_revision_begins_with_what_was_approved():
    make_budget("approved", staff="4321")
    page = signed_in(Role.FINANCE).get(f"{LIST}new/?window=general&year=2026").content.decode()
    assert "4321.00" in page
    assert "rows-7-line" in page
    assert signed_in(Role.FINANCE).get(f"{LIST}new/?window=nothing").status_code == 404


def test_from_the_draft_to_the_approval():
    finance, approver = make_user(Role.FINANCE), make_user(Role.APPROVER)
    budget = make_budget(maker=finance)
    maker, checker = signed_in(user=finance), sign_in(Client(), approver)
    upload = SimpleUploadedFile("minute.pdf", PDF, "application/pdf")
    assert maker.post(f"{LIST}{budget.pk}/attach/", {"upload": upload}).status_code == 302
    assert maker.get(f"{LIST}{budget.pk}/document/").status_code == 200
    assert maker.post(f"{LIST}{budget.pk}/submit/").status_code == 302
    assert checker.get(f"{LIST}{budget.pk}/approve/").status_code == 200
    seen = actions.version_of(budget)
    assert checker.post(f"{LIST}{budget.pk}/approve/", {"seen": seen - 1}).status_code == 422
    assert checker.post(f"{LIST}{budget.pk}/approve/", {"seen": seen}).status_code == 302
    assert checker.post(f"{LIST}{budget.pk}/approve/", {"seen": seen}).status_code == 409
    budget.refresh_from_db()
    assert (budget.state, budget.checker) == ("approved", approver)
    assert "Revise it" in maker.get(f"{LIST}{budget.pk}/").content.decode()


def test_returned_changed_and_cancelled():
    budget = make_budget("submitted")
    checker, maker = signed_in(Role.MANAGER), signed_in(user=budget.maker)
    assert checker.post(f"{LIST}{budget.pk}/return/", {"remark": ""}).status_code == 422
    assert checker.post(f"{LIST}{budget.pk}/return/", {"remark": "Less travel"}).status_code == 302
    assert "Less travel" in maker.get(f"{LIST}{budget.pk}/").content.decode()
    assert maker.post(f"{LIST}{budget.pk}/change/", typed(("travel", "5"))).status_code == 302
    assert maker.post(f"{LIST}{budget.pk}/cancel/").status_code == 302
    assert maker.get(f"{LIST}{budget.pk}/change/").status_code == 409


def test_a_workbook_is_sent_back():
    budget = make_budget()
    client = signed_in(user=budget.maker)
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{LIST}{budget.pk}/workbook/").content))
    book.worksheets[0]["C4"] = 777.5
    assert client.post(f"{LIST}{budget.pk}/upload/", {"upload": _file(book)}).status_code == 302
    assert {each.line: each.amount for each in budget.lines.all()}["staff"] == usd("777.50")
    book.worksheets[0]["C4"] = "many"
    book.worksheets[0]["A5"] = "parties"
    refused = client.post(f"{LIST}{budget.pk}/upload/", {"upload": _file(book)})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Row 4: “many” is not an amount" in page
    assert "Row 5: “parties” is no budget line." in page
    assert {each.line: each.amount for each in budget.lines.all()}["staff"] == usd("777.50")


def _file(book):
    target = io.BytesIO()
    book.save(target)
    return SimpleUploadedFile("budget.xlsx", target.getvalue())


def test_the_list_costs_the_same_for_one_and_for_fifty():
    client = signed_in(Role.AUDITOR)
    make_budget("approved", year=2000)
    client.get(LIST)
    one = queries(client, LIST)
    maker, checker = make_user(Role.FINANCE), make_user(Role.APPROVER)
    for year in range(2001, 2050):
        make_budget("approved", year=year, maker=maker, checker=checker)
    assert queries(client, LIST) == one
