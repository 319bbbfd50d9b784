"""Exports of lists: exactly what is shown, nothing run by a spreadsheet, a constant number of queries."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.people import make_user
from trustfund.cells import csv_text, neutral, original, read_csv
from trustfund.documents import tables
from trustfund.lists import Column, listing
from trustfund.people.models import User
from trustfund.people.roles import Role

COLUMNS = [
    Column("name", "Name", "name", sort="name"),
    Column("roles", "Roles", lambda user: ", ".join(sorted(grant.role for grant in user.role_grants.all()))),
]


@given(text=st.text(max_size=20))
def test_marks_are_lossless(text):
    assert original(neutral(text)) == text


@given(rows=st.lists(st.lists(st.text(alphabet="=+-@'\"\t\r\n,ab;", max_size=6), min_size=1, max_size=3), min_size=1, max_size=5))
def test_csv_comes_back_as_it_was(rows):
    rows = [row if row != [""] else ["x"] for row in rows]
    text = csv_text(rows)
    assert text.startswith("\ufeff")
    assert read_csv(text) == rows


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.django_db
def test_csv():
    make_user(Role.FINANCE, name="=cmd|' /C calc'!A0")
    response = tables.response("csv", "People: all", COLUMNS, User.objects.order_by("name"))
    assert read_csv(body(response).decode()) == [["Name", "Roles"], ["=cmd|' /C calc'!A0", "finance"]]
    assert b"'=cmd" in body(tables.response("csv", "People", COLUMNS, User.objects.order_by("name")))
    assert response["Content-Disposition"].startswith('attachment; filename="People all 20')


@pytest.mark.django_db
def test_xlsx():
    make_user(name="=1+1")
    response = tables.response("xlsx", "People", COLUMNS, User.objects.order_by("name"))
    sheet = openpyxl.load_workbook(io.BytesIO(body(response))).worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["=1+1", None]
    assert sheet["A2"].data_type == "s"
    assert body(tables.response("xlsx", "People", COLUMNS, User.objects.order_by("name"))) == body(response)


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_constant_queries(format):
    counts = []
    for more in (1, 20):
        for _i in range(more):
            make_user(Role.FINANCE)
        with CaptureQueriesContext(connection) as captured:
            body(tables.response(format, "People", COLUMNS, User.objects.prefetch_related("role_grants").order_by("pk")))
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_a_list_exports_what_it_filters(rf):
    make_user(name="Anna")
    make_user(name="Boris")
    response = listing(rf.get("/?q=bor&export=csv"), User.objects.all(), title="People", columns=COLUMNS, search=["name"])
    assert read_csv(body(response).decode())[1:] == [["Boris", ""]]
