"""Lines: no wider than they may be, nothing lost, each script in its order."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.files.test_naming import NAUGHTY
from trustfund.documents.faces import MISSING
from trustfund.documents.typesetting import _levels, _runs, _visual, clean, is_rtl, line, lines

LETTERS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf", "Cn", "Co")), max_size=80)
MIXED = st.text(alphabet="abc XYZ 123 -/().,: صندوق الأمم 联合国（）。 Отчёт é", max_size=120)


def squeezed(text: str) -> str:
    return text.replace(" ", "").replace("\n", "")


@given(text=MIXED, width=st.integers(3000, 40000), rtl=st.booleans())
@settings(max_examples=150, deadline=None)
def test_lines_fit_and_lose_nothing(text, width, rtl):
    found = lines(text, width=width, rtl=rtl)
    assert all(each.width <= width + 900 for each in found)
    assert squeezed("".join(each.text for each in found)) == squeezed(clean(text))


@given(text=LETTERS)
@settings(max_examples=100, deadline=None)
def test_any_text_is_set(text):
    assert line(text).width >= 0


def test_long_words_are_broken():
    found = lines("x" * 500, width=10000)
    assert len(found) > 20
    assert max(each.width for each in found) <= 10000


def test_chinese_breaks_anywhere_but_not_before_its_punctuation():
    found = lines("联合国打击贩运人口行为，受害者自愿信托基金。" * 4, width=8000)
    assert len(found) > 8
    assert not any(each.text[0] in "，。" for each in found)


@pytest.mark.parametrize(
    "text, arabic_document, rtl",
    [
        ("abc", False, False),
        ("abc", True, False),
        ("منحة", False, True),
        ("VTF منحة", False, False),
        ("VTF منحة", True, True),
        ("12", True, True),
    ],
)
def test_direction(text, arabic_document, rtl):
    assert is_rtl(text, arabic_document) is rtl


def test_runs_are_turned_by_level():
    assert _visual([(1, 0, 3), (2, 3, 5), (1, 5, 8)]) == [(1, 5, 8), (2, 3, 5), (1, 0, 3)]
    assert _visual([(0, 0, 3), (1, 3, 5), (2, 5, 6), (1, 6, 8), (0, 8, 9)]) == [(0, 0, 3), (1, 6, 8), (2, 5, 6), (1, 3, 5), (0, 8, 9)]


def test_numbers_stay_readable_between_arabic_words():
    pieces = line("رقم 60,000.00 دولار").pieces
    assert [str(piece.text) for piece in pieces if type(piece.text) is str] == ["60,000.00"]


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("منحة إلى Aid (AID)", ["Aid (AID)"]),
        ("منحة (Aid) كبيرة", ["Aid"]),
        ("Aid [AID] (2), ثم Fund (AID), ثم", ["Aid [AID] (2)", "Fund (AID)"]),
        ("منحة Aid (AID", ["Aid (AID"]),
    ],
)
def test_brackets_stay_with_the_latin_name_that_they_end(text, latin):
    assert [text[first:last] for level, first, last in _runs(_levels(text, True)) if level == 2] == latin


@pytest.mark.parametrize(
    "text",
    [
        *("मानव तस्करी के पीड़ितों", "মানব পাচার", "ਪੰਜਾਬੀ", "ગુજરાતી", "ଓଡ଼ିଆ", "தமிழ்", "తెలుగు", "ಕನ್ನಡ", "മലയാളം", "ක්‍රියාව"),
        *("การค้ามนุษย์", "ກອງທຶນ", "လူကုန်ကူး", "የሰዎች ዝውውር", "មូលនិធិ", "ადამიანი", "մարդկանց", "בני אדם", "Ταμείο", "người"),
        *("می‌خواهم", "құрбандары", "Ɓangaren ƙungiya"),
    ],
)
def test_every_script_has_its_letters(text):
    pieces = line(text).pieces
    assert pieces
    assert not any(MISSING in str(piece.text) for piece in pieces)


def test_marks_stay_with_their_letters():
    for part in lines("เพื่อผู้เสียหายจากการค้ามนุษย์" * 6, width=9000):
        assert unicodedata.category(part.text[0])[0] != "M"


def test_deceiving_characters_go():
    assert clean("a\u202eb\u2066c\x00d\u200be") == "abcde"
    assert clean("a\r\nb\u2028c") == "a\nb\nc"
    assert clean("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the shared list of naughty strings is not beside this checkout")
def test_naughty_strings():
    for text in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        assert lines(text, width=20000)
        assert lines(text, width=20000, rtl=True, bold=True)
