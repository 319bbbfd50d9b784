"""The exported ledger, judged by programs that nobody here wrote; a cent changed in the file makes them fail."""

import csv
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from tests.ledger import books_of_a_year
from trustfund.cells import original
from trustfund.ledger.models import LedgerHead, Line
from trustfund.ledger.verification import check_books

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


def test_the_books_of_the_year_are_in_order(exported):
    assert check_books() == []


@pytest.mark.parametrize("kind", CHECKS)
def test_the_journal_holds(exported, kind):
    done = CHECKS[kind](exported(kind))
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
    for kind in ("beancount", "hledger", "csv", "xlsx"):
        assert exported(kind).read_bytes() == exported(kind).read_bytes()


def test_an_unknown_folder_is_said(db, tmp_path):
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("export_ledger", "--format", "csv", "--output", str(tmp_path / "none" / "x.csv"))


@pytest.mark.parametrize("kind", CHECKS)
def test_empty_books_are_an_empty_journal(db, tmp_path, kind):
    call_command("export_ledger", "--format", kind, "--output", str(tmp_path / "empty"), verbosity=0)
    assert CHECKS[kind](tmp_path / "empty").returncode == 0
