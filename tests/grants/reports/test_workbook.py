"""The list as a file: filled in offline and read back; a hostile or broken one is refused by row and column, and nothing is half saved."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from grants.reports import actions, resources
from grants.reports.rows import HEADS, MOST_ROWS
from tests.factories.ngos import make_member, owner_of
from tests.factories.people import sign_in
from tests.factories.reports import make_report, rows
from trustfund.money import Money, usd

pytestmark = pytest.mark.django_db
HEAD = list(HEADS.values())
UNREADABLE = "neither a workbook"


@pytest.fixture
def report():
    """A due report with one transaction that stood before: nothing refused may touch it."""
    made = make_report()
    actions.save_expenditures(made, rows(made, usd(50))[:1], by=owner_of(made.grant.organisation))
    return made


@pytest.fixture
def send(report, client):
    """`send(content)` uploads a file as the NGO's owner and gives the answer."""
    sign_in(client, owner_of(report.grant.organisation))

    def post(content, name="list.xlsx"):
        return client.post(
            reverse("reports:upload", args=[report.pk]), {"file": SimpleUploadedFile(name, content), "version": report.version}
        )

    return post


def xlsx(*rows, head=HEAD):
    book = Workbook()
    for row in (head, *rows):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def a_row(report, **changes):
    values = {"budget_line": 1, "date": report.period_start, "description": "Food", "document_number": "R-7", "local_amount": None}
    return list({**values, "local_currency": None, "amount": 10.5, **changes}.values())


def assert_refused(report, answer, *texts):
    assert answer.status_code == 422
    said = [str(text) for texts in answer.context["upload"].errors.values() for text in texts]
    for text in texts:
        assert any(text in each for each in said), (text, said)
    assert [e.amount for e in report.expenditures.all()] == [rows(report, usd(50))[0]["amount"]]


def test_downloaded_filled_in_and_read_back(report, client, send):
    before = report.expenditures.get()
    before.description = "=SUM(A1:A9)"
    before.save()
    book = load_workbook(io.BytesIO(client.get(reverse("reports:workbook", args=[report.pk])).content))
    sheet = book.worksheets[0]
    assert (sheet["C2"].value, sheet["C2"].data_type) == ("=SUM(A1:A9)", "s")
    assert [sheet.title for sheet in book] == ["expenditure", "budget lines", "how to fill it in"]
    sheet["C2"].value = "Rent"
    sheet.append(a_row(report, local_amount=41000.5, local_currency="khr", date=report.period_start + timedelta(days=1)))
    sheet.append([None] * 7)
    sheet.append(a_row(report, amount=0.1 + 0.2, date=str(report.period_start)))
    stream = io.BytesIO()
    book.save(stream)
    assert send(stream.getvalue()).status_code == 302
    read = list(report.expenditures.all())
    assert [e.description for e in read] == ["Rent", "Food", "Food"]
    assert [e.amount for e in read] == [before.amount, usd("10.50"), usd("0.30")]
    assert [e.local for e in read] == [None, Money("41000.50", "KHR"), None]


def test_a_csv_with_semicolons_is_read_too(report, send):
    day = report.period_start.isoformat()
    text = ";".join(HEAD) + f"\r\n1;{day};'t Huis;R-1;;;12.50\r\n;;;;;;\r\n"
    assert send(b"\xef\xbb\xbf" + text.encode(), "list.csv").status_code == 302
    assert [(e.description, e.amount) for e in report.expenditures.all()] == [("'t Huis", usd("12.50"))]


def test_each_wrong_cell_is_named_by_row_and_column(report, send):
    wrong = [
        a_row(report, budget_line=99),
        a_row(report, date="05/03/2026"),
        a_row(report, description="x" * 201),
        a_row(report, amount="1e400"),
        a_row(report, amount="12.345"),
        a_row(report, amount="-3"),
        a_row(report, local_amount=5, local_currency="XXX"),
        a_row(report, local_currency="KHR"),
        a_row(report, document_number=None),
    ]
    said = [
        "Row 2, “budget line”: This is not the number of a budget line of the grant.",
        "Row 3, “date”: Write the date as year, month and day",
        "Row 4, “description”: Ensure this value has at most 200 characters",
        "Row 5, “amount USD”: “1e400” is",
        "Row 6, “amount USD”: “12.345” has more decimal places than USD has.",
        "Row 7, “amount USD”: The amount must not be below zero.",
        "Row 8, “local currency”: Write the currency as its three letters",
        "Row 9, “local amount”: This field is required.",
        "Row 10, “receipt number”: This field is required.",
    ]
    assert_refused(report, send(xlsx(*wrong)), *said)


def test_what_the_action_refuses_is_named_by_the_sheets_row(report, send):
    content = xlsx([None] * 7, a_row(report), a_row(report, date="1999-01-01"), a_row(report, description="Ask ann@example.org"))
    assert_refused(report, send(content), "Row 4, “date”: it is outside", "Row 5, “what it was for”: “ann@example.org”")


def test_a_formula_without_a_result_is_named(report, send):
    said = "Row 2, “amount USD”: this is a formula without a result."
    assert_refused(report, send(xlsx(a_row(report, amount="=1+1"))), said)
    assert_refused(report, send(xlsx(a_row(report, description='=HYPERLINK("http://x")'))), "Row 2, “description”: this is a formula")


def zip_bomb():
    """A workbook whose sheet unpacks to much more than is taken."""
    stream = io.BytesIO(xlsx())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.xml", b" " * (30 * 1024 * 1024))
    return stream.getvalue()


def without_a_sheet():
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx())) as whole, zipfile.ZipFile(stream, "w") as part:
        for name in whole.namelist():
            if "sheet1" not in name:
                part.writestr(name, whole.read(name))
    return stream.getvalue()


HOSTILE = {
    "cut": (lambda: xlsx()[:-200], UNREADABLE),
    "not a workbook": (lambda: b"%PDF-1.4\n", UNREADABLE),
    "empty": (lambda: b"", "empty"),
    "zip bomb": (zip_bomb, "unpacks to more than can be taken"),
    "a part is missing": (without_a_sheet, "be read as a workbook"),
    "other headings": (lambda: xlsx(head=["name", "amount"]), "The headings in the first row must be: budget line, date"),
    "no rows": (xlsx, "There are no transactions in this file."),
    "latin-1": (lambda: ",".join(HEAD).encode() + b"\r\n1,2026-01-01,Caf\xe9,R,,,1", UNREADABLE),
    "damaged csv": (lambda: ",".join(HEAD).encode() + b'\n1,2026-01-01,"open', "This CSV file is damaged"),
    "too many rows": (lambda: xlsx(*[[1, "2026-01-01", "x", "y", None, None, 1]] * (MOST_ROWS + 1)), f"more than {MOST_ROWS} transactions"),
    "a very long sheet": (lambda: (",".join(HEAD) + "\n" * (resources.MOST_LINES + 1) + "1").encode(), "rows. Delete what is not part"),
    "huge": (lambda: b"x" * (resources.MOST_BYTES + 1), "larger than 5 MB"),
}


def test_a_hostile_file_is_refused_with_a_sentence_and_changes_nothing(report, send):
    for name, (content, said) in HOSTILE.items():
        assert_refused(report, send(content(), name), said)


def test_a_file_does_not_replace_what_a_colleague_saved_meanwhile(report, send):
    colleague, opened = make_member(report.grant.organisation), report.version
    actions.save_expenditures(report, rows(report, usd(50))[:1], by=colleague)
    report.version = opened
    answer = send(xlsx(a_row(report)))
    assert_refused(report, answer, "A colleague saved this list")
    report.version = answer.context["upload"].data["version"]  # now it was seen
    assert send(xlsx(a_row(report))).status_code == 302
