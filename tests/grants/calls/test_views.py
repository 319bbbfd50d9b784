"""Pages about calls: the public ones for everybody, the staff's for the secretariat."""

from __future__ import annotations

import pytest
from django.urls import reverse

from grants.calls.models import Call
from tests.factories.calls import ANCHORS, advance_call, make_call
from tests.factories.people import make_user
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('1')</script>\u202e'; DROP TABLE x--"


def test_anyone_reads_open_calls(client):
    call = make_call("published")
    page = client.get(reverse("calls:index"))
    assert page.status_code == 200
    assert call.title in page.content.decode()
    page = client.get(call.get_absolute_url())
    assert page.status_code == 200
    assert "Vienna" in page.content.decode()


def test_a_draft_is_invisible_outside_and_a_preview_inside(client):
    call = make_call("draft")
    assert client.get(call.get_absolute_url()).status_code == 404
    client.force_login(make_user(Role.PROGRAMME))
    assert "preview" in client.get(call.get_absolute_url()).content.decode()


@pytest.mark.parametrize("name", ["register", "create"])
def test_staff_pages_ask_for_sign_in(client, name):
    page = client.get(reverse(f"calls:{name}"))
    assert page.status_code == 302
    assert "login" in page.url


@pytest.mark.parametrize(
    "role, status", [(None, 403), (Role.REVIEWER, 403), (Role.PROGRAMME, 200), (Role.MANAGER, 200), (Role.AUDITOR, 200)]
)
def test_who_manages_and_lists(client, role, status):
    call = make_call("published")
    client.force_login(make_user(role))
    assert client.get(reverse("calls:register")).status_code == status
    assert client.get(call.manage_url).status_code == status


@pytest.mark.parametrize("act", ["publish", "extend", "close", "cancel", "archive", "copy"])
def test_acts_are_refused_to_other_roles(client, act):
    call = make_call("draft" if act == "publish" else "published")
    client.force_login(make_user(Role.MANAGER))
    assert client.post(reverse(f"calls:{act}", args=[call.pk]), {}).status_code == 403


@pytest.mark.parametrize(
    "act, state", [("publish", "published"), ("extend", "draft"), ("close", "draft"), ("archive", "published"), ("cancel", "decided")]
)
def test_acts_out_of_order_are_409(client, act, state):
    call = make_call(state)
    client.force_login(call.drafted_by)
    assert client.post(reverse(f"calls:{act}", args=[call.pk]), {}).status_code == 409


def test_a_call_is_written_page_by_page_and_published(client):
    officer = make_user(Role.PROGRAMME)
    client.force_login(officer)
    page = client.post(reverse("calls:create"), {"title": "New", "reference": "NEW-1"})
    call = Call.objects.get()
    assert page.url == call.manage_url
    moments = {}
    for name, day in (("opens_at", "2030-01-01"), ("closes_at", "2030-03-31"), ("clarifications_until", "2030-03-01")):
        moments |= {f"{name}_0": day, f"{name}_1": "12:00"}
    money = {"total_available": "300000", "ceiling": "60000", "min_months": "8", "max_months": "36", "tranche_pattern": "50, 40, 10"}
    sections = {
        "about": {"title": "New", "reference": "NEW-1", "guidance": "For all.", "languages": ["en"]},
        "dates": moments,
        "money": {**money, "accounted_share": "80", "psc_rate": "13"},
        "rules": {"reviewers_per_application": "2", "reserve_list": "on", "interim_every_months": "6", "report_due_days": "60"},
    }
    for section, data in sections.items():
        assert client.post(reverse("calls:edit", args=[call.pk, section]), data).status_code == 302, section
    for part, rows in _rows().items():
        assert client.post(reverse("calls:part", args=[call.pk, part]), _formset(rows)).status_code == 302, part
    assert client.post(reverse("calls:publish", args=[call.pk])).status_code == 302
    call.refresh_from_db()
    assert (call.state, call.opens_at.isoformat()) == ("published", "2030-01-01T11:00:00+00:00")
    assert call.closes_at.isoformat() == "2030-03-31T10:00:00+00:00"  # summer time has begun


def test_publishing_what_is_incomplete_says_what_is_missing(client):
    call = make_call("draft", guidance="")
    client.force_login(call.drafted_by)
    page = client.post(reverse("calls:publish", args=[call.pk]))
    assert page.status_code == 422
    assert "guidance" in page.content.decode()


def test_one_more_row_without_javascript_saves_nothing(client):
    call = make_call("draft")
    client.force_login(call.drafted_by)
    url = reverse("calls:part", args=[call.pk, "budget_categories"])
    page = client.post(url, _formset([{"code": "Z", "name": "Typed"}]) | {"add_row": "1"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "rows-1-code" in text
    assert 'value="Typed"' in text
    assert call.budget_categories.count() == 3


def test_a_row_that_is_added_begins_with_its_defaults(client):
    call = make_call("draft")
    client.force_login(call.drafted_by)
    page = client.post(reverse("calls:part", args=[call.pk, "questions"]), _formset([{"section": "A", "text": "B"}]) | {"add_row": "1"})
    added = page.context["formset"].forms[1]
    assert (added["required"].value(), added["kind"].value(), added["text"].value()) == (True, "text", None)


def test_removing_a_row_and_naming_the_one_in_error(client):
    call = make_call("draft")
    client.force_login(call.drafted_by)
    url = reverse("calls:part", args=[call.pk, "budget_categories"])
    rows = [{"code": "A", "name": "Kept"}, {"code": "B", "name": "Gone", "DELETE": "on"}, {"code": "C", "name": ""}]
    page = client.post(url, _formset(rows))
    assert page.status_code == 422
    assert "Row 3" in page.content.decode()
    rows[2]["name"] = "Third"
    assert client.post(url, _formset(rows)).status_code == 302
    assert [row.name for row in call.budget_categories.all()] == ["Kept", "Third"]


def test_the_form_pages_open_with_what_is_stored(client):
    call = make_call("draft")
    client.force_login(call.drafted_by)
    for section in ("about", "dates", "money", "rules"):
        assert client.get(reverse("calls:edit", args=[call.pk, section])).status_code == 200
    for part in _rows():
        assert client.get(reverse("calls:part", args=[call.pk, part])).status_code == 200
    assert client.get(reverse("calls:edit", args=[call.pk, "nonsense"])).status_code == 404


def test_hostile_words_are_shown_escaped(client):
    call = make_call("draft", title=HOSTILE, guidance=HOSTILE)
    advance_call(call, "published")
    for url in (reverse("calls:index"), call.get_absolute_url()):
        assert "<script>alert" not in client.get(url).content.decode()


def test_the_register_asks_as_many_queries_for_fifty_as_for_one(client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(make_user(Role.MANAGER))
    officer = make_user(Role.PROGRAMME)
    make_call("published", by=officer)
    client.get(reverse("calls:register"))
    with CaptureQueriesContext(connection, ) as one:
        client.get(reverse("calls:register"), {"size": "50"})
    for _n in range(10):
        make_call("draft", by=officer)
    with django_assert_num_queries(len(one)):
        client.get(reverse("calls:register"), {"size": "50"})


def _formset(rows):
    data = {"rows-TOTAL_FORMS": str(len(rows)), "rows-INITIAL_FORMS": "0"}
    return data | {f"rows-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}


def _rows():
    anchors = {f"anchor_{mark}": text for mark, text in ANCHORS.items()}
    return {
        "questions": [{"section": "A", "text": "Why?", "kind": "text", "word_limit": "100", "required": "on"}],
        "eligibility_questions": [{"text": f"Question {n}?", "passing_answer": "yes"} for n in range(5)],
        "budget_categories": [{"code": "A", "name": "Staff", "cap_percent": "40"}],
        "criteria": [{"name": "Need", "weight": "60", **anchors}, {"name": "Way", "weight": "40", **anchors}],
        "required_documents": [{"kind": "registration", "name": "Registration", "required": "on"}],
    }
