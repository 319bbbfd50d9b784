"""The files of statements: their formats and their names."""

from __future__ import annotations

import re
from collections.abc import Callable

from trustfund.files.kinds import Kind
from trustfund.statements import pdf, xlsx
from trustfund.statements.shape import Statement

FORMATS: dict[str, tuple[Kind, Callable[[Statement], bytes]]] = {"pdf": (Kind.PDF, pdf.made), "xlsx": (Kind.XLSX, xlsx.made)}


def set_name(found: list[Statement]) -> str:
    """ "financial-statements_2026-01-01_2026-12-31_head-1234.pdf"."""
    since = next(each.since for each in found if each.since)
    books = found[0].books
    return f"financial-statements_{since.isoformat()}_{books.as_of.isoformat()}_head-{books.seq}.pdf"


def filename(found: Statement, format: str) -> str:
    """ "position_2026-12-31_head-1234.pdf": the same statement always has the same name."""
    code = re.sub(r"[^A-Za-z0-9-]+", "-", found.code)
    start = f"_{found.since.isoformat()}" if found.since else ""
    return f"{code}{start}_{found.books.as_of.isoformat()}_head-{found.books.seq}.{format}"
