"""The mapping to the ERP's codes, its extracts, and the comparison: what differs, and the lines behind it."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.donors.support import queries, signed_in
from tests.factories.books import DAY, make_bank, open_years, post
from tests.factories.people import make_user
from tests.grants.payments.test_at_the_same_time import at_once, size
from trustfund import clock
from trustfund.erp import actions, mapping
from trustfund.erp.layout import Layout
from trustfund.erp.models import Extract, Mapping
from trustfund.erp.reconciliation import Item, match, reconcile
from trustfund.ledger import postings
from trustfund.ledger.legs import credit, debit
from trustfund.money import usd, zero
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
JAN, MAR1, MAR31 = date(2026, 1, 1), date(2026, 3, 1), date(2026, 3, 31)
MAPPED = [("account", "5220", "7300"), ("account", "2010", "3500"), ("window", "general", "32UNV")]
HEAD = "Posting Date,Document Number,G/L Account,Fund,Amount in USD,Currency,Text"
PAGES = ["/erp/?start=2026-03-01&end=2026-03-31", "/erp/", "/erp/mapping/", "/erp/extracts/"]


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(MAR31):
        open_years()
        yield


def mapped(rows=MAPPED, on=JAN):
    return mapping.save(rows, effective_on=on, by=make_user(Role.FINANCE))


def extract(*rows, head=HEAD, name="zfi.csv", start=MAR1, end=MAR31, by=None):
    content = "\r\n".join([head, *rows]).encode()
    return actions.bring(name, content, starts_on=start, ends_on=end, by=by or make_user(Role.FINANCE))


def fee(amount="100", reference=None, on=DAY):
    return post([debit("5220", usd(amount)), credit("2010", usd(amount))], on, reference)


# The mapping


def test_a_mapping_holds_from_its_day_and_is_never_overwritten():
    assert mapped() == 3
    assert mapped([("account", "5220", "7301")], on=MAR1) == 1
    assert mapped([("account", "5220", "7301")], on=MAR31) == 0
    assert [mapping.in_force(day)["account", "5220"].target for day in (JAN, MAR1, MAR31)] == ["7300", "7301", "7301"]
    mapped([("account", "5220", "")], on=MAR31)
    assert ("account", "5220") not in mapping.in_force(MAR31)
    assert Mapping.objects.filter(code="5220").count() == 3


@pytest.mark.parametrize("rows, said", [
    ([("account", "7777", "1")], "Row 1: there is no account “7777”."),
    ([("grant", "G-0", "1")], "Row 1: there is no grant “G-0”."),
    ([*MAPPED, ("account", "5220", "9")], "Row 4: 5220 has another code in a row above."),
    ([("account", "5220", "x" * 41)], "Row 1: the ERP’s code is longer than 40 characters."),
])  # fmt: skip
def test_what_can_not_be_mapped_is_said_by_row(rows, said):
    with pytest.raises(ValidationError) as caught:
        mapped(rows)
    assert said in caught.value.messages
    assert not Mapping.objects.exists()


def test_an_earlier_word_is_refused():
    mapped(on=MAR1)
    with pytest.raises(ValidationError, match="5220 has a mapping of 2026-03-01 already: choose a later day"):
        mapped([("account", "5220", "1")])


@pytest.mark.parametrize("role", [Role.APPROVER, Role.MANAGER, Role.AUDITOR, Role.PROGRAMME, None])
def test_only_finance_maps_and_brings(role):
    person = make_user(role)
    with pytest.raises(PermissionDenied):
        mapping.save(MAPPED, effective_on=JAN, by=person)
    with pytest.raises(PermissionDenied):
        extract(by=person)
    with pytest.raises(PermissionDenied):
        actions.describe(Layout(), by=person)
    found = extract("2026-03-16,51001,7300,32UNV,1.00,USD,x")
    with pytest.raises(PermissionDenied):
        actions.withdraw(found, by=person)


# Extracts


def test_an_extract_is_kept_line_by_line():
    found = extract('2026-03-16,51001,7300,32UNV,"1,234.50",USD,Fee', "2026-03-17,51002,3500,32UNV,1234.50-,USD,Fee", ",,,,,,")
    assert [(each.posted_on, each.document, each.gl, each.amount) for each in found.lines.all()] == [
        (DAY, "51001", "7300", usd("1234.50")),
        (date(2026, 3, 17), "51002", "3500", usd("-1234.50")),
    ]


def test_a_workbook_is_read_by_its_own_layout():
    actions.describe(
        Layout(posted_on="Tag", document="Beleg", gl="Konto", fund="Fonds", amount="Betrag", currency="", text=""),
        by=make_user(Role.FINANCE),
    )
    made = openpyxl.Workbook()
    for row in [["Tag", "Beleg", "Konto", "Fonds", "Betrag"], [DAY, 51001, 7300, "32UNV", 12.5]]:
        made.active.append(row)
    target = io.BytesIO()
    made.save(target)
    found = actions.bring("z.xlsx", target.getvalue(), starts_on=MAR1, ends_on=MAR31, by=make_user(Role.FINANCE))
    assert [(each.document, each.gl, each.amount) for each in found.lines.all()] == [("51001", "7300", usd("12.50"))]


@pytest.mark.parametrize("rows, said", [
    (["16.3.2026,5,7300,F,1,USD,x"], "Row 2, column Posting Date: “16.3.2026” is not a date as the layout has it."),
    (["2026-04-01,5,7300,F,1,USD,x"], "Row 2, column Posting Date: 1 Apr 2026 is not within the days of the extract."),
    (["2026-03-16,5,7300,F,1.234,USD,x"], "Row 2, column Amount in USD: “1.234” is no amount of USD."),
    (["2026-03-16,5,7300,F,much,USD,x"], "Row 2, column Amount in USD: “much” is no amount of USD."),
    (["2026-03-16,5,7300,F,1,EUR,x"], "Row 2, column Currency: the amounts are compared in USD; “EUR” stands there."),
    (["2026-03-16,5,,F,1,USD,x"], "Row 2, column G/L Account: it is missing, or longer than 40 characters."),
    (['2026-03-16,5,7300,F,1,USD,"x'], "Row 2 can’t be read as CSV: the file may be cut in the middle."),
    (["2026-03-16,5,7300,F,1,USD,x", "2026-03-16,5,7300,F,1"], "Row 3 has 5 of 7 columns: the file may be cut in the middle."),
    ([], "There is no posting in the file."),
])  # fmt: skip
def test_each_mistake_of_an_extract_has_its_place(rows, said):
    with pytest.raises(ValidationError) as caught:
        extract(*rows)
    assert said in caught.value.messages
    assert not Extract.objects.exists()


def test_a_file_without_its_columns_or_in_another_encoding_is_refused():
    for content, said in [
        (b"A,B\r\n1,2", "no column Posting Date"),
        ("é".encode("latin-1"), "nor a CSV in UTF-8"),
        (b"PK\x03\x04", "not an XLSX"),
    ]:
        with pytest.raises(ValidationError, match=said):
            actions.bring("x.csv", content, starts_on=MAR1, ends_on=MAR31, by=make_user(Role.FINANCE))
    with pytest.raises(ValidationError, match="The last day is before the first"):
        extract(start=MAR31, end=MAR1)
    with clock.frozen(DAY), pytest.raises(ValidationError, match="This day is in the future"):
        extract("2026-03-16,51001,7300,32UNV,1.00,USD,x")


def test_the_same_file_and_the_same_days_are_recognised_until_it_is_withdrawn():
    row = "2026-03-16,51001,7300,32UNV,1.00,USD,x"
    found = extract(row)
    with pytest.raises(ValidationError, match="is here already"):
        extract(row)
    with pytest.raises(ValidationError, match="has some of these days"):
        extract(row, row, start=MAR1, end=DAY)
    actions.withdraw(found, by=make_user(Role.FINANCE))
    with pytest.raises(TransitionNotAllowed):
        actions.withdraw(found, by=make_user(Role.FINANCE))
    assert extract(row).state == "in_use"


def bring(index, officers):
    extract("2026-03-16,51001,7300,32UNV,1.00,USD,x", by=User.objects.get(pk=officers[index]))


@pytest.mark.django_db(transaction=True)
def test_it_is_brought_once_however_many_bring_it():
    number = size(6)
    officers = [make_user(Role.FINANCE).pk for _each in range(number)]
    answers = at_once(number, bring, officers)
    assert (answers.count("done"), Extract.objects.count()) == (1, 1)


# The comparison


def test_codes_that_nobody_mapped_are_named_first():
    fee()
    extract("2026-03-16,51001,9999,OTHER,7.00,USD,x")
    found = reconcile(MAR1, MAR31)
    assert found.unmapped_ours == [("account", "2010", usd(-100)), ("account", "5220", usd(100)), ("window", "general", zero())]
    assert found.unmapped_theirs == [("account", "9999", usd(7)), ("window", "OTHER", usd(7))]
    assert not found.agrees


def test_what_agrees_has_no_lines_below_it():
    mapped()
    fee()
    extract("2026-03-16,51001,7300,32UNV,100.00,USD,x", "2026-03-16,51001,3500,32UNV,-100.00,USD,x")
    found = reconcile(MAR1, MAR31)
    assert [(each.gl, each.fund, each.ours, each.theirs, each.matched) for each in found.codes] == [
        ("3500", "32UNV", usd(-100), usd(-100), []),
        ("7300", "32UNV", usd(100), usd(100), []),
    ]
    assert found.agrees
    assert not found.days_without
    assert reconcile(MAR1, date(2026, 4, 1)).days_without


def test_below_a_difference_stand_the_lines_of_both_sides():
    mapped()
    fee("100", "invoice:17")
    fee("40", on=date(2026, 3, 10))
    fee("25")
    rows = ["2026-03-30,51001,7300,32UNV,100.00,USD,paid invoice:17", "2026-03-12,51002,7300,32UNV,40.00,USD,y"]
    extract(*rows, "2026-03-16,51003,7300,32UNV,26.00,USD,z")
    code = next(each for each in reconcile(MAR1, MAR31).codes if each.gl == "7300")
    assert code.difference == usd(-1)
    assert [(own.amount, their.reference) for own, their in code.matched] == [(usd(40), "51002"), (usd(100), "51001")]
    assert [each.amount for each in code.only_ours] == [usd(25)]
    assert [each.reference for each in code.only_theirs] == ["51003"]


ITEMS = st.lists(st.tuples(st.integers(1, 28), st.sampled_from(["a", "b", ""]), st.integers(-3, 3)), max_size=12)


@settings(deadline=None, max_examples=50, suppress_health_check=list(HealthCheck))
@given(ITEMS, ITEMS)
def test_nothing_is_lost_or_counted_twice(ours, theirs):
    def items(rows):
        return [Item(date(2026, 3, day), reference, "", usd(amount)) for day, reference, amount in rows]

    left, right = items(ours), items(theirs)
    pairs, only_ours, only_theirs = match(left, right)
    assert sorted(map(id, left)) == sorted([id(own) for own, _their in pairs] + list(map(id, only_ours)))
    assert sorted(map(id, right)) == sorted([id(their) for _own, their in pairs] + list(map(id, only_theirs)))
    assert all(own.amount == their.amount for own, their in pairs)


# Pages


@pytest.mark.parametrize("role, status", [(Role.FINANCE, 200), (Role.AUDITOR, 200), (Role.TRUSTEE, 403), (None, 403)])
def test_the_pages_are_for_readers_of_the_books(role, status):
    client = signed_in(role)
    found = extract("2026-03-16,51001,7300,32UNV,1.00,USD,x")
    assert {client.get(path).status_code for path in PAGES} == {status}
    writing = [client.get(f"/erp/{path}").status_code for path in ("mapping/edit/", "mapping/import/", "extracts/new/", "extracts/layout/")]
    assert writing == [200 if role == Role.FINANCE else 403] * 4
    assert client.get(found.get_absolute_url()).status_code == (200 if status == 200 else 404)
    assert client.get(f"{found.get_absolute_url()}withdraw/").status_code == {200: 200 if role == Role.FINANCE else 403, 403: 404}[status]


def test_the_report_is_shown_and_exported():
    mapped()
    fee("100", "invoice:17")
    extract("2026-03-16,51001,7300,32UNV,90.00,USD,x")
    client = signed_in(Role.FINANCE)
    page = client.get(PAGES[0]).content.decode()
    assert "a difference of USD\u00a010.00" in page
    assert "5220 Contractual services and audit" in page
    exported = b"".join(client.get(f"{PAGES[0]}&export=csv").streaming_content).decode().removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert [(row["Part"], row["GL account"], row["Ours, USD"], row["Theirs, USD"], row["Difference, USD"]) for row in rows] == [
        ("Code", "3500", "-100.00", "0.00", "-100.00"),
        ("Ours only", "3500", "-100.00", "", ""),
        ("Code", "7300", "100.00", "90.00", "10.00"),
        ("Ours only", "7300", "100.00", "", ""),
        ("Theirs only", "7300", "", "90.00", ""),
        ("Total", "", "0.00", "90.00", "-90.00"),
    ]
    assert client.get(f"{PAGES[0]}&export=xlsx").content[:2] == b"PK"
    assert client.get(f"{PAGES[0]}&export=pdf").content[:5] == b"%PDF-"
    assert client.get("/erp/?start=2026-03-31&end=2026-03-01").status_code == 422


def test_the_mapping_is_changed_in_the_grid_and_by_a_file():
    client = signed_in(Role.FINANCE)
    grid = {"effective_on": "2026-03-01", "rows-TOTAL_FORMS": "2", "rows-INITIAL_FORMS": "0"}
    typed = {"rows-0-kind": "account", "rows-0-code": "5220", "rows-0-target": "7300", "rows-1-kind": "window", "rows-1-code": "nowhere"}
    page = client.post("/erp/mapping/edit/", {**grid, **typed, "rows-1-target": "F"})
    assert (page.status_code, "there is no window “nowhere”" in page.content.decode(), 'value="7300"' in page.content.decode()) == (
        422,
        True,
        True,
    )
    assert client.post("/erp/mapping/edit/", {**grid, **typed, "rows-1-code": "general", "rows-1-target": "F"}).status_code == 302
    exported = b"".join(client.get("/erp/mapping/?file=csv").streaming_content)
    assert exported.decode("utf-8-sig").splitlines() == ["kind,code,target", "account,5220,7300", "window,general,F"]
    changed = SimpleUploadedFile("mapping.csv", exported.replace(b"7300", b"7301"))
    assert client.post("/erp/mapping/import/", {"effective_on": "2026-03-10", "file": changed}).status_code == 302
    assert mapping.in_force(DAY)["account", "5220"].target == "7301"
    wrong = SimpleUploadedFile("mapping.csv", b"a,b\n1,2")
    assert client.post("/erp/mapping/import/", {"effective_on": "2026-03-10", "file": wrong}).status_code == 422


def test_an_extract_is_brought_and_withdrawn_on_the_pages():
    client = signed_in(Role.FINANCE)
    days = {"starts_on": "2026-03-01", "ends_on": "2026-03-31"}
    assert client.post("/erp/extracts/new/", {**days, "file": SimpleUploadedFile("a.csv", b"no")}).status_code == 422
    content = f"{HEAD}\r\n2026-03-16,51001,7300,32UNV,1.00,USD,x".encode()
    assert client.post("/erp/extracts/new/", {**days, "file": SimpleUploadedFile("a.csv", content)}).status_code == 302
    found = Extract.objects.get()
    assert b"".join(client.get(f"{found.get_absolute_url()}file/").streaming_content) == content
    assert client.post(f"{found.get_absolute_url()}withdraw/").status_code == 302
    assert client.post(f"{found.get_absolute_url()}withdraw/").status_code == 409
    layout = dict.fromkeys(("posted_on", "document", "gl", "fund", "amount"), "X")
    layout |= {"date_format": "%d.%m.%Y", "decimal_mark": ",", "delimiter": ";"}
    assert client.post("/erp/extracts/layout/", layout).status_code == 302
    assert actions.layout().decimal_mark == ","


def test_many_lines_take_no_more_queries():
    client = signed_in(Role.AUDITOR)
    mapped()
    fee()
    extract("2026-03-16,51001,7300,32UNV,1.00,USD,x", start=MAR1, end=DAY)
    queries(client, PAGES[0])
    counts = [queries(client, path) for path in PAGES]
    for number in range(20):
        fee(str(number + 1))
        post(postings.interest(make_bank(), usd(1)))
    extract(*[f"2026-03-17,5100{number},7300,32UNV,{number}.00,USD,x" for number in range(2, 9)], start=date(2026, 3, 17), end=MAR31)
    assert [queries(client, path) for path in PAGES] == counts


@pytest.mark.parametrize("statement", [
    "UPDATE erp_mapping SET target = 'x'", "DELETE FROM erp_mapping",
    "UPDATE erp_extractline SET amount = 1", "DELETE FROM erp_extractline",
])  # fmt: skip
def test_what_was_said_is_not_said_otherwise(statement):
    mapped()
    extract("2026-03-16,51001,7300,32UNV,1.00,USD,x")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
