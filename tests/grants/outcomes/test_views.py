"""The pages of the numbers: what was typed is never lost, and a colleague's numbers are seen before they are replaced."""

import pytest
from django.urls import reverse

from grants.outcomes import actions
from grants.outcomes.models import Indicator
from tests.factories.ngos import make_member, make_organisation, owner_of
from tests.factories.people import make_user, sign_in
from tests.factories.reports import make_report
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return make_report()


def url(name, report, *more):
    return reverse(f"outcomes:{name}", args=[report.sheet_id, *more])


def test_a_table_is_filled_and_a_wrong_number_keeps_the_others(client, report):
    address = url("table", report, "age")
    sign_in(client, owner_of(report.grant.organisation))
    answer = client.post(address, {"version": 0, "female-18-24": "12", "male-60plus": "-1"})
    assert answer.status_code == 422
    assert 'value="12"' in answer.content.decode()
    assert client.post(address, {"version": 0, "female-18-24": "12", "male-60plus": "3"}).status_code == 302
    assert report.sheet.as_mapping() == {("age", "female", "18-24"): 12, ("age", "male", "60+"): 3}
    page = client.get(url("sheet", report)).content.decode()
    assert "This does not add up yet" in page
    assert client.get(url("table", report, "nothing")).status_code == 404


def test_numbers_of_a_colleague_are_shown_beside_what_was_typed(client, report):
    address = url("table", report, "age")
    ann, bea = owner_of(report.grant.organisation), make_member(report.grant.organisation)
    sign_in(client, ann).post(address, {"version": 0, "female-18-24": "12"})
    answer = sign_in(client, bea).post(address, {"version": 0, "female-18-24": "14"})
    assert answer.status_code == 422
    assert [tuple(map(str, each)) for each in answer.context["theirs"]] == [("18 to 24, Women and girls", "12", "14")]
    version = answer.context["form"].data["version"]
    assert client.post(address, {"version": version, "female-18-24": "14"}).status_code == 302
    assert report.sheet.as_mapping() == {("age", "female", "18-24"): 14}


def test_results_are_filled_and_those_of_a_colleague_are_seen(client, report):
    row = {"text": "Beds", "counts_persons": False, "baseline": 4, "target": 10}
    [indicator] = actions.set_indicators(report.grant, [row], by=make_user(Role.PROGRAMME))
    ann, bea, name = owner_of(report.grant.organisation), make_member(report.grant.organisation), f"indicator-{indicator.pk}"
    assert sign_in(client, ann).post(url("results", report), {"version": 0, name: "6"}).status_code == 302
    answer = sign_in(client, bea).post(url("results", report), {"version": 0, name: "7", "nobody": "on"})
    assert answer.status_code == 422
    assert list(answer.context["theirs"]) == [("Beds", 6, 7)]
    assert 'value="7"' in answer.content.decode()


def test_numbers_typed_while_a_colleague_submitted_stay_on_the_page(client):
    report = make_report("submitted")
    data = {"version": report.sheet.version, "female-18-24": "99"}
    answer = sign_in(client, owner_of(report.grant.organisation)).post(url("table", report, "age"), data)
    assert answer.status_code == 422
    assert 'value="99"' in answer.content.decode()


def test_the_programme_agrees_the_indicators_row_by_row(client, report):
    address = reverse("outcomes:indicators", args=[report.grant_id])
    people = {role: make_user(role) for role in [Role.FINANCE, Role.AUDITOR, Role.MANAGER]}
    assert [sign_in(client, person).get(address).status_code for person in people.values()] == [403] * 3
    assert sign_in(client, owner_of(report.grant.organisation)).get(address).status_code == 403
    assert sign_in(client, owner_of(make_organisation())).get(address).status_code == 404
    sign_in(client, make_user(Role.PROGRAMME))
    rows = {"rows-TOTAL_FORMS": 2, "rows-INITIAL_FORMS": 0, "rows-0-text": "Beds", "rows-0-target": "10", "rows-1-text": "Cases brought"}
    answer = client.post(address, rows)
    assert answer.status_code == 422
    assert "Cases brought" in answer.content.decode()
    assert "Row 2, target:" in answer.content.decode()
    assert client.post(address, {**rows, "rows-1-target": "3", "add_row": "1"}).status_code == 200
    assert not Indicator.objects.exists()
    assert client.post(address, {**rows, "rows-1-target": "3"}).status_code == 302
    assert list(Indicator.objects.values_list("number", "text", "baseline", "target")) == [(1, "Beds", 0, 10), (2, "Cases brought", 0, 3)]
    tab = reverse("reports:of_grant", args=[report.grant_id])
    shown = {role: "Cases brought" in sign_in(client, person).get(tab).content.decode() for role, person in people.items()}
    assert shown == {Role.FINANCE: False, Role.AUDITOR: False, Role.MANAGER: True}
