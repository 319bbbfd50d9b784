"""Invented papers: small PDFs that say what they stand for."""

from __future__ import annotations

from functools import cache

from trustfund.documents import Document


@cache
def page(title: str) -> bytes:
    """One page that says that it is invented; the same for everybody, so made once."""
    document = Document(title, "Demonstration", "en")
    document.paragraph("This paper was invented for the demonstration. It is no document of any organisation.")
    return document.pdf()
