"""The pages of a report: who sees what, what is typed is never lost, and the same number of queries for any number of rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grants.outcomes.models import OutcomeSheet
from grants.reports import actions
from grants.reports.models import Expenditure, Report
from tests.factories.agreements import copies, make_grant
from tests.factories.donors import make_contact, make_donor
from tests.factories.ngos import make_member, make_organisation, owner_of
from tests.factories.people import make_user, sign_in
from tests.factories.reports import WORDS, make_report
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
READERS = [Role.PROGRAMME, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR]
OTHERS = [Role.TRUSTEE, Role.REVIEWER, Role.ADMINISTRATOR]
WRITING = ["narrative", "expenditure"]
JUDGING = {"submit": None, "send_back": Role.PROGRAMME, "accept_substance": Role.PROGRAMME, "accept": Role.FINANCE}


def url(name, report):
    return reverse(f"reports:{name}", args=[report.pk])


def status(client, person, address):
    return sign_in(client, person).get(address).status_code


def row_data(version, *rows):
    """The list's form as a browser sends it."""
    data = {"version": version, "rows-TOTAL_FORMS": len(rows), "rows-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        data |= {f"rows-{number}-{name}": value for name, value in row.items()}
    return data


def a_row(report, **fields):
    line = report.grant.budget_lines.first()
    typed = {"budget_line": line.pk, "date": report.period_start.isoformat(), "description": "Rent", "document_number": "R-1"}
    return {**typed, "amount": "100", **fields}


def test_who_sees_a_report_and_what_of_it(client):
    report = make_report("submitted")
    organisation = report.grant.organisation
    donor = make_donor()
    people = {role: make_user(role) for role in [*READERS, *OTHERS]}
    people |= {"owner": owner_of(organisation), "viewer": make_member(organisation, "viewer")}
    people |= {"stranger": owner_of(make_organisation()), "donor": make_contact(donor), "newcomer": make_user()}
    see = {*READERS, "owner", "viewer"}
    story = {Role.PROGRAMME, Role.MANAGER, "owner", "viewer"}
    for who, person in people.items():
        pages = [report.get_absolute_url(), url("workbook", report)]
        assert [status(client, person, page) for page in pages] == [200 if who in see else 404] * 2, who
        text = sign_in(client, person).get(pages[0]).content.decode()
        assert ("Shelter and legal help." in text) is (who in story), who
        assert (reverse("outcomes:sheet", args=[report.sheet_id]) in text) is (who in story), who
        assert ("persons were helped" in text) is (who in story), who
    client.logout()
    assert client.get(report.get_absolute_url()).status_code == 302


def test_outcomes_are_for_the_ngo_and_the_programme_alone(client):
    report = make_report("submitted")
    sheet = reverse("outcomes:sheet", args=[report.sheet_id])
    table, results = (reverse(f"outcomes:{name}", args=[report.sheet_id, *more]) for name, more in [("table", ["age"]), ("results", [])])
    seeing = [owner_of(report.grant.organisation), make_user(Role.PROGRAMME), make_user(Role.MANAGER)]
    assert [status(client, person, sheet) for person in seeing] == [200] * 3
    blind = [make_user(role) for role in [Role.FINANCE, Role.APPROVER, Role.AUDITOR, *OTHERS]]
    blind += [owner_of(make_organisation()), make_contact(make_donor()), make_user()]
    for person in blind:
        assert [status(client, person, page) for page in (sheet, table, results)] == [404] * 3
    assert [status(client, seeing[1], page) for page in (table, results)] == [403] * 2
    assert [status(client, seeing[0], page) for page in (table, results)] == [409] * 2  # it is with the Fund
    client.logout()
    assert [client.get(page).status_code for page in (sheet, table, results)] == [302] * 3


def test_an_ngo_does_not_read_who_in_the_secretariat_did_what(client):
    report = make_report("accepted")
    page = sign_in(client, owner_of(report.grant.organisation)).get(report.get_absolute_url()).content.decode()
    assert report.substance_accepted_by.name not in page
    assert report.accepted_by.name not in page
    assert report.accepted_by.name in sign_in(client, make_user(Role.AUDITOR)).get(report.get_absolute_url()).content.decode()


def test_pages_of_writing_are_403_for_readers_and_409_out_of_order(client):
    report = make_report("draft")
    organisation = report.grant.organisation
    for name in WRITING:
        assert status(client, make_member(organisation, "viewer"), url(name, report)) == 403
        assert status(client, make_user(Role.FINANCE), url(name, report)) == 403
        assert status(client, owner_of(make_organisation()), url(name, report)) == 404
        assert status(client, owner_of(organisation), url(name, report)) == 200
    actions.submit(report, by=owner_of(organisation))
    assert [status(client, owner_of(organisation), url(name, report)) for name in [*WRITING, "submit"]] == [409] * 3


def test_pages_of_judging_are_403_for_others_and_409_out_of_order(client):
    report = make_report("draft")
    for name, role in JUDGING.items():
        right = make_user(role) if role else owner_of(report.grant.organisation)
        assert status(client, right, url(name, report)) == (200 if name == "submit" else 409)
        assert status(client, make_user(Role.AUDITOR), url(name, report)) == 403
        assert status(client, owner_of(make_organisation()), url(name, report)) == 404
        client.logout()
        assert client.get(url(name, report)).status_code == 302


def test_the_whole_way_through_the_pages(client):
    report = make_report("draft")
    owner, programme, finance = owner_of(report.grant.organisation), make_user(Role.PROGRAMME), make_user(Role.FINANCE)
    for person, name, data in [(owner, "submit", {}), (programme, "send_back", {"reason": "Say more."}), (owner, "submit", {})]:
        assert sign_in(client, person).post(url(name, report), data).status_code == 302
    assert sign_in(client, programme).post(url("accept_substance", report)).status_code == 302
    report.refresh_from_db()
    first = report.expenditures.first()
    page = sign_in(client, finance).get(url("accept", report)).content.decode()
    assert report.content_hash in page
    data = {"seen": report.content_hash, f"row-{first.pk}": "No receipt."}
    assert client.post(url("accept", report), data).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.accepted_amount) == ("accepted", usd(3_200))
    shown = sign_in(client, owner).get(report.get_absolute_url()).content.decode()
    assert "No receipt." in shown


def test_sending_back_without_a_reason_is_422(client):
    report = make_report("submitted")
    answer = sign_in(client, make_user(Role.PROGRAMME)).post(url("send_back", report), {"reason": " "})
    assert answer.status_code == 422
    report.refresh_from_db()
    assert report.state == "submitted"


def test_an_acceptance_that_is_refused_keeps_the_reasons(client):
    report = make_report("substance_accepted", spent=usd(24_001))
    row = report.expenditures.first()
    data = {"seen": "0" * 64, f"row-{row.pk}": "Paid twice."}
    answer = sign_in(client, make_user(Role.FINANCE)).post(url("accept", report), data)
    assert answer.status_code == 422
    assert "Paid twice." in answer.content.decode()
    assert "corrected this report" in answer.content.decode()


def test_a_narrative_written_by_two_shows_both_texts_and_then_saves(client):
    report = make_report()
    ann, bea = owner_of(report.grant.organisation), make_member(report.grant.organisation)
    actions.save_narrative(report, {"activities": "Ann's words"}, by=ann, version=0)
    address = url("narrative", report)
    answer = sign_in(client, bea).post(address, {**WORDS, "activities": "Bea typed", "version": 0})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ann&#x27;s words" in page
    assert "Bea typed" in page
    version = answer.context["form"].data["version"]
    assert client.post(address, {**WORDS, "activities": "Both", "version": version}).status_code == 302
    report.refresh_from_db()
    assert report.activities == "Both"
    assert {kept.text for kept in report.wordings.all()} == {"Bea typed", "Ann's words"}


def test_words_that_come_after_the_submission_stay_on_the_page(client):
    report = make_report("submitted")
    data = {**WORDS, "activities": "Typed while a colleague submitted", "version": report.version}
    answer = sign_in(client, owner_of(report.grant.organisation)).post(url("narrative", report), data)
    assert answer.status_code == 422
    assert "Typed while a colleague submitted" in answer.content.decode()


def test_autosave(client):
    report = make_report()
    ann, bea, address = owner_of(report.grant.organisation), make_member(report.grant.organisation), url("autosave", report)
    assert client.post(address, {"version": 0}).status_code == 401
    first = sign_in(client, ann).post(address, {"version": 0, "activities": "First\r\nwords"})
    assert (first.status_code, first.json()) == (200, {"fields": {"version": "1"}})
    report.refresh_from_db()
    assert (report.activities, report.results, report.state) == ("First\nwords", "", "draft")
    assert sign_in(client, bea).post(address, {"version": 0, "activities": "Mine"}).status_code == 409
    assert report.wordings.get().text == "Mine"
    assert client.post(address, {"activities": "no version"}).status_code == 422
    assert sign_in(client, make_member(report.grant.organisation, "viewer")).post(address, {"version": 1}).status_code == 403
    assert sign_in(client, owner_of(make_organisation())).post(address, {"version": 1}).status_code == 404


def test_rows_with_errors_keep_what_was_typed_and_name_row_and_column(client):
    report = make_report()
    address = url("expenditure", report)
    sign_in(client, owner_of(report.grant.organisation))
    blank = dict.fromkeys(a_row(report), "")
    good, bad = a_row(report), a_row(report, description="Typed by hand", date="05/03/2026", amount="12.345")
    answer = client.post(address, row_data(0, good, blank, bad))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Typed by hand" in page
    assert "05/03/2026" in page
    assert "Row 3, date:" in page
    assert "Row 3, amount USD:" in page
    assert not report.expenditures.exists()
    outside = a_row(report, date="1999-01-01")
    refused = client.post(address, row_data(0, good, blank, outside)).content.decode()
    assert "Row 3, “date”: it is outside" in refused
    assert "1999-01-01" in refused
    assert client.post(address, row_data(0, good, blank, a_row(report, local_amount="4,100", local_currency="khr"))).status_code == 302
    assert [(e.number, e.local_minor, e.local_currency) for e in report.expenditures.all()] == [(1, None, ""), (2, 410_000, "KHR")]


def test_rows_that_are_removed_or_cleared_are_gone(client):
    report = make_report("draft")
    kept, removed, cleared = a_row(report), a_row(report, DELETE="on"), dict.fromkeys(a_row(report), "")
    data = row_data(report.version, kept, removed, cleared)
    answer = sign_in(client, owner_of(report.grant.organisation)).post(url("expenditure", report), {**data, "more": "1"})
    assert answer.url == url("expenditure", report)
    assert report.expenditures.count() == 1


def test_a_list_saved_by_a_colleague_is_shown_beside_what_was_typed(client):
    report = make_report()
    ann, bea = owner_of(report.grant.organisation), make_member(report.grant.organisation)
    address = url("expenditure", report)
    sign_in(client, ann).post(address, row_data(0, a_row(report, description="Ann wrote this")))
    answer = sign_in(client, bea).post(address, row_data(0, a_row(report, description="Bea wrote this")))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ann wrote this" in page
    assert "Bea wrote this" in page
    assert client.post(address, row_data(answer.context["version"], a_row(report, description="Both"))).status_code == 302
    assert report.expenditures.get().description == "Both"


def test_the_task_list_is_honest(client):
    report = make_report()
    sign_in(client, owner_of(report.grant.organisation))
    assert client.get(report.get_absolute_url()).content.decode().count("Not started") == 3
    words = {**WORDS, "activities": "Write to ann@example.org"}
    report = actions.save_narrative(report, words, by=owner_of(report.grant.organisation), version=0)
    page = client.get(report.get_absolute_url())
    assert "Is this personal data?" in page.content.decode()
    assert client.post(url("confirm_words", report), {"digest": page.context["digest"]}).status_code == 302
    assert "Is this personal data?" not in client.get(report.get_absolute_url()).content.decode()
    assert client.post(url("confirm_words", report), {"digest": "stale"}, follow=True).content.decode().count("changed meanwhile") == 1


def test_every_list_page_has_a_constant_number_of_queries(client):
    report = make_report("draft")
    programme, owner = make_user(Role.PROGRAMME), owner_of(report.grant.organisation)
    of_grant = reverse("reports:of_grant", args=[report.grant_id])
    pages = [
        (programme, reverse("reports:index")),
        (programme, of_grant),
        (owner, of_grant),
        (owner, url("expenditure", report)),
        (owner, report.get_absolute_url()),
    ]
    before = [_queries(client, *page) for page in pages]
    for grant in [*copies(make_grant("approved"), 25), *[report.grant] * 25]:
        _another(report, grant)
    row = {"report": report, "budget_line": report.grant.budget_lines.first(), "date": report.period_start, "document_number": "y"}
    Expenditure.objects.bulk_create(Expenditure(**row, number=n, description="x", amount=usd(1)) for n in range(100, 148))
    assert [_queries(client, *page) for page in pages] == before


def _another(report, grant):
    period = {"period_start": report.period_start, "period_end": report.period_end}
    sheet = OutcomeSheet.objects.create(grant=grant, **period)
    Report.objects.create(grant=grant, sheet=sheet, number=grant.reports.count() + 1, kind="interim", due_on=report.due_on, **period)


def _queries(client, person, address):
    sign_in(client, person)
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)
