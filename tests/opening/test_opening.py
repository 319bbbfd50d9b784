"""The opening of a fund that existed before: its workbook, checked whole; its entry, its trace, its statements; and taking it back."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from tests.donors.support import queries, signed_in
from tests.factories.books import DAY, make_bank, open_years, post
from tests.factories.people import make_user
from tests.grants.payments.test_at_the_same_time import at_once, people, size
from trustfund import clock
from trustfund.ledger import balances, postings
from trustfund.ledger.balances import trial_balance
from trustfund.ledger.funding import trace
from trustfund.ledger.funding.headroom import headroom
from trustfund.ledger.models import Entry, Subaccount
from trustfund.ledger.verification import check_books
from trustfund.money import usd, zero
from trustfund.opening import actions, workbook
from trustfund.opening.home import items
from trustfund.opening.models import Opening
from trustfund.opening.verification import openings_on_record
from trustfund.opening.workbook import SHEETS, template
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.statements import contributions, figures, net_assets
from trustfund.statements.books import books_at
from trustfund.statements.pooled import pooled
from trustfund.treasury.bridge import bridge
from trustfund.treasury.position import position

pytestmark = pytest.mark.django_db
AUDITED = date(2025, 12, 31)
YEAR_END = date(2026, 12, 31)

# Two gifts: 1,130 at 13 % (130 of support cost), of which 700 were granted; 500 without, of which 20 went back and 100 were granted.
# 300 are still receivable. One grant got 800 and spent 650 of it: 150 is an open advance; 45 of support cost was charged on it.
# In the bank: 1,130 + 500 - 20 - 800 - 45 (support cost paid over) = 765, of which EUR 90 at 0.9 are 100.
SUBACCOUNTS = [
    ["D-1", "donor", "Donor one", "A donor", "", "", "", ""],
    ["A-1", "agreement", "Agreement", "An agreement", "D-1", "", "0.13", ""],
    ["I-1", "instalment", "First", "A gift", "A-1", "", "", ""],
    ["I-2", "instalment", "Second", "A gift", "D-1", "", "", ""],
    ["G-1", "grant", "Grant one", "A grant", "", "", "", ""],
    ["B-EUR", "bank", "Bank", "Bank", "", "EUR", "", ""],
    ["B-USD", "bank", "Bank", "Bank", "", "USD", "", ""],
]
BALANCES = [
    ["general", "1010", "B-USD", Decimal("665.00"), "", "USD", ""],
    ["general", "1020", "B-EUR", 100, "", "EUR", 90],
    ["general", "1100", "I-2", 300, "", "", ""],
    ["general", "1200", "G-1", 150, "", "", ""],
    ["general", "9010", "G-1", 200, "", "", ""],
    ["general", "9020", "G-1", "", 200, "", ""],
    ["general", "3010", "", "", "1215.00", "", ""],
]
INSTALMENTS = [["general", "I-1", "4010", 1130, 130, 700, 0], ["general", "I-2", "4020", "500.00", "", 100, 20]]
GRANTS = [["general", "G-1", 800, 650, 0, 45]]
FUNDING = [["G-1", "I-1", 700, 200], ["G-1", "I-2", 100, 0]]


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        open_years(2025, 2026)
        yield


def book(**changed):
    """The workbook as bytes; `changed` are rows of sheets, None leaves a sheet out."""
    sheets = {"Subaccounts": SUBACCOUNTS, "Balances": BALANCES, "Instalments": INSTALMENTS, "Grants": GRANTS, "Funding": FUNDING} | changed
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        if rows is not None:
            sheet = made.create_sheet(name)
            for row in [SHEETS[name], *rows]:
                sheet.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def stage(by=None, **changed):
    return actions.stage("old fund.xlsx", book(**changed), audited_on=AUDITED, by=by or make_user(Role.FINANCE))


def opened(**changed):
    return actions.approve(stage(**changed), by=make_user(Role.APPROVER))


def refused(**changed):
    with pytest.raises(ValidationError) as caught:
        stage(**changed)
    return caught.value.messages


# Posted


def test_one_entry_is_posted_with_the_balances_as_audited():
    opening = opened()
    entry = Entry.objects.get()
    assert (entry.kind, entry.date, entry.source, list(opening.entries())) == ("opening", AUDITED, "opening.approve", [entry])
    rows = {row.account.code: row.balance for row in figures_of(AUDITED)}
    assert rows == {
        "1010": usd(665), "1020": usd(100), "1100": usd(300), "1200": usd(150), "3010": usd(-1215), "9010": usd(200), "9020": usd(-200),
    }  # fmt: skip
    assert Subaccount.objects.get(code="I-1").parent.code == "A-1"
    assert [line.rate for line in entry.lines.filter(currency="EUR")] == [Decimal("0.9")]
    assert check_books() == []


def figures_of(day):
    return [row for row in trial_balance(day) if row.balance]


def test_3010_takes_the_difference_where_it_is_not_in_the_sheet():
    opened(Balances=BALANCES[:-1])
    assert {row.account.code: row.balance for row in figures_of(AUDITED)}["3010"] == usd(-1215)


def test_headroom_and_trace_begin_where_they_stood():
    opened()
    rows = {row.instalment.code: row for row in headroom(DAY)}
    first, second = rows["I-1"], rows["I-2"]
    assert (first.received, first.psc, first.reserved, first.allocated, first.available) == (
        usd(1130), usd(130), usd(200), usd(700), usd(100),
    )  # fmt: skip
    assert (second.received, second.allocated, second.available) == (usd(480), usd(100), usd(380))
    assert rows.keys() == {"I-1", "I-2"}
    grant = Subaccount.objects.get(code="G-1")
    assert [(row.instalment.code, row.reserved, row.paid, row.accepted) for row in trace.trace_of(grant)] == [
        ("I-1", usd(200), usd(700), usd("568.75")),
        ("I-2", zero(), usd(100), usd("81.25")),
    ]


def test_cumulative_statements_begin_right_and_no_year_has_a_result_of_the_past():
    opened()
    books = books_at(YEAR_END)
    found = contributions.contributions(books)
    assert [figure.amount for figure in found.row("d:D-1").values] == [
        usd(1630), usd(130), zero(), usd(800), usd(650), usd(150), usd(20), zero(), zero(), usd(680),
    ]  # fmt: skip
    assert found.amounts("t:cash") == [usd(765)]
    tied = next(table for table in found.tables if any(row.key == "t:cash" for row in table.rows))
    assert sum((row.values[0].amount for row in tied.rows[:-1]), zero()) == usd(765)
    assert figures.performance(books).amounts("surplus") == [zero(), zero()]
    assert figures.position(books).amounts("net_assets") == [usd(1215), usd(1215)]
    third = net_assets.net_assets(books_at(AUDITED))
    assert third.row("opening").amounts[-1] == usd(1215)
    assert pooled(books).row("closing").amounts[1] == usd(765)
    found = position(DAY)
    assert (found.cash, found.set_aside) == (usd(765), usd(285))  # 200 reserved, 85 of support cost not charged yet
    assert bridge(found).unexplained == zero()


def test_without_the_sheet_of_funding_the_first_rows_pay_first():
    opened(Funding=[])
    grant = Subaccount.objects.get(code="G-1")
    assert [(row.instalment.code, row.paid) for row in trace.trace_of(grant)] == [("I-1", usd(700)), ("I-2", usd(100))]
    assert check_books() == []


# What is wrong is said by sheet, row and column


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"Grants": None}, "Sheet Grants: it is missing."),
        ({"Balances": [["general", "1010", "B-USD", "12,5", "", "", ""]]}, "Sheet Balances, row 2, column debit: “12,5” is no amount."),
        ({"Balances": [["general", "1010", "B-USD", "1.005", "", "", ""]]}, "row 2, column debit: 1.005 has more digits than USD has."),
        ({"Balances": [["general", "1010", "B-USD", -1, "", "", ""]]}, "column debit: the amount is below zero"),
        ({"Balances": [["general", "1010", "B-USD", 0, "", "", ""]]}, "column debit: an amount above zero stands on one side"),
        ({"Balances": [["general", "1010", "B-USD", 1, 1, "", ""]]}, "column debit: an amount above zero stands on one side"),
        ({"Balances": [["general", "7777", "", 1, "", "", ""]]}, "column account: there is no account 7777."),
        ({"Balances": [["general", "4010", "I-1", "", 1, "", ""]]}, "column account: revenue and expense of closed years are in 3010."),
        ({"Balances": [["general", "1010", "", 1, "", "", ""]]}, "column subaccount: account 1010 wants one."),
        ({"Balances": [["general", "1010", "I-1", 1, "", "", ""]]}, "column subaccount: “I-1” is not known, or of a kind"),
        ({"Balances": [["other", "1010", "B-USD", 1, "", "", ""]]}, "column window: there is no fund window “other”."),
        ({"Balances": [*BALANCES, BALANCES[0]]}, "row 9, column subaccount: it stands in a row above already."),
        ({"Balances": [*BALANCES[:-1], ["general", "3010", "", "", 1215.5, "", ""]]}, "the debits of the window general are USD"),
        ({"Balances": [*BALANCES[:5], *BALANCES[6:]]}, "9010 and 9020 of G-1 are each other’s contra, and USD\u00a0200.00 apart."),
        ({"Balances": [["general", "1020", "B-EUR", 1, "", "EUR", ""]]}, "column original: the amount in EUR is missing."),
        ({"Instalments": [["general", "I-1", "4010", 1130, 131, 700, 0], INSTALMENTS[1]]}, "column psc: at the rate of its subaccount"),
        ({"Instalments": [["general", "I-1", "4010", 1130, 130, 1001, 0], INSTALMENTS[1]]}, "granted: more was granted than there was"),
        ({"Instalments": [["general", "I-1", "5010", 1130, 130, 700, 0], INSTALMENTS[1]]}, "revenue_account: one of 4010, 4020, 4030"),
        ({"Instalments": [["general", "G-1", "4010", 1, 0, 0, 0]]}, "column instalment: “G-1” is no instalment"),
        ({"Grants": [["general", "G-1", 801, 650, 0, 45]]}, "column paid: paid less refunded is USD\u00a0801.00, accepted and the open"),
        ({"Grants": []}, "column subaccount: G-1 has no row in the sheet Grants"),
        ({"Funding": [["G-1", "I-1", 699, 0], FUNDING[1]]}, "column granted: in the sheet Funding it is USD\u00a0699.00."),
        ({"Funding": [["G-1", "I-1", 700, 301], FUNDING[1]]}, "column granted: more is reserved than it has left, USD\u00a0300.00."),
        ({"Subaccounts": [["x y", "donor", "", "", "", "", "2", "soon"]]}, "row 2, column code: “x y” is no code"),
        ({"Subaccounts": [["I-9", "instalment", "N", "", "D-9", "", "", ""], *SUBACCOUNTS]}, "column parent: it is one of agreement"),
        ({"Subaccounts": [*SUBACCOUNTS, SUBACCOUNTS[0]]}, "row 9, column code: D-1 is there already, or twice in this sheet."),
    ],
)  # fmt: skip
def test_each_mistake_has_a_sentence_with_its_place(changed, said):
    messages = refused(**changed)
    assert any(said in message for message in messages), messages
    assert Opening.objects.count() == Entry.objects.count() == 0


def test_what_is_no_workbook_or_too_large_is_said(monkeypatch):
    finance = make_user(Role.FINANCE)
    for content, said in [(b"no workbook", "not an XLSX workbook"), (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB")]:
        with pytest.raises(ValidationError, match=said):
            actions.stage("x.xlsx", content, audited_on=AUDITED, by=finance)
    with pytest.raises(ValidationError, match="in the past"):
        actions.stage("x.xlsx", book(), audited_on=DAY, by=finance)
    with pytest.raises(ValidationError, match="2020 has no periods"):
        actions.stage("x.xlsx", book(), audited_on=date(2020, 12, 31), by=finance)
    monkeypatch.setattr(workbook, "MAX_ROWS", 30)
    assert "The workbook has more than 20,000 rows." in refused(Funding=[["G-1", "I-1", 1, 0]] * 31)


def test_the_same_workbook_is_recognised():
    content, finance = book(), make_user(Role.FINANCE, name="Fay")
    actions.stage("a.xlsx", content, audited_on=AUDITED, by=finance)
    with pytest.raises(ValidationError, match=r"is here already: O-.*, brought by Fay"):
        actions.stage("b.xlsx", content, audited_on=AUDITED, by=finance)


def test_a_window_is_opened_once():
    first = stage()
    opening = stage(Balances=[*BALANCES[:-1]])
    actions.approve(first, by=make_user(Role.APPROVER))
    with pytest.raises(ValidationError):
        actions.approve(opening, by=make_user(Role.APPROVER))
    opening.refresh_from_db()
    assert (opening.state, Entry.objects.count()) == ("staged", 1)


# Who, and in which order


def test_two_people_open_a_fund():
    opening = stage()
    for person in [opening.staged_by, *(make_user(role) for role in (Role.FINANCE, Role.MANAGER, Role.AUDITOR)), make_user()]:
        for act in (actions.approve, lambda one, by: actions.refuse(one, by=by, reason="No")):
            with pytest.raises(PermissionDenied):
                act(opening, by=person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Opening.objects.filter(pk=opening.pk).update(approved_by=opening.staged_by)
    with pytest.raises(PermissionDenied):
        stage(by=make_user(Role.APPROVER))
    with pytest.raises(TransitionNotAllowed):
        actions.undo(opening, by=make_user(Role.APPROVER), reason="No")
    approver = make_user(Role.APPROVER)
    assert [item.title for item in items(approver)] == ["Approve the opening of an existing fund"]
    assert actions.refuse(opening, by=approver, reason="Not audited.").state == "refused"
    with pytest.raises(TransitionNotAllowed):
        actions.approve(opening, by=approver)
    assert stage(Funding=[]).state == "staged"


def approve(index, opening, approvers):
    actions.approve(Opening.objects.get(pk=opening), by=User.objects.get(pk=approvers[index]))


@pytest.mark.django_db(transaction=True)
def test_it_is_posted_once_however_many_approve():
    opening, number = stage(), size(8)
    assert at_once(number, approve, opening.pk, people(Role.APPROVER, number)) == ["done"] + ["refused"] * (number - 1)
    assert Entry.objects.count() == 1
    assert check_books() == []


# Undone


def test_it_is_undone_as_long_as_nothing_followed():
    opening = opened()
    opening = actions.undo(opening, by=make_user(Role.APPROVER), reason="The wrong year.")
    assert (opening.state, figures_of(YEAR_END), openings_on_record()) == ("undone", [], [])
    assert {row.instalment.code: (row.received, row.reserved, row.allocated) for row in headroom(DAY)} == {
        "I-1": (zero(), zero(), zero()),
        "I-2": (zero(), zero(), zero()),
    }
    assert check_books() == []
    again = actions.stage("again.xlsx", book(Subaccounts=[]), audited_on=AUDITED, by=make_user(Role.FINANCE))
    actions.approve(again, by=make_user(Role.APPROVER))
    assert check_books() == []


def test_a_row_that_is_not_as_it_was_approved_is_found():
    opening = opened()
    Opening.objects.update(audited_on=date(2025, 6, 30), sha256="another")
    assert [str(each) for each in openings_on_record()] == [
        f"opening {opening.pk}: expected sha256 {opening.sha256}, as on record; found another.",
        f"opening {opening.pk}: expected audited_on {AUDITED}, as on record; found 2025-06-30.",
    ]


def test_once_something_followed_it_stays():
    opening = opened()
    post(postings.interest(make_bank(), usd(1)), DAY, "interest")
    with pytest.raises(ValidationError, match="interest was posted since"):
        actions.undo(opening, by=make_user(Role.APPROVER), reason="No")
    opening.refresh_from_db()
    assert opening.state == "posted"


# Pages


def test_finance_brings_it_and_the_checker_posts_it_on_the_pages():
    finance, checker = signed_in(Role.FINANCE), signed_in(Role.APPROVER)
    wrong = {"audited_on": "2025-12-31", "file": SimpleUploadedFile("x.xlsx", book(Grants=[]))}
    page = finance.post("/books/opening/new/", wrong)
    assert (page.status_code, "has no row in the sheet Grants" in page.content.decode()) == (422, True)
    response = finance.post("/books/opening/new/", {"audited_on": "2025-12-31", "file": SimpleUploadedFile("x.xlsx", book())})
    opening = Opening.objects.get()
    assert (response.status_code, response["Location"]) == (302, opening.get_absolute_url())
    shown = checker.get(opening.get_absolute_url()).content.decode()
    assert "TAKEN-OVER-GIFTS" in shown
    assert finance.post(f"{opening.get_absolute_url()}approve/").status_code == 403
    assert checker.get(f"{opening.get_absolute_url()}approve/").status_code == 200
    assert checker.post(f"{opening.get_absolute_url()}approve/").status_code == 302
    assert checker.post(f"{opening.get_absolute_url()}approve/").status_code == 409
    assert Entry.objects.get().get_absolute_url() in checker.get(opening.get_absolute_url()).content.decode()
    assert checker.post(f"{opening.get_absolute_url()}undo/").status_code == 422
    assert checker.post(f"{opening.get_absolute_url()}undo/", {"reason": "Wrong."}).status_code == 302
    assert "Wrong." in checker.get(opening.get_absolute_url()).content.decode()


def test_the_template_has_the_sheets_and_columns():
    content = signed_in(Role.FINANCE).get("/books/opening/template/").content
    made = openpyxl.load_workbook(io.BytesIO(content))
    assert {name: [cell.value for cell in made[name][1]] for name in made.sheetnames} == SHEETS
    assert template() == template()


def test_the_template_as_it_is_given_out_is_a_fund_in_order():
    opening = actions.stage("opening.xlsx", template(), audited_on=AUDITED, by=make_user(Role.FINANCE))
    actions.approve(opening, by=make_user(Role.APPROVER))
    assert [balances.balance(code).amount for code in ("1010", "1200", "2400", "3010")] == [500, 200, -39, -661]
    assert check_books() == []


@pytest.mark.parametrize(
    "role, status", [(Role.AUDITOR, 200), (Role.MANAGER, 200), (Role.TRUSTEE, 403), (Role.ADMINISTRATOR, 403), (None, 403)]
)
def test_readers_of_the_books_see_it_and_nobody_else(role, status):
    opening, client = stage(), signed_in(role)
    assert [client.get(path).status_code for path in ("/books/opening/", "/books/opening/template/")] == [status] * 2
    assert client.get("/books/opening/new/").status_code == 403
    assert client.get(opening.get_absolute_url()).status_code == (200 if status == 200 else 404)
    assert client.get(f"{opening.get_absolute_url()}file/").status_code == (200 if status == 200 else 404)


def test_many_openings_take_no_more_queries():
    client = signed_in(Role.AUDITOR)
    stage()
    queries(client, "/books/opening/")
    count = queries(client, "/books/opening/")
    for number in range(12):
        stage(Subaccounts=[*SUBACCOUNTS, [f"D-{number + 10}", "donor", "More", "", "", "", "", ""]])
    assert queries(client, "/books/opening/") == count
