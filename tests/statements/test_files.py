"""The PDF and the workbook of a statement: made from the same figures, the same bytes when made again, whatever was posted since."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from pypdf import PdfReader

from tests.factories import books
from tests.factories.budgets import make_budget
from tests.factories.people import make_user
from tests.factories.texts import make_texts
from tests.ledger import books_of_a_year
from tests.statements.formulas import Calculator
from tests.statements.random_books import ACTS, happen
from trustfund.ledger import postings, sealing
from trustfund.ledger.closed.models import Certification
from trustfund.ledger.models import Entry, Subaccount
from trustfund.money import usd
from trustfund.statements import ageing, budget, cash_flow, contributions, figures, grant, net_assets, notes, pdf, pooled, xlsx
from trustfund.statements.books import books_at, year_before
from trustfund.statements.catalogue import STATEMENTS, whole_set
from trustfund.statements.shape import Figure, Statement

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only]  # the figures are looked at on both engines, here is how they are printed
END = date(2026, 12, 31)


@pytest.fixture
def head():
    books_of_a_year.keep()
    make_budget("approved", grants="60000", staff="900", contractual="1")
    make_budget("approved", grants="58000", staff="900", contractual="1")
    make_texts("approved", **{"events": "A donor pledged more.", "variance:general:contractual": "The audit was dearer than planned."})
    return sealing.head()


def all_statements(as_of=END, head=None):
    """One of each."""
    found = books_at(as_of, head)
    donor = Subaccount.objects.filter(kind="donor").order_by("pk")[0]
    one = Subaccount.objects.filter(kind="grant").order_by("pk")[0]
    return [
        figures.position(found),
        figures.performance(found),
        net_assets.net_assets(found),
        cash_flow.cash_flow(found),
        budget.budget_and_actual(found),
        notes.notes(found),
        pooled.pooled(found),
        figures.trial_balance(found),
        ageing.receivables(found),
        ageing.advances(found),
        contributions.contributions(found),
        contributions.donor_statement(found, donor),
        grant.grants(found),
        grant.grant_statement(found, one),
    ]


def figures_in(statement):
    return [value.amount for table in statement.tables for row in table.rows for value in row.values if isinstance(value, Figure)]


def text_of(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_the_year_in_figures(head):
    one, two, *_others = all_statements()
    assert one.amounts("I.cash") == [_cash(), usd(0)]
    assert two.amounts("II.contributions")[0] == usd(113000) + usd("10869.57")
    assert two.amounts("II.grants")[0] == usd("57111.11")
    assert one.amounts("I.reserves") == [usd(1500), usd(0)]
    assert one.amounts("I.accumulated_surplus")[0] == usd(-1500)
    assert one.amounts("surplus_of_year") == two.amounts("surplus")
    assert one.amounts("9010") == [usd(0), usd(0)]


def _cash():
    """By hand: what came in less what went out of the two bank accounts."""
    came = usd(113000) + usd("10990.10") - usd(11) + usd("31.07") + usd("1888.89")
    went = usd("12.50") + usd(900) + usd(30000) + usd(29000) + usd(25)
    return came - went


def test_the_pdf_says_what_it_must(head):
    for statement in all_statements():
        text = text_of(pdf.made(statement)).replace("\n", " ")
        for each in (statement.title, str(head.seq), head.hash[:40], "USD", "31 December 2026", "Trust Fund for Victims"):
            assert each in text, statement.code
        for amount in figures_in(statement):
            shown = f"{abs(amount.amount):,.2f}" if amount else "–"
            assert (f"({shown})" if amount.amount < 0 else shown) in text


def test_the_same_bytes_again_whatever_was_posted_since(head):
    make = [(pdf.made, "pdf"), (xlsx.made, "xlsx")]
    first = {(each.code, name): made(each) for each in all_statements() for made, name in make}
    books.give("777", date(2026, 5, 5))
    books.post(postings.interest(books.make_bank(), usd("1.11")), date(2026, 6, 6))
    again = {(each.code, name): made(each) for each in all_statements(head=head.seq) for made, name in make}
    assert again == first
    now = {(each.code, name): made(each) for each in all_statements()[:2] for made, name in make}
    assert now["position", "pdf"] != first["position", "pdf"]


def test_the_workbook_calculates_to_its_figures(head):
    for statement in all_statements():
        content = xlsx.made(statement)
        formulas = openpyxl.load_workbook(io.BytesIO(content))
        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
        calculator, seen = Calculator(formulas), 0
        for row in formulas.worksheets[0].iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    calculated, shown = calculator.value(cell.coordinate), Decimal(str(values[cell.coordinate].value))
                    assert round(calculated, 6) == round(shown, 6), (statement.code, cell)
                    seen += 1
        assert seen >= 3, statement.code


def test_every_amount_of_the_workbook_is_the_statements(head):
    for statement in all_statements():
        sheet = openpyxl.load_workbook(io.BytesIO(xlsx.made(statement)), data_only=True).worksheets[0]
        found = [Decimal(str(cell.value)).quantize(Decimal("0.01")) for row in sheet.iter_rows(min_col=2) for cell in row
                 if isinstance(cell.value, int | float) and cell.number_format != "0.00%"]  # fmt: skip
        assert found == [amount.amount for amount in figures_in(statement)]


def test_the_set_is_one_document_with_contents_and_a_draft_until_it_is_certified(head, monkeypatch):
    content = pdf.made_set(whole_set(books_at(END), None))
    reader = PdfReader(io.BytesIO(content))
    titles = [each.title for each in reader.outline if not isinstance(each, list)]
    assert [title.split(".")[0] for title in titles] == ["Financial statements", "I", "II", "III", "IV", "V", "VI", "Certification"]
    first = reader.pages[0].extract_text()
    for title in titles[1:]:
        mark = next(each for each in reader.outline if not isinstance(each, list) and each.title == title)
        page = reader.get_destination_page_number(mark) + 1
        assert re.search(rf"{page}$", _line_of(first, title.split(",")[0][:30])), title
    assert all("Draft, not certified" in page.extract_text() for page in reader.pages)
    assert f"Page 1 of {len(reader.pages)}" in first
    people = [make_user(name=name) for name in ("A. Preparer", "B. Certifier", "C. Approver")]
    acts = ("prepared", "certified", "approved")
    signed = {f"{act}_by": person for act, person in zip(acts, people, strict=True)} | {f"{act}_on": END for act in acts}
    approved = Certification(year_id=END.year, seq=head.seq, state="approved", **signed)
    monkeypatch.setattr(Statement, "certification", property(lambda statement: approved if statement.since else None))
    certified = text_of(pdf.made_set(whole_set(books_at(END), None)))
    assert "Draft" not in certified
    assert all(each in certified for each in ("A. Preparer", "B. Certifier", "C. Approver", "We certify"))


def _line_of(text, title):
    """A line of the contents with its page, which stands after it."""
    lines = text.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith(title) and "Ledger" not in line)
    return next(line for line in lines[at:] if re.search(r"[0-9]$", line))


def test_the_set_is_the_same_bytes_again(head):
    first = pdf.made_set(whole_set(books_at(END), None))
    books.give("777", date(2026, 5, 5))
    make_budget("approved", grants="1")
    make_texts("approved", events="Other words.")
    assert pdf.made_set(whole_set(books_at(END, head.seq), None)) == first
    assert pdf.made_set(whole_set(books_at(END), None)) != first


def test_a_donors_statement_says_how_to_check_it_and_is_a_draft(head):
    statement = next(each for each in all_statements() if each.code.startswith("donor-"))
    text = text_of(pdf.made(statement)).replace("\n", " ")
    assert "Draft, not certified" in text
    assert "How to check this statement" in text
    assert statement.extra["number"] == "VIII"


SUMMED = [figures.position, net_assets.net_assets, cash_flow.cash_flow, budget.budget_and_actual, notes.notes, pooled.pooled]


@pytest.mark.parametrize("make", SUMMED)
def test_many_lines_are_summed_by_day(head, monkeypatch, make):
    monkeypatch.setattr(xlsx, "MOST_LINES", 5)
    content = xlsx.made(make(books_at(END)))
    calculator = Calculator(openpyxl.load_workbook(io.BytesIO(content)))
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
    cells = [cell for row in calculator.sheet.iter_rows() for cell in row if str(cell.value).startswith("=SUMIFS")]
    assert [calculator.value(cell.coordinate) for cell in cells] == [Decimal(str(values[cell.coordinate].value)) for cell in cells]


@pytest.mark.parametrize("language", ["ar", "ru", "zh-hans", "fr", "es"])
def test_in_every_language(head, language):
    with translation.override(language):
        for statement in all_statements():
            assert pdf.made(statement)
            assert xlsx.made(statement)
        one = figures.position(books_at(END))
        view = openpyxl.load_workbook(io.BytesIO(xlsx.made(one))).worksheets[0].sheet_view
        assert bool(view.rightToLeft) == (language == "ar")


def test_the_closing_changes_nothing(head):
    """The year was closed; without its closing entry Statement I is the same."""
    closing = Entry.objects.get(kind=Entry.Kind.CLOSING)
    before, after = (figures.position(books_at(END, seq)) for seq in (closing.pk - 1, closing.pk))
    assert [row.amounts for row in before.tables[0].rows] == [row.amounts for row in after.tables[0].rows]


def test_the_command_writes_everything_and_a_manifest(head, tmp_path):
    outputs = []
    for name in ("one", "two"):
        call_command("statements", as_of=END, output=tmp_path / name, stdout=io.StringIO())
        outputs.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / name).iterdir()})
    assert outputs[0] == outputs[1]
    manifest = (tmp_path / "one" / "MANIFEST.sha256").read_text().splitlines()
    assert {row.split("  ")[1]: row.split("  ")[0] for row in manifest} == {
        name: digest for name, digest in outputs[0].items() if name != "MANIFEST.sha256"
    }
    assert len(manifest) == 2 * (len(STATEMENTS) + Subaccount.objects.filter(kind__in=["donor", "grant"]).count()) + 1


def test_the_command_refuses_a_head_that_never_was(head, tmp_path):
    with pytest.raises(CommandError, match="no seal number 9999"):
        call_command("statements", head=9999, output=tmp_path, stdout=io.StringIO())


def test_an_empty_ledger_has_statements_too():
    for kind in STATEMENTS.values():
        statement = kind.make(books_at(END), None, None)
        assert pdf.made(statement)
        assert xlsx.made(statement)
    assert contributions.contributions(books_at(END)).amounts("t:cash") == [usd(0)]


def test_donors_read_labels_only(head):
    content = text_of(pdf.made(next(each for each in all_statements() if each.code.startswith("donor-"))))
    names = [each.name for each in Subaccount.objects.exclude(kind="bank")]
    assert not [name for name in names if name in content]


def test_leap_day():
    assert year_before(date(2028, 2, 29)) == date(2027, 2, 28)


def test_the_random_books_have_every_event():
    cents = {"gift": 100_000_00, "commit": 10_000_00}
    world = happen([(act, cents.get(act.__name__, 500_00), days, 1) for days, act in enumerate(ACTS * 2, 1)])
    assert all((world.gifts, world.grants, world.payments))
    codes = set(Entry.objects.values_list("lines__account_id", flat=True))
    assert {"1010", "1100", "1200", "2200", "2300", "2400", "4010", "5010", "5100", "9010"} <= codes
    assert Entry.objects.filter(kind=Entry.Kind.CLOSING).exists()
