"""PDF documents: set in every script, tagged, with nothing of a text taken as markup, and the same bytes for the same content."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from pypdf import PdfReader

from trustfund.documents import Document, Letter, Row
from trustfund.documents.faces import FONTS
from trustfund.money import Money, usd

ARABIC = "مُنِحَت المنظمة منحة قدرها 60,000.00 دولار (USD) في عام 2026، رقم المشروع VTF-2026/041 (المرحلة الثانية)."
CHINESE = "联合国人口贩运受害者自愿信托基金（包括儿童）"


def sample(language: str = "en") -> Document:
    """A document with one of everything."""
    document = Document("Statement of everything", "as at 31 December 2026", language, reference="VTF-2026/041")
    document.facts([("Currency", "USD"), ("Amount", usd("1234.50")), ("On", date(2026, 3, 3)), ("Name", ARABIC), ("Nothing", None)])
    document.heading("First part")
    document.paragraph(f"Latin, {ARABIC}\n\n{CHINESE} Отчёт")
    document.heading("Inside", 2)
    rows = [Row(["Assets"], "section"), Row(["Cash", usd("1234.50"), usd(0)], indent=1), Row(["Debt", usd("-34.50"), usd(0)], "subtotal")]
    document.money_table(["Line", "2026", "2025"], rows, ["Total", usd(1200), usd(0)], caption="Table one")
    document.table(["Name", "Yen"], [["x", Money(5, "JPY")]])
    document.items(["one", CHINESE], numbered=True)
    document.signatures([("Certified by", "A. Person", "Chief"), "Approved by"])
    document.footer("Ledger head 7 abcdef")
    return document


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_what_it_says():
    text = text_of(sample().pdf())
    for each in ("Statement of everything", "VTF-2026/041", "1,234.50", "(34.50)", "1,200.00", "2026 (USD)", "JPY", "3 March 2026"):
        assert each in text
    for each in ("Ledger head 7 abcdef", "Page 1 of 1", "A. Person", CHINESE, "Отчёт", "Trust Fund for Victims"):
        assert each in text


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_same_bytes_in_every_language(language):
    assert sample(language).pdf() == sample(language).pdf()


def test_the_same_bytes_whatever_was_made_before():
    make = "import django; django.setup(); from tests.documents.test_pdf import sample; import hashlib, sys; "
    fresh = make + "sys.stdout.write(hashlib.sha256(sample('ar').pdf()).hexdigest())"
    root = Path(__file__).resolve().parents[2]
    environment = {"DJANGO_SETTINGS_MODULE": "trustfund.settings", "PYTHONPATH": str(root), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", fresh], capture_output=True, text=True, cwd=root, env=environment, check=True)
    sample("ru").pdf()
    assert done.stdout == hashlib.sha256(sample("ar").pdf()).hexdigest()


def test_it_is_tagged_and_has_bookmarks():
    reader = PdfReader(io.BytesIO(sample("ar").pdf()))
    catalog = reader.trailer["/Root"]
    assert catalog["/Lang"] == "ar"
    assert catalog["/MarkInfo"]["/Marked"] == "true" or catalog["/MarkInfo"]["/Marked"]
    roles = [kid.get_object()["/S"] for kid in catalog["/StructTreeRoot"]["/K"].get_object()["/K"]]
    assert roles[:4] == ["/H1", "/P", "/Table", "/H2"]
    assert reader.outline[0].title == "Statement of everything"
    assert [each.title for each in reader.outline[1][:1]] == ["First part"]
    assert reader.pages[0]["/StructParents"] == 0


def test_arabic_says_what_it_is():
    content = PdfReader(io.BytesIO(sample("ar").pdf())).pages[0].get_contents().get_data().decode("latin-1")
    assert ("FEFF" + "منحة".encode("utf-16-be").hex().upper()) in content or "منحة".encode("utf-16-be").hex().upper() in content


def test_bold_of_a_font_of_one_weight_ends_with_its_line():
    document = Document("中文 ไทย")
    document.paragraph("Latin")
    content = PdfReader(io.BytesIO(document.pdf())).pages[0].get_contents().get_data().decode("latin-1")
    modes = re.findall(r"(\d) Tr\b", content)
    assert "2" in modes
    assert modes[-1] == "0"


def test_nothing_is_markup():
    document = Document("<b>Title</b>")
    document.paragraph("a <para> & <i>b</i> </nothing> &lt;")
    document.table(["<font>"], [["<img src='file:///etc/passwd'/>"]])
    text = text_of(document.pdf())
    assert "<b>Title</b>" in text
    assert "a <para> & <i>b</i> </nothing> &lt;" in text
    assert "<img src='file:///etc/passwd'/>" in text


def test_a_long_table_has_its_head_on_every_page():
    document = Document("Long")
    document.money_table(["Number", "Amount"], [[f"No. {n}", usd(n)] for n in range(300)], ["Total", usd(44850)])
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(document.pdf())).pages]
    assert len(pages) > 5
    assert all("Amount (USD)" in page for page in pages)
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]
    assert "44,850.00" in pages[-1]


def test_a_row_longer_than_a_page_goes_on():
    document = Document("Tall")
    document.table(["What", "Why"], [["word " * 4000, "short"], ["next", "row"]])
    pages = PdfReader(io.BytesIO(document.pdf())).pages
    assert len(pages) > 2
    assert "next" in pages[-1].extract_text()


def test_a_wide_table_shrinks_its_type_and_never_leaves_the_page():
    document = Document("Wide", wide=True)
    document.money_table(["Donor", *[f"Column {n}" for n in range(12)]], [["State", *[usd("123456789.10")] * 12]])
    assert PdfReader(io.BytesIO(document.pdf())).pages[0].mediabox.width > 800


def test_an_empty_table_and_empty_texts():
    document = Document("Empty")
    document.table(["A", "B"], [])
    document.paragraph("")
    document.facts([])
    document.items([])
    assert "Page 1 of 1" in text_of(document.pdf())


def test_a_letter():
    letter = Letter("Grant awarded", to=["Hope", "1 Street"], on=date(2026, 3, 3), place="Vienna", reference="VTF-1")
    letter.paragraph("Dear colleagues,\n\nthank you.")
    text = text_of(letter.pdf())
    assert "Vienna, 3 March 2026" in text
    assert text.index("Hope") < text.index("Grant awarded") < text.index("Dear colleagues")


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans", "ru"])
def test_pages_are_not_blank(language):
    pdfium = pytest.importorskip("pypdfium2")
    with pdfium.PdfDocument(sample(language).pdf()) as document:
        page = document[0].render(scale=1).to_pil().convert("L")
    dark = sum(page.histogram()[:100])
    assert 2_000 < dark < 60_000


def test_the_fonts_are_those_that_were_vendored():
    for row in (FONTS / "fonts.sha256").read_text(encoding="ascii").splitlines():
        digest, name = row.split()
        assert hashlib.sha256((FONTS / name).read_bytes()).hexdigest() == digest


def test_a_table_stays_with_its_heading_and_text():
    document = Document("Notes")
    document.space(560)
    document.money_table(["Donor", "2026"], [["A State", usd(7)]], caption="Note 11. Pledges", texts=["Not in the statements."])
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(document.pdf())).pages]
    assert "Note 11" not in pages[0]
    assert all(each in pages[1] for each in ("Note 11. Pledges", "Not in the statements.", "A State"))


@pytest.mark.parametrize(("rows", "fitted", "pages"), [(36, False, 2), (36, True, 1), (70, True, 2)])
def test_a_fitted_document_has_less_blank_where_that_saves_a_page(rows, fitted, pages):
    document = Document("Statement", fitted=fitted)
    document.money_table(["Line", "2026"], [[f"Line {n}", usd(n)] for n in range(rows)])
    assert len(PdfReader(io.BytesIO(document.pdf())).pages) == pages


def test_three_who_sign_stand_in_one_row_with_all_of_their_names():
    document = Document("Statement")
    document.signatures([["Prepared by", "Maria Fernanda de la Concepción Albuquerque"], "Certified by", "Approved by"])
    text = text_of(document.pdf())
    assert all(each in text for each in ("Maria Fernanda", "Albuquerque", "Certified by", "Approved by"))
