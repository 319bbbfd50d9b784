"""The pages of vouchers: who gets in, what is written and shown, and that nothing typed is lost."""

from __future__ import annotations

import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.donors.support import queries, signed_in
from tests.factories.books import DAY, make_bank, open_years
from tests.factories.donors import PDF
from tests.factories.people import age_sign_in, make_user, sign_in
from tests.factories.vouchers import credit, debit, fee, make_voucher, says
from trustfund import clock
from trustfund.ledger.models import Entry
from trustfund.money import usd
from trustfund.people.navigation import destinations_for
from trustfund.people.roles import Role
from trustfund.vouchers import actions
from trustfund.vouchers.home import items
from trustfund.vouchers.models import Attachment, Voucher

pytestmark = pytest.mark.django_db
READERS = [Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR]
STRANGERS = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.ADMINISTRATOR]
LIST = "/books/vouchers/"


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        open_years()
        yield


def to(voucher, act=""):
    return f"{LIST}{voucher.pk}/{act}"


def typed(*rows, **head):
    """What a browser sends: rows are (account, subaccount, debit, credit) or with (currency, memo) after them."""
    data = {"kind": "entry", "date": "2026-03-16", "window": "general", "narrative": "The audit of 2025", **head}
    data |= {"rows-TOTAL_FORMS": str(len(rows)), "rows-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        names = ("account", "subaccount", "debit", "credit", "currency", "memo")
        data |= {f"rows-{number}-{name}": value for name, value in zip(names, [*row, *["USD", ""][len(row) - 4 :]], strict=True)}
    return data


def read(voucher):
    """What the page of the approval sends: which version was read."""
    return {"seen": str(actions.version_of(voucher))}


FEE = [("5220", "", "4,800.00", "", "USD", "Invoice 17"), ("2010", "", "", "4800", "USD", "")]


# Who gets in


@pytest.mark.parametrize("role", READERS)
def test_those_who_read_the_books_read_vouchers_and_their_documents(role):
    voucher = make_voucher()
    kept = actions.attach(voucher, by=voucher.maker, upload=ContentFile(PDF, name="invoice.pdf"))
    client = signed_in(role)
    assert [client.get(path).status_code for path in (LIST, to(voucher))] == [200, 200]
    served = client.get(f"{LIST}attachments/{kept.pk}/")
    assert (served.status_code, served["Content-Type"], served["X-Content-Type-Options"]) == (200, "application/pdf", "nosniff")
    assert served["Content-Disposition"].startswith("attachment")
    assert b"".join(served.streaming_content) == PDF


@pytest.mark.parametrize("role", STRANGERS)
def test_for_others_there_are_none(role):
    voucher = make_voucher()
    kept = actions.attach(voucher, by=voucher.maker, upload=ContentFile(PDF, name="invoice.pdf"))
    client = sign_in(Client(), make_user(role))
    assert [client.get(path).status_code for path in (LIST, f"{LIST}new/")] == [403, 403]
    for act in ["", "change/", "submit/", "approve/", "return/", "cancel/", "reverse/", "attach/"]:
        assert client.get(to(voucher, act)).status_code == 404
        assert client.post(to(voucher, act)).status_code in (404, 405)
    assert client.get(f"{LIST}attachments/{kept.pk}/").status_code == 404
    assert client.post(f"{LIST}attachments/{kept.pk}/detach/").status_code == 404


def test_nobody_is_asked_to_sign_in():
    assert Client().get(LIST).status_code == 302


@pytest.mark.parametrize("act", ["change", "submit", "cancel", "attach"])
def test_what_is_the_makers_is_no_one_elses(act):
    voucher = make_voucher()
    for role in (Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR):
        client = signed_in(role)
        assert (client.get(to(voucher, f"{act}/")).status_code, client.post(to(voucher, f"{act}/")).status_code) == (403, 403)


@pytest.mark.parametrize("act", ["approve", "return"])
def test_what_is_the_checkers_is_no_one_elses(act):
    voucher = make_voucher("submitted")
    for user in [voucher.maker, *(make_user(role) for role in (Role.FINANCE, Role.MANAGER, Role.AUDITOR))]:
        client = sign_in(Client(), user)
        assert (client.get(to(voucher, f"{act}/")).status_code, client.post(to(voucher, f"{act}/")).status_code) == (403, 403)


# Written


def test_a_voucher_is_written_on_the_page():
    client = signed_in(Role.FINANCE)
    page = client.get(f"{LIST}new/")
    assert page.status_code == 200
    assert 'list="subaccounts"' in page.content.decode()
    response = client.post(f"{LIST}new/", typed(*FEE, ("", "", "", "", "USD", "")))
    voucher = Voucher.objects.get()
    assert (response.status_code, response["Location"]) == (302, to(voucher))
    assert [(line.account_id, line.side, line.amount, line.memo) for line in voucher.lines.all()] == [
        ("5220", "debit", usd("4800"), "Invoice 17"),
        ("2010", "credit", usd("4800"), ""),
    ]


def test_a_row_more_is_given_and_nothing_is_lost():
    client = signed_in(Role.FINANCE)
    page = client.post(f"{LIST}new/", {**typed(*FEE[:1], narrative="Kept"), "add_row": "1"})
    html = page.content.decode()
    assert page.status_code == 200
    assert 'name="rows-1-account"' in html
    assert "4,800.00" in html
    assert "Kept" in html
    assert not Voucher.objects.exists()


@pytest.mark.parametrize(
    "rows, text",
    [
        ([("5220", "", "10", ""), ("2010", "", "", "9.99")], "they are USD 0.01 apart"),
        ([("5220", "", "10", "")], "at least two lines"),
        ([("", "", "10", ""), ("2010", "", "", "10")], "Row 1, Account"),
        ([("0000", "", "10", ""), ("2010", "", "", "10")], "Row 1, Account"),
        ([("5220", "", "10", ""), ("9010", "", "", "10")], "Row 2, Account: A voucher can’t post to account 9010"),
        ([("5220", "", "10", ""), ("1010", "", "", "10")], "Row 2, Subaccount: Account 1010 wants a subaccount"),
        ([("5220", "", "10", ""), ("1010", "NONE", "", "10")], "Row 2, Subaccount: There is no subaccount NONE."),
        ([("5220", "BANK-USD", "10", ""), ("2010", "", "", "10")], "Row 1, Subaccount: Account 5220 has no subaccounts"),
        ([("5220", "", "0", ""), ("2010", "", "", "10")], "Row 1, Debit: Enter an amount above zero."),
        ([("5220", "", "-10", ""), ("2010", "", "", "10")], "Row 1, Debit: The amount must not be below zero."),
        ([("5220", "", "10.001", ""), ("2010", "", "", "10")], "Row 1, Debit: “10.001” has more decimal places than USD has."),
        ([("5220", "", "ten", ""), ("2010", "", "", "10")], "Row 1, Debit: “ten” is not an amount."),
        ([("5220", "", "10", "10"), ("2010", "", "", "10")], "Row 1, Debit: Enter an amount as a debit or as a credit"),
        ([("5220", "", "", ""), ("2010", "", "", "10")], "Row 1, Debit: Enter an amount as a debit or as a credit"),
        ([("5220", "", "10", "", "XXX", ""), ("2010", "", "", "10")], "Row 1, Currency: “XXX” is no currency code"),
        ([("5220", "", "10.5", "", "JPY", ""), ("2010", "", "", "10")], "has more decimal places than JPY has"),
        ([("5220", "", "10", "", "CHF", ""), ("2010", "", "", "10")], "Row 1, Currency: There is no exchange rate for CHF on 2026-03-16"),
    ],
)
def test_what_is_wrong_is_said_with_row_and_field_and_nothing_is_lost(rows, text):
    make_bank()
    page = signed_in(Role.FINANCE).post(f"{LIST}new/", typed(*rows, narrative="What I typed"))
    html = page.content.decode()
    assert (page.status_code, text in html) == (422, True), re.findall(r"<li>.*?</li>", html)
    assert "What I typed" in html
    for value in [value for row in rows for value in row[1:4] if value]:
        assert f'value="{value}"' in html
    assert not Voucher.objects.exists()


@pytest.mark.parametrize("day, text", [("2026-03-17", "in the future"), ("2024-05-05", "has no periods yet"), ("", "required")])
def test_the_day_is_checked_beside_its_field(day, text):
    page = signed_in(Role.FINANCE).post(f"{LIST}new/", typed(*FEE, date=day))
    assert (page.status_code, text in page.content.decode()) == (422, True)
    assert "Date: " in page.content.decode()


def test_the_row_that_is_named_is_the_one_on_the_page():
    empty = ("", "", "", "", "USD", "")
    page = signed_in(Role.FINANCE).post(f"{LIST}new/", typed(empty, FEE[0], empty, ("9010", "", "", "4800")))
    assert "Row 4, Account" in page.content.decode()


def test_an_unfinished_one_is_kept_and_says_what_it_lacks():
    maker = make_user(Role.FINANCE)
    client = signed_in(user=maker)
    assert client.post(f"{LIST}new/", {**typed(FEE[0]), "unfinished": "1"}).status_code == 302
    voucher = Voucher.objects.get()
    page = client.get(to(voucher)).content.decode()
    assert "A voucher has at least two lines." in page
    assert to(voucher, "submit/") not in page
    assert client.post(to(voucher, "submit/")).status_code == 422
    grid = client.get(to(voucher, "change/")).content.decode()
    assert 'value="4800.00"' in grid
    assert client.post(to(voucher, "change/"), typed(*FEE)).status_code == 302
    assert to(voucher, "submit/") in client.get(to(voucher)).content.decode()


def test_a_broken_form_is_no_error_of_ours():
    client = signed_in(Role.FINANCE)
    assert client.post(f"{LIST}new/", {}).status_code == 422
    assert client.post(f"{LIST}new/", {"rows-TOTAL_FORMS": "x"}).status_code == 422
    assert client.post(f"{LIST}new/", {**typed(*FEE), "window": "none"}).status_code == 422


# Decided


def test_who_submits_or_approves_a_voucher_is_told_that_no_document_stands_behind_it():
    bare, proven = make_voucher(), make_voucher()
    actions.attach(proven, by=proven.maker, upload=ContentFile(PDF, name="invoice.pdf"))
    checker, said = sign_in(Client(), make_user(Role.APPROVER)), "No document stands behind this voucher."
    for voucher, warned in ((bare, True), (proven, False)):
        maker = signed_in(user=voucher.maker)
        assert (said in maker.get(to(voucher, "submit/")).content.decode()) is warned
        assert maker.post(to(voucher, "submit/")).status_code == 302
        assert (said in checker.get(to(voucher, "approve/")).content.decode()) is warned
        assert checker.post(to(voucher, "approve/"), read(voucher)).status_code == 302
    make_user(Role.FINANCE)
    mirror = actions.reverse(bare, by=bare.maker, date=bare.date, narrative="Twice")
    assert said not in checker.get(to(mirror, "approve/")).content.decode()


def test_a_voucher_goes_from_the_maker_to_the_checker_and_into_the_books():
    voucher = make_voucher()
    maker = signed_in(user=voucher.maker)
    assert "USD\xa04,800.00" in maker.get(to(voucher, "submit/")).content.decode()
    assert maker.post(to(voucher, "submit/")).status_code == 302
    assert maker.post(to(voucher, "submit/")).status_code == 409
    checker = sign_in(Client(), make_user(Role.APPROVER))
    asked = checker.get(to(voucher, "approve/")).content.decode()
    for text in ["Debit 5220 Contractual services and audit", "Credit 2010", "Debits in all", "Credits in all", voucher.maker.name]:
        assert text in asked
    assert not Entry.objects.exists()
    assert checker.post(to(voucher, "approve/")).status_code == 422
    assert checker.post(to(voucher, "approve/"), read(voucher)).status_code == 302
    assert checker.post(to(voucher, "approve/"), read(voucher)).status_code == 409
    page = checker.get(to(voucher)).content.decode()
    assert Entry.objects.get().get_absolute_url() in page
    assert "Approved and posted" in page
    assert to(voucher) in checker.get(Entry.objects.get().get_absolute_url()).content.decode()


def test_approval_wants_a_fresh_sign_in():
    voucher, user = make_voucher("submitted"), make_user(Role.APPROVER)
    client = sign_in(Client(), user)
    age_sign_in(client, user, seconds=3600)
    assert "/accounts/reauthenticate/" in client.get(to(voucher, "approve/"))["Location"]
    assert client.post(to(voucher, "approve/"), read(voucher)).status_code == 302
    assert not Entry.objects.exists()


def test_what_is_approved_is_what_was_read():
    voucher = make_voucher("submitted")
    page = read(voucher)
    actions.return_(voucher, by=make_user(Role.APPROVER), reason="Too little")
    actions.change(voucher, says(fee("9999")), by=voucher.maker, narrative="Another amount")
    actions.submit(voucher, by=voucher.maker)
    checker = sign_in(Client(), make_user(Role.APPROVER))
    assert checker.post(to(voucher, "approve/"), page).status_code == 409
    assert not Entry.objects.exists()
    assert checker.post(to(voucher, "approve/"), read(voucher)).status_code == 302


def test_a_voucher_is_returned_with_a_reason_and_cancelled():
    voucher = make_voucher("submitted")
    checker = signed_in(Role.APPROVER)
    assert checker.post(to(voucher, "return/"), {"reason": ""}).status_code == 422
    assert checker.post(to(voucher, "return/"), {"reason": "No <b>invoice</b>."}).status_code == 302
    maker = signed_in(user=voucher.maker)
    assert "No &lt;b&gt;invoice&lt;/b&gt;." in maker.get(to(voucher)).content.decode()
    assert maker.get(to(voucher, "cancel/")).status_code == 200
    assert maker.post(to(voucher, "cancel/")).status_code == 302
    assert maker.get(to(voucher, "change/")).status_code == 409


def test_a_posted_one_is_reversed_on_the_page():
    voucher = make_voucher("approved")
    client = signed_in(Role.FINANCE)
    assert to(voucher, "reverse/") in client.get(to(voucher)).content.decode()
    assert client.get(to(voucher, "reverse/")).status_code == 200
    assert client.post(to(voucher, "reverse/"), {"date": "2026-03-15", "narrative": "Wrong"}).status_code == 422
    assert client.post(to(voucher, "reverse/"), {"date": "2026-03-16", "narrative": "Wrong"}).status_code == 302
    assert client.post(to(voucher, "reverse/"), {"date": "2026-03-16", "narrative": "Wrong"}).status_code == 422
    mirror = Voucher.objects.get(kind="reversal")
    page = client.get(to(voucher)).content.decode()
    assert to(mirror) in page
    assert to(voucher, "reverse/") not in page
    assert signed_in(Role.APPROVER).get(to(voucher, "reverse/")).status_code == 403
    checker = sign_in(Client(), make_user(Role.APPROVER))
    assert checker.post(to(mirror, "approve/"), read(mirror)).status_code == 302
    assert Entry.objects.filter(kind="reversal").count() == 1


def test_documents_are_attached_and_taken_off_on_the_page():
    voucher = make_voucher()
    client = signed_in(user=voucher.maker)
    assert client.get(to(voucher, "attach/")).status_code == 200
    assert client.post(to(voucher, "attach/")).status_code == 422
    wrong = SimpleUploadedFile("invoice.pdf", b"MZ program")
    assert client.post(to(voucher, "attach/"), {"upload": wrong}).status_code == 422
    assert client.post(to(voucher, "attach/"), {"upload": SimpleUploadedFile("invoice.pdf", PDF)}).status_code == 302
    kept = Attachment.objects.get()
    assert kept.file.sha256 in client.get(to(voucher)).content.decode()
    assert client.get(f"{LIST}attachments/{kept.pk}/detach/").status_code == 200
    assert client.post(f"{LIST}attachments/{kept.pk}/detach/").status_code == 302
    assert not Attachment.objects.exists()


# The list


def test_the_list_filters_searches_and_exports():
    first = make_voucher("approved")
    second = make_voucher("submitted", [debit("5210", "300", memo="Board in May"), credit("2010", "300")])
    client = signed_in(Role.AUDITOR)

    def found(**query):
        return [row.pk for row in client.get(LIST, query).context["listing"].rows]

    assert found() == [second.pk, first.pk]
    assert found(state="submitted") == [second.pk]
    assert found(kind="reversal") == []
    assert found(year="2026", window="general") == [second.pk, first.pk]
    assert found(q="board may") == [second.pk]
    assert found(q=first.number) == [first.pk]
    assert found(q="audit 2025") == [second.pk, first.pk]
    assert client.get(LIST).context["listing"].totals[7] == usd("5100")
    rows = b"".join(client.get(LIST, {"export": "csv", "state": "approved"}).streaming_content).decode()
    assert first.number in rows
    assert second.number not in rows


def test_the_list_takes_as_many_queries_for_fifty():
    maker, checker = make_user(Role.FINANCE), make_user(Role.APPROVER)
    client = signed_in(Role.AUDITOR)
    make_voucher("approved", maker=maker, checker=checker)
    client.get(LIST)
    few = queries(client, f"{LIST}?size=100")
    for _number in range(49):
        make_voucher("approved", maker=maker, checker=checker)
    assert queries(client, f"{LIST}?size=100") == few


def test_a_voucher_takes_as_many_queries_for_thirty_lines():
    client = signed_in(Role.AUDITOR)
    short = make_voucher("submitted")
    long = make_voucher("submitted", [*[debit("5220", "1") for _each in range(30)], credit("2010", "30")])
    client.get(to(short))
    assert queries(client, to(short)) == queries(client, to(long))


# Where it is reached from


def test_what_waits_at_home():
    both = make_user(Role.FINANCE, Role.APPROVER)
    make_voucher("submitted", maker=both)
    assert list(items(both)) == []
    make_voucher("submitted")
    assert [(item.title, item.count) for item in items(both)] == [("Approve a voucher", 1)]
    returned = make_voucher("returned")
    assert [(item.title, item.count, item.tone) for item in items(returned.maker)] == [("Put a returned voucher right", 1, "blocked")]
    assert list(items(make_user(Role.AUDITOR))) == []
    assert f"{LIST}?state=submitted" in signed_in(Role.APPROVER).get("/home/").content.decode()


def test_the_books_lead_to_them():
    assert LIST in {each.url for each in destinations_for(make_user(Role.AUDITOR))}
    assert LIST in signed_in(Role.AUDITOR).get(reverse("ledger:entries")).content.decode()
