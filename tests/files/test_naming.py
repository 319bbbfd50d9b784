"""Names are for people: nothing in them deceives, and nothing reaches outside a folder."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from trustfund.files.kinds import Kind
from trustfund.files.naming import cleaned

NAUGHTY = Path(__file__).resolve().parents[3] / "shared" / "data" / "security" / "blns.json"


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("budget.pdf", "budget.pdf"),
        ("Budget.PDF", "Budget.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
        ("run.exe", "run.exe.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "ab Set-Cookie_ x.pdf"),
        ("   ", "document.pdf"),
        ("...", "document.pdf"),
        ("", "document.pdf"),
        ("الميزانية.pdf", "الميزانية.pdf"),
        ("预算 2026.pdf", "预算 2026.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
    ],
)
def test_names(name, wanted):
    assert cleaned(name, Kind.PDF) == wanted


def test_a_banks_statement_keeps_the_ending_that_its_bank_gave_it():
    assert [cleaned(name, Kind.CSV) for name in ("b.sta", "B.STA", "b.940", "b.exe")] == ["b.sta", "B.STA", "b.940", "b.exe.csv"]


def test_long_names_keep_their_ending_and_whole_characters():
    name = cleaned("预" * 300 + ".docx", Kind.DOCX)
    assert name.endswith("预.docx")
    assert len(name.encode()) <= 180


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the shared list of naughty strings is not beside this checkout")
def test_naughty_names():
    for name in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        result = cleaned(name, Kind.PNG)
        assert result.lower().endswith(".png")
        assert 4 < len(result.encode()) <= 180
        assert not set(result) & set('/\\<>:"|?*\u202e\u2066')
        assert not any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in result)
