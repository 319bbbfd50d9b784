"""The exported ledger, judged by programs that nobody here wrote; a cent changed in the file makes them fail."""

import csv
import re
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from tests.factories.books import make_bank, open_years, post
from tests.ledger import books_of_a_year
from trustfund.cells import original
from trustfund.ledger import postings
from trustfund.ledger.exports import currencies, tables
from trustfund.ledger.exports.currencies import Closing
from trustfund.ledger.exports.files import FORMS
from trustfund.ledger.exports.source import Book
from trustfund.ledger.legs import Leg, credit
from trustfund.ledger.models import LedgerHead, Line, Seal, Subaccount
from trustfund.ledger.verification import check_books
from trustfund.money import Money, usd

BEAN_CHECK = Path(sys.executable).parent / "bean-check"


@pytest.fixture
def exported(db, tmp_path):
    books_of_a_year.keep()

    def export(kind):
        path = tmp_path / f"ledger.{kind}"
        call_command("export_ledger", "--format", kind, "--output", str(path), verbosity=0)
        return path

    return export


def bean_check(path):
    if not BEAN_CHECK.exists():
        pytest.skip("beancount is not installed (requirements-dev.txt)")
    return subprocess.run([BEAN_CHECK, "--no-cache", path], capture_output=True, text=True)


def hledger_check(path):
    if not shutil.which("hledger"):
        pytest.skip("hledger is not installed")
    return subprocess.run(["hledger", "check", "--strict", "-f", path], capture_output=True, text=True, env={"LANG": "C.UTF-8"})


CHECKS = {"beancount": bean_check, "hledger": hledger_check}
BOOKS = {**CHECKS, "beancount-currencies": bean_check, "hledger-currencies": hledger_check}


def test_the_books_of_the_year_are_in_order(exported):
    assert check_books() == []


@pytest.mark.parametrize("kind", BOOKS)
def test_the_journal_holds(exported, kind):
    done = BOOKS[kind](exported(kind))
    assert done.returncode == 0, done.stdout + done.stderr


def one_leg(text):
    """The first leg of the interest, a cent more."""
    assert text.count("31.07 USD\n") > 1
    return text.replace("31.07 USD\n", "31.08 USD\n", 1)


def both_legs(text):
    """The whole entry, a cent more: it balances, the assertions do not hold."""
    start = text.index("31.07 USD")
    start = text.rindex("\n\n", 0, start)
    end = text.index("\n\n", start + 2)
    return text[:start] + text[start:end].replace("31.07", "31.08") + text[end:]


def one_assertion(text):
    """The last balance that is asserted."""
    found = list(re.finditer(r"(balance \S+  -?\d+\.\d)\d| = -?\d+\.\d\d", text))[-1]
    cent = str((int(text[found.end() - 1]) + 1) % 10)
    return text[: found.end() - 1] + cent + text[found.end() :]


@pytest.mark.parametrize("change", [one_leg, both_legs, one_assertion])
@pytest.mark.parametrize("kind", CHECKS)
def test_a_cent_changed_in_the_file_makes_it_fail(exported, kind, change):
    path = exported(kind)
    text = path.read_text()
    path.write_text(change(text))
    assert path.read_text() != text
    assert CHECKS[kind](path).returncode != 0


@pytest.mark.parametrize("kind", CHECKS)
def test_the_journal_names_the_head(exported, kind):
    assert f"ledger head {LedgerHead.objects.get()}" in exported(kind).read_text()


def test_the_csv_has_every_line_and_hurts_no_spreadsheet(exported):
    with exported("csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == Line.objects.count()
    assert sum(Decimal(row["debit_usd"]) for row in rows) == sum(Decimal(row["credit_usd"]) for row in rows)
    assert {row["ledger_head"] for row in rows} == {str(LedgerHead.objects.get())}
    evil = next(row["reference"] for row in rows if "HYPERLINK" in row["reference"])
    assert (evil, original(evil)) == ("'=HYPERLINK(evil)", "=HYPERLINK(evil)")


def test_the_workbook_has_every_line_and_no_formula(exported):
    sheet = openpyxl.load_workbook(exported("xlsx")).active
    heads, *rows = sheet.iter_rows()
    assert len(rows) == Line.objects.count()
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "d"}
    debit = [cell.value for cell in heads].index("debit_usd")
    total = sum(Decimal(str(row[debit].value)) for row in rows)
    assert total == sum(Decimal(line.debit) for line in Line.objects.all()) / 100


def test_the_same_ledger_gives_the_same_bytes(exported):
    for kind in FORMS:
        assert exported(kind).read_bytes() == exported(kind).read_bytes()


def test_an_unknown_folder_is_said(db, tmp_path):
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("export_ledger", "--format", "csv", "--output", str(tmp_path / "none" / "x.csv"))


@pytest.mark.parametrize("kind", BOOKS)
def test_empty_books_are_an_empty_journal(db, tmp_path, kind):
    call_command("export_ledger", "--format", kind, "--output", str(tmp_path / "empty"), verbosity=0)
    assert BOOKS[kind](tmp_path / "empty").returncode == 0


# The book of transaction currencies


def euro_cent(text):
    """A leg in euros, a cent more: its worth stays, so only what is asserted can tell."""
    found = re.search(r"(\d+\.\d)(\d) EUR @@", text)
    return text[: found.start(2)] + str((int(found[2]) + 1) % 10) + text[found.end(2) :]


@pytest.mark.parametrize("kind", ["beancount-currencies", "hledger-currencies"])
def test_a_cent_of_another_currency_changed_in_the_file_makes_it_fail(exported, kind):
    path = exported(kind)
    text = path.read_text()
    assert "10000.00 EUR @@" in text
    path.write_text(euro_cent(text))
    assert BOOKS[kind](path).returncode != 0


def revalued():
    """The year, and the euro account worth 5 dollars more at its end."""
    euro = Subaccount.objects.get(code="BANK-EUR")
    gain = Leg("debit", "1020", usd(5), euro, Money(0, "EUR"), Decimal("0.91"))
    post([gain, credit("4200", usd(5))], on=date(2027, 1, 31), reference="revaluation")


@pytest.mark.parametrize("kind", ["beancount-currencies", "hledger-currencies"])
def test_a_revaluation_is_left_out_and_said_so(exported, kind):
    revalued()
    path = exported(kind)
    assert "revaluation: a revaluation moves no money" in path.read_text()
    assert BOOKS[kind](path).returncode == 0


@pytest.mark.parametrize("kind", ["beancount-currencies", "hledger-currencies"])
@pytest.mark.parametrize("closing, said", [("9979.99", ""), ("9979.98", "closes with 9979.98 EUR: something is outstanding")])
def test_a_bank_account_is_asserted_to_hold_what_the_bank_says(exported, kind, closing, said, monkeypatch):
    euro = Subaccount.objects.get(code="BANK-EUR")
    told = Closing(euro.pk, date(2026, 12, 31), Money(closing, "EUR"), "CAMT-1")
    monkeypatch.setattr(currencies, "_providers", [lambda book: [told]])
    path = exported(kind)
    assert (said or "9979.99 EUR") in path.read_text()
    assert BOOKS[kind](path).returncode == 0


# What PostgreSQL and Python write


EVIL = ["=1+1", "'quoted'", 'a "word"', "a,b", "two\nlines", "a\rb", "＝full", " space", "@at", "\\.", "-", "tab\t", "日本"]


def test_python_and_the_database_write_the_same_csv(exported):
    open_years(2028)
    for number, evil in enumerate(EVIL):
        post(postings.interest(make_bank(), usd(f"0.{number + 1:02}")), reference=evil, on=date(2028, 1, 1))
    book = Book()
    assert b"".join(tables._blocks(tables.written(book))) == b"".join(tables.csv_blocks(book)).split(b"\n", 1)[1]


@pytest.mark.parametrize("currency, shown", [("JPY", "1234"), ("KWD", "1.234"), ("EUR", "12.34"), ("CLF", "0.1234")])
def test_amounts_have_the_digits_of_their_currency(db, currency, shown):
    open_years()
    leg = Leg("debit", "5300", usd(1), None, Money.from_minor(1234, currency), Decimal(1))
    post([leg, credit("2010", usd(1))])
    text = b"".join(tables.csv_blocks(Book())).decode()
    assert f",{currency},{shown}," in text


def test_a_book_ends_with_its_day_and_its_head(exported):
    until = Book(until=date(2026, 6, 30))
    assert {row[0] <= date(2026, 6, 30) for row in tables.rows_of(until)} == {True}
    early = Book(head=Seal.objects.get(seq=3))
    rows = list(tables.rows_of(early))
    assert {row[-1] for row in rows} == {str(early.head)}
    assert max(row[-3] for row in rows) == 3


def test_a_workbook_goes_on_to_another_sheet(exported, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 10)
    book = openpyxl.load_workbook(exported("xlsx"))
    assert len(book.sheetnames) == -(-Line.objects.count() // 10)
    assert sum(sheet.max_row - 1 for sheet in book) == Line.objects.count()
