"""A tagged PDF: what each piece of the page is, so that a screen reader reads the document in its order and its tables by cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString


@dataclass(eq=False)
class Node:
    """One element of the structure (H1, P, Table, TR, TH, TD ...), its parts, and its marks on pages as (page, mark)."""

    role: str
    kids: list[Node] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)
    scope: str = ""

    def add(self, role: str, scope: str = "") -> Node:
        """A new last part."""
        self.kids.append(Node(role, scope=scope))
        return self.kids[-1]


@dataclass
class Marks:
    """Counts the marks of each page."""

    used: dict[int, int] = field(default_factory=dict)

    @contextmanager
    def on(self, canvas: Any, node: Node | None, text: str = "") -> Iterator[None]:
        """What is drawn inside is a mark of the node, or, without one, no content at all (a rule, a page number).

        `text` is what the glyphs say, for letters that were joined or reordered.
        """
        page = canvas.getPageNumber()
        code = canvas._code  # reportlab has no public way to write marked content
        if node is None:
            code.append("/Artifact BMC")
        else:
            number = self.used.get(page, 0)
            self.used[page] = number + 1
            node.marks.append((page, number))
            actual = f" /ActualText <FEFF{text.encode('utf-16-be').hex().upper()}>" if text else ""
            code.append(f"/{node.role} <</MCID {number}{actual}>> BDC")
        yield
        canvas._code.append("EMC")


ENTRIES = ("StructTreeRoot", "MarkInfo", "Lang", "ViewerPreferences")


def write(canvas: Any, root: Node, language: str) -> None:
    """Put the structure into the file; all pages have been drawn."""
    document = canvas._doc
    parents: dict[int, dict[int, Any]] = {}
    tree = PDFDictionary({"Type": PDFName("StructTreeRoot")})
    reference = document.Reference(tree)
    tree["K"] = _element(document, root, reference, parents)
    numbers: list[Any] = []
    for page in sorted(parents):
        numbers += [page - 1, PDFArray([parents[page][mark] for mark in sorted(parents[page])])]
    tree["ParentTree"] = PDFDictionary({"Nums": PDFArray(numbers)})
    for number, page_drawn in enumerate(document.Pages.pages):
        _of_page(page_drawn, number)
    catalog = document.Catalog
    catalog.__NoDefault__ = [*catalog.__NoDefault__, *(name for name in ENTRIES if name not in catalog.__NoDefault__)]
    catalog.StructTreeRoot = reference
    catalog.MarkInfo = PDFDictionary({"Marked": "true"})
    catalog.Lang = PDFString(language)
    catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": "true"})


def _of_page(page: Any, number: int) -> None:
    """The page's key in the parent tree; the keyboard follows the structure."""
    page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
    page.StructParents, page.Tabs = number, PDFName("S")


def _element(document: Any, node: Node, parent: Any, parents: dict[int, dict[int, Any]]) -> Any:
    element = PDFDictionary({"Type": PDFName("StructElem"), "S": PDFName(node.role), "P": parent})
    reference = document.Reference(element)
    parts = [_mark(document, page, number) for page, number in node.marks]
    for page, number in node.marks:
        parents.setdefault(page, {})[number] = reference
    element["K"] = PDFArray(parts + [_element(document, kid, reference, parents) for kid in node.kids])
    if node.scope:
        element["A"] = PDFDictionary({"O": PDFName("Table"), "Scope": PDFName(node.scope)})
    return reference


def _mark(document: Any, page: int, number: int) -> PDFDictionary:
    return PDFDictionary({"Type": PDFName("MCR"), "Pg": document.Pages.pages[page - 1], "MCID": number})
